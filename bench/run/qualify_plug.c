/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A controller that dies: is the bench made safe without it?
 *
 * The plug is pulled in a run of its own, which has no checks: outputs are moved away from safe, as far as
 * interlocks let them, that is brought to the disk, and the controller kills itself, as `kill -9` would. The
 * guardian makes everything safe and writes what and how soon. The next controller ends that run as one cut
 * short, and the qualification that follows finds it by its name: in its journal what was away, in the
 * guardian's log what became of each output. It counts only if all of them were made safe.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "run/guardian_log.h"
#include "run/journal_read.h"
#include "run/qualify.h"

#define STEP "Plug"
#define AWAY_FOR MSEC(500)
#define LONG_ENOUGH SEC(5) /* an output that may be away for less is left alone */

enum { LOG_MOST = 16 << 20 };

/* ---- pulling it ---- */

static void is_on_the_disk(void *ctx, const struct error *err)
{
	struct qualification *q = ctx;

	if (!err && !q->over)
		kill(getpid(), SIGKILL);
}

static void pull(struct qualification *q)
{
	const struct fixture *fixture = q->run->plan->fixture;
	struct value *line = value_map();
	struct value *away = value_set(line, "away", value_list());

	for (size_t i = 0; i < fixture->line_count; i++)
		if (fixture->line[i].output &&
		    gpio_get(q->run->slot->line[i].gpio) != fixture->line[i].safe)
			value_add(away, value_text(fixture->line[i].name));
	journal_line(q->run->journal, run_now(q->run), "pulls", line);
	journal_sync(q->run->journal, run_now(q->run), is_on_the_disk, q);
}

static void was_refused_or_not(void *ctx, const struct error *err)
{
	(void)ctx;
	(void)err;
}

/* Against the order in which it is made safe: what others need comes first. */
static void move_all_away(struct qualification *q)
{
	const struct fixture *fixture = q->run->plan->fixture;

	for (size_t i = fixture->safe_count; i-- > 0;) {
		int index = fixture->safe_sequence[i];
		const struct fixture_line *line = &fixture->line[index];

		if (!line->longest || line->longest >= LONG_ENOUGH)
			slot_act(q->run->slot, index, !line->safe, was_refused_or_not, q);
	}
	qualify_after(q, AWAY_FOR, pull);
}

static void not_pulled(struct qualification *q, const char *why)
{
	char text[CHECK_WHY];

	snprintf(text, sizeof(text), "the plug was not pulled: %.300s", why);
	q->over = true;
	run_end_early(q->run, VERDICT_INCONCLUSIVE, text);
	run_make_safe(q->run);
}

static void may_pull(struct qualification *q, enum answer answer)
{
	if (answer == ANSWER_YES)
		move_all_away(q);
	else
		not_pulled(q, "nobody has consented to it");
}

static void ask_whether(struct qualification *q)
{
	if (q->not_up.text[0])
		not_pulled(q, q->not_up.text);
	else if (q->run->plan->fixture->safe_count == 0)
		not_pulled(q, "the bench has no output");
	else if (q->consented)
		move_all_away(q);
	else
		qualify_ask(q, "consent",
			    "First the plug: outputs are moved away from safe, all that may be "
			    "together, and the controller kills itself; its guardian must make "
			    "them safe. Shut off gas, power and batteries, and keep hands out. Go "
			    "on? (y/n)",
			    "首先\"拔电\":在联锁允许范围内同时驱动各输出,随后控制器自行终止,"
			    "由守护进程恢复安全。"
			    "请先切断气源、电源与电池,双手离开。是否继续?(y/n)",
			    may_pull);
}

void qualify_pull(struct qualification *q)
{
	qualify_after(q, 0, ask_whether);
}

/* ---- what became of it ---- */

/* What was away when it died, as a list of names; false: that run did not come so far. */
static bool read_away(const char *folder, char *text, size_t size)
{
	struct error ignored;
	struct journal_reader *reader = journal_reader_open(folder, &ignored);
	struct journal_item item;
	size_t used = 0;
	bool pulled = false;

	text[0] = '\0';
	while (reader && journal_reader_next(reader, &item, &ignored) > 0) {
		const struct value *away = item.kind ? value_get(item.line, "away") : NULL;

		if (!away || strcmp(item.kind, "pulls") != 0)
			continue;
		pulled = true;
		for (size_t i = 0; i < value_count(away) && used < size; i++)
			used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "",
						 value_at(away, i)->text);
	}
	journal_reader_close(reader);
	return pulled;
}

static void compare(struct qualification *q, const char *log, const char *away)
{
	const struct fixture *fixture = q->run->plan->fixture;
	const struct order *order = q->run->plan->order;
	double latest = 0;
	for (size_t i = 0; i < fixture->safe_count; i++) {
		const char *name = fixture->line[fixture->safe_sequence[i]].name;
		bool known;
		double ms = guardian_log_safe_after(log, order->slot, order->pulled, name, &known);

		if (!known) {
			qualify_fails(q,
				      "the guardian's log has nothing of the run that was killed",
				      "守护进程日志中没有被终止的那次运行");
			return;
		}
		if (ms < 0) {
			qualify_fails(q,
				      "the guardian's log does not say that it made %s safe after "
				      "run %.100s was killed",
				      "守护进程日志未记载 %s 在运行 %.100s 被终止后恢复安全", name,
				      order->pulled);
			return;
		}
		latest = ms > latest ? ms : latest;
	}
	qualify_figure(q, "all lines safe after", latest, "ms");
	if (!away[0]) {
		qualify_skips(q, "run %.110s was killed, but interlocks let no output leave safe",
			      "运行 %.110s 已被终止,但联锁不允许任何输出离开安全状态",
			      order->pulled);
		return;
	}
	phrase_set(&q->found,
		   "run %.110s was killed with %.60s away; every line safe %.1f ms after its death "
		   "was known",
		   "运行 %.110s 被终止时 %.60s 处于非安全状态;获知其终止后 %.1f ms 全部恢复安全",
		   order->pulled, away, latest);
	qualify_holds(q);
}

static void look_it_up(struct qualification *q)
{
	const struct order *order = q->run->plan->order;
	char *path = xprintf("%s/guardian.log", q->run->place.state);
	char *folder = xprintf("%s/runs/%s", q->run->place.state, order->pulled);
	char away[160];
	struct error err;
	struct buf log;

	buf_init(&log);
	if (!read_away(folder, away, sizeof(away)))
		qualify_fails(q, "the run that was to be killed did not come so far",
			      "应被终止的运行未进行到该步");
	else if (file_read(path, LOG_MOST, &log, &err) < 0)
		qualify_fails(q, "%s", "%s", err.text);
	else
		compare(q, log.data, away);
	buf_done(&log);
	free(folder);
	free(path);
}

static void begin(struct qualification *q)
{
	if (!order_has_wires(q->run->plan->order))
		qualify_skips(q,
			      "simulated: there are no wires that a dead controller could leave on",
			      "仿真运行:没有可因控制器终止而保持输出的接线");
	else if (!q->run->plan->order->pulled)
		qualify_skips(q, "it was not pulled before this run, or could not be",
			      "此次运行前未终止控制器,或无法终止");
	else
		look_it_up(q);
}

void qualify_plan_plug(struct qualification *q)
{
	struct check *check = qualify_add(q, begin, 0, false, STEP);

	snprintf(check->name, sizeof(check->name), "controller killed");
	snprintf(check->zh, sizeof(check->zh), "控制器被终止");
	phrase_set(&check->expected, "the guardian makes every output safe",
		   "守护进程使全部输出恢复安全");
}
