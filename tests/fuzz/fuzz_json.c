/* SPDX-License-Identifier: Apache-2.0 */
/* JSON as it comes from files, journals and commands: what is written of it reads back as the same. */
#include <stdlib.h>

#include "base/json.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct value *value, *again;
	struct buf text, twice;
	struct error err;

	value = json_parse((const char *)data, size, "input", &err);
	if (!value)
		return 0;
	buf_init(&text);
	buf_init(&twice);
	json_write(&text, value);
	again = json_parse(text.data, text.size, "again", &err);
	must(again != NULL);
	must(value_same(value, again));
	json_write(&twice, again);
	must(text.size == twice.size);
	value_free(again);
	value_free(value);
	buf_done(&twice);
	buf_done(&text);
	return 0;
}
