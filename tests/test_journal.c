/* SPDX-License-Identifier: Apache-2.0 */
/* Claims about what a journal's bytes are, and that what was given is read back. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "tests/claims.h"
#include "tests/journal_rig.h"

static void a_line_is_its_json_and_the_chain_over_all_before_it(void)
{
	struct rig rig;
	struct buf hashed, expected, written;
	uint8_t digest[HASH_SIZE];
	char hex[HASH_HEX_SIZE];
	struct value *fields = value_map();

	rig_open(&rig, 1);
	value_set_text(fields, "name", "gas");
	journal_line(rig.journal, 5, "start", fields);
	journal_entry(rig.journal, 6, ENTRY_SENT, 258, "\n!", 2);
	journal_cut(rig.journal, 7);
	rig_finish(&rig);
	written = content_of(rig.run, "journal");

	buf_init(&hashed);
	buf_init(&expected);
	hash_of("davy journal 1", 14, digest);
	buf_add(&hashed, digest, HASH_SIZE);
	buf_add_text(&hashed, "{\"k\":\"start\",\"t\":5,\"name\":\"gas\"}");
	hash_of(hashed.data, hashed.size, digest);
	hash_hex(digest, hex);
	buf_printf(&expected, "{\"k\":\"start\",\"t\":5,\"name\":\"gas\"} %s\n", hex);
	buf_clear(&hashed);
	buf_add(&hashed, digest, HASH_SIZE);
	buf_add_text(&hashed, "{\"k\":\"segment\",\"t\":7,\"bytes\":18}");
	buf_add(&hashed, "\1\0\2\1\2\0\0\0\6\0\0\0\0\0\0\0\n!", 18);
	hash_of(hashed.data, hashed.size, digest);
	hash_hex(digest, hex);
	buf_printf(&expected, "{\"k\":\"segment\",\"t\":7,\"bytes\":18} %s\n", hex);
	buf_add(&expected, "\1\0\2\1\2\0\0\0\6\0\0\0\0\0\0\0\n!\n", 19);
	CU_ASSERT_EQUAL_FATAL(written.size, expected.size);
	CU_ASSERT_EQUAL(memcmp(written.data, expected.data, expected.size), 0);
	buf_done(&hashed);
	buf_done(&expected);
	buf_done(&written);
	rig_close(&rig);
}

static void whatever_was_given_is_read_back_in_its_order(void)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct rig rig;
		struct reading reading;

		rig_open(&rig, seed);
		give_random(&rig, 300, seed % 4 ? 40 : 5000);
		rig_finish(&rig);
		reading = read_all(rig.run);

		CU_ASSERT_EQUAL(reading.result, 0);
		CU_ASSERT_EQUAL(reading.torn, 0);
		CU_ASSERT_STRING_EQUAL(reading.seen.data, rig.told.data);
		reading_done(&reading);
		rig_close(&rig);
	}
}

static void the_same_inputs_give_the_same_bytes(void)
{
	struct rig one, two;
	struct buf a, b;

	rig_open(&one, 77);
	give_random(&one, 500, 100);
	rig_finish(&one);
	usleep(1000); /* another real time */
	rig_open(&two, 77);
	give_random(&two, 500, 100);
	rig_finish(&two);
	a = content_of(one.run, "journal");
	b = content_of(two.run, "journal");

	CU_ASSERT_EQUAL_FATAL(a.size, b.size);
	CU_ASSERT_EQUAL(memcmp(a.data, b.data, a.size), 0);
	buf_done(&a);
	buf_done(&b);
	rig_close(&one);
	rig_close(&two);
}

static void entries_are_cut_into_a_segment_at_32_kib(void)
{
	struct rig rig;
	struct buf journal;
	static const uint8_t data[1008];

	rig_open(&rig, 1);
	for (int i = 0; i < 40; i++)
		give_entry(&rig, i, ENTRY_RECEIVED, 0, data,
			   sizeof(data)); /* 1 KiB with its head */
	rig_finish(&rig);
	journal = content_of(rig.run, "journal");

	CU_ASSERT_PTR_NOT_NULL(
		strstr(journal.data, "{\"k\":\"segment\",\"t\":31,\"bytes\":32768}"));
	buf_done(&journal);
	rig_close(&rig);
}

static void a_journal_is_never_overwritten(void)
{
	struct rig rig;
	struct error err;

	rig_open(&rig, 1);

	CU_ASSERT_PTR_NULL(journal_create(rig.writer, rig.run, 0, &err));
	CU_ASSERT_EQUAL(err.kind, ERROR_REFUSED);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, rig.run));
	rig_close(&rig);
}

static void what_was_dropped_is_not_in_the_journal(void)
{
	struct rig rig;
	struct buf whole;

	rig_open(&rig, 1);
	give_line(&rig, 0, "start", 1);
	journal_drop(rig.journal);
	journal_close(rig.journal);
	rig.journal = NULL;
	rig_finish(&rig);
	whole = content_of(rig.run, "journal");

	CU_ASSERT_EQUAL(whole.size, 0);
	buf_done(&whole);
	rig_close(&rig);
}

static void a_quota_is_told_and_keeps_nothing_back(void)
{
	struct rig rig;
	struct error err;
	struct reading reading;
	char *folder;

	rig_open(&rig, 1);
	journal_close(rig.journal);
	folder = xprintf("%s/small", rig.folder);
	rig.journal = journal_create(rig.writer, folder, 300, &err);
	give_line(&rig, 0, "start", 1);
	CU_ASSERT_FALSE(journal_over_quota(rig.journal));
	give_line(&rig, 1, "note", 2);
	CU_ASSERT_FALSE(journal_over_quota(rig.journal));
	give_entry(&rig, 3, ENTRY_SENT, 1, (const uint8_t *)rig.folder, sizeof(rig.folder));
	CU_ASSERT_TRUE(journal_over_quota(rig.journal));
	give_line(&rig, 4, "verdict", 3);
	rig_finish(&rig);
	reading = read_all(folder);

	CU_ASSERT_STRING_EQUAL(reading.seen.data, rig.told.data);
	reading_done(&reading);
	free(folder);
	rig_close(&rig);
}

static void close_journal(void *ctx, const struct error *err)
{
	struct rig *rig = ctx;

	CU_ASSERT_PTR_NULL(err);
	rig->reports++;
	journal_close(rig->journal);
	rig->journal = NULL;
	loop_quit(rig->loop);
}

static void a_report_may_close_the_journal_and_no_other_follows(void)
{
	struct rig rig;
	struct error err;
	struct reading reading;

	rig_open(&rig, 1);
	give_line(&rig, 0, "start", 1);
	journal_sync(rig.journal, 1, close_journal, &rig);
	give_line(&rig, 2, "note", 2);
	journal_sync(rig.journal, 3, close_journal, &rig);
	CU_ASSERT_EQUAL(loop_run(rig.loop, &err), 0);
	rig_finish(&rig);
	reading = read_all(rig.run);

	CU_ASSERT_EQUAL(rig.reports, 1);
	CU_ASSERT_STRING_EQUAL(reading.seen.data, rig.told.data);
	reading_done(&reading);
	rig_close(&rig);
}

static void a_sync_brings_entries_to_the_disk_as_well(void)
{
	struct rig rig;
	struct error err;
	struct reading reading;
	struct journal *journal;

	rig_open(&rig, 1);
	give_entry(&rig, 1, ENTRY_SENT, 1, (const uint8_t *)"?", 1);
	journal = rig.journal;
	journal_sync(journal, 2, close_journal, &rig);
	CU_ASSERT_EQUAL(loop_run(rig.loop, &err), 0);
	reading = read_all(rig.run);

	CU_ASSERT_STRING_EQUAL(reading.seen.data, rig.told.data);
	reading_done(&reading);
	rig_close(&rig);
}

static void nothing_follows_the_last_line(void)
{
	struct rig rig;
	struct buf before, after;

	rig_open(&rig, 1);
	journal_entry(rig.journal, 5, ENTRY_SENT, 1, "!", 1);
	journal_line(rig.journal, 6, "verdict", value_map());
	journal_seal(rig.journal);
	journal_line(rig.journal, 7, "ends", value_map());
	journal_entry(rig.journal, 8, ENTRY_SENT, 1, "?", 1);
	rig_finish(&rig);
	after = content_of(rig.run, "journal");
	rig_close(&rig);

	rig_open(&rig, 1);
	journal_entry(rig.journal, 5, ENTRY_SENT, 1, "!", 1);
	journal_line(rig.journal, 6, "verdict", value_map());
	rig_finish(&rig);
	before = content_of(rig.run, "journal");
	rig_close(&rig);

	CU_ASSERT_EQUAL_FATAL(after.size, before.size);
	CU_ASSERT_EQUAL(memcmp(after.data, before.data, before.size), 0);
	buf_done(&before);
	buf_done(&after);
}

static void the_head_is_the_chain_of_the_last_line(void)
{
	struct rig rig;
	struct buf journal;
	char head[65];

	rig_open(&rig, 1);
	give_line(&rig, 0, "start", 1);
	give_line(&rig, 0, "verdict", 1);
	journal_head(rig.journal, head);
	rig_finish(&rig);
	journal = content_of(rig.run, "journal");

	CU_ASSERT_EQUAL(memcmp(journal.data + journal.size - 65, head, 64), 0);
	buf_done(&journal);
	rig_close(&rig);
}

void suite_journal(void)
{
	suite_begin("journal");
	claim(a_line_is_its_json_and_the_chain_over_all_before_it);
	claim(whatever_was_given_is_read_back_in_its_order);
	claim(the_same_inputs_give_the_same_bytes);
	claim(entries_are_cut_into_a_segment_at_32_kib);
	claim(a_journal_is_never_overwritten);
	claim(what_was_dropped_is_not_in_the_journal);
	claim(a_quota_is_told_and_keeps_nothing_back);
	claim(a_report_may_close_the_journal_and_no_other_follows);
	claim(a_sync_brings_entries_to_the_disk_as_well);
	claim(nothing_follows_the_last_line);
	claim(the_head_is_the_chain_of_the_last_line);
}
