/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/attest.h"

#include "loop/machine_time.h"
#include "record/canonical.h"
#include "record/roster_log.h"

void attest_now(struct wall_time *now)
{
	struct machine_time time;

	machine_time_read(&time);
	*now = (struct wall_time){.ms = time.wall_ms, .zone_minutes = time.zone_minutes};
}

struct value *attest(const struct value *says, const struct key *key, const char *role,
		     const char *meaning, const char *person, struct error *err)
{
	struct value *member = NULL;
	char time[WALL_TIME_SIZE];
	struct wall_time now;
	struct buf payload;

	attest_now(&now);
	wall_time_write(&now, time);
	buf_init(&payload);
	if (canonical_write(&payload, says, "what is signed", err) == 0) {
		struct jws *jws = jws_new(payload.data, payload.size);

		if (jws_sign(jws, key, &(struct jws_act){role, meaning, time, person, NULL}, err) ==
		    0)
			member = roster_log_member(jws, err);
		jws_free(jws);
	}
	buf_done(&payload);
	return member;
}
