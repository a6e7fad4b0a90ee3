/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files and folders, in a scratch folder that goes with each claim. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "tests/claims.h"

struct scratch {
	char folder[64];
	char path[128]; /* of the last scratch_path */
	struct error err;
};

static struct scratch scratch_new(void)
{
	struct scratch scratch = {.folder = "/tmp/davy-test-file-XXXXXX"};

	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(scratch.folder));
	return scratch;
}

static const char *scratch_path(struct scratch *scratch, const char *name)
{
	snprintf(scratch->path, sizeof(scratch->path), "%s/%s", scratch->folder, name);
	return scratch->path;
}

static void scratch_write(struct scratch *scratch, const char *name, const char *text)
{
	const char *path = scratch_path(scratch, name);

	CU_ASSERT_EQUAL_FATAL(file_write(path, text, strlen(text), &scratch->err), 0);
}

static void scratch_free(struct scratch *scratch)
{
	CU_ASSERT_EQUAL(file_remove_folder(scratch->folder, &scratch->err), 0);
	CU_ASSERT_FALSE(file_exists(scratch->folder));
}

static void check_read(struct scratch *scratch, const char *name, const char *wanted)
{
	struct buf out;

	buf_init(&out);
	CU_ASSERT_EQUAL(file_read(scratch_path(scratch, name), 1000, &out, &scratch->err), 0);
	CU_ASSERT_STRING_EQUAL(out.data, wanted);
	buf_done(&out);
}

static void check_unreadable(const char *path, size_t most, const char *sentence)
{
	struct error err = {0};
	struct buf out;

	buf_init(&out);
	buf_add_text(&out, "before");
	CU_ASSERT_EQUAL(file_read(path, most, &out, &err), -1);
	CU_ASSERT_STRING_EQUAL(out.data, "before");
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, path));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, sentence));
	buf_done(&out);
}

static void what_is_written_is_read(void)
{
	struct scratch scratch = scratch_new();

	scratch_write(&scratch, "a", "first");
	check_read(&scratch, "a", "first");
	scratch_write(&scratch, "a", "");
	check_read(&scratch, "a", "");

	scratch_free(&scratch);
}

static void replacing_a_file_leaves_nothing_beside_it(void)
{
	struct scratch scratch = scratch_new();
	char **names;
	size_t count;

	scratch_write(&scratch, "a", "first");
	scratch_write(&scratch, "a", "second");
	CU_ASSERT_EQUAL(file_list(scratch.folder, &names, &count, &scratch.err), 0);

	CU_ASSERT_EQUAL(count, 1);
	free(names[0]);
	free(names);
	scratch_free(&scratch);
}

static void a_failed_write_leaves_the_old_state(void)
{
	struct scratch scratch = scratch_new();
	char **names;
	size_t count;

	scratch_write(&scratch, "a", "old");
	mkdir(scratch_path(&scratch, "in_the_way"), 0755);
	CU_ASSERT_EQUAL(file_write(scratch.path, "new", 3, &scratch.err), -1);
	CU_ASSERT_EQUAL(file_write("/nowhere/to/be", "new", 3, &scratch.err), -1);

	CU_ASSERT_STRING_EQUAL(scratch.err.text,
			       "/nowhere/to/be: cannot write: No such file or directory");
	CU_ASSERT_EQUAL(file_list(scratch.folder, &names, &count, &scratch.err), 0);
	CU_ASSERT_EQUAL_FATAL(count, 2);
	free(names[0]), free(names[1]), free(names);
	scratch_free(&scratch);
}

static void others_may_read_what_was_written(void)
{
	struct scratch scratch = scratch_new();
	struct stat status;

	scratch_write(&scratch, "a", "x");
	stat(scratch.path, &status);

	CU_ASSERT_EQUAL(status.st_mode & 0777, 0644);
	scratch_free(&scratch);
}

static void a_file_larger_than_allowed_is_refused_and_nothing_appended(void)
{
	struct scratch scratch = scratch_new();

	scratch_write(&scratch, "a", "12345");

	check_unreadable(scratch.path, 4, "larger than the 4 bytes");
	check_read(&scratch, "a", "12345");
	scratch_free(&scratch);
}

static void what_is_no_file_is_refused_without_waiting(void)
{
	struct scratch scratch = scratch_new();

	mkfifo(scratch_path(&scratch, "pipe"), 0600);

	check_unreadable(scratch.path, 100, "not a file");
	check_unreadable(scratch.folder, 100, "not a file");
	check_unreadable(scratch_path(&scratch, "missing"), 100, "No such file");
	scratch_free(&scratch);
}

static void folders_are_made_with_their_parents(void)
{
	struct scratch scratch = scratch_new();
	const char *deep = scratch_path(&scratch, "a/b/c/");

	CU_ASSERT_EQUAL(file_make_folder(deep, &scratch.err), 0);
	CU_ASSERT_EQUAL(file_make_folder(deep, &scratch.err), 0);

	CU_ASSERT_TRUE(file_exists(scratch_path(&scratch, "a/b/c")));
	scratch_free(&scratch);
}

static void a_file_where_a_folder_should_be_is_named(void)
{
	struct scratch scratch = scratch_new();
	char wanted[256];

	scratch_write(&scratch, "a", "x");
	snprintf(wanted, sizeof(wanted), "%s: is in the way: not a folder", scratch.path);
	CU_ASSERT_EQUAL(file_make_folder(scratch_path(&scratch, "a/b"), &scratch.err), -1);

	CU_ASSERT_STRING_EQUAL(scratch.err.text, wanted);
	scratch_free(&scratch);
}

static void a_listing_is_sorted_by_bytes(void)
{
	static const char *const WANTED[] = {".hidden", "B", "a", "a.b", "aa"};
	struct scratch scratch = scratch_new();
	char **names;
	size_t count;

	for (size_t i = 5; i-- > 0;)
		scratch_write(&scratch, WANTED[i], "");
	CU_ASSERT_EQUAL_FATAL(file_list(scratch.folder, &names, &count, &scratch.err), 0);

	CU_ASSERT_EQUAL_FATAL(count, 5);
	for (size_t i = 0; i < count; i++) {
		CU_ASSERT_STRING_EQUAL(names[i], WANTED[i]);
		free(names[i]);
	}
	free(names);
	scratch_free(&scratch);
}

static void removing_a_folder_spares_what_its_links_point_to(void)
{
	struct scratch kept = scratch_new(), scratch = scratch_new();

	scratch_write(&kept, "precious", "x");
	file_make_folder(scratch_path(&scratch, "deep/er"), &scratch.err);
	scratch_write(&scratch, "deep/er/file", "x");
	CU_ASSERT_EQUAL(symlink(kept.folder, scratch_path(&scratch, "deep/link")), 0);
	scratch_free(&scratch);

	check_read(&kept, "precious", "x");
	scratch_free(&kept);
}

static mode_t mode_of(const char *path)
{
	struct stat status = {0};

	CU_ASSERT_EQUAL(lstat(path, &status), 0);
	return status.st_mode & 07777;
}

static void a_secret_is_its_owner_s_and_never_written_over(void)
{
	struct scratch scratch = scratch_new();
	const char *path = scratch_path(&scratch, "key.pem");
	char **names;
	size_t count;

	CU_ASSERT_EQUAL_FATAL(file_create_secret(path, "one", 3, &scratch.err), 0);
	CU_ASSERT_EQUAL(mode_of(path), 0600);
	CU_ASSERT_EQUAL(file_create_secret(path, "two", 3, &scratch.err), -1);
	CU_ASSERT_EQUAL(scratch.err.kind, ERROR_REFUSED);
	check_read(&scratch, "key.pem", "one");
	CU_ASSERT_EQUAL_FATAL(file_list(scratch.folder, &names, &count, &scratch.err), 0);
	CU_ASSERT_EQUAL(count, 1);
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);

	path = scratch_path(&scratch, "link.pem");
	CU_ASSERT_EQUAL_FATAL(symlink("nowhere", path), 0);
	CU_ASSERT_EQUAL(file_create_secret(path, "two", 3, &scratch.err), -1);
	CU_ASSERT_EQUAL(scratch.err.kind, ERROR_REFUSED);
	scratch_free(&scratch);
}

/* Whoever writes more than ten bytes is killed by the kernel behind the tenth, as power would go there. */
static void a_secret_is_there_whole_or_not_at_all(void)
{
	struct scratch scratch = scratch_new();
	const char *path = scratch_path(&scratch, "key.pem");
	int status = 0;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
		setrlimit(RLIMIT_FSIZE, &(struct rlimit){10, 10});
		file_create_secret(path, "twenty bytes and one", 20, &scratch.err);
		_exit(0);
	}
	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ);
	CU_ASSERT_FALSE(file_exists(path));
	CU_ASSERT_EQUAL(file_create_secret(path, "twenty bytes and one", 20, &scratch.err), 0);
	check_read(&scratch, "key.pem", "twenty bytes and one");
	scratch_free(&scratch);
}

void suite_file(void)
{
	suite_begin("file");
	claim(what_is_written_is_read);
	claim(replacing_a_file_leaves_nothing_beside_it);
	claim(a_failed_write_leaves_the_old_state);
	claim(a_secret_is_its_owner_s_and_never_written_over);
	claim(a_secret_is_there_whole_or_not_at_all);
	claim(others_may_read_what_was_written);
	claim(a_file_larger_than_allowed_is_refused_and_nothing_appended);
	claim(what_is_no_file_is_refused_without_waiting);
	claim(folders_are_made_with_their_parents);
	claim(a_file_where_a_folder_should_be_is_named);
	claim(a_listing_is_sorted_by_bytes);
	claim(removing_a_folder_spares_what_its_links_point_to);
}
