/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Both verifiers of a bundle say the same. tests/claims_verify.sh lets reports/verify.html judge a list of changes first (in
 * node) and gives it, with the bundle, in DAVY_TAMPERS and DAVY_BUNDLE; here each is made once more, on the disk, and judged by
 * the program: is it found, and is the first bad record the same one?
 *
 * Behind every second change the manifests are made anew, so that they are not what finds it. A run's journal that was left
 * out so is no fault: then both have to say that what it measured is not proved.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "run/proof.h"
#include "tests/claims.h"

static void rename_in(const char *folder, const char *from, const char *to)
{
	char *one = xprintf("%s/%s", folder, from), *other = xprintf("%s/%s", folder, to);

	CU_ASSERT_EQUAL_FATAL(rename(one, other), 0);
	free(one);
	free(other);
}

static void flip(const char *path, int64_t at, int64_t bit)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	uint8_t byte;

	CU_ASSERT_FATAL(fd >= 0 && pread(fd, &byte, 1, at) == 1);
	byte ^= (uint8_t)(1 << bit);
	CU_ASSERT_FATAL(pwrite(fd, &byte, 1, at) == 1);
	close(fd);
}

static void cut(const char *path, int64_t size, struct buf *was)
{
	struct error err;

	buf_clear(was);
	CU_ASSERT_EQUAL_FATAL(file_read(path, 1 << 28, was, &err), 0);
	CU_ASSERT_EQUAL_FATAL(truncate(path, size), 0);
}

/* A run without a journal has no folder. */
static void remove_file(char *path)
{
	CU_ASSERT_EQUAL_FATAL(unlink(path), 0);
	if (strstr(path, "/data/runs/")) {
		*strrchr(path, '/') = '\0';
		CU_ASSERT_EQUAL_FATAL(rmdir(path), 0);
		path[strlen(path)] = '/';
	}
}

static void put_back(char *path, const struct buf *was)
{
	struct error err;

	if (strstr(path, "/data/runs/")) {
		*strrchr(path, '/') = '\0';
		mkdir(path, 0755);
		path[strlen(path)] = '/';
	}
	CU_ASSERT_EQUAL_FATAL(file_write(path, was->data, was->size, &err), 0);
}

/* Done, or undone. */
static void change(const char *folder, const struct value *tamper, bool undo, struct buf *was)
{
	const char *kind = value_get_text(tamper, "kind"), *file = value_get_text(tamper, "file");
	const char *with = value_get_text(tamper, "with");
	char *path = xprintf("%s/%s", folder, file);

	if (!strcmp(kind, "flip")) {
		flip(path, value_get_int(tamper, "at", 0), value_get_int(tamper, "bit", 0));
	} else if (!strcmp(kind, "swap")) {
		rename_in(folder, file, "swapped");
		rename_in(folder, with, file);
		rename_in(folder, "swapped", with);
	} else if (undo) {
		put_back(path, was);
	} else {
		cut(path, value_get_int(tamper, "size", 0), was);
		if (!strcmp(kind, "remove"))
			remove_file(path);
	}
	free(path);
}

/* ---- the manifests ---- */

static const char *const MANIFESTS[] = {"manifest-sha256.txt", "tagmanifest-sha256.txt"};

static void relist(const char *folder)
{
	char *command =
		xprintf("cd '%s' && find data -type f | LC_ALL=C sort | xargs sha256sum >%s && "
			"sha256sum bag-info.txt %s bagit.txt >%s",
			folder, MANIFESTS[0], MANIFESTS[0], MANIFESTS[1]);

	CU_ASSERT_EQUAL_FATAL(system(command), 0);
	free(command);
}

static void keep_manifests(const char *folder, struct buf kept[2])
{
	for (int i = 0; i < 2; i++) {
		char *path = xprintf("%s/%s", folder, MANIFESTS[i]);
		struct error err;

		buf_init(&kept[i]);
		CU_ASSERT_EQUAL_FATAL(file_read(path, 1 << 24, &kept[i], &err), 0);
		free(path);
	}
}

static void restore_manifests(const char *folder, const struct buf kept[2])
{
	for (int i = 0; i < 2; i++) {
		char *path = xprintf("%s/%s", folder, MANIFESTS[i]);

		put_back(path, &kept[i]);
		free(path);
	}
}

/* ---- what both say ---- */

static int64_t without_journal(const struct value *says)
{
	const struct value *list = value_get(says, "notProved");
	int64_t count = 0;

	for (size_t i = 0; i < value_count(list); i++)
		count += !strcmp(value_get_text(value_at(list, i), "what"), "journal");
	return count;
}

/* A bundle is a choice: what nothing else in it rests on may be left out, and that there is no more is not proved. */
static bool leaves_out_a_record(const struct value *tamper)
{
	return value_get_bool(tamper, "relisted") &&
	       !strcmp(value_get_text(tamper, "kind"), "remove") &&
	       !strncmp(value_get_text(tamper, "file"), "data/records/", 13);
}

/* What is good nevertheless is a journal that was left out, and both say so, or such a record. */
static bool agrees(const char *folder, const struct value *tamper)
{
	struct error err;
	struct value *says = proof_of_bundle(folder, &(struct proof_wish){0}, &err);
	int64_t first = value_get_int(says, "first", 0);
	int64_t left_out = value_get_int(tamper, "withoutJournal", 0);
	bool good = !says || value_get_bool(says, "good");
	bool same = says && good == value_get_bool(tamper, "good") &&
		    first == value_get_int(tamper, "first", 0) &&
		    (!good || leaves_out_a_record(tamper) ||
		     (left_out == 1 && without_journal(says) == 1));

	if (!same) {
		struct buf text;

		buf_init(&text);
		json_write(&text, tamper);
		buf_add_text(&text, "\n        davy: ");
		json_write(&text, says ? value_get(says, "problems") : value_get(tamper, "why"));
		printf("        the page: %s\n", text.data);
		buf_done(&text);
	}
	value_free(says);
	return same;
}

static void both_verifiers_find_every_change_and_name_the_same_record(void)
{
	const char *folder = getenv("DAVY_BUNDLE"), *list = getenv("DAVY_TAMPERS");
	struct buf lines, was, manifests[2];
	size_t count = 0, relisted = 0;
	struct error err;

	if (!folder || !list) {
		claim_skip("tests/claims_verify.sh gives it a bundle and what the page says of it");
		return;
	}
	buf_init(&lines);
	buf_init(&was);
	keep_manifests(folder, manifests);
	CU_ASSERT_EQUAL_FATAL(file_read(list, 1 << 28, &lines, &err), 0);
	for (char *line = lines.data, *end; (end = strchr(line, '\n')); line = end + 1, count++) {
		struct value *tamper = json_parse(line, (size_t)(end - line), "a change", &err);

		CU_ASSERT_PTR_NOT_NULL_FATAL(tamper);
		change(folder, tamper, false, &was);
		if (value_get_bool(tamper, "relisted"))
			relist(folder);
		relisted += value_get_bool(tamper, "relisted");
		CU_ASSERT(agrees(folder, tamper));
		change(folder, tamper, true, &was);
		restore_manifests(folder, manifests);
		value_free(tamper);
	}
	CU_ASSERT(count > 1 && relisted == count / 2);
	buf_done(&manifests[0]);
	buf_done(&manifests[1]);
	buf_done(&lines);
	buf_done(&was);
}

void suite_proof_bundle(void)
{
	suite_begin("bundles");
	claim(both_verifiers_find_every_change_and_name_the_same_record);
}
