/* SPDX-License-Identifier: Apache-2.0 */
/* Declarations as a person reads them. A limit that is a gap shows as the standard that it is needed from. */
#include "cli/declared.h"

#include <stdbool.h>

#include "cli/words.h"

static const struct {
	struct words environment, sampling, method, destructive, gap;
} TEXTS = {
	.environment = {"environment", "环境条件"},
	.sampling = {"sampling", "采样率"},
	.method = {"method", "方法要求"},
	.destructive = {"destructive", "破坏性试验"},
	.gap = {"needed from", "限值出自"},
};

/* Where one part of the line begins: with its word, the first time. */
static void begin(struct buf *out, size_t start, bool *begun, struct words word)
{
	if (*begun)
		buf_add_text(out, ", ");
	else
		buf_printf(out, "%s%s ", out->size > start ? "; " : "", say(word));
	*begun = true;
}

static void add_limit(struct buf *out, const char *name, const struct value *limit)
{
	const char *text = value_get_text(limit, "text");
	const char *standard = value_get_text(limit, "standard");

	if (text)
		buf_printf(out, "%s %s", name, text);
	else
		buf_printf(out, "%s (%s %s)", name, say(TEXTS.gap), standard ? standard : "?");
}

static void add_limits(struct buf *out, size_t start, const struct value *map, const char *key,
		       struct words word)
{
	bool begun = false;

	for (size_t i = 0; i < value_count(map); i++) {
		const struct value *limit = value_get(value_at(map, i), key);

		if (!limit)
			continue;
		begin(out, start, &begun, word);
		add_limit(out, value_key(map, i), limit);
	}
}

void declared_add(struct buf *out, const struct value *protocol)
{
	size_t start = out->size;

	add_limits(out, start, value_get(protocol, "environment"), "limit", TEXTS.environment);
	add_limits(out, start, value_get(protocol, "sampling"), "limit", TEXTS.sampling);
	add_limits(out, start, value_get(protocol, "params"), "method", TEXTS.method);
	if (value_get_bool(protocol, "destructive"))
		buf_printf(out, "%s%s", out->size > start ? "; " : "", say(TEXTS.destructive));
}
