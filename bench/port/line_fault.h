/* SPDX-License-Identifier: Apache-2.0 */
/* What can be wrong with a device's line, and what it makes of the device's replies. */
#ifndef DAVY_PORT_LINE_FAULT_H
#define DAVY_PORT_LINE_FAULT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/nsec.h"

enum line_fault {
	LINE_GOOD = 1,
	LINE_MUTE,    /* replies never arrive */
	LINE_GARBLED, /* one bit of each reply is flipped */
	LINE_LATE,    /* replies arrive 2 s later than they should */
	LINE_CUT_OFF, /* the last third of each reply is missing */
	LINE_NOISE,   /* two stray bytes arrive before each reply */
};

/* "mute", "garbled", "late", "cut_off", "noise". */
int line_fault_parse(enum line_fault *fault, const char *name, struct error *err);

/* `bytes`, at least one, live for the call. */
typedef void line_say_fn(void *ctx, const uint8_t *bytes, size_t size, nsec delay);
/* Say a reply as this fault lets it through: not at all, in one piece or in two. */
void line_fault_say(enum line_fault fault, const uint8_t *bytes, size_t size, nsec delay,
		    line_say_fn *say, void *ctx);

#endif
