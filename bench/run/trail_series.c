/* SPDX-License-Identifier: Apache-2.0 */
#include "run/trail_series.h"

#include <string.h>

#include "run/trail_parts.h"

const struct fixture *trail_fixture(const struct trail *trail)
{
	return trail->fixture;
}

/* ---- samples ---- */

struct receiving_all {
	const struct trail *trail;
	const struct trail_receiver *receiver;
};

static void take_samples(void *ctx, trail_place place, const struct journal_item *item,
			 const struct bench_sample *samples, size_t count)
{
	const struct receiving_all *all = ctx;

	(void)place;
	all->receiver->samples(all->receiver->ctx, item->subject, samples, count);
}

/* Does this line speak of the channel, or of what a computed one comes from? */
static bool is_of(const struct fixture *fixture, const struct fixture_channel *channel,
		  const struct value *line)
{
	const char *device = value_get_text(line, "device"), *port = value_get_text(line, "port");
	const struct fixture_channel *behind = fixture_channel_behind(fixture, channel);
	const struct fixture_device *its;

	if (behind->device < 0)
		return false;
	its = &fixture->device[behind->device];
	if (port)
		return !strcmp(port, fixture->port[its->port].name);
	return device && !strcmp(device, its->name) && fixture_channel_streams(fixture, behind);
}

static void take_item(void *ctx, trail_place place, const struct journal_item *item)
{
	const struct receiving_all *all = ctx;
	const struct fixture *fixture = all->trail->fixture;

	(void)place;
	if (!fixture || !all->receiver->parted)
		return;
	if (item->kind && strcmp(item->kind, "gap") != 0 && strcmp(item->kind, "wire") != 0)
		return;
	if (!item->kind && item->entry != ENTRY_EDGE)
		return;
	for (size_t i = 0; i < fixture->channel_count; i++) {
		const struct fixture_channel *channel = &fixture->channel[i];

		if (item->kind ? is_of(fixture, channel, item->line)
			       : channel->state && channel->line == item->subject)
			all->receiver->parted(all->receiver->ctx, (int)i,
					      item->kind ? 0 : item->time);
	}
}

int trail_receive(const struct trail *trail, const struct trail_receiver *receiver,
		  struct error *err)
{
	struct receiving_all all = {trail, receiver};
	struct trail_scan scan = {.item = take_item, .samples = take_samples, .ctx = &all};

	return trail_scan(trail, &scan, err);
}

/* ---- events ---- */

static struct value *event_new(nsec time, const char *kind)
{
	struct value *event = value_map();

	value_set_int(event, "t", time);
	value_set_text(event, "kind", kind);
	return event;
}

static struct value *event_of_step(const struct trail_request *request)
{
	struct value *event = event_new(request->opened, "step");

	value_set_text(event, "step", value_get_text(request->says, "step"));
	return event;
}

/* `level`: that of every line until now. NULL: nothing changed. */
static struct value *event_of_act(const struct trail *trail, const struct trail_request *request,
				  bool level[FIXTURE_MOST])
{
	const char *line = value_get_text(request->says, "line");
	int index = line && trail->fixture ? fixture_find_line(trail->fixture, line) : -1;
	bool on = value_get_bool(request->says, "on");
	struct value *event;

	if (index < 0 || level[index] == on)
		return NULL;
	level[index] = on;
	event = event_new(request->ended, "act");
	value_set_text(event, "line", line);
	value_set_text(event, "level", fixture_level_name(&trail->fixture->line[index], on));
	return event;
}

/* What an expression gave: "(0.2 * ([6.6 Ah] / [1 h]))" is 1.32 A; a word is itself. */
static struct value *setting_of(const struct trail *trail, const char *text)
{
	struct quantity quantity;
	struct error ignored;
	char shown[96];

	if (trail_evaluate(trail, text, &quantity, &ignored) < 0)
		return value_text(text);
	quantity_print(&quantity, 6, shown, sizeof(shown));
	return value_text(shown);
}

/* `set`: what every device's settings were until now, by device. NULL: nothing changed. */
static struct value *event_of_set(const struct trail *trail, const struct trail_request *request,
				  struct value *set)
{
	const struct value *values = value_get(request->says, "values");
	const char *device = value_get_text(request->says, "device");
	struct value *changed = value_map(), *event, *its;

	if (device && !value_get(set, device))
		value_set(set, device, value_map());
	its = (struct value *)value_get(set, device ? device : "");
	for (size_t i = 0; i < value_count(values) && its; i++) {
		const char *name = value_key(values, i), *text = value_get_text(values, name);
		struct value *setting = setting_of(trail, text ? text : "");

		if (value_get(its, name) && value_same(value_get(its, name), setting)) {
			value_free(setting);
			continue;
		}
		value_set(changed, name, value_copy(setting));
		value_set(its, name, setting);
	}
	if (value_count(changed) == 0) {
		value_free(changed);
		return NULL;
	}
	event = event_new(request->ended, "set");
	value_set_text(event, "device", device);
	value_set(event, "values", changed);
	return event;
}

/* What was set until a request, to tell what it changes. */
struct standing {
	bool level[FIXTURE_MOST]; /* of each line */
	struct value *set;	  /* of each device, by name */
};

/* NULL: nothing was done, or it was refused. */
static struct value *event_of_request(const struct trail *trail,
				      const struct trail_request *request,
				      struct standing *standing)
{
	const char *verb = value_get_text(request->says, "verb");

	if (!verb || !request->end || !value_get_bool(request->result, "ok"))
		return NULL;
	return !strcmp(verb, "step_begin") ? event_of_step(request)
	       : !strcmp(verb, "act")	   ? event_of_act(trail, request, standing->level)
	       : !strcmp(verb, "set")	   ? event_of_set(trail, request, standing->set)
					   : NULL;
}

/* Of requests that were made together one may be over before another: `t` decides, and the journal where it cannot. */
static void put_in_order(struct value *events, struct value *event)
{
	nsec time = value_get_int(event, "t", 0);
	size_t at = value_count(events);

	value_add(events, event);
	for (; at > 0 && value_get_int(events->items[at - 1], "t", 0) > time; at--) {
		events->items[at] = events->items[at - 1];
		events->items[at - 1] = event;
	}
}

struct value *trail_events(const struct trail *trail)
{
	struct value *events = value_list();
	struct standing standing = {.set = value_map()};

	for (size_t i = 0; trail->fixture && i < trail->fixture->line_count; i++)
		standing.level[i] = trail->fixture->line[i].safe;
	for (size_t i = 0; i < trail->requests; i++) {
		struct value *event = event_of_request(trail, &trail->request[i], &standing);

		if (event)
			put_in_order(events, event);
	}
	for (size_t i = 0; i < trail->events; i++) {
		struct value *event = value_copy(trail->event[i].line);

		value_set_text(event, "kind", value_get_text(event, "k"));
		put_in_order(events, event);
	}
	value_free(standing.set);
	return events;
}
