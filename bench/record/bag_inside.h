/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the bag share; nobody else includes it. */
#ifndef DAVY_RECORD_BAG_INSIDE_H
#define DAVY_RECORD_BAG_INSIDE_H

#include <stdbool.h>

extern const char BAG_DECLARATION[]; /* the text of bagit.txt */
bool bag_is_name(const char *name);  /* of a file below data/ */

#endif
