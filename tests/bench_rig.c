/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The small bench (tests/bench_rig.h): a tree in memory where there is such a place, orders for it,
 * rehearsals, and journals read back.
 *
 * A claim that does something in the middle of a run lets the script say `log "now"`. The hook is called
 * from inside that event, while the script owes its turn; bench_soon puts the deed off to the loop, with the run's clock held, so that no bench time passes in between.
 */
#include "tests/bench_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "tests/claims.h"

struct value *said(const char *json)
{
	char *text = xstrdup(json);
	struct value *value;
	struct error err;

	for (char *c = text; *c; c++)
		if (*c == '\'')
			*c = '"';
	value = json_parse(text, strlen(text), "claim", &err);
	if (!value)
		printf("%s: %s\n", text, err.text);
	free(text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(value);
	return value;
}

/* ---- the tree ---- */

static char *davy_lua(void)
{
	const char *named = getenv("DAVY_LUA");
	char self[4096];
	ssize_t size = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (named)
		return xstrdup(named);
	self[size > 0 ? size : 0] = '\0';
	if (strrchr(self, '/'))
		*strrchr(self, '/') = '\0';
	return xprintf("%s/davy-lua", self);
}

void bench_put_bytes(struct bench *bench, const char *path, const void *bytes, size_t size)
{
	char *whole = xprintf("%s/%s", bench->folder, path);
	char *folder = xstrdup(whole);
	struct error err;
	FILE *file;

	*strrchr(folder, '/') = '\0';
	CU_ASSERT_EQUAL_FATAL(file_make_folder(folder, &err), 0);
	file = fopen(whole, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fwrite(bytes, 1, size, file);
	fclose(file);
	free(folder);
	free(whole);
}

void bench_put(struct bench *bench, const char *path, const char *text)
{
	bench_put_bytes(bench, path, text, strlen(text));
}

void bench_open(struct bench *bench)
{
	memset(bench, 0, sizeof(*bench));
	strcpy(bench->folder, "/dev/shm/davy-bench-XXXXXX");
	if (!mkdtemp(bench->folder)) {
		strcpy(bench->folder, "/tmp/davy-bench-XXXXXX");
		CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(bench->folder));
	}
	snprintf(bench->state, sizeof(bench->state), "%s/state", bench->folder);
	bench->program = davy_lua();
	bench->why = "";
	for (const struct bench_file *file = MINI_FILES; file->path; file++)
		bench_put(bench, file->path, file->text);
}

void bench_be_patient(struct bench *bench)
{
	for (const struct bench_file *file = MINI_FILES; file->path; file++) {
		const char *within = strstr(file->text, "within = '100 ms'");
		char *patient;

		if (!within)
			continue;
		patient = xprintf("%.*swithin = '3 s'%s", (int)(within - file->text), file->text,
				  within + strlen("within = '100 ms'"));
		bench_put(bench, file->path, patient);
		free(patient);
	}
}

static void forget_end(struct bench *bench)
{
	value_free(bench->end.summary);
	bench->end = (struct rehearsal){0};
	bench->why = "";
}

void bench_close(struct bench *bench)
{
	struct error err;

	forget_end(bench);
	free(bench->program);
	free(bench->runner);
	CU_ASSERT_EQUAL(file_remove_folder(bench->folder, &err), 0);
}

/* ---- orders ---- */

/* The body begins on line 10, whatever else is asked for. */
static char *protocol_text(const struct mini_order *what)
{
	return xprintf("local test = protocol {\n"
		       "  id = 'mini.test', version = 1, language = 1, title = 'A test', fixture = "
		       "'mini',\n"
		       "  grade = 'verbatim', standard = 'STD 1', clause = nil, %s\n"
		       "}\n"
		       "step 'S' {\n"
		       "  measure = {\n"
		       "    x = { 'a pressure', limit = '>= 5 Pa' }, %s\n"
		       "  },\n"
		       "  run = function(m, fx)\n"
		       "%s\n"
		       "  end,\n"
		       "}\n",
		       what->header ? what->header : "", what->measures ? what->measures : "",
		       what->body ? what->body : "");
}

/* "name=value" into a map of an order. */
static void set_pair(struct value *map, const char *pair)
{
	char *name = xstrdup(pair ? pair : "");
	char *equals = strchr(name, '=');

	if (equals) {
		*equals = '\0';
		value_set_text(map, name, equals + 1);
	}
	free(name);
}

struct order *bench_order(struct bench *bench, const struct mini_order *what)
{
	char *text = what->protocol ? xstrdup(what->protocol) : protocol_text(what);
	struct order *order = xcalloc(1, sizeof(*order));

	bench_put(bench, "mini.lua", text);
	free(text);
	if (what->limits) {
		bench_put(bench, "limits.json", what->limits);
		order->limits = xprintf("%s/limits.json", bench->folder);
	}
	if (what->qualifies)
		order->fixture = xprintf("%s/fixtures/mini/fixture.lua", bench->folder);
	else
		order->protocol = xprintf("%s/mini.lua", bench->folder);
	order->qualifies = what->qualifies;
	order->slot = 1;
	order->dut = value_map();
	order->params = value_map();
	set_pair(order->params, what->param);
	set_pair(order->dut, what->dut);
	order->destroys = what->destroys ? xstrdup(what->destroys) : NULL;
	order->force = what->force;
	if (what->station) {
		bench_put(bench, "station.lua", what->station);
		order->station = xprintf("%s/station.lua", bench->folder);
	}
	order->certificate = what->certificate;
	if (what->authorised_by) {
		order->retest = value_map();
		value_set_text(order->retest, "kind", "repeated");
		value_set_text(order->retest, "why", "a reading jumped");
		value_set_text(order->retest, "authorisedBy", what->authorised_by);
	}
	order->simulated = !what->wires;
	order->rig = what->rig;
	order->fault = what->fault ? xstrdup(what->fault) : NULL;
	order->only = what->only ? xstrdup(what->only) : NULL;
	order->continues = what->continues ? xstrdup(what->continues) : NULL;
	order->serial_again = what->serial_again ? xstrdup(what->serial_again) : NULL;
	order->outage = what->outage;
	order->severity = what->severity != 0 ? what->severity : 1;
	order->seed = what->seed ? what->seed : 1;
	order->clock = what->clock		? what->clock
		       : order_has_wires(order) ? CLOCK_KIND_REAL
						: CLOCK_KIND_VIRTUAL;
	order->scale = what->scale > 0 ? what->scale : 1;
	return order;
}

static void do_deed(void *ctx)
{
	struct bench *bench = ctx;

	bench->deed(bench);
	clock_release(bench->run->clock);
}

void bench_soon(struct bench *bench, void (*deed)(struct bench *bench))
{
	bench->deed = deed;
	clock_hold(bench->run->clock);
	timer_start(&bench->soon, loop_real_clock(bench->run->place.loop), 0, TIMER_WAIT, do_deed,
		    bench);
}

static void stop_it(struct bench *bench)
{
	run_stop(bench->run, "stopped by the operator");
}

void bench_stop_soon(struct bench *bench)
{
	bench_soon(bench, stop_it);
}

static void stop_twice(struct bench *bench)
{
	stop_it(bench);
	stop_it(bench);
}

void bench_stop_twice_soon(struct bench *bench)
{
	bench_soon(bench, stop_twice);
}

static void take_event(void *ctx, const struct value *event)
{
	struct bench *bench = ctx;
	const char *text = value_get_text(event, "text");

	if (bench->at_now && !strcmp(value_get_text(event, "event"), "note") && text &&
	    !strcmp(text, "now"))
		bench->at_now(bench);
}

static void take_run(void *ctx, struct run *run)
{
	struct bench *bench = ctx;

	bench->run = run;
	if (bench->runner)
		run->place.program = bench->runner;
	if (bench->at_start)
		bench->at_start(bench);
}

void bench_rehearse(struct bench *bench, const struct mini_order *what)
{
	struct rehearsal_place place = {bench->program, bench->state, -1, what->quota};
	const char *why, *folder;

	forget_end(bench);
	bench->at_now = what->at_now;
	bench->at_start = what->at_start;
	bench->done = rehearse(&place, bench_order(bench, what), take_event, take_run, bench,
			       &bench->end, &bench->error);
	bench->run = NULL;
	why = value_get_text(bench->end.summary, "why");
	folder = value_get_text(bench->end.summary, "run");
	bench->why = why ? why : "";
	snprintf(bench->journal, sizeof(bench->journal), "%s/runs/%s", bench->state,
		 folder ? folder : "none");
}

struct planned {
	struct loop *loop;
	struct plan *plan;
	struct bench *bench;
};

static void take_plan(void *ctx, struct plan *plan, const struct error *err)
{
	struct planned *planned = ctx;

	planned->plan = plan;
	if (err)
		planned->bench->error = *err;
	loop_quit(planned->loop);
}

struct plan *bench_plan_order(struct bench *bench, const struct mini_order *what)
{
	struct planned planned = {.bench = bench};
	struct planning *planning;
	struct value *registered;
	struct error err;

	planned.loop = loop_new(&err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(planned.loop);
	planning = planning_start(planned.loop, bench->program, bench_order(bench, what), take_plan,
				  &planned);
	registered = what->registered ? said(what->registered) : NULL;
	if (registered)
		planning_take_register(planning, registered);
	value_free(registered);
	loop_run(planned.loop, &err);
	planning_free(planning);
	loop_free(planned.loop);
	bench->done = planned.plan ? 0 : -1;
	return planned.plan;
}

/* ---- what came of it ---- */

bool bench_ended(const struct bench *bench, enum verdict verdict, const char *part)
{
	if (bench->done == 0 && bench->end.verdict == verdict && strstr(bench->why, part))
		return true;
	printf("        it was: %s: %s\n",
	       bench->done < 0 ? "refused" : verdict_name(bench->end.verdict),
	       bench->done < 0 ? bench->error.text : bench->why);
	return false;
}

bool bench_refused(const struct bench *bench, const char *part)
{
	if (bench->done < 0 && strstr(bench->error.text, part))
		return true;
	printf("        it was: %s\n", bench->done < 0 ? bench->error.text : "not refused");
	return false;
}

struct buf bench_bytes(const char *folder)
{
	char *path = xprintf("%s/journal", folder);
	struct buf bytes;
	struct error err;

	buf_init(&bytes);
	CU_ASSERT_EQUAL(file_read(path, 64 << 20, &bytes, &err), 0);
	free(path);
	return bytes;
}

static bool text_has(const char *text, const char *part)
{
	char *words = xstrdup(text);
	bool has;

	for (char *c = words; *c; c++)
		if (*c == '"')
			*c = '\'';
	has = strstr(words, part) != NULL;
	free(words);
	return has;
}

bool journal_says(const char *folder, const char *part)
{
	struct error err;
	struct journal_reader *reader = journal_reader_open(folder, &err);
	struct journal_item item;
	bool has = false;

	CU_ASSERT_PTR_NOT_NULL_FATAL(reader);
	while (!has && journal_reader_next(reader, &item, &err) > 0)
		has = item.kind && strcmp(item.kind, "source") != 0 && text_has(item.text, part);
	journal_reader_close(reader);
	return has;
}

int journal_count(const char *folder, const char *kind)
{
	struct error err;
	struct journal_reader *reader = journal_reader_open(folder, &err);
	struct journal_item item;
	int count = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(reader);
	while (journal_reader_next(reader, &item, &err) > 0)
		count += item.kind && !strcmp(item.kind, kind);
	journal_reader_close(reader);
	return count;
}

/* The outputs of the mini fixture, by index of line, and their safe levels; -1: an input. */
static const struct {
	const char *name;
	int safe;
} OUTPUTS[] = {{"lid", -1},  {"motor", 0}, {"pulses", -1}, {"purge", 0},
	       {"stop", -1}, {"valve", 0}, {"vent", 1}};
enum { LINES = sizeof(OUTPUTS) / sizeof(OUTPUTS[0]) };

bool journal_is_safe(const char *folder)
{
	struct error err;
	struct journal_reader *reader = journal_reader_open(folder, &err);
	struct journal_item item;
	int level[LINES], verdicts = 0;
	bool moved = false, last = false, safe = true;

	CU_ASSERT_PTR_NOT_NULL_FATAL(reader);
	for (int i = 0; i < LINES; i++)
		level[i] = OUTPUTS[i].safe;
	while (journal_reader_next(reader, &item, &err) > 0) {
		last = item.kind && !strcmp(item.kind, "verdict");
		verdicts += last;
		if (item.kind || item.entry != ENTRY_SET || item.subject >= LINES)
			continue;
		level[item.subject] = item.data[0];
		moved = true;
	}
	journal_reader_close(reader);
	for (int i = 0; i < LINES; i++)
		safe = safe && level[i] == OUTPUTS[i].safe;
	return moved && safe && verdicts == 1 && last;
}

const char *journal_settings(struct bench *bench)
{
	static char text[1024];
	struct error err;
	struct journal_reader *reader = journal_reader_open(bench->journal, &err);
	struct journal_item item;
	size_t at = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(reader);
	text[0] = '\0';
	while (journal_reader_next(reader, &item, &err) > 0 && at < sizeof(text)) {
		if (!item.kind && item.entry == ENTRY_SET && item.subject < LINES)
			at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s=%d",
					       at ? " " : "", OUTPUTS[item.subject].name,
					       item.data[0]);
		else if (item.kind && !strcmp(item.kind, "safe") &&
			 strchr(value_get_text(item.line, "what"), '.'))
			at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s%s",
					       at ? " " : "", value_get_text(item.line, "what"),
					       value_get_bool(item.line, "done") ? "" : "!");
	}
	journal_reader_close(reader);
	return text;
}
