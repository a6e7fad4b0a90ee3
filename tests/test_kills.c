/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A controller with runs on three slots, killed at moments that nobody chose: while it starts, makes up what the last
 * one left, plans, runs, judges, signs and appends. The next one is killed, too, and so on; then one is let live.
 *
 * KILLS says how often: 20, or the 200 of `make test-all`.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "run/proof.h"
#include "tests/claims.h"
#include "tests/controller_rig.h"

enum {
	KILLS_USUAL = 20,
	KILLS_MOST = 1000,
	SLOTS = 3,
	EVENTS_MOST = 20,
	LATEST_MS = 40,
	SOON_MS = 2, /* every other time: on a quiet machine all runs have ended in 40 */
	PATIENCE_S = 60
};

/* What was known of a run when its controller died. */
struct known {
	char run[64];
	char verdict[16]; /* in its journal; "": none */
	int64_t seq;	  /* of its record, as the command was told; 0: it was not told */
};

static struct {
	struct house house;
	struct known runs[KILLS_MOST * SLOTS];
	size_t count;
	struct known told[SLOTS]; /* by the controller of now */
	size_t told_count;
	uint64_t random;
} rig;

static const struct mini_order MEASURED = {.body = "m.x = fx.pressure:mean '200 ms'"};

static uint64_t next_random(void)
{
	rig.random ^= rig.random << 13, rig.random ^= rig.random >> 7;
	rig.random ^= rig.random << 17;
	return rig.random;
}

static int kills_wanted(void)
{
	const char *says = getenv("KILLS");
	int wanted = says ? atoi(says) : KILLS_USUAL;

	return wanted < 1 || wanted > KILLS_MOST ? KILLS_USUAL : wanted;
}

static struct known *known_of(const char *run)
{
	for (size_t i = 0; i < rig.count; i++)
		if (!strcmp(rig.runs[i].run, run))
			return &rig.runs[i];
	return NULL;
}

/* The verdict that stands in a journal so far, "" without one; false: the run has not begun in it. */
static bool verdict_of(const char *run, char verdict[16])
{
	char *folder = xprintf("%s/runs/%s", rig.house.bench.state, run);
	struct error err;
	struct journal_item item;
	struct journal_reader *reader = journal_reader_open(folder, &err);
	bool has_begun = false;

	verdict[0] = '\0';
	while (reader && journal_reader_next(reader, &item, &err) > 0) {
		has_begun = has_begun || (item.kind && !strcmp(item.kind, "run"));
		if (item.kind && !strcmp(item.kind, "verdict"))
			snprintf(verdict, 16, "%s", value_get_text(item.line, "verdict"));
	}
	journal_reader_close(reader);
	free(folder);
	return has_begun;
}

/* Take down each run that is new, as its journal is now. */
static void look_at_journals(void)
{
	char *path = xprintf("%s/runs", rig.house.bench.state);
	DIR *runs = opendir(path);
	struct dirent *entry;

	while (runs && (entry = readdir(runs))) {
		struct known *run = &rig.runs[rig.count];

		if (entry->d_name[0] == '.' || known_of(entry->d_name) ||
		    rig.count == KILLS_MOST * SLOTS)
			continue;
		snprintf(run->run, sizeof(run->run), "%.63s", entry->d_name);
		run->seq = 0;
		if (verdict_of(run->run, run->verdict))
			rig.count++;
	}
	if (runs)
		closedir(runs);
	free(path);
}

/* Keep what the command is told next, if it is a verdict; false: nothing comes any more. */
static bool hear(struct command *command)
{
	struct value *event = command_next(command);
	const struct value *summary = value_get(event, "summary");
	bool is_there = event != NULL;

	if (is_there && !strcmp(value_get_text(event, "event"), "verdict") &&
	    rig.told_count < SLOTS) {
		struct known *told = &rig.told[rig.told_count++];

		snprintf(told->run, sizeof(told->run), "%s", value_get_text(summary, "run"));
		snprintf(told->verdict, sizeof(told->verdict), "%s",
			 value_get_text(summary, "verdict"));
		told->seq = value_get_int(value_get(summary, "record"), "seq", 0);
	}
	value_free(event);
	return is_there;
}

/* What a command was told stands in the journal. */
static void hold_journals_to_what_was_told(void)
{
	for (size_t i = 0; i < rig.told_count; i++) {
		struct known *known = known_of(rig.told[i].run);

		CU_ASSERT_PTR_NOT_NULL(known);
		if (!known)
			continue;
		CU_ASSERT_STRING_EQUAL(known->verdict, rig.told[i].verdict);
		CU_ASSERT(rig.told[i].seq > 0);
		known->seq = rig.told[i].seq;
	}
}

/* Evidence that a kill interrupted is not called altered: what does not fit says what the next start makes up. */
static void look_at_records(void)
{
	struct proof_wish wish = {0};
	struct error none_yet;
	struct value *proof = proof_of_state(rig.house.bench.state, &wish, &none_yet);
	const struct value *problems = value_get(proof, "problems");

	for (size_t i = 0; i < value_count(problems); i++) {
		const char *why = value_get_text(value_at(problems, i), "why");

		if (!strstr(why, "power went")) {
			printf("        %s\n", why);
			CU_FAIL("what a kill left is called altered");
		}
	}
	value_free(proof);
}

/*
 * One controller's life: as long as three runs take to say so much, or, every fifth, as its start takes; and
 * some milliseconds more.
 */
static void live_and_be_killed(int number)
{
	struct command command;
	bool idle = number % 5 == 4;

	rig.told_count = 0;
	house_start(&rig.house, false);
	if (!idle) {
		command = command_come(&rig.house);
		command_batch(&command, &rig.house, &MEASURED, "123");
		for (uint64_t left = next_random() % EVENTS_MOST;
		     left > 0 && rig.told_count < SLOTS && hear(&command);)
			left--;
	}
	usleep((useconds_t)(next_random() % ((number % 2 ? SOON_MS : LATEST_MS) * 1000)));
	house_kill(&rig.house);
	look_at_records();
	look_at_journals();
	if (!idle) {
		while (hear(&command))
			;
		command_go(&command);
	}
	hold_journals_to_what_was_told();
}

/* ---- afterwards ---- */

static bool is_recorded(const struct known *run)
{
	char *path = xprintf("%s/runs/%s/record.json", rig.house.bench.state, run->run);
	bool there = access(path, F_OK) == 0;

	free(path);
	return there;
}

static bool all_are_recorded(void)
{
	for (int turn = 0; turn < PATIENCE_S * 20; turn++) {
		size_t recorded = 0;

		for (size_t i = 0; i < rig.count; i++)
			recorded += is_recorded(&rig.runs[i]);
		if (recorded == rig.count)
			return true;
		usleep(50000);
	}
	for (size_t i = 0; i < rig.count; i++)
		if (!is_recorded(&rig.runs[i]))
			printf("        %s (%s) has no record\n", rig.runs[i].run,
			       rig.runs[i].verdict);
	return false;
}

/* Each has one record, with the verdict that was known; where there was none, nobody got one but ABORTED. */
static void hold_records_to_what_was_known(const struct value *recorded)
{
	CU_ASSERT_EQUAL(value_count(recorded), rig.count);
	for (size_t i = 0; i < value_count(recorded); i++) {
		const struct value *record = value_at(recorded, i);
		struct known *run = known_of(value_get_text(record, "run"));

		CU_ASSERT_PTR_NOT_NULL(run);
		if (!run)
			continue;
		CU_ASSERT_STRING_EQUAL(value_get_text(record, "verdict"),
				       run->verdict[0] ? run->verdict : "ABORTED");
		CU_ASSERT(!run->seq || run->seq == value_get_int(record, "seq", 0));
		run->run[0] = '\0'; /* a second record finds none */
	}
}

static void nothing_decided_is_lost_and_nothing_undecided_is_shown_as_decided(void)
{
	struct proof_wish wish = {0};
	struct error err = {0};
	struct value *proof;
	size_t told = 0, cut = 0;

	rig.random = 88172645463325252u;
	rig.count = 0;
	house_open(&rig.house);
	house_kill(&rig.house);
	for (int number = 0; number < kills_wanted(); number++)
		live_and_be_killed(number);
	house_start(&rig.house, false);
	CU_ASSERT_FATAL(all_are_recorded());

	for (size_t i = 0; i < rig.count; i++) {
		told += rig.runs[i].seq > 0;
		cut += !rig.runs[i].verdict[0];
	}
	printf("        %d kills: %zu runs, %zu of them told, %zu cut short\n", kills_wanted(),
	       rig.count, told, cut);
	CU_ASSERT(told > 0);
	CU_ASSERT(cut > 0);
	proof = proof_of_state(rig.house.bench.state, &wish, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(proof);
	CU_ASSERT(value_get_bool(proof, "good"));
	hold_records_to_what_was_known(value_get(proof, "runs"));
	value_free(proof);
	house_close(&rig.house);
}

static void a_run_whose_journal_has_no_beginning_is_aborted_and_no_record_is_missed(void)
{
	struct proof_wish wish = {0};
	struct error err = {0};
	struct value *proof;
	const struct value *unbegun;
	char verdict[16];

	house_open(&rig.house);
	house_kill(&rig.house);
	bench_put(&rig.house.bench, "state/runs/sim-cut/journal", "");
	house_start(&rig.house, false);
	CU_ASSERT(!verdict_of("sim-cut", verdict));
	CU_ASSERT_STRING_EQUAL(verdict, "ABORTED");
	value_free(house_run(&rig.house, &MEASURED)); /* now its log is there, too */
	house_kill(&rig.house);

	proof = proof_of_state(rig.house.bench.state, &wish, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(proof);
	CU_ASSERT(value_get_bool(proof, "good"));
	unbegun = value_at(value_get(proof, "notProved"), 0);
	for (size_t i = 1; unbegun && strcmp(value_get_text(unbegun, "what"), "unbegun") != 0; i++)
		unbegun = value_at(value_get(proof, "notProved"), i);
	CU_ASSERT_PTR_NOT_NULL_FATAL(unbegun);
	CU_ASSERT_STRING_EQUAL(value_get_text(unbegun, "run"), "sim-cut");
	value_free(proof);
	house_close(&rig.house);
}

void suite_kills(void)
{
	suite_begin("a controller killed at any moment");
	claim(nothing_decided_is_lost_and_nothing_undecided_is_shown_as_decided);
	claim(a_run_whose_journal_has_no_beginning_is_aborted_and_no_record_is_missed);
}
