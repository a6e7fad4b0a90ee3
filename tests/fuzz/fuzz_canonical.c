/* SPDX-License-Identifier: Apache-2.0 */
/* Canonical JSON: any JSON that can be written so reads back, and comes out as the same bytes. */
#include <string.h>

#include "base/json.h"
#include "record/canonical.h"
#include "tests/fuzz/fuzz.h"

static void check_again(const struct buf *text)
{
	struct error err;
	struct value *value = canonical_parse(text->data, text->size, "again", &err);
	struct buf again;

	must(value != NULL);
	buf_init(&again);
	must(canonical_write(&again, value, "again", &err) == 0);
	must(again.size == text->size && memcmp(again.data, text->data, again.size) == 0);
	buf_done(&again);
	value_free(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = {0};
	struct value *value = json_parse_reals((const char *)data, size, "input", &err);
	struct value *strict = canonical_parse((const char *)data, size, "input", &err);
	struct buf text;

	buf_init(&text);
	must(value || !strict);
	if (value && canonical_write(&text, value, "input", &err) == 0) {
		bool same = text.size == size && memcmp(text.data, data, size) == 0;

		must(same == (strict != NULL));
		check_again(&text);
	} else {
		must(!strict && err.text[0] && !text.size);
	}
	buf_done(&text);
	value_free(strict);
	value_free(value);
	return 0;
}
