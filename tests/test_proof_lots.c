/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy verify and lots: somebody who holds the bench's keys records a draw or a verdict that does not follow from what stands before it,
 * or makes the log anew with another seed (tests/forger.h), or takes the list away.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "record/lot.h"
#include "record/register.h"
#include "run/bundle.h"
#include "run/proof.h"
#include "tests/claims.h"
#include "tests/forger.h"
#include "tests/lot_rig.h"

enum { LOT_SEQ = 9, DRAW_SEQ = 10 };

static void open_judged(struct lot_rig *rig)
{
	lot_rig_open(rig);
	lot_rig_draw(rig);
	for (size_t i = 0; i < 3; i++)
		lot_rig_run(rig, i, &(struct lot_run){.verdict = i ? "PASS" : "FAIL"});
	CU_ASSERT_FATAL(lot_rig_ask(rig, ENTRY_LOT_VERDICT, "{'lot':'L1','by':'0021'}", NULL) > 0);
}

/* Nobody has the log open any more. */
static struct value *prove(struct lot_rig *rig)
{
	struct value *says;

	lot_standing_free(rig->standing);
	rig->standing = NULL;
	bench_log_close(rig->people.log);
	rig->people.log = NULL;
	says = proof_of_state(rig->people.rig->folder, &(struct proof_wish){0}, &rig->people.err);
	if (!says)
		CU_FAIL_FATAL(rig->people.err.text);
	return says;
}

static int64_t proved(const struct value *says, const char *list, const char *what)
{
	const struct value *all = value_get(says, list);

	for (size_t i = 0; i < value_count(all); i++)
		if (!strcmp(value_get_text(value_at(all, i), "what"), what))
			return value_get_int(value_at(all, i), "count", 0);
	return 0;
}

/* Runs of a rig have no journals, which is the only thing that a proof may miss. */
static bool says_of_lots(const struct value *says, const char *part)
{
	const struct value *problems = value_get(says, "problems");

	for (size_t i = 0; i < value_count(problems); i++)
		if (strstr(value_get_text(value_at(problems, i), "why"), part))
			return true;
	return false;
}

static bool is_of_lots(const struct value *says)
{
	return says_of_lots(says, "lot") || says_of_lots(says, "seed") ||
	       says_of_lots(says, "list") || says_of_lots(says, "draw");
}

static void lists_draws_and_verdicts_are_done_again(void)
{
	struct lot_rig rig;
	struct value *says;

	open_judged(&rig);
	says = prove(&rig);
	CU_ASSERT_EQUAL(proved(says, "proved", "lists"), 1);
	CU_ASSERT_EQUAL(proved(says, "proved", "draws"), 1);
	CU_ASSERT_EQUAL(proved(says, "proved", "lots"), 1);
	CU_ASSERT_EQUAL(proved(says, "notProved", "kind"), 0);
	CU_ASSERT_FALSE(is_of_lots(says));
	value_free(says);
	lot_rig_close(&rig);
}

static void check_forged(uint64_t seq, void (*edit)(struct value *payload), const char *part)
{
	struct lot_rig rig;
	struct value *says;

	lot_rig_open(&rig);
	lot_rig_draw(&rig);
	says = prove(&rig);
	CU_ASSERT_FALSE(is_of_lots(says));
	value_free(says);
	CU_ASSERT_EQUAL_FATAL(forge(&(struct forgery){
				      .state = rig.people.rig->folder, .edits = seq, .edit = edit}),
			      0);
	says = proof_of_state(rig.people.rig->folder, &(struct proof_wish){0}, &rig.people.err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(says);
	CU_ASSERT(proof_names(says, (int64_t)seq, part));
	value_free(says);
	lot_rig_close(&rig);
}

static struct value *said(struct value *payload)
{
	return (struct value *)value_get(payload, "says");
}

static void another_seed(struct value *payload)
{
	value_set_text(said(payload), "seed", "3162316231623162316231626");
}

static void another_unit(struct value *payload)
{
	struct value *tested = (struct value *)value_get(said(payload), "tested");

	value_free(tested->items[0]);
	tested->items[0] = value_text("B-01");
}

static void no_seed(struct value *payload)
{
	value_set_text(said(payload), "source", "kernel");
}

static void a_later_draw(struct value *payload)
{
	value_set_int(said(payload), "draw", 2);
}

static void another_lot(struct value *payload)
{
	value_set_text(said(payload), "lot", "L7");
}

static void fewer_units(struct value *payload)
{
	value_set_int(said(payload), "units", 59);
}

static void another_list(struct value *payload)
{
	struct value *file = (struct value *)value_get(said(payload), "file");

	value_set_text(file, "sha256",
		       "22bc1728a51349b304d9949c2e4a5b6313313372d9d9253b4f6c4faf4d1ba2a5");
}

static void who_changes_a_draw_or_its_list_is_found(void)
{
	check_forged(DRAW_SEQ, another_seed, "are not those that its seed draws");
	check_forged(DRAW_SEQ, another_unit, "are not those that its seed draws");
	check_forged(DRAW_SEQ, no_seed, "its seed is none");
	check_forged(DRAW_SEQ, a_later_draw, "a draw of this lot is missing before it");
	check_forged(DRAW_SEQ, another_lot, "no record before it begins this lot");
	check_forged(LOT_SEQ, fewer_units, "is not the list of the lot");
	check_forged(LOT_SEQ, another_list, "No such file");
}

static void who_takes_the_list_away_is_found(void)
{
	struct lot_rig rig;
	struct value *says;
	char *path;

	lot_rig_open(&rig);
	lot_rig_draw(&rig);
	path = xprintf("%s/files/%s", rig.people.rig->folder,
		       value_get_text(lot_standing_draw(lot_rig_look(&rig)), "list"));
	CU_ASSERT_EQUAL(unlink(path), 0);
	says = prove(&rig);
	CU_ASSERT(proof_names(says, LOT_SEQ, "No such file"));
	value_free(says);
	free(path);
	lot_rig_close(&rig);
}

/* Recorded past admission, by whoever has the keys. */
static void record(struct lot_rig *rig, const char *kind, struct value *says)
{
	const char *const subjects[] = {REGISTER_SUBJECT(ENTRY_LOT_VERDICT), NULL};

	if (bench_log_append(
		    rig->people.log,
		    &(struct bench_entry){.kind = kind, .says = says, .subjects = subjects},
		    &rig->people.now, NULL, &rig->people.err) < 0)
		CU_FAIL_FATAL(rig->people.err.text);
	value_free(says);
}

static void check_verdict_found(size_t runs, const char *verdict, int64_t fails, const char *part)
{
	struct lot_rig rig;
	struct value *judged, *says;

	lot_rig_open(&rig);
	lot_rig_draw(&rig);
	for (size_t i = 0; i < runs; i++)
		lot_rig_run(&rig, i, &(struct lot_run){.verdict = i ? "PASS" : "FAIL"});
	judged = lot_standing_judge(lot_rig_look(&rig), &rig.people.err);
	judged = judged ? judged : value_map();
	value_set_text(judged, "lot", "L1");
	value_set_text(judged, "verdict", verdict);
	value_set_int(judged, "fails", fails);
	record(&rig, ENTRY_LOT_VERDICT, judged);
	says = prove(&rig);
	CU_ASSERT(says_of_lots(says, part));
	value_free(says);
	lot_rig_close(&rig);
}

static void a_verdict_that_does_not_follow_from_the_runs_is_found(void)
{
	check_verdict_found(3, "REJECT", 1, "the records before it say another 'verdict'");
	check_verdict_found(3, "ACCEPT", 0, "the records before it say another 'fails'");
	check_verdict_found(2, "ACCEPT", 1, "lot L1 is undecided");
}

/* A verdict of this lot, whose first run the record names otherwise; `part` NULL: nothing is found. */
static void check_named(struct value *(*edit)(const struct value *run), const char *part)
{
	struct lot_rig rig;
	struct value *judged, *says, *runs, *was;

	lot_rig_open(&rig);
	lot_rig_draw(&rig);
	for (size_t i = 0; i < 3; i++)
		lot_rig_run(&rig, i, &(struct lot_run){.verdict = "PASS"});
	judged = lot_standing_judge(lot_rig_look(&rig), &rig.people.err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(judged);
	runs = (struct value *)value_get(judged, "runs");
	was = runs->items[0];
	runs->items[0] = edit(was);
	value_free(was);
	record(&rig, ENTRY_LOT_VERDICT, judged);
	says = prove(&rig);
	CU_ASSERT(part ? says_of_lots(says, part) : !is_of_lots(says));
	value_free(says);
	lot_rig_close(&rig);
}

static struct value *another_digest(const struct value *run)
{
	struct value *other = value_copy(run);

	CU_ASSERT_EQUAL(strlen(value_get_text(run, "sha256")), 64);
	value_set_text(other, "sha256",
		       "22bc1728a51349b304d9949c2e4a5b6313313372d9d9253b4f6c4faf4d1ba2a5");
	return other;
}

static struct value *without_digest(const struct value *run)
{
	struct value *other = value_map();

	for (size_t i = 0; i < value_count(run); i++)
		if (strcmp(value_key(run, i), "sha256") != 0)
			value_set(other, value_key(run, i), value_copy(value_at(run, i)));
	return other;
}

static struct value *more_than_the_log_has(const struct value *run)
{
	struct value *other = value_copy(run);

	value_set_text(other, "note", "x");
	return other;
}

static void a_verdict_names_its_runs_by_their_digests(void)
{
	check_named(another_digest, "the records before it say other 'runs'");
	check_named(more_than_the_log_has, "the records before it say other 'runs'");
	check_named(without_digest, NULL); /* as earlier versions did */
}

/* Runs of a rig have no journals: a bundle, which takes them along, lacks something to copy. */
static void make_journal(struct lot_rig *rig, uint64_t run)
{
	char *folder =
		xprintf("%s/runs/run-%llu", rig->people.rig->folder, (unsigned long long)run - 1);
	char *path = xprintf("%s/journal", folder);

	CU_ASSERT_EQUAL(file_make_folder(folder, &rig->people.err), 0);
	CU_ASSERT_EQUAL(file_write(path, "none\n", 5, &rig->people.err), 0);
	free(path);
	free(folder);
}

static bool has_record(const char *folder, uint64_t seq)
{
	char *path = xprintf("%s/data/records/%09llu.json", folder, (unsigned long long)seq);
	bool is_there = file_exists(path);

	free(path);
	return is_there;
}

static struct value *prove_bundle(struct lot_rig *rig, uint64_t seq, char **folder)
{
	struct bundle_wish wish = {.state = rig->people.rig->folder, .seqs = &seq, .seq_count = 1};
	struct value *says;

	*folder = xprintf("%s/bundle", rig->outside->folder);
	wish.folder = *folder;
	says = bundle_write(&wish, &rig->people.err);
	if (!says)
		CU_FAIL_FATAL(rig->people.err.text);
	value_free(says);
	says = proof_of_bundle(*folder, &(struct proof_wish){0}, &rig->people.err);
	if (!says)
		CU_FAIL_FATAL(rig->people.err.text);
	return says;
}

static void a_bundle_has_the_whole_lot_and_its_list(void)
{
	struct lot_rig rig;
	struct value *says;
	char *folder, *list;
	struct error err;

	lot_rig_open(&rig);
	lot_rig_draw(&rig);
	says = prove_bundle(&rig, DRAW_SEQ, &folder);
	CU_ASSERT(value_get_bool(says, "good"));
	CU_ASSERT_EQUAL(proved(says, "proved", "lists"), 1);
	CU_ASSERT_EQUAL(proved(says, "proved", "draws"), 1);
	CU_ASSERT_EQUAL(proved(says, "notProved", "lots"), 0);
	value_free(says);

	list = xprintf("%s/data/files/%s", folder,
		       value_get_text(lot_standing_draw(lot_rig_look(&rig)), "list"));
	CU_ASSERT_EQUAL(truncate(list, 20), 0);
	says = proof_of_bundle(folder, &(struct proof_wish){0}, &err);
	CU_ASSERT(proof_names(says, LOT_SEQ, "is not the list of the lot"));
	value_free(says);
	free(list);
	free(folder);
	lot_rig_close(&rig);
}

static void a_bundle_of_a_verdict_has_the_runs_that_it_rests_on(void)
{
	struct lot_rig rig;
	struct value *says;
	uint64_t other, last;
	char *folder;

	lot_rig_open(&rig);
	lot_rig_draw(&rig);
	other = lot_rig_run_class(&rig, "c", "7", &(struct lot_run){.verdict = "PASS"});
	for (size_t i = 0; i < 3; i++)
		make_journal(&rig, lot_rig_run(&rig, i, &(struct lot_run){.verdict = "PASS"}));
	last = lot_rig_ask(&rig, ENTRY_LOT_VERDICT, "{'lot':'L1','by':'0021'}", NULL);
	CU_ASSERT(last == other + 4);
	says = prove_bundle(&rig, last, &folder);
	for (uint64_t seq = LOT_SEQ; seq <= last; seq++)
		CU_ASSERT_EQUAL(has_record(folder, seq), seq != other);
	CU_ASSERT_EQUAL(proved(says, "proved", "draws"), 1);
	CU_ASSERT_EQUAL(proved(says, "proved", "lots"), 0);
	CU_ASSERT_EQUAL(proved(says, "notProved", "lots"), 1);
	value_free(says);
	free(folder);
	lot_rig_close(&rig);
}

void suite_proof_lots(void)
{
	suite_begin("proof_lots");
	claim(lists_draws_and_verdicts_are_done_again);
	claim(who_changes_a_draw_or_its_list_is_found);
	claim(who_takes_the_list_away_is_found);
	claim(a_verdict_that_does_not_follow_from_the_runs_is_found);
	claim(a_verdict_names_its_runs_by_their_digests);
	claim(a_bundle_has_the_whole_lot_and_its_list);
	claim(a_bundle_of_a_verdict_has_the_runs_that_it_rests_on);
}
