/* SPDX-License-Identifier: Apache-2.0 */
/* Where evidence comes from: an instrument that is played by a program says so by its identity. */
#ifndef DAVY_RUN_PROVENANCE_H
#define DAVY_RUN_PROVENANCE_H

#include <stdbool.h>

/*
 * Is the word SIM in it, in capitals and between what is no letter and no digit? "ALICAT SIM-1" is, "SIMPSON
 * 260" and "MAXSIM" are not.
 */
bool provenance_is_played(const char *identity);

#endif
