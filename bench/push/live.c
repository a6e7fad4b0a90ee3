/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The broker keeps a state no longer than MQTT_EXPIRY_S, so that nobody takes for live what is none; hence each is sent anew
 * before that.
 */
#include "push/live.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/log.h"
#include "loop/loop.h"
#include "push/mqtt.h"
#include "push/outcome.h"
#include "push/telemetry.h"
#include "record/destinations.h"

#define AGAIN SEC(MQTT_EXPIRY_S / 3)
#define ENDED_SHOWN SEC(MQTT_EXPIRY_S) /* what has ended is news for so long */
#define LOSS_TOLD SEC(60)

/* A slot's state as the broker ought to have it; slot 0 is the bench's own, which has none. */
struct shown {
	struct value *state; /* or NULL */
	bool is_played, is_due, was_sent;
	bool withdraws; /* under the other root stands what has turned out to be none of it */
	nsec since, again;
};

struct live {
	const struct courier_place *place;
	struct value *list;
	const struct value *settings; /* in the list */
	const char *bench;
	bool takes_played;
	struct mqtt *mqtt;
	unsigned connection; /* that all states were sent on, or are due */
	struct shown shown[TELEMETRY_SLOTS_MOST + 1];
	int64_t lost, told_lost;
	nsec tell_lost;
	struct buf heard;
};

/* ---- what is sent ---- */

static void send_or_lose(struct live *live, const struct telemetry *telemetry)
{
	const struct mqtt_message message = {.topic = telemetry->topic.data,
					     .payload = telemetry->payload,
					     .is_played = telemetry->is_played};

	live->lost += !mqtt_send(live->mqtt, &message);
}

/* True: the broker has it, as far as we know. */
static bool send_kept(struct live *live, int slot, bool is_played, const struct value *payload)
{
	struct buf topic;
	bool sent;

	buf_init(&topic);
	telemetry_state_topic(&topic, live->bench, slot, is_played);
	sent = mqtt_send(live->mqtt, &(struct mqtt_message){.topic = topic.data,
							    .payload = payload,
							    .is_kept = true,
							    .is_played = is_played});
	buf_done(&topic);
	return sent;
}

static bool send_state(struct live *live, int slot)
{
	struct shown *shown = &live->shown[slot];
	struct value *payload =
		slot ? telemetry_state_payload(live->bench, slot, shown->is_played, shown->state)
		     : telemetry_bench_payload(live->bench, true, live->lost);
	bool sent = send_kept(live, slot, shown->is_played, payload);

	value_free(payload);
	return sent;
}

static void send_states(struct live *live)
{
	nsec now = loop_boot_time();

	for (int slot = 0; slot <= TELEMETRY_SLOTS_MOST; slot++) {
		struct shown *shown = &live->shown[slot];

		if (shown->withdraws && !send_kept(live, slot, !shown->is_played, NULL))
			return;
		shown->withdraws = false;
		if (slot && !shown->state)
			continue;
		if (!shown->is_due && now < shown->again)
			continue;
		if (!send_state(live, slot))
			return;
		shown->is_due = false;
		shown->was_sent = true;
		shown->again = now + AGAIN;
	}
}

static void forget_ended(struct live *live)
{
	nsec now = loop_boot_time();

	for (int slot = 1; slot <= TELEMETRY_SLOTS_MOST; slot++) {
		struct shown *shown = &live->shown[slot];
		const char *state = value_get_text(shown->state, "state");

		if (!state || strcmp(state, "ended") != 0 || now < shown->since + ENDED_SHOWN)
			continue;
		value_free(shown->state);
		*shown = (struct shown){0};
	}
}

/* A broker that is new to us has nothing of ours. */
static void greet(struct live *live)
{
	unsigned connection = mqtt_connection(live->mqtt);

	if (!connection || connection == live->connection)
		return;
	live->connection = connection;
	log_note("%s: the broker shows what goes on", live->place->destination);
	for (int slot = 0; slot <= TELEMETRY_SLOTS_MOST; slot++)
		live->shown[slot].is_due = true;
}

/* ---- what is heard ---- */

/* A run that was shown as real has met an instrument that is played: that goes before anything else of it comes. */
static void set_played(struct shown *shown, bool is_played, bool is_shown)
{
	if (shown->is_played != is_played) {
		shown->withdraws = shown->was_sent;
		shown->was_sent = false;
	}
	shown->is_played = is_played;
	if (is_shown)
		return;
	value_free(shown->state);
	shown->state = NULL;
}

/* Whether a slot has gone on, or ended, may be among what was missed: nobody is told any more that it runs. */
static void take_missed(struct live *live, int64_t count)
{
	live->lost += count;
	for (int slot = 1; slot <= TELEMETRY_SLOTS_MOST; slot++) {
		value_free(live->shown[slot].state);
		live->shown[slot].state = NULL;
	}
}

static void take_event(struct live *live, const struct value *event)
{
	const char *name = value_get_text(event, "event");
	int slot = telemetry_slot(event);
	struct shown *shown = &live->shown[slot];
	bool is_played = value_get_bool(event, "played");
	struct telemetry telemetry;

	if (name && !strcmp(name, "missed"))
		take_missed(live, value_get_int(event, "count", 0));
	if (!slot)
		return;
	set_played(shown, is_played, !is_played || live->takes_played);
	if (is_played && !live->takes_played)
		return;
	if (telemetry_take(&telemetry, live->bench, event, &shown->state)) {
		if (telemetry.payload)
			send_or_lose(live, &telemetry);
		shown->is_due |= telemetry.is_state;
		shown->since = loop_boot_time();
	}
	telemetry_done(&telemetry);
}

static void take_lines(struct live *live)
{
	char *end;

	while ((end = memchr(live->heard.data, '\n', live->heard.size))) {
		size_t size = (size_t)(end - live->heard.data);
		struct error ignored;
		struct value *event = json_parse(live->heard.data, size, "an event", &ignored);

		if (event)
			take_event(live, event);
		value_free(event);
		buf_drop(&live->heard, size + 1);
	}
}

static int hear(struct live *live, struct error *err)
{
	char bytes[65536];
	ssize_t got = recv(live->place->controller, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
		return error_set(err, ERROR_LINK, "the controller is gone");
	if (got > 0) {
		buf_add(&live->heard, bytes, (size_t)got);
		take_lines(live);
	}
	return 0;
}

/* ---- what people are told ---- */

static void tell(struct live *live)
{
	const char *detail;
	int reason = mqtt_trouble(live->mqtt, &detail);
	nsec now = loop_boot_time();

	if (reason)
		log_warning("%s: nothing is shown: %s%s%s", live->place->destination,
			    push_reason_words(push_reason_name(reason))->english,
			    detail[0] ? " — " : "", detail);
	if (live->lost == live->told_lost || now < live->tell_lost)
		return;
	log_warning("%s: %lld messages could not be shown; records and runs are not touched by it",
		    live->place->destination, (long long)(live->lost - live->told_lost));
	live->told_lost = live->lost;
	live->tell_lost = now + LOSS_TOLD;
}

/* ---- all of it ---- */

int live_is(const struct courier_place *place, struct error *err)
{
	struct value *list = destinations_read(place->state, err);
	const struct value *ours = list ? destinations_find(list, place->destination, err) : NULL;
	int is = ours ? destination_is_live(ours) : -1;

	value_free(list);
	return is;
}

static int turn(struct live *live, struct error *err)
{
	struct pollfd waits[2] = {{.fd = live->place->controller, .events = POLLIN}};
	int ms = mqtt_wait(live->mqtt, &waits[1]), done = 0;

	if (poll(waits, 2, ms) < 0)
		waits[0].revents = waits[1].revents = 0;
	mqtt_turn(live->mqtt, waits[1].revents);
	greet(live);
	if (waits[0].revents)
		done = hear(live, err);
	forget_ended(live);
	send_states(live);
	tell(live);
	return done;
}

static int say_listen(int controller, struct error *err)
{
	static const char LINE[] = "{\"do\":\"listen\"}\n";

	return send(controller, LINE, strlen(LINE), MSG_NOSIGNAL) == (ssize_t)strlen(LINE)
		       ? 0
		       : error_set(err, ERROR_LINK, "the controller is gone");
}

static int open_broker(struct live *live, struct error *err)
{
	struct value *gone;
	struct buf topic;

	live->bench = value_get_text(live->settings, "bench");
	live->takes_played = value_get_bool(live->settings, "simulated");
	gone = telemetry_bench_payload(live->bench ? live->bench : "", false, 0);
	buf_init(&topic);
	telemetry_state_topic(&topic, live->bench ? live->bench : "", 0, false);
	live->mqtt = mqtt_open(live->settings,
			       &(struct mqtt_message){.topic = topic.data, .payload = gone}, err);
	buf_done(&topic);
	value_free(gone);
	return live->mqtt ? 0 : -1;
}

int live_run(const struct courier_place *place, struct error *err)
{
	struct live *live = xcalloc(1, sizeof(*live));
	int done = -1;

	live->place = place;
	buf_init(&live->heard);
	live->list = destinations_read(place->state, err);
	live->settings = live->list ? destinations_find(live->list, place->destination, err) : NULL;
	if (place->leaves)
		error_set(err, ERROR_USAGE,
			  "nothing waits for what is shown live: davy push %s shows it, as long as "
			  "it runs",
			  place->destination);
	else if (live->settings && open_broker(live, err) == 0)
		done = say_listen(place->controller, err);
	while (done == 0)
		done = turn(live, err);
	mqtt_close(live->mqtt);
	for (int slot = 1; slot <= TELEMETRY_SLOTS_MOST; slot++)
		value_free(live->shown[slot].state);
	buf_done(&live->heard);
	value_free(live->list);
	free(live);
	return -1;
}
