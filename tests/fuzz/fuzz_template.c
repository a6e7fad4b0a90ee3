/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Templates of ASCII instruments, and lines held against them: the input's first line is a template, the
 * rest what an instrument might say.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "codec/template.h"
#include "tests/fuzz/fuzz.h"

static void build(const char *text, size_t captures)
{
	static const double NUMBERS[] = {-1.5, 0, 1e6, 123456789.125, 3e-7, 42, 1e300, 0.1};
	struct buf line;
	struct error err;

	buf_init(&line);
	buf_add_text(&line, "kept");
	if (template_build(&line, text, NUMBERS, captures, &err) < 0)
		must(line.size == strlen("kept"));
	buf_done(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_parts parts = fuzz_split(data, size);
	char *line = fuzz_text(parts.rest, parts.size);
	struct capture captures[TEMPLATE_CAPTURES];
	size_t declared = 0, count = 0;
	struct error err;
	bool sound = template_check(parts.first, &declared, &err) == 0;
	bool matches = template_match(parts.first, line, captures, &count);

	must(count <= TEMPLATE_CAPTURES);
	if (sound) {
		must(declared <= TEMPLATE_CAPTURES);
		must(!matches || count == declared);
		build(parts.first, declared);
	}
	for (size_t i = 0; i < count; i++) {
		must(strlen(captures[i].text) < TEMPLATE_TEXT);
		must(!captures[i].is_number || isfinite(captures[i].number));
	}
	free(line);
	free(parts.first);
	return 0;
}
