/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of a fixture: what the guard enforces without asking any script. Names are resolved to
 * lines and channels, and each limit is checked against what it will be asked of, so that no rule turns
 * out to mean nothing when it is needed.
 */
#include <stdio.h>

#include "run/fixture.h"

static int compile_guards(struct fixture *fixture, struct fixture_interlock *interlock,
			  const struct value *guards, struct error *err)
{
	if (value_count(guards) > FIXTURE_GUARDS)
		return error_set(err, ERROR_USAGE, "guards more than %d outputs", FIXTURE_GUARDS);
	for (size_t i = 0; i < value_count(guards); i++) {
		const struct value *name = value_at(guards, i);
		int line = name->kind == VALUE_TEXT ? fixture_find_line(fixture, name->text) : -1;

		if (line < 0 || !fixture->line[line].output)
			return error_set(err, ERROR_USAGE, "guards '%s', which is no output",
					 name->kind == VALUE_TEXT ? name->text : "?");
		interlock->guards[interlock->guard_count++] = line;
	}
	return 0;
}

/* What the limit will be asked of: a level, or the channel's quantity. */
static int check_interlock_limit(const struct fixture *fixture,
				 const struct fixture_interlock *interlock, struct error *err)
{
	struct quantity probe = {0};

	if (interlock->channel >= 0)
		probe.unit = fixture->channel[interlock->channel].unit;
	else if (!limit_is_state(&interlock->limit))
		return error_set(err, ERROR_USAGE, "'%s' is asked of a line, which is on or off",
				 interlock->limit.text);
	else if (unit_parse(&probe.unit, "1", err) < 0)
		return -1;
	return limit_check_dimension(&interlock->limit, &probe, err);
}

static int compile_interlock(struct fixture *fixture, const struct value *value, struct error *err)
{
	struct fixture_interlock *interlock = &fixture->interlock[fixture->interlock_count++];
	const char *text = value_get_text(value, "text");
	const char *needs = value_get_text(value, "needs");
	const char *limit = value_get_text(value, "limit");

	snprintf(interlock->text, sizeof(interlock->text), "%s", text ? text : "");
	interlock->line = needs ? fixture_find_line(fixture, needs) : -1;
	interlock->channel =
		needs && interlock->line < 0 ? fixture_find_channel(fixture, needs) : -1;
	if (interlock->line < 0 && interlock->channel < 0)
		return error_set(err, ERROR_USAGE, "needs '%s', which is no line and no channel",
				 needs ? needs : "");
	if (limit_parse(&interlock->limit, limit ? limit : "on", err) < 0 ||
	    check_interlock_limit(fixture, interlock, err) < 0)
		return -1;
	return compile_guards(fixture, interlock, value_get(value, "guards"), err);
}

static int compile_interlocks(struct fixture *fixture, const struct value *list, struct error *err)
{
	for (size_t i = 0; i < value_count(list); i++)
		if (compile_interlock(fixture, value_at(list, i), err) < 0)
			return error_context(err, "interlock %zu", i + 1);
	return 0;
}

int fixture_compile_rules(struct fixture *fixture, const struct value *value, struct error *err)
{
	return compile_interlocks(fixture, value_get(value, "interlocks"), err);
}
