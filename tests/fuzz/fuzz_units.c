/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list of a lot's units: what is read is sorted, has each unit once, and reads as itself from its canonical form; of every list as many
 * units are drawn as are asked for, no unit twice.
 */
#include <string.h>

#include "base/spelling.h"
#include "record/unit_draw.h"
#include "record/unit_list.h"
#include "tests/fuzz/fuzz.h"

enum { SAMPLE = 4 };
static const char SEED[] = "3162316231623162316231625";

static void check_canonical(const struct unit_list *list)
{
	struct unit_list again;
	struct error err;
	struct buf text;

	buf_init(&text);
	unit_list_write(list, &text);
	must(unit_list_parse(&again, text.data, text.size, "again", &err) == 0);
	must(again.count == list->count && !strcmp(again.sha256, list->sha256));
	unit_list_done(&again);
	buf_done(&text);
}

static void check_drawn(const struct unit_list *list)
{
	const char *drawn[SAMPLE] = {0};

	draw_units(list, SEED, SAMPLE, drawn);
	for (size_t i = 0; i < SAMPLE; i++) {
		must((drawn[i] != NULL) == (i < list->count));
		for (size_t k = 0; k < i && drawn[i]; k++)
			must(!spelling_same(drawn[i], drawn[k]));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct unit_list list;
	struct error err;
	struct buf text;

	buf_init(&text);
	buf_add(&text, data, size);
	if (unit_list_parse(&list, text.data, text.size, "input", &err) == 0) {
		must(list.count > 0);
		for (size_t i = 1; i < list.count; i++)
			must(strcmp(list.units[i - 1], list.units[i]) < 0);
		check_canonical(&list);
		check_drawn(&list);
	}
	unit_list_done(&list);
	buf_done(&text);
	return 0;
}
