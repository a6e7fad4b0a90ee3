/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Claims about damaged journals: every flipped bit, cut and false length is noticed, and a run that a
 * power cut left without a verdict gets exactly one. Damage is done to a copy, byte by byte.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/chain.h"
#include "tests/claims.h"
#include "tests/journal_rig.h"

/* ---- damage ---- */

static void a_flipped_bit_anywhere_is_noticed(void)
{
	struct rig rig;
	struct buf journal;

	rig_open(&rig, 4);
	give_random(&rig, 20, 60);
	give_short_run(&rig);
	journal = content_of(rig.run, "journal");

	for (size_t i = 0; i < journal.size; i++) {
		char bit = (char)(1 << next_random(&rig, 8));
		struct reading reading;

		journal.data[i] ^= bit;
		put(rig.copy, "journal", journal.data, journal.size);
		reading = read_all(rig.copy);
		if (reading.result == 0 && reading.torn == 0)
			CU_FAIL("a flipped bit was read over");
		journal.data[i] ^= bit;
		reading_done(&reading);
	}
	buf_done(&journal);
	rig_close(&rig);
}

static void a_cut_anywhere_leaves_the_lines_before_it(void)
{
	struct rig rig;
	struct buf journal;
	size_t at[64], lines, line = 0;

	rig_open(&rig, 5);
	give_random(&rig, 20, 60);
	give_short_run(&rig);
	journal = content_of(rig.run, "journal");
	lines = find_lines(&journal, at, 64);

	for (size_t cut = 0; cut <= journal.size; cut++) {
		struct reading reading;

		line += line < lines && at[line + 1] == cut;
		put(rig.copy, "journal", journal.data, cut);
		reading = read_all(rig.copy);
		CU_ASSERT_EQUAL(reading.result, 0);
		CU_ASSERT_EQUAL(reading.torn, cut - at[line]);
		CU_ASSERT_EQUAL(strncmp(reading.seen.data, rig.told.data, reading.seen.size), 0);
		reading_done(&reading);
	}
	buf_done(&journal);
	rig_close(&rig);
}

static void a_line_put_in_twice_or_left_out_breaks_the_chain(void)
{
	struct rig rig;
	struct buf journal, other;
	size_t at[16], lines;

	rig_open(&rig, 1);
	give_short_run(&rig);
	journal = content_of(rig.run, "journal");
	lines = find_lines(&journal, at, 16);
	buf_init(&other);

	CU_ASSERT_EQUAL(lines, 5);
	for (size_t i = 0; i < lines; i++)
		for (size_t j = 0; j <= lines; j++) {
			struct reading reading;

			buf_clear(&other);
			buf_add(&other, journal.data, at[j]);
			if (j == i)
				j++; /* left out */
			else
				buf_add(&other, journal.data + at[i], at[i + 1] - at[i]);
			buf_add(&other, journal.data + at[j], journal.size - at[j]);
			put(rig.copy, "journal", other.data, other.size);
			reading = read_all(rig.copy);
			CU_ASSERT_EQUAL(reading.result, i + 1 == lines && j == lines ? 0 : -1);
			reading_done(&reading);
		}
	buf_done(&journal);
	buf_done(&other);
	rig_close(&rig);
}

static void a_broken_chain_names_its_line_and_byte(void)
{
	struct rig rig;
	struct buf journal;
	struct reading reading;
	size_t at[16];
	char *expected;

	rig_open(&rig, 1);
	give_short_run(&rig);
	journal = content_of(rig.run, "journal");
	find_lines(&journal, at, 16);
	journal.data[at[3] + 6] ^= 1;
	put(rig.copy, "journal", journal.data, journal.size);
	reading = read_all(rig.copy);

	expected =
		xprintf("%s/journal: line 4 (byte %zu): the chain does not fit: the journal was "
			"changed or damaged after it was written; keep the file as it is, and go "
			"by a copy if there is one",
			rig.copy, at[3]);
	CU_ASSERT_STRING_EQUAL(reading.error.text, expected);
	free(expected);
	reading_done(&reading);
	buf_done(&journal);
	rig_close(&rig);
}

/* The short run with its segment's length written anew; 0: read to a torn tail, -1: broken. */
static int read_with_length(struct rig *rig, const char *length)
{
	struct buf journal = content_of(rig->run, "journal"), other;
	const char *number = strstr(journal.data, "\"bytes\":") + 8;
	struct reading reading;

	buf_init(&other);
	buf_add(&other, journal.data, (size_t)(number - journal.data));
	buf_add_text(&other, length);
	number += strspn(number, "0123456789");
	buf_add(&other, number, (size_t)(journal.data + journal.size - number));
	put(rig->copy, "journal", other.data, other.size);
	reading = read_all(rig->copy);
	CU_ASSERT_TRUE(reading.result < 0 || reading.torn > 0);
	CU_ASSERT_EQUAL(reading.items, 2);
	reading_done(&reading);
	buf_done(&journal);
	buf_done(&other);
	return reading.result;
}

static void a_segment_whose_length_lies_is_survived(void)
{
	struct rig rig;

	rig_open(&rig, 1);
	give_short_run(&rig);

	CU_ASSERT_EQUAL(read_with_length(&rig, "42"), -1);
	CU_ASSERT_EQUAL(read_with_length(&rig, "44"), -1);
	CU_ASSERT_EQUAL(read_with_length(&rig, "1"), -1);
	CU_ASSERT_EQUAL(read_with_length(&rig, "0"), -1);
	CU_ASSERT_EQUAL(read_with_length(&rig, "-43"), -1);
	CU_ASSERT_EQUAL(read_with_length(&rig, "\"43\""), -1);
	CU_ASSERT_EQUAL(read_with_length(&rig, "99999999999999999999"), -1);
	CU_ASSERT_EQUAL(read_with_length(&rig, "9223372036854775807"), -1);
	CU_ASSERT_EQUAL(read_with_length(&rig, "100000"), 0); /* as if cut off within it */
	rig_close(&rig);
}

static void what_is_no_journal_is_said_to_be_none(void)
{
	static const char *const TEXTS[] = {"\n", "hello\n", "{}\n", "{\"k\":\"start\",\"t\":0}\n"};
	struct rig rig;
	struct buf endless;
	struct reading reading;

	rig_open(&rig, 1);
	for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
		put(rig.copy, "journal", TEXTS[i], strlen(TEXTS[i]));
		reading = read_all(rig.copy);
		CU_ASSERT_EQUAL(reading.result, -1);
		CU_ASSERT_PTR_NOT_NULL(strstr(reading.error.text, "line 1 (byte 0)"));
		reading_done(&reading);
	}

	buf_init(&endless);
	while (endless.size < 9 << 20)
		buf_add_text(&endless,
			     "no line ever ends in this file, and nobody can wait for it ");
	put(rig.copy, "journal", endless.data, endless.size);
	reading = read_all(rig.copy);
	CU_ASSERT_EQUAL(reading.result, -1);
	reading_done(&reading);
	buf_done(&endless);
	rig_close(&rig);
}

/* ---- ending ---- */

static void expect_torn_kept(const struct rig *rig, const char *name, const char *bytes,
			     size_t size)
{
	struct buf torn;

	CU_ASSERT_EQUAL(is_there(rig->copy, name), size > 0);
	if (size == 0)
		return;
	torn = content_of(rig->copy, name);
	CU_ASSERT_EQUAL_FATAL(torn.size, size);
	CU_ASSERT_EQUAL(memcmp(torn.data, bytes, size), 0);
	buf_done(&torn);
}

static void expect_one_verdict(const struct rig *rig)
{
	struct reading reading = read_all(rig->copy);

	CU_ASSERT_EQUAL(reading.result, 0);
	CU_ASSERT_EQUAL(reading.torn, 0);
	CU_ASSERT_EQUAL(reading.verdicts, 1);
	CU_ASSERT_STRING_EQUAL(reading.last_kind, "verdict");
	reading_done(&reading);
}

static void a_journal_cut_at_any_byte_gets_exactly_one_verdict(void)
{
	struct rig rig;
	struct buf journal;
	struct error err;
	size_t at[16], lines, line;

	rig_open(&rig, 1);
	give_short_run(&rig);
	journal = content_of(rig.run, "journal");
	lines = find_lines(&journal, at, 16);
	line = lines - 3;

	for (size_t cut = at[line]; cut <= journal.size; cut++) {
		line += line < lines && at[line + 1] == cut;
		put_copy(&rig, journal.data, cut);
		CU_ASSERT_EQUAL(journal_end_cut_short(rig.copy, "power was lost", &err),
				cut < journal.size);
		expect_one_verdict(&rig);
		expect_torn_kept(&rig, "torn", journal.data + at[line], cut - at[line]);
		CU_ASSERT_EQUAL(journal_end_cut_short(rig.copy, "power was lost", &err), 0);
	}
	buf_done(&journal);
	rig_close(&rig);
}

static bool contains(const struct buf *bytes, const char *text)
{
	return memmem(bytes->data, bytes->size, text, strlen(text)) != NULL;
}

static void a_run_cut_short_is_aborted_by_power_and_says_what_was_torn(void)
{
	struct rig rig;
	struct buf journal, ended;
	struct error err;
	size_t at[16], lines;

	rig_open(&rig, 1);
	give_short_run(&rig);
	journal = content_of(rig.run, "journal");
	lines = find_lines(&journal, at, 16);
	put_copy(&rig, journal.data, at[lines - 1]);
	CU_ASSERT_EQUAL(journal_end_cut_short(rig.copy, "power was lost", &err), 1);
	ended = content_of(rig.copy, "journal");

	CU_ASSERT_TRUE(contains(&ended, "{\"k\":\"recovered\",\"t\":4000000,\"torn_bytes\":0,"
					"\"torn_sha256\":\"e3b0c44298fc1c149afbf4c8996fb924"
					"27ae41e4649b934ca495991b7852b855\"} "));
	CU_ASSERT_TRUE(contains(&ended, "{\"k\":\"verdict\",\"t\":4000000,"
					"\"verdict\":\"ABORTED\",\"why\":\"power was lost\","
					"\"cause\":\"power\"} "));
	buf_done(&journal);
	buf_done(&ended);
	rig_close(&rig);
}

static void a_journal_without_a_whole_first_line_is_ended_too(void)
{
	struct rig rig;
	struct buf journal;
	struct error err;

	rig_open(&rig, 1);
	give_short_run(&rig);
	journal = content_of(rig.run, "journal");

	put_copy(&rig, journal.data, 0);
	CU_ASSERT_EQUAL(journal_end_cut_short(rig.copy, "power was lost", &err), 1);
	expect_one_verdict(&rig);
	put_copy(&rig, journal.data, 30);
	CU_ASSERT_EQUAL(journal_end_cut_short(rig.copy, "power was lost", &err), 1);
	expect_one_verdict(&rig);
	expect_torn_kept(&rig, "torn", journal.data, 30);
	buf_done(&journal);
	rig_close(&rig);
}

static void torn_bytes_kept_before_are_never_overwritten(void)
{
	struct rig rig;
	struct buf journal;
	struct error err;

	rig_open(&rig, 1);
	give_short_run(&rig);
	journal = content_of(rig.run, "journal");
	put_copy(&rig, journal.data, 30);
	put(rig.copy, "torn", "older", 5);
	put(rig.copy, "torn.2", "old", 3);
	CU_ASSERT_EQUAL(journal_end_cut_short(rig.copy, "power was lost", &err), 1);

	expect_torn_kept(&rig, "torn", "older", 5);
	expect_torn_kept(&rig, "torn.2", "old", 3);
	expect_torn_kept(&rig, "torn.3", journal.data, 30);
	buf_done(&journal);
	rig_close(&rig);
}

static void damage_before_any_verdict_ends_the_run_behind_the_last_good_line(void)
{
	struct rig rig;
	struct buf journal;
	struct error err;
	size_t at[16], lines;

	rig_open(&rig, 1);
	give_short_run(&rig);
	journal = content_of(rig.run, "journal");
	lines = find_lines(&journal, at, 16);
	memset(journal.data + at[2] + 4, 0, 16); /* a page that never reached the card */
	put_copy(&rig, journal.data, at[lines - 1]);
	CU_ASSERT_EQUAL(journal_end_cut_short(rig.copy, "power was lost", &err), 1);

	expect_one_verdict(&rig);
	expect_torn_kept(&rig, "torn", journal.data + at[2], at[lines - 1] - at[2]);
	buf_done(&journal);
	rig_close(&rig);
}

/* A line by hand: chained as it should be, though no journal has such lines. */
static void add_line(struct buf *journal, struct chain *chain, const char *text, const char *raw,
		     size_t size)
{
	char hex[HASH_HEX_SIZE];

	chain_add(chain, text, strlen(text), raw, size);
	hash_hex(chain->digest, hex);
	buf_printf(journal, "%s %s\n", text, hex);
	if (size > 0) {
		buf_add(journal, raw, size);
		buf_add_byte(journal, '\n');
	}
}

/* The run is ended behind its first line, whose chain is gone on with, and the rest is kept. */
static void check_ended_before(const char *text, const char *raw, size_t size)
{
	struct rig rig;
	struct buf journal;
	struct chain chain;
	struct error err;
	size_t good;

	rig_open(&rig, 1);
	buf_init(&journal);
	chain_init(&chain);
	add_line(&journal, &chain, "{\"k\":\"note\",\"t\":1}", NULL, 0);
	good = journal.size;
	add_line(&journal, &chain, text, raw, size);
	put_copy(&rig, journal.data, journal.size);
	CU_ASSERT_EQUAL(journal_end_cut_short(rig.copy, "power was lost", &err), 1);

	expect_one_verdict(&rig);
	expect_torn_kept(&rig, "torn", journal.data + good, journal.size - good);
	chain_done(&chain);
	buf_done(&journal);
	rig_close(&rig);
}

static void a_line_that_is_none_is_ended_before_though_its_chain_fits(void)
{
	check_ended_before("{\"k\":\"note\",0}", NULL, 0);
	check_ended_before("{\"t\":1}", NULL, 0);
}

static void a_segment_of_no_entries_is_ended_before_though_its_chain_fits(void)
{
	char entry[ENTRY_HEAD_SIZE + 1] = {ENTRY_EDGE, 0, 0, 0, 1};

	check_ended_before("{\"k\":\"segment\",\"t\":2,\"bytes\":5}", entry, 5);
	entry[4] = 2;
	check_ended_before("{\"k\":\"segment\",\"t\":2,\"bytes\":17}", entry, sizeof(entry));
	entry[4] = 1;
	entry[0] = 99;
	check_ended_before("{\"k\":\"segment\",\"t\":2,\"bytes\":17}", entry, sizeof(entry));
}

static void damage_before_a_verdict_is_left_to_a_person(void)
{
	struct rig rig;
	struct buf journal, after;
	struct error err;
	size_t at[16];

	rig_open(&rig, 1);
	give_short_run(&rig);
	journal = content_of(rig.run, "journal");
	find_lines(&journal, at, 16);
	journal.data[at[1] + 20] ^= 1;
	put_copy(&rig, journal.data, journal.size);

	CU_ASSERT_EQUAL(journal_end_cut_short(rig.copy, "power was lost", &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "line 2 (byte "));
	after = content_of(rig.copy, "journal");
	CU_ASSERT_EQUAL(after.size, journal.size);
	CU_ASSERT_FALSE(is_there(rig.copy, "torn"));
	buf_done(&after);
	buf_done(&journal);
	rig_close(&rig);
}

static void a_folder_without_a_journal_is_named(void)
{
	struct rig rig;
	struct error err;

	rig_open(&rig, 1);

	CU_ASSERT_EQUAL(journal_end_cut_short(rig.copy, "power was lost", &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, rig.copy));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "journal: cannot open: No such file"));
	rig_close(&rig);
}

void suite_journal_damage(void)
{
	suite_begin("journal_damage");
	claim(a_flipped_bit_anywhere_is_noticed);
	claim(a_cut_anywhere_leaves_the_lines_before_it);
	claim(a_line_put_in_twice_or_left_out_breaks_the_chain);
	claim(a_broken_chain_names_its_line_and_byte);
	claim(a_segment_whose_length_lies_is_survived);
	claim(what_is_no_journal_is_said_to_be_none);
	claim(a_journal_cut_at_any_byte_gets_exactly_one_verdict);
	claim(a_run_cut_short_is_aborted_by_power_and_says_what_was_torn);
	claim(a_journal_without_a_whole_first_line_is_ended_too);
	claim(torn_bytes_kept_before_are_never_overwritten);
	claim(damage_before_any_verdict_ends_the_run_behind_the_last_good_line);
	claim(a_line_that_is_none_is_ended_before_though_its_chain_fits);
	claim(a_segment_of_no_entries_is_ended_before_though_its_chain_fits);
	claim(damage_before_a_verdict_is_left_to_a_person);
	claim(a_folder_without_a_journal_is_named);
}
