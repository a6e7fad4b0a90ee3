/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shapes, as paths to the tables that must have names; "*" is every entry of a table. The tables
 * themselves may be absent: what must be there is for those who compile to say.
 */
#include "run/shape.h"

#include <string.h>

static const struct {
	const char *kind, *path;
} NAMED[] = {
	{"driver", ""},
	{"driver", "framing"},
	{"driver", "identify"},
	{"driver", "refusals"},
	{"driver", "reads"},
	{"driver", "reads.*"},
	{"driver", "writes"},
	{"driver", "writes.*"},
	{"driver", "writes.*.words"},
	{"driver", "streams"},
	{"driver", "streams.*"},
	{"driver", "scans"},
	{"driver", "scans.*"},
	{"fixture", ""},
	{"fixture", "ports"},
	{"fixture", "ports.*"},
	{"fixture", "devices"},
	{"fixture", "devices.*"},
	{"fixture", "devices.*.safe"},
	{"fixture", "devices.*.longest"},
	{"fixture", "devices.*.bounds"},
	{"fixture", "lines"},
	{"fixture", "lines.*"},
	{"fixture", "channels"},
	{"fixture", "references"},
	{"fixture", "resources"},
	{"fixture", "gases"},
	{"protocol", ""},
	{"protocol", "params"},
	{"protocol", "params.*"},
	{"protocol", "params.*.method"},
	{"protocol", "dut"},
	{"protocol", "bounds"},
	{"protocol", "adjusts"},
	{"protocol", "adjusts.*"},
	{"protocol", "environment"},
	{"protocol", "environment.*"},
	{"protocol", "environment.*.limit"},
	{"protocol", "sampling"},
	{"protocol", "sampling.*"},
	{"protocol", "sampling.*.limit"},
	{"protocol", "interruptions"},
	{"protocol", "interruptions.*"},
	{"protocol", "interruptions.*.limit"},
	{"protocol", "bdf"},
	{"protocol", "steps.*"},
	{"protocol", "steps.*.measures"},
	{"protocol", "steps.*.measures.*"},
	{"protocol", "steps.*.measures.*.limit"},
	{"station", ""},
	{"station", "readers"},
	{"station", "slots.*"},
	{"station", "slots.*.ports"},
	{"station", "slots.*.ports.*"},
	{"station", "slots.*.lines"},
	{"station", "slots.*.lines.*"},
	{"station", "slots.*.identities"},
};

static bool is_absent(const struct value *value)
{
	return !value || value->kind == VALUE_NIL ||
	       (value->kind == VALUE_LIST && value->count == 0);
}

static int walk(const struct value *value, const char *path, struct error *err);

static int walk_all(const struct value *value, const char *rest, struct error *err)
{
	for (size_t i = 0; i < value_count(value); i++) {
		const char *key = value_key(value, i);

		if (walk(value_at(value, i), rest, err) == 0)
			continue;
		return key ? error_context(err, "%.40s", key)
			   : error_context(err, "entry %zu", i + 1);
	}
	return 0;
}

static int walk(const struct value *value, const char *path, struct error *err)
{
	size_t size = strcspn(path, ".");
	const char *rest = path + size + (path[size] == '.');
	char key[16];

	if (is_absent(value))
		return 0;
	if (!*path)
		return value->kind == VALUE_MAP
			       ? 0
			       : error_set(err, ERROR_USAGE, "must be a table with names");
	if (*path == '*')
		return walk_all(value, rest, err);
	memcpy(key, path, size);
	key[size] = '\0';
	return walk(value_get(value, key), rest, err) < 0 ? error_context(err, "%s", key) : 0;
}

int shape_check(const char *kind, const struct value *value, struct error *err)
{
	for (size_t i = 0; i < sizeof(NAMED) / sizeof(NAMED[0]); i++)
		if (!strcmp(NAMED[i].kind, kind) && walk(value, NAMED[i].path, err) < 0)
			return -1;
	return 0;
}
