/* SPDX-License-Identifier: Apache-2.0 */
/* Beliefs about the calendar, and the file in which they outlive a controller. */
#include "run/calendar.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "loop/machine_time.h"
#include "record/log_tail.h"
#include "run/plan.h"

enum { CLOCK_MOST = 4096 };

static char *clock_path(const char *state)
{
	return xprintf("%s/clock", state);
}

void calendar_open(const char *state)
{
	char *path = clock_path(state);
	struct machine_time now;
	struct value *says = NULL;
	struct buf text;
	struct error err;
	const char *boot;

	buf_init(&text);
	if (file_exists(path) && file_read(path, CLOCK_MOST, &text, &err) == 0)
		says = json_parse(text.data, text.size, path, &err);
	machine_time_read(&now);
	boot = value_get_text(says, "boot");
	if (boot && !strcmp(boot, now.boot))
		machine_time_state(value_get_int(says, "wallAtBootMs", 0));
	else if (says && !boot)
		log_warning("%s does not say of which start of the machine it is", path);
	value_free(says);
	buf_done(&text);
	free(path);
}

int calendar_state(const char *state, const char *boot, int64_t wall_at_boot_ms, struct error *err)
{
	char *path = clock_path(state);
	struct value *says = value_map();
	struct buf text;
	int done;

	value_set_text(says, "boot", boot);
	value_set_int(says, "wallAtBootMs", wall_at_boot_ms);
	buf_init(&text);
	json_write(&text, says);
	done = file_write(path, text.data, text.size, err);
	if (done == 0)
		machine_time_state(wall_at_boot_ms);
	buf_done(&text);
	value_free(says);
	free(path);
	return done;
}

int calendar_check(const char *state, struct error *err)
{
	struct machine_time now;
	struct moment last = {.wall.ms = PLAN_STATED_EPOCH / 1000000};
	char is[WALL_TIME_SIZE], was[WALL_TIME_SIZE];
	struct error damaged;
	int found;

	machine_time_read(&now);
	if (now.is_synchronised || now.is_stated)
		return 0;
	/* a damaged log is told of by whoever opens it */
	found = log_tail_moment(state, &last, &damaged);
	if (now.wall_ms >= last.wall.ms)
		return 0;
	wall_time_write(&(struct wall_time){now.wall_ms, now.zone_minutes}, is);
	wall_time_write(&last.wall, was);
	return error_set(err, ERROR_REFUSED,
			 "this machine says that it is %s, which is before %s (%s), and no time "
			 "server has told it otherwise: connect it to one, or have two persons say "
			 "what time it is: davy clock set",
			 is, found > 0 ? "the last record" : "there was a Davy", was);
}
