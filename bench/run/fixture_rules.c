/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of a fixture: what the guard enforces without asking any script. Names are resolved to
 * lines and channels, and each limit is checked against what it will be asked of, so that no rule turns
 * out to mean nothing when it is needed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/fixture.h"

#define DEFAULT_AFTER SEC(5)

static const char *text_of(const struct value *value)
{
	return value->kind == VALUE_TEXT ? value->text : "?";
}

/* "device.write" with a safe value. */
static int find_setting(const struct fixture *fixture, const char *name,
			struct fixture_output *output)
{
	const char *dot = strchr(name, '.');
	const struct fixture_device *device;
	char first[32];

	snprintf(first, sizeof(first), "%.*s", dot ? (int)(dot - name) : 0, name);
	output->line = -1;
	output->device = dot ? fixture_find_device(fixture, first) : -1;
	if (output->device < 0)
		return -1;
	device = &fixture->device[output->device];
	output->setting = fixture_find_setting(device, driver_find_write(device->driver, dot + 1));
	return output->setting;
}

/* ---- the safe sequence ---- */

static bool in_sequence(const struct fixture *fixture, int line)
{
	for (size_t i = 0; i < fixture->safe_count; i++)
		if (fixture->safe_sequence[i] == line)
			return true;
	return false;
}

static bool is_sent(const struct fixture *fixture, int device, int setting)
{
	for (size_t i = 0; i < fixture->safe_write_count; i++)
		if (fixture->safe_write[i].device == device &&
		    fixture->safe_write[i].setting == setting)
			return true;
	return false;
}

static void add_write(struct fixture *fixture, const struct fixture_output *output)
{
	if (!is_sent(fixture, output->device, output->setting))
		fixture->safe_write[fixture->safe_write_count++] = *output;
}

static int add_to_sequence(struct fixture *fixture, const char *name, struct error *err)
{
	struct fixture_output output = {.line = fixture_find_line(fixture, name)};

	if (output.line < 0) {
		if (find_setting(fixture, name, &output) < 0)
			return error_set(err, ERROR_USAGE, "safe_sequence: '%s' is no output",
					 name);
		add_write(fixture, &output);
		return 0;
	}
	if (!fixture->line[output.line].output)
		return error_set(err, ERROR_USAGE, "safe_sequence: '%s' is no output", name);
	if (fixture->safe_write_count)
		return error_set(
			err, ERROR_USAGE,
			"safe_sequence: '%s' stands behind a device's write: lines move at "
			"once and come first",
			name);
	if (!in_sequence(fixture, output.line))
		fixture->safe_sequence[fixture->safe_count++] = output.line;
	return 0;
}

/* What the author left out follows in the order of its declaration, so that nothing is forgotten. */
static int compile_sequence(struct fixture *fixture, const struct value *list, struct error *err)
{
	for (size_t i = 0; i < value_count(list); i++)
		if (add_to_sequence(fixture, text_of(value_at(list, i)), err) < 0)
			return -1;
	for (size_t i = 0; i < fixture->line_count; i++)
		if (fixture->line[i].output && !in_sequence(fixture, (int)i))
			fixture->safe_sequence[fixture->safe_count++] = (int)i;
	for (size_t d = 0; d < fixture->device_count; d++)
		for (size_t i = 0; i < fixture->device[d].safe_count; i++)
			add_write(fixture, &(struct fixture_output){-1, (int)d, (int)i});
	return 0;
}

/* ---- interlocks ---- */

static int compile_guards(struct fixture *fixture, struct fixture_interlock *interlock,
			  const struct value *guards, struct error *err)
{
	if (value_count(guards) > FIXTURE_GUARDS)
		return error_set(err, ERROR_USAGE, "guards more than %d outputs", FIXTURE_GUARDS);
	for (size_t i = 0; i < value_count(guards); i++) {
		const char *name = text_of(value_at(guards, i));
		struct fixture_output *output = &interlock->guards[interlock->guard_count++];

		output->line = fixture_find_line(fixture, name);
		if (output->line >= 0 ? !fixture->line[output->line].output
				      : find_setting(fixture, name, output) < 0)
			return error_set(err, ERROR_USAGE,
					 "guards '%s', which is no output: a valve, a switch, or a "
					 "device's write that has a value under `safe`",
					 name);
	}
	return 0;
}

static size_t place_in_sequence(const struct fixture *fixture, int line)
{
	size_t at = 0;

	while (fixture->safe_sequence[at] != line)
		at++;
	return at;
}

/* An output that others need goes to safe after them, unless it is what they need when it is safe. */
static int check_sequence(const struct fixture *fixture, const struct fixture_interlock *interlock,
			  struct error *err)
{
	const struct fixture_line *needed = &fixture->line[interlock->line];

	if (!needed->output || limit_met_state(&interlock->limit, needed->safe))
		return 0;
	for (size_t i = 0; i < interlock->guard_count; i++) {
		int line = interlock->guards[i].line;

		if (line < 0 ||
		    place_in_sequence(fixture, line) > place_in_sequence(fixture, interlock->line))
			return error_set(
				err, ERROR_USAGE,
				"the safe sequence makes %s %s before what needs it "
				"otherwise is safe: put it behind, or let it be safe as %s",
				needed->name, fixture_level_name(needed, needed->safe),
				fixture_level_name(needed, !needed->safe));
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

/* How often a channel is asked at most when the guard wants it; 0: it comes when it comes. */
static nsec rate_of(const struct fixture *fixture, const struct fixture_channel *channel)
{
	const struct driver *driver = fixture->device[channel->device].driver;

	if (fixture_channel_streams(fixture, channel))
		return driver->stream[driver->read[channel->read].stream].every;
	return channel->every;
}

static int compile_fresh(const struct fixture *fixture, struct fixture_interlock *interlock,
			 const struct value *value, struct error *err)
{
	const struct fixture_channel *channel;

	if (fixture_duration(&interlock->fresh, value, "fresh", 0, err) < 0)
		return -1;
	if (!value_get(value, "fresh"))
		return 0;
	if (interlock->fresh <= 0)
		return error_set(err, ERROR_USAGE, "fresh must be more than nothing");
	if (interlock->channel < 0)
		return error_set(
			err, ERROR_USAGE,
			"fresh is about a channel's readings; a line is known at all times");
	channel = &fixture->channel[interlock->channel];
	if (channel->breath && !interlock->after)
		return error_set(err, ERROR_USAGE,
				 "fresh without `after`: %s has no reading before something "
				 "breathes, so nothing could ever begin",
				 channel->name);
	if (!channel->breath && channel->device >= 0 &&
	    rate_of(fixture, channel) >= interlock->fresh)
		return error_set(err, ERROR_USAGE,
				 "fresh: %s comes every %.6g s, and could not be younger than "
				 "%.6g s at all times",
				 channel->name, nsec_seconds(rate_of(fixture, channel)),
				 nsec_seconds(interlock->fresh));
	return 0;
}

/* The bench waits for what an interlock needs: of what may never come somebody must be able to say so. */
static int check_comes(const struct fixture *fixture, const struct fixture_interlock *interlock,
		       struct error *err)
{
	const struct fixture_channel *channel;
	const struct driver *driver;
	const struct driver_stream *stream;

	if (interlock->channel < 0 || interlock->after)
		return 0;
	channel = &fixture->channel[interlock->channel];
	if (channel->breath || !fixture_channel_streams(fixture, channel))
		return 0;
	driver = fixture->device[channel->device].driver;
	stream = &driver->stream[driver->read[channel->read].stream];
	if (stream->silent)
		return 0;
	return error_set(err, ERROR_USAGE,
			 "needs '%s', which comes when it comes: the bench would wait for it "
			 "without end if nothing came; give the stream '%s' of driver '%s' a "
			 "`silent`, after which nothing is an error",
			 channel->name, stream->name, driver->id);
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
	    check_interlock_limit(fixture, interlock, err) < 0 ||
	    fixture_duration(&interlock->after, value, "after", 0, err) < 0)
		return -1;
	if (compile_guards(fixture, interlock, value_get(value, "guards"), err) < 0 ||
	    compile_fresh(fixture, interlock, value, err) < 0 ||
	    check_comes(fixture, interlock, err) < 0)
		return -1;
	return interlock->line >= 0 ? check_sequence(fixture, interlock, err) : 0;
}

static int compile_interlocks(struct fixture *fixture, const struct value *list, struct error *err)
{
	for (size_t i = 0; i < value_count(list); i++)
		if (compile_interlock(fixture, value_at(list, i), err) < 0)
			return error_context(err, "interlock %zu", i + 1);
	return 0;
}

/* ---- what follows its setting ---- */

/* One term of "0.05 L/min + 2 %". */
static int read_within(struct fixture_follow *follow, const char *term, const struct unit *unit,
		       struct error *err)
{
	size_t digits = quantity_number_size(term);
	struct quantity step;

	if (digits && !strcmp(term + digits + strspn(term + digits, " "), "%")) {
		follow->share += strtod(term, NULL) / 100;
		return 0;
	}
	if (quantity_parse(&step, term, err) < 0)
		return -1;
	if (!unit_same_kind(&step.unit, unit))
		return error_set(err, ERROR_USAGE, "'%s' is not in %s", term, unit->symbol);
	follow->within += step.value - step.unit.offset; /* a step of °C is one of K */
	return 0;
}

static int compile_within(struct fixture_follow *follow, const char *text, const struct unit *unit,
			  struct error *err)
{
	char term[64];
	const char *plus;

	if (!text)
		return error_set(err, ERROR_USAGE,
				 "needs `within`, as in \"0.05 L/min\" or \"0.05 L/min + 2 %%\"");
	for (; text; text = plus ? plus + 3 : NULL) {
		plus = strstr(text, " + ");
		snprintf(term, sizeof(term), "%.*s",
			 (int)(plus ? (size_t)(plus - text) : strlen(text)), text);
		if (read_within(follow, term, unit, err) < 0)
			return error_context(err, "within");
	}
	if (follow->within < 0 || follow->share < 0 || follow->within + follow->share <= 0)
		return error_set(err, ERROR_USAGE, "within must be more than nothing");
	return 0;
}

static int find_what_follows(struct fixture *fixture, struct fixture_follow *follow,
			     const struct value *value, struct error *err)
{
	const struct driver *driver = fixture->device[follow->device].driver;
	const char *read = value_get_text(value, "read"), *write = value_get_text(value, "write");

	if (!read || driver_find_read(driver, read) < 0)
		return error_set(err, ERROR_USAGE, "its driver has no read '%s'", read ? read : "");
	follow->write = write ? driver_find_write(driver, write) : -1;
	if (follow->write < 0)
		return error_set(err, ERROR_USAGE, "its driver has no write '%s'",
				 write ? write : "");
	follow->channel = fixture_hidden_channel(fixture, follow->device, read, err);
	if (follow->channel < 0)
		return -1;
	if (!unit_same_kind(&fixture->channel[follow->channel].unit,
			    &driver->write[follow->write].unit))
		return error_set(err, ERROR_USAGE,
				 "%s is in %s and %s in %s: one cannot follow "
				 "the other",
				 read, fixture->channel[follow->channel].unit.symbol, write,
				 driver->write[follow->write].unit.symbol);
	return 0;
}

static int compile_follow(struct fixture *fixture, int device, const struct value *value,
			  struct error *err)
{
	const char *else_says = value_get_text(value, "else_says");
	struct fixture_follow *follow;

	if (fixture->follow_count == FIXTURE_FOLLOWS)
		return error_set(err, ERROR_USAGE, "more than %d of a fixture", FIXTURE_FOLLOWS);
	if (fixture->device[device].dut)
		return error_set(err, ERROR_USAGE,
				 "it is the device under test: one that does not follow is a FAIL, "
				 "which a measure of the protocol has to find");
	follow = &fixture->follow[fixture->follow_count++];
	follow->device = device;
	snprintf(follow->else_says, sizeof(follow->else_says), "%s",
		 else_says ? else_says : "not supplied, blocked, or faulty");
	if (find_what_follows(fixture, follow, value, err) < 0 ||
	    compile_within(follow, value_get_text(value, "within"),
			   &fixture->channel[follow->channel].unit, err) < 0)
		return -1;
	return fixture_duration(&follow->after, value, "after", DEFAULT_AFTER, err);
}

static int compile_follows(struct fixture *fixture, const struct value *devices, struct error *err)
{
	for (size_t i = 0; i < value_count(devices); i++) {
		const struct value *list = value_get(value_at(devices, i), "follows");
		int device = fixture_find_device(fixture, value_key(devices, i));

		for (size_t f = 0; f < value_count(list); f++)
			if (compile_follow(fixture, device, value_at(list, f), err) < 0)
				return error_context(err, "device '%s': follows",
						     value_key(devices, i));
	}
	return 0;
}

/* ---- what runs share ---- */

static int compile_resource(struct fixture *fixture, const char *name, const struct value *kind,
			    struct error *err)
{
	const char *word = kind->kind == VALUE_TEXT ? kind->text : "";
	struct fixture_resource *resource = &fixture->resource[fixture->resource_count];

	if (fixture->resource_count == FIXTURE_RESOURCES)
		return error_set(err, ERROR_USAGE, "more than %d resources", FIXTURE_RESOURCES);
	if (strlen(name) >= sizeof(resource->name))
		return error_set(err, ERROR_USAGE, "'%s': a name has at most 31 bytes", name);
	if (strcmp(word, "exclusive") != 0 && strcmp(word, "in_step") != 0)
		return error_set(err, ERROR_USAGE,
				 "resource '%s' is \"exclusive\" or \"in_step\", not '%s'", name,
				 word);
	if (fixture_find_resource(fixture, name))
		return strcmp(word, "exclusive")
			       ? error_set(err, ERROR_USAGE, "the operator is always exclusive")
			       : 0;
	strcpy(resource->name, name);
	resource->in_step = !strcmp(word, "in_step");
	fixture->resource_count++;
	return 0;
}

static int compile_resources(struct fixture *fixture, const struct value *map, struct error *err)
{
	strcpy(fixture->resource[fixture->resource_count++].name, "operator");
	for (size_t i = 0; i < value_count(map); i++)
		if (compile_resource(fixture, value_key(map, i), value_at(map, i), err) < 0)
			return -1;
	return 0;
}

const struct fixture_resource *fixture_find_resource(const struct fixture *fixture,
						     const char *name)
{
	for (size_t i = 0; i < fixture->resource_count; i++)
		if (!strcmp(fixture->resource[i].name, name))
			return &fixture->resource[i];
	return NULL;
}

int fixture_compile_rules(struct fixture *fixture, const struct value *value, struct error *err)
{
	if (compile_resources(fixture, value_get(value, "resources"), err) < 0)
		return -1;
	if (compile_sequence(fixture, value_get(value, "safe_sequence"), err) < 0)
		return -1;
	if (fixture_compile_read_backs(fixture, value_get(value, "lines"), err) < 0 ||
	    fixture_compile_bounds(fixture, value_get(value, "devices"), err) < 0)
		return -1;
	if (compile_interlocks(fixture, value_get(value, "interlocks"), err) < 0)
		return -1;
	return compile_follows(fixture, value_get(value, "devices"), err);
}
