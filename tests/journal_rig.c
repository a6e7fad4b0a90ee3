/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making, damaging and reading scratch journals for claims (tests/journal_rig.h).
 *
 * An item is shown as one line of text, its bytes by their digest; the same words are noted when it is
 * given, so that one comparison of two texts checks order, times, subjects and bytes at once.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/hash.h"
#include "tests/claims.h"
#include "tests/journal_rig.h"

uint64_t next_random(struct rig *rig, uint64_t below)
{
	uint64_t mixed = rig->random += 0x9e3779b97f4a7c15u;

	mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
	mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
	return (mixed ^ mixed >> 31) % below;
}

void rig_open(struct rig *rig, uint64_t seed)
{
	struct error err;

	*rig = (struct rig){.random = seed};
	buf_init(&rig->told);
	strcpy(rig->folder, "/dev/shm/davy-journal-XXXXXX");
	if (!mkdtemp(rig->folder)) {
		strcpy(rig->folder, "/tmp/davy-journal-XXXXXX");
		CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(rig->folder));
	}
	snprintf(rig->run, sizeof(rig->run), "%s/run", rig->folder);
	snprintf(rig->copy, sizeof(rig->copy), "%s/copy", rig->folder);
	rig->loop = loop_new(&err);
	rig->writer = writer_new(rig->loop, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(rig->writer);
	rig->journal = journal_create(rig->writer, rig->run, 0, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(rig->journal);
	CU_ASSERT_EQUAL(file_make_folder(rig->copy, &err), 0);
}

void rig_finish(struct rig *rig)
{
	journal_close(rig->journal);
	rig->journal = NULL;
	writer_free(rig->writer);
	rig->writer = NULL;
}

void rig_close(struct rig *rig)
{
	struct error err;

	rig_finish(rig);
	loop_free(rig->loop);
	buf_done(&rig->told);
	CU_ASSERT_EQUAL(file_remove_folder(rig->folder, &err), 0);
}

/* ---- giving ---- */

void give_line(struct rig *rig, nsec time, const char *kind, int64_t number)
{
	struct value *fields = value_map();

	value_set_int(fields, "number", number);
	value_set_text(fields, "text", "a \"quoted\" line\nin two: 合格");
	journal_line(rig->journal, time, kind, fields);
	buf_printf(&rig->told, "%s %" PRId64 " %" PRId64 "\n", kind, time, number);
}

void give_entry(struct rig *rig, nsec time, enum entry_kind kind, uint16_t subject,
		const uint8_t *data, size_t size)
{
	uint8_t digest[HASH_SIZE];
	char hex[HASH_HEX_SIZE];

	journal_entry(rig->journal, time, kind, subject, data, size);
	hash_of(data, size, digest);
	hash_hex(digest, hex);
	buf_printf(&rig->told, "entry %d %u %" PRId64 " %s\n", kind, subject, time, hex);
}

void give_random(struct rig *rig, int count, size_t most_bytes)
{
	nsec time = 0;
	uint8_t *data = xcalloc(1, most_bytes + 1);

	for (int i = 0; i < count; i++) {
		size_t size = next_random(rig, most_bytes + 1);

		time += (nsec)next_random(rig, MSEC(20));
		for (size_t byte = 0; byte < size; byte++)
			data[byte] = (uint8_t)next_random(rig, 256);
		switch (next_random(rig, 8)) {
		case 0:
			give_line(rig, time, "note", (int64_t)next_random(rig, 1000));
			break;
		case 1:
			journal_cut(rig->journal, time);
			break;
		default:
			give_entry(rig, time, 1 + next_random(rig, ENTRY_SET),
				   (uint16_t)next_random(rig, 1 << 16), data, size);
		}
	}
	free(data);
}

void give_short_run(struct rig *rig)
{
	give_line(rig, 0, "start", 1);
	give_line(rig, MSEC(1), "step", 2);
	give_entry(rig, MSEC(2), ENTRY_SENT, 3, (const uint8_t *)"FLOW?\n", 6);
	give_entry(rig, MSEC(3), ENTRY_RECEIVED, 3, (const uint8_t *)"30.0\n", 5);
	give_line(rig, MSEC(4), "measure", 3);
	give_line(rig, MSEC(5), "verdict", 4);
	rig_finish(rig);
}

/* ---- reading ---- */

static void show(struct buf *seen, const struct journal_item *item)
{
	uint8_t digest[HASH_SIZE];
	char hex[HASH_HEX_SIZE];

	if (item->kind) {
		buf_printf(seen, "%s %" PRId64 " %" PRId64 "\n", item->kind, item->time,
			   value_get_int(item->line, "number", -1));
		return;
	}
	hash_of(item->data, item->size, digest);
	hash_hex(digest, hex);
	buf_printf(seen, "entry %d %u %" PRId64 " %s\n", item->entry, item->subject, item->time,
		   hex);
}

void reading_done(struct reading *reading)
{
	buf_done(&reading->seen);
}

struct reading read_all(const char *folder)
{
	struct reading reading = {0};
	struct journal_reader *reader = journal_reader_open(folder, &reading.error);
	struct journal_item item;

	buf_init(&reading.seen);
	CU_ASSERT_PTR_NOT_NULL_FATAL(reader);
	while ((reading.result = journal_reader_next(reader, &item, &reading.error)) > 0) {
		show(&reading.seen, &item);
		reading.items++;
		if (!item.kind)
			continue;
		snprintf(reading.last_kind, sizeof(reading.last_kind), "%s", item.kind);
		reading.verdicts += strcmp(item.kind, "verdict") == 0;
	}
	reading.torn = journal_reader_torn(reader);
	journal_reader_close(reader);
	return reading;
}

struct buf content_of(const char *folder, const char *name)
{
	char *path = xprintf("%s/%s", folder, name);
	struct buf content;
	struct error err;

	buf_init(&content);
	CU_ASSERT_EQUAL(file_read(path, 64 << 20, &content, &err), 0);
	free(path);
	return content;
}

void put(const char *folder, const char *name, const void *data, size_t size)
{
	char *path = xprintf("%s/%s", folder, name);
	FILE *file = fopen(path, "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	CU_ASSERT_EQUAL(fwrite(data, 1, size, file), size);
	fclose(file);
	free(path);
}

bool is_there(const char *folder, const char *name)
{
	char *path = xprintf("%s/%s", folder, name);
	bool there = file_exists(path);

	free(path);
	return there;
}

void put_copy(struct rig *rig, const void *data, size_t size)
{
	struct error err;

	CU_ASSERT_EQUAL(file_remove_folder(rig->copy, &err), 0);
	CU_ASSERT_EQUAL(file_make_folder(rig->copy, &err), 0);
	put(rig->copy, "journal", data, size);
}

size_t find_lines(const struct buf *journal, size_t *at, size_t room)
{
	static const char SEGMENT[] = "{\"k\":\"segment\"";
	size_t count = 0, place = 0;

	while (place < journal->size && count + 1 < room) {
		const char *line = journal->data + place;

		at[count++] = place;
		place += (size_t)(strchr(line, '\n') - line) + 1;
		if (strncmp(line, SEGMENT, strlen(SEGMENT)) == 0)
			place += strtoul(strstr(line, "\"bytes\":") + 8, NULL, 10) + 1;
	}
	at[count] = place;
	return count;
}
