/* SPDX-License-Identifier: Apache-2.0 */
/* The same as a person's further signature, made by the bench itself. */
#include "record/second_signature.h"

#include <string.h>

#include "record/cosign.h"
#include "record/log_people.h"
#include "record/roster.h"
#include "record/wall_time.h"

bool second_signature_may(struct bench_log *log, const struct key *key, const struct moment *now,
			  struct error *err)
{
	const struct roster *roster = bench_log_roster(log, err);

	return roster && roster_allows(roster, key_id(key), ROLE_BENCH, NULL, now->wall.ms, err);
}

/* Simulations have their own key, which is no bench's. */
static bool is_open(const struct jws *event)
{
	return jws_count(event) == 1 && role_find(jws_act(event, 0).role) == ROLE_BENCH;
}

static int sign(struct jws *event, const struct key *key, const struct moment *now,
		struct error *err)
{
	char time[WALL_TIME_SIZE];
	struct jws_act act = {
		.role = role_name(ROLE_BENCH), .meaning = jws_act(event, 0).meaning, .time = time};

	wall_time_write(&now->wall, time);
	return jws_sign(event, key, &act, err);
}

static int append(struct bench_log *log, const struct jws *event, const char *id,
		  const struct moment *now, struct error *err)
{
	struct value *says = cosign_describe(event, jws_count(event) - 1, err);
	int done;

	if (!says)
		return -1;
	done = bench_log_append(log,
				&(struct bench_entry){.kind = ENTRY_SIGNATURE,
						      .says = says,
						      .subjects = (const char *const[]){id, NULL}},
				now, NULL, err);
	value_free(says);
	return done;
}

int second_signature_add(struct bench_log *log, const struct key *key, uint64_t seq,
			 const struct moment *now, struct error *err)
{
	struct store_entry event;
	struct error ignored;
	int done = 0;

	if (!second_signature_may(log, key, now, &ignored))
		return 0;
	if (log_people_event(bench_log_store(log), seq, &event, err) < 0)
		return -1;
	if (is_open(event.jws))
		done = sign(event.jws, key, now, err) < 0
			       ? -1
			       : append(log, event.jws, event.entry.id, now, err);
	store_entry_done(&event);
	return done;
}
