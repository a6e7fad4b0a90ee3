/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Both verifiers of a bundle say the same. tests/claims_verify.sh lets reports/verify.html judge a list of changes first (in
 * node) and gives it, with the bundle, in DAVY_TAMPERS and DAVY_BUNDLE; here each is made once more, on the disk, and judged by
 * the program: is it found, and is the first bad record the same one?
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* Done, or undone. */
static void change(const char *folder, const struct value *tamper, bool undo, struct buf *was)
{
	const char *kind = value_get_text(tamper, "kind"), *file = value_get_text(tamper, "file");
	const char *with = value_get_text(tamper, "with");
	char *path = xprintf("%s/%s", folder, file);
	struct error err;

	if (!strcmp(kind, "flip")) {
		flip(path, value_get_int(tamper, "at", 0), value_get_int(tamper, "bit", 0));
	} else if (!strcmp(kind, "swap")) {
		rename_in(folder, file, "swapped");
		rename_in(folder, with, file);
		rename_in(folder, "swapped", with);
	} else if (undo) {
		CU_ASSERT_EQUAL(file_write(path, was->data, was->size, &err), 0);
	} else {
		cut(path, value_get_int(tamper, "size", 0), was);
		if (!strcmp(kind, "remove"))
			unlink(path);
	}
	free(path);
}

static bool agrees(const char *folder, const struct value *tamper)
{
	struct error err;
	struct value *says = proof_of_bundle(folder, &(struct proof_wish){0}, &err);
	int64_t first = value_get_int(says, "first", 0);
	bool good = !says || value_get_bool(says, "good");
	bool same = says && good == value_get_bool(tamper, "good") &&
		    first == value_get_int(tamper, "first", 0) && !good;

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
	struct buf lines, was;
	struct error err;
	size_t count = 0;

	if (!folder || !list) {
		claim_skip("tests/claims_verify.sh gives it a bundle and what the page says of it");
		return;
	}
	buf_init(&lines);
	buf_init(&was);
	CU_ASSERT_EQUAL_FATAL(file_read(list, 1 << 28, &lines, &err), 0);
	for (char *line = lines.data, *end; (end = strchr(line, '\n')); line = end + 1, count++) {
		struct value *tamper = json_parse(line, (size_t)(end - line), "a change", &err);

		CU_ASSERT_PTR_NOT_NULL_FATAL(tamper);
		change(folder, tamper, false, &was);
		CU_ASSERT(agrees(folder, tamper));
		change(folder, tamper, true, &was);
		value_free(tamper);
	}
	CU_ASSERT(count > 0);
	buf_done(&lines);
	buf_done(&was);
}

void suite_proof_bundle(void)
{
	suite_begin("bundles");
	claim(both_verifiers_find_every_change_and_name_the_same_record);
}
