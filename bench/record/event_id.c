/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UUID version 7: 48 bits of milliseconds, four of version, twelve that count, two of variant, 62 random. The count
 * begins at zero in each millisecond; where it overflows, the time in the names runs a millisecond ahead.
 */
#include "record/event_id.h"

#include <stdio.h>
#include <string.h>

enum { COUNT_MOST = 0xfff };

#define MS_MOST ((UINT64_C(1) << 48) - 1)

static void step(struct event_ids *ids, uint64_t wall_ms)
{
	if ((wall_ms & MS_MOST) > ids->ms) {
		*ids = (struct event_ids){.ms = wall_ms & MS_MOST};
	} else if (ids->count < COUNT_MOST) {
		ids->count++;
	} else {
		*ids = (struct event_ids){.ms = (ids->ms + 1) & MS_MOST};
	}
}

void event_id_next(struct event_ids *ids, uint64_t wall_ms,
		   const uint8_t random[EVENT_ID_RANDOM_SIZE], char text[EVENT_ID_TEXT_SIZE])
{
	step(ids, wall_ms);
	snprintf(text, EVENT_ID_TEXT_SIZE,
		 "urn:uuid:%08llx-%04llx-7%03x-%02x%02x-%02x%02x%02x%02x%02x%02x",
		 (unsigned long long)(ids->ms >> 16), (unsigned long long)(ids->ms & 0xffff),
		 ids->count & COUNT_MOST, 0x80 | (random[0] & 0x3f), random[1], random[2],
		 random[3], random[4], random[5], random[6], random[7]);
}

/* The text against a pattern: x is a hexadecimal digit, v one of the variant, all else itself. */
static int fits(const char *text)
{
	static const char PATTERN[] = "urn:uuid:xxxxxxxx-xxxx-7xxx-vxxx-xxxxxxxxxxxx";

	for (const char *wanted = PATTERN; *wanted; wanted++, text++) {
		const char *some = *wanted == 'x'   ? "0123456789abcdef"
				   : *wanted == 'v' ? "89ab"
						    : NULL;

		if (!*text || (some ? !strchr(some, *text) : *text != *wanted))
			return 0;
	}
	return !*text;
}

int event_id_continue(struct event_ids *ids, const char *text, struct error *err)
{
	unsigned high, low, count;

	if (!fits(text) || sscanf(text, "urn:uuid:%8x-%4x-7%3x", &high, &low, &count) != 3)
		return error_set(err, ERROR_USAGE,
				 "'%.60s' is not the name of an event (urn:uuid: and a "
				 "UUID of version 7)",
				 text);
	*ids = (struct event_ids){.ms = (uint64_t)high << 16 | low, .count = count};
	return 0;
}
