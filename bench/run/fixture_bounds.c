/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bounds of settings, and contacts that show what an output does.
 *
 * A driver's range says what its instrument can; a fixture's bound, what is allowed on this bench; a
 * protocol's, what its test needs. Each must lie inside the one before, and the narrowest is enforced: so
 * that one bench can do an abuse test and a gentle one, and a slip in a parameter of the gentle one meets
 * a bound of its own. The same holds of the limit of an interlock on a channel. A bound that would widen
 * what is there is refused by name before anything is begun, since whoever wrote it believes otherwise.
 *
 * A contact that is wired to show an output (an auxiliary contact of a contactor, a valve's end switch)
 * is named by the output and belongs to it alone.
 */
#include <stdio.h>
#include <string.h>

#include "run/fixture.h"

/* ---- bounds of settings ---- */

static struct fixture_bound *find_bound(struct fixture *fixture, int device, int write)
{
	for (size_t i = 0; i < fixture->bound_count; i++)
		if (fixture->bound[i].device == device && fixture->bound[i].write == write)
			return &fixture->bound[i];
	return NULL;
}

/* A limit in numbers that a value in this unit can be held against. */
static int parse_bound(struct limit *limit, const char *text, const struct unit *unit,
		       struct error *err)
{
	struct quantity probe = {.unit = *unit};

	if (limit_parse(limit, text, err) < 0)
		return -1;
	for (size_t i = 0; i < limit->bounds; i++)
		if (limit->bound[i].kind == BOUND_STATE || limit->bound[i].of_reference)
			return error_set(err, ERROR_USAGE, "'%s' is no bound in %s", text,
					 unit->symbol);
	return limit_check_dimension(limit, &probe, err);
}

static int check_write(const struct driver_item *write, const struct limit *limit,
		       struct error *err)
{
	if (write->word_count)
		return error_set(err, ERROR_USAGE, "it takes words, which need no bound");
	if (write->ranged && !limit_is_within(limit, &write->range))
		return error_set(err, ERROR_USAGE,
				 "'%s' is wider than '%s', which is all that its instrument can",
				 limit->text, write->range.text);
	return 0;
}

/* What makes the bench safe must never be refused. */
static int check_safe_value(const struct fixture_device *device, int index,
			    const struct limit *limit, struct error *err)
{
	int setting = fixture_find_setting(device, index);
	const struct driver_item *write = &device->driver->write[index];
	struct quantity safe;
	char text[64];

	if (setting < 0)
		return 0;
	safe = quantity_of(device->safe[setting].number, &write->unit);
	if (limit_met(limit, &safe))
		return 0;
	quantity_print(&safe, 0, text, sizeof(text));
	return error_set(err, ERROR_USAGE, "its safe value %s is outside '%s'", text, limit->text);
}

static int compile_bound(struct fixture *fixture, int device, const char *name,
			 const struct value *value, struct error *err)
{
	const struct fixture_device *spec = &fixture->device[device];
	int write = driver_find_write(spec->driver, name);
	struct fixture_bound *bound;

	if (write < 0 || value->kind != VALUE_TEXT)
		return error_set(err, ERROR_USAGE, "the driver has no such write");
	if (fixture->bound_count == FIXTURE_BOUNDED)
		return error_set(err, ERROR_USAGE, "more than %d bounds of a fixture",
				 FIXTURE_BOUNDED);
	bound = &fixture->bound[fixture->bound_count++];
	*bound = (struct fixture_bound){.device = device, .write = write};
	if (parse_bound(&bound->limit, value->text, &spec->driver->write[write].unit, err) < 0 ||
	    check_write(&spec->driver->write[write], &bound->limit, err) < 0)
		return -1;
	return check_safe_value(spec, write, &bound->limit, err);
}

int fixture_compile_bounds(struct fixture *fixture, const struct value *devices, struct error *err)
{
	for (size_t i = 0; i < value_count(devices); i++) {
		const struct value *bounds = value_get(value_at(devices, i), "bounds");
		const char *name = value_key(devices, i);
		int device = fixture_find_device(fixture, name);

		for (size_t b = 0; b < value_count(bounds); b++)
			if (compile_bound(fixture, device, value_key(bounds, b),
					  value_at(bounds, b), err) < 0)
				return error_context(err, "device '%s': bounds.%s", name,
						     value_key(bounds, b));
	}
	return 0;
}

/* ---- what a protocol asks for below them ---- */

static int take_setting(struct fixture *fixture, int device, int write, const char *text,
			struct error *err)
{
	const struct fixture_device *spec = &fixture->device[device];
	const struct driver_item *item = &spec->driver->write[write];
	struct fixture_bound *bound = find_bound(fixture, device, write);
	struct limit limit;

	if (parse_bound(&limit, text, &item->unit, err) < 0 || check_write(item, &limit, err) < 0 ||
	    check_safe_value(spec, write, &limit, err) < 0)
		return -1;
	if (bound && !limit_is_within(&limit, &bound->limit))
		return error_set(err, ERROR_USAGE,
				 "'%s' is wider than '%s', the hard bound of fixture %s", text,
				 bound->limit.text, fixture->id);
	if (!bound && fixture->bound_count == FIXTURE_BOUNDED)
		return error_set(err, ERROR_USAGE, "more than %d bounds", FIXTURE_BOUNDED);
	if (!bound)
		bound = &fixture->bound[fixture->bound_count++];
	*bound = (struct fixture_bound){device, write, limit, true};
	return 0;
}

static int take_channel(struct fixture *fixture, int channel, const char *text, struct error *err)
{
	bool found = false;
	struct limit limit;

	if (parse_bound(&limit, text, &fixture->channel[channel].unit, err) < 0)
		return -1;
	for (size_t i = 0; i < fixture->interlock_count; i++) {
		struct fixture_interlock *interlock = &fixture->interlock[i];

		if (interlock->channel != channel)
			continue;
		if (!limit_is_within(&limit, &interlock->limit))
			return error_set(
				err, ERROR_USAGE,
				"'%s' is wider than '%s', the hard bound of fixture %s (%s)", text,
				interlock->limit.text, fixture->id, interlock->text);
		interlock->limit = limit;
		interlock->of_protocol = true;
		found = true;
	}
	if (!found)
		return error_set(err, ERROR_USAGE,
				 "no interlock of fixture %s needs this channel: a script's own "
				 "bound is fx.%s:guard \"%s\"",
				 fixture->id, fixture->channel[channel].name, text);
	return 0;
}

static int take_bound(struct fixture *fixture, const char *name, const char *text,
		      struct error *err)
{
	const char *dot = strchr(name, '.');
	int device = -1, write = -1, channel;
	char first[32];

	if (!dot) {
		channel = fixture_find_channel(fixture, name);
		if (channel < 0)
			return error_set(err, ERROR_USAGE,
					 "fixture %s has no channel of this name; a setting is "
					 "written as \"device.write\"",
					 fixture->id);
		return take_channel(fixture, channel, text, err);
	}
	snprintf(first, sizeof(first), "%.*s", (int)(dot - name), name);
	device = fixture_find_device(fixture, first);
	if (device >= 0)
		write = driver_find_write(fixture->device[device].driver, dot + 1);
	if (write < 0)
		return error_set(err, ERROR_USAGE, "fixture %s has no such setting", fixture->id);
	return take_setting(fixture, device, write, text, err);
}

int fixture_take_bounds(struct fixture *fixture, const struct value *bounds, struct error *err)
{
	if (value_count(bounds) && bounds->kind != VALUE_MAP)
		return error_set(err, ERROR_USAGE, "bounds: must be a table with names");
	for (size_t i = 0; i < value_count(bounds); i++) {
		const struct value *text = value_at(bounds, i);

		if (take_bound(fixture, value_key(bounds, i),
			       text->kind == VALUE_TEXT ? text->text : "", err) < 0)
			return error_context(err, "bounds: %s", value_key(bounds, i));
	}
	return 0;
}

/* ---- contacts that show an output ---- */

static int compile_read_back(struct fixture *fixture, int index, const struct value *value,
			     struct error *err)
{
	struct fixture_line *line = &fixture->line[index];
	const char *name = value_get_text(value, "read_back");
	struct fixture_line *contact;
	int shows;

	if (!name && value_get(value, "within"))
		return error_set(err, ERROR_USAGE,
				 "`within` says how soon its `read_back` follows");
	if (!name)
		return 0;
	shows = fixture_find_line(fixture, name);
	if (shows < 0 || fixture->line[shows].kind != LINE_CONTACT)
		return error_set(err, ERROR_USAGE, "read_back: '%s' is no contact", name);
	contact = &fixture->line[shows];
	if (contact->shows >= 0)
		return error_set(err, ERROR_USAGE, "read_back: '%s' shows %s already", name,
				 fixture->line[contact->shows].name);
	if (fixture_duration(&line->within, value, "within", 0, err) < 0)
		return -1;
	if (line->within <= contact->debounce)
		return error_set(err, ERROR_USAGE,
				 "read_back needs `within`, how soon the contact follows: longer "
				 "than its debounce of %.6g s",
				 nsec_seconds(contact->debounce));
	line->read_back = shows;
	contact->shows = index;
	return 0;
}

int fixture_compile_read_backs(struct fixture *fixture, const struct value *lines,
			       struct error *err)
{
	for (size_t i = 0; i < fixture->line_count; i++)
		if (compile_read_back(fixture, (int)i, value_at(lines, i), err) < 0)
			return error_context(err, "line '%s'", fixture->line[i].name);
	return 0;
}
