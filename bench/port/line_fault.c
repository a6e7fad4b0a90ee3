/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults spoil replies when the far end makes them, and nothing that is asked: a device that hears
 * garbage says nothing, which is LINE_MUTE.
 */
#include "port/line_fault.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define LATE_BY SEC(2)

int line_fault_parse(enum line_fault *fault, const char *name, struct error *err)
{
	static const char *const NAMES[] = {
		[LINE_MUTE] = "mute",	    [LINE_GARBLED] = "garbled", [LINE_LATE] = "late",
		[LINE_CUT_OFF] = "cut_off", [LINE_NOISE] = "noise",
	};

	for (size_t i = LINE_MUTE; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
		if (!strcmp(NAMES[i], name)) {
			*fault = (enum line_fault)i;
			return 0;
		}
	return error_set(err, ERROR_USAGE,
			 "'%s' is no fault of a line: there are mute, garbled, late, cut_off and "
			 "noise",
			 name);
}

static void say_garbled(const uint8_t *bytes, size_t size, nsec delay, line_say_fn *say, void *ctx)
{
	uint8_t *spoilt = xmemdup(bytes, size);

	spoilt[size / 2] ^= 0x10;
	say(ctx, spoilt, size, delay);
	free(spoilt);
}

void line_fault_say(enum line_fault fault, const uint8_t *bytes, size_t size, nsec delay,
		    line_say_fn *say, void *ctx)
{
	static const uint8_t STRAY[] = {0x00, 0xff};

	if (fault == LINE_MUTE || size == 0)
		return;
	if (fault == LINE_GARBLED) {
		say_garbled(bytes, size, delay, say, ctx);
		return;
	}
	if (fault == LINE_LATE)
		delay += LATE_BY;
	if (fault == LINE_NOISE)
		say(ctx, STRAY, sizeof(STRAY), delay);
	if (fault == LINE_CUT_OFF)
		size -= (size + 2) / 3;
	if (size > 0)
		say(ctx, bytes, size, delay);
}
