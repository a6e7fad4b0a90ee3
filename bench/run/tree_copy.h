/* SPDX-License-Identifier: Apache-2.0 */
/* Folders of files from a medium that nobody vouches for, copied so that they are on the disk afterwards. */
#ifndef DAVY_RUN_TREE_COPY_H
#define DAVY_RUN_TREE_COPY_H

#include "base/error.h"

/*
 * Copy a folder with all files and folders in it to `to`, which is made. Refused: links, and whatever else is neither a file
 * nor a folder. Every file and every folder is synced, and the kernel is asked to forget what it has of them, so that who reads
 * them again reads the medium. What was copied stays where it fails.
 */
int tree_copy(const char *from, const char *to, struct error *err);
/* Rename a folder, durably. */
int tree_name(const char *from, const char *to, struct error *err);

#endif
