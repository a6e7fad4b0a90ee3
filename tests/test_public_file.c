/* SPDX-License-Identifier: Apache-2.0 */
/* Whoever names a file that the bench is to keep gets nothing by it that he could not read himself. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "record/public_file.h"
#include "tests/claims.h"
#include "tests/record_rig.h"

#define OPEN "what everybody may read"
#define SECRET "the bench's key"
enum { TURNS = 20000, MOST = 1000 };

/* One link, which means the one file and the other in turn. */
struct swapping {
	char *link, *beside, *to[2];
	atomic_bool is_over;
};

static void *swap(void *ctx)
{
	struct swapping *swapping = ctx;

	for (unsigned turn = 0; !atomic_load(&swapping->is_over); turn++) {
		unlink(swapping->beside);
		if (symlink(swapping->to[turn % 2], swapping->beside) == 0)
			rename(swapping->beside, swapping->link);
	}
	return NULL;
}

static int take(const char *path, const char *state, struct buf *bytes)
{
	struct public_file file;
	struct error err;
	int done;

	buf_clear(bytes);
	if (public_file_find(&file, path, true, &err) < 0)
		return -1;
	done = public_file_check(&file, state, &err);
	if (done == 0)
		done = public_file_read(&file, MOST, bytes, &err);
	public_file_close(&file);
	return done;
}

static void a_link_that_comes_to_mean_a_secret_meanwhile_does_not_lend_it(void)
{
	struct record_rig *rig = record_rig_new();
	struct swapping swapping = {.is_over = false};
	char *state = xstrdup(record_rig_path(rig, "nowhere"));
	pthread_t thread;
	struct buf bytes;
	int taken = 0;

	buf_init(&bytes);
	swapping.to[0] = xstrdup(record_rig_write(rig, "open", OPEN, 0644));
	swapping.to[1] = xstrdup(record_rig_write(rig, "secret", SECRET, 0600));
	swapping.link = xstrdup(record_rig_path(rig, "link"));
	swapping.beside = xstrdup(record_rig_path(rig, "beside"));
	CU_ASSERT_EQUAL_FATAL(symlink(swapping.to[0], swapping.link), 0);
	CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, swap, &swapping), 0);
	for (int turn = 0; turn < TURNS; turn++)
		if (take(swapping.link, state, &bytes) == 0) {
			taken++;
			if (strcmp(bytes.data, OPEN) != 0) {
				CU_FAIL("the secret was lent");
				break;
			}
		}
	atomic_store(&swapping.is_over, true);
	pthread_join(thread, NULL);
	CU_ASSERT(taken > 0 && taken < TURNS);
	buf_done(&bytes);
	for (int i = 0; i < 2; i++)
		free(swapping.to[i]);
	free(swapping.beside);
	free(swapping.link);
	free(state);
	record_rig_free(rig);
}

static void what_is_no_file_is_not_opened(void)
{
	struct record_rig *rig = record_rig_new();
	const char *pipe = record_rig_path(rig, "pipe");
	struct public_file file;

	CU_ASSERT_EQUAL_FATAL(mkfifo(pipe, 0644), 0);
	CU_ASSERT_EQUAL_FATAL(public_file_find(&file, pipe, true, &rig->err), 0);
	CU_ASSERT_EQUAL(public_file_check(&file, "/", &rig->err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(rig->err.text, "it is no file"));
	public_file_close(&file);
	CU_ASSERT_EQUAL(public_file_find(&file, "/nowhere/at/all", true, &rig->err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(rig->err.text, "No such file"));
	record_rig_free(rig);
}

static void what_is_too_large_is_named_as_it_was_named(void)
{
	struct record_rig *rig = record_rig_new();
	const char *path = record_rig_write(rig, "open", OPEN, 0644);
	struct public_file file;
	struct buf bytes;

	buf_init(&bytes);
	CU_ASSERT_EQUAL_FATAL(public_file_find(&file, path, true, &rig->err), 0);
	CU_ASSERT_EQUAL(public_file_read(&file, strlen(OPEN) - 1, &bytes, &rig->err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(rig->err.text, path));
	CU_ASSERT_EQUAL(public_file_read(&file, strlen(OPEN), &bytes, &rig->err), 0);
	CU_ASSERT_STRING_EQUAL(bytes.data, OPEN);
	public_file_close(&file);
	buf_done(&bytes);
	record_rig_free(rig);
}

void suite_public_file(void)
{
	suite_begin("files that others name");
	claim(a_link_that_comes_to_mean_a_secret_meanwhile_does_not_lend_it);
	claim(what_is_no_file_is_not_opened);
	claim(what_is_too_large_is_named_as_it_was_named);
}
