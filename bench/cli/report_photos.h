/* SPDX-License-Identifier: Apache-2.0 */
/* The photos of a run on its report: each as it stands in the signed record, drawn where its file is still the one that was taken. */
#ifndef DAVY_CLI_REPORT_PHOTOS_H
#define DAVY_CLI_REPORT_PHOTOS_H

#include "base/value.h"

/*
 * Set "photos" of the facts (reports/README.md), and what is drawn of them in `drawings`, by the names that the facts have. `photos` is
 * the record's list, or NULL; their files are in `folder`, the run's.
 */
void report_photos(struct value *facts, struct value *drawings, const char *folder,
		   const struct value *photos);

/* Of these facts the photos that are drawn, as run/photo.h has them: a list, the caller's. */
struct value *report_photos_shown(const struct value *facts);

#endif
