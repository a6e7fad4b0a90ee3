/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where an installed Davy has its files, told from where its own program lies: PREFIX/bin/davy. Callers
 * free what they are given.
 */
#ifndef DAVY_BASE_INSTALLED_H
#define DAVY_BASE_INSTALLED_H

#include <stdbool.h>

/* The system's bench: the state folder of the service. */
#define INSTALLED_STATE "/var/lib/davy"

/* A file beside the program that runs now, which need not be there; NULL: it cannot be told. */
char *installed_beside(const char *name);
/* PREFIX/NAME, which need not be there. */
char *installed_path(const char *name);
/* Is this an installed Davy, and not one that was built and runs in its tree? */
bool installed_here(void);
/* What holds scripts/ and fixtures/: $DAVY_SHARE, else PREFIX/share/davy, else /usr/share/davy. */
char *installed_share(void);

#endif
