/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When something was recorded, with all that tells how far this can be believed: wall time and zone, whether the
 * machine held it for synchronised, and the start of the machine in which it was said. Order stands by the numbers of
 * records, and within one start by boot_ms; wall time is a claim beside them.
 */
#ifndef DAVY_RECORD_MOMENT_H
#define DAVY_RECORD_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/value.h"
#include "record/wall_time.h"

enum { MOMENT_BOOT_SIZE = 40 };

struct moment {
	struct wall_time wall;
	char boot[MOMENT_BOOT_SIZE]; /* the kernel's id of the machine's start */
	int64_t boot_ms;	     /* since then, sleep included */
	bool is_synchronised;
	int64_t error_ms; /* the kernel's bound; -1: it has none */
	bool is_manual;	  /* the clock was set by persons against a named source */
};

/* {"wall":"…","boot":"…","bootMs":…,"synchronised":true,"maxErrorMs":42,"clock":"system"} */
struct value *moment_describe(const struct moment *moment);
/* From such a map. */
int moment_read(struct moment *moment, const struct value *says, struct error *err);

#endif
