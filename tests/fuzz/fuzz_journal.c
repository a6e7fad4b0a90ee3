/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A journal's file, whatever is in it: torn, damaged, or none at all. Reading ends, an error stays one,
 * and ending a journal that was cut short leaves one that reads to a verdict.
 */
#include <string.h>

#include "run/journal_read.h"
#include "tests/fuzz/fuzz.h"

struct reading {
	int result;
	size_t torn, verdicts;
};

static struct reading read_all(const char *folder)
{
	struct reading reading = {0};
	struct journal_item item;
	struct error err;
	struct journal_reader *reader = journal_reader_open(folder, &err);

	must(reader != NULL);
	while ((reading.result = journal_reader_next(reader, &item, &err)) > 0) {
		must(item.kind ? item.line && item.text : item.data != NULL);
		reading.verdicts += item.kind && !strcmp(item.kind, "verdict");
	}
	if (reading.result < 0)
		must(journal_reader_next(reader, &item, &err) < 0);
	reading.torn = journal_reader_torn(reader);
	journal_reader_close(reader);
	return reading;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *folder = fuzz_journal(data, size);
	struct reading before, after;
	struct error err;
	int ended;

	fuzz_beside("torn", NULL, 0);
	before = read_all(folder);
	must(before.torn <= size);
	ended = journal_end_cut_short(folder, "the power failed", &err);
	after = read_all(folder);
	if (ended == 1) {
		must(before.verdicts == 0);
		must(after.result == 0 && after.torn == 0 && after.verdicts == 1);
	} else {
		must(after.result == before.result && after.verdicts == before.verdicts);
	}
	return 0;
}
