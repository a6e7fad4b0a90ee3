/* SPDX-License-Identifier: Apache-2.0 */
/* Members are taken one by one: whatever else the controller tells those who watch is nobody's business out there. */
#include "push/telemetry.h"

#include <string.h>

static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

bool telemetry_is_name(const char *name)
{
	return name && name[0] && strlen(name) <= TELEMETRY_BENCH_MOST &&
	       !name[strspn(name, LETTERS)];
}

/* ---- topics ---- */

static void add_level(struct buf *topic, const char *text)
{
	buf_add_byte(topic, '/');
	for (const char *at = text; *at; at++)
		buf_add_byte(topic, strchr(LETTERS, *at) ? (uint8_t)*at : '_');
}

static void add_root(struct buf *topic, const char *bench, int slot, bool is_played)
{
	buf_add_text(topic, is_played ? "davy-simulated" : "davy");
	add_level(topic, bench);
	if (slot)
		buf_printf(topic, "/%d", slot);
}

void telemetry_state_topic(struct buf *topic, const char *bench, int slot, bool is_played)
{
	add_root(topic, bench, slot, is_played);
	add_level(topic, "state");
}

/* ---- payloads ---- */

static void copy(struct value *to, const struct value *from, const char *const *members)
{
	for (; *members; members++) {
		const struct value *one = value_get(from, *members);

		if (one)
			value_set(to, *members, value_copy(one));
	}
}

static struct value *payload_of(const char *bench, int slot, bool is_played)
{
	struct value *payload = value_map();

	value_set_bool(payload, "evidence", false);
	value_set_bool(payload, "simulated", is_played);
	value_set_text(payload, "bench", bench);
	value_set_int(payload, "slot", slot);
	return payload;
}

struct value *telemetry_state_payload(const char *bench, int slot, bool is_played,
				      const struct value *state)
{
	struct value *payload = payload_of(bench, slot, is_played);

	for (size_t i = 0; i < value_count(state); i++)
		value_set(payload, value_key(state, i), value_copy(value_at(state, i)));
	return payload;
}

struct value *telemetry_bench_payload(const char *bench, bool is_online, int64_t lost)
{
	struct value *payload = value_map();

	value_set_bool(payload, "evidence", false);
	value_set_text(payload, "notice",
		       "live view, no evidence: the signed record alone counts; "
		       "实时画面,不是证据:只以签名记录为准");
	value_set_text(payload, "bench", bench);
	value_set_text(payload, "state", is_online ? "online" : "offline");
	if (is_online)
		value_set_int(payload, "lost", lost);
	return payload;
}

/* ---- events ---- */

enum { MEMBERS_MOST = 8 };

/* Of a slot's state: what the event makes of it, and what it says besides; a beginning forgets all that was. */
static const struct {
	const char *event, *state;
	bool begins;
	const char *members[MEMBERS_MOST];
} STATES[] = {
	{"started", "running", true, {"run", "protocol", "title", "zh", "steps"}},
	{"step", "running", false, {"step", "number", "repeat", "repeats"}},
	{"waits", "waiting", false, {"for"}},
	{"goes_on", "running", false, {0}},
	{"operator", "asking", false, {"text"}},
	{"withdrawn", "running", false, {0}},
	{"simulated", "running", false, {0}},
	{"stopping", "stopping", false, {"verdict", "why"}},
	{"verdict", "ended", true, {0}},
};

static const struct {
	const char *event, *what, *name;
	const char *members[MEMBERS_MOST];
} SAMPLES[] = {
	{"reading", "reading", "channel", {"t", "value", "unit"}},
	{"output", "output", "line", {"t", "level", "safe"}},
};

static bool is(const struct value *event, const char *name)
{
	const char *is = value_get_text(event, "event");

	return is && !strcmp(is, name);
}

static bool take_state(const struct value *event, struct value **state)
{
	static const char *const SUMMARY[] = {"run", "protocol", "verdict", NULL};

	for (size_t i = 0; i < sizeof(STATES) / sizeof(STATES[0]); i++) {
		if (!is(event, STATES[i].event))
			continue;
		if (STATES[i].begins || !*state) {
			value_free(*state);
			*state = value_map();
		}
		value_set_text(*state, "state", STATES[i].state);
		copy(*state, event, STATES[i].members);
		copy(*state, value_get(event, "summary"), SUMMARY);
		return true;
	}
	return false;
}

static bool take_sample(struct telemetry *telemetry, const char *bench, const struct value *event)
{
	static const char *const JUDGED[] = {"measure", "verdict", NULL};
	const struct value *measure = value_get(event, "measure");
	const char *name = value_get_text(measure, "measure"), *what = "judged";
	struct value *payload = payload_of(bench, telemetry->slot, telemetry->is_played);

	if (is(event, "judged"))
		copy(payload, measure, JUDGED);
	for (size_t i = 0; i < sizeof(SAMPLES) / sizeof(SAMPLES[0]); i++)
		if (is(event, SAMPLES[i].event)) {
			name = value_get_text(event, SAMPLES[i].name);
			what = SAMPLES[i].what;
			copy(payload, event, SAMPLES[i].members);
			value_set_text(payload, SAMPLES[i].name, name);
		}
	if (!name || !name[0]) {
		value_free(payload);
		return false;
	}
	telemetry->payload = payload;
	add_root(&telemetry->topic, bench, telemetry->slot, telemetry->is_played);
	add_level(&telemetry->topic, what);
	add_level(&telemetry->topic, name);
	return true;
}

int telemetry_slot(const struct value *event)
{
	const struct value *played = value_get(event, "played");
	int64_t slot = value_get_int(event, "slot", 0);

	return played && played->kind == VALUE_BOOL && slot > 0 && slot <= TELEMETRY_SLOTS_MOST
		       ? (int)slot
		       : 0;
}

bool telemetry_take(struct telemetry *telemetry, const char *bench, const struct value *event,
		    struct value **state)
{
	*telemetry = (struct telemetry){.slot = telemetry_slot(event),
					.is_played = value_get_bool(event, "played")};
	buf_init(&telemetry->topic);
	if (!telemetry->slot)
		return false;
	telemetry->is_state = take_state(event, state);
	return telemetry->is_state || take_sample(telemetry, bench, event);
}

void telemetry_done(struct telemetry *telemetry)
{
	buf_done(&telemetry->topic);
	value_free(telemetry->payload);
}
