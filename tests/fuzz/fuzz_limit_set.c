/* SPDX-License-Identifier: Apache-2.0 */
/* A laboratory's limit set: what is read of it freezes into limits, or is refused by name. */
#include "run/limit_set.h"
#include "tests/fuzz/fuzz.h"

static const char *const KEYS[] = {"t90", "basic_error", "x", "p/x"};

static void freeze(const struct limit_set *set, const char *key, bool with_own)
{
	struct value *own = value_map();
	struct frozen_limit frozen;
	char text[300];
	struct error err;

	value_set_text(own, "key", key);
	value_set_text(own, "standard", "in-house");
	if (with_own) {
		value_set_text(own, "text", "<= 20 s");
		value_set_text(own, "grade", "verbatim");
	}
	if (limit_freeze(&frozen, own, "methane_transmitter.performance", set, &err) == 0) {
		must(frozen.known || !with_own);
		limit_need(&frozen, text, sizeof(text));
		value_free(limit_describe(&frozen));
	}
	value_free(own);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err;
	struct limit_set *set = limit_set_parse((const char *)data, size, "input", &err);
	struct value *keys, *warnings;

	if (!set)
		return 0;
	must(limit_set_name(set) != NULL);
	keys = value_list();
	warnings = value_list();
	for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]); i++) {
		value_add(keys, value_text(KEYS[i]));
		freeze(set, KEYS[i], false);
		freeze(set, KEYS[i], true);
	}
	limit_set_warn(set, "methane_transmitter.performance", keys, warnings);
	value_free(warnings);
	value_free(keys);
	limit_set_free(set);
	return 0;
}
