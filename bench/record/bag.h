/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folders that prove that they are whole (BagIt 1.0, RFC 8493): files below data/, a manifest with the SHA-256 of each, and one
 * of the files beside them. Names are ASCII, so that every file system keeps them.
 *
 * A bag is made as FOLDER.part and gets its name when all of it is on the disk and was read again; what was cut off keeps that
 * name, and has no bagit.txt.
 */
#ifndef DAVY_RECORD_BAG_H
#define DAVY_RECORD_BAG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/value.h"

struct bag;

/* Refused (ERROR_USAGE) where FOLDER or FOLDER.part is there already: nothing is written over. */
struct bag *bag_new(const char *folder, struct error *err);
/* What was not finished stays as FOLDER.part. Accepts NULL. */
void bag_free(struct bag *bag);

/* `name` is "data/…"; its folders are made. Refused: other names, one that is there, what is not ASCII. */
int bag_add(struct bag *bag, const char *name, const void *data, size_t size, struct error *err);
/* A copy of the file at `path`. */
int bag_add_file(struct bag *bag, const char *name, const char *path, struct error *err);
/* `info` is a map of texts, for bag-info.txt; its Payload-Oxum is added. */
int bag_finish(struct bag *bag, const struct value *info, struct error *err);

/* Is there something that calls itself a bag? */
bool bag_is(const char *folder);

/*
 * Look through a bag: every file that it lists, and none besides. Each fault is told: `file` is the name of a file in it, and
 * borrowed. -1: it could not be looked through.
 */
typedef void bag_fault_fn(void *ctx, const char *file, const char *why);
int bag_check(const char *folder, bag_fault_fn *fault, void *ctx, struct error *err);

#endif
