/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Claims about the thread that writes to the disk. The bytes go to real files; the one thing put in
 * the way is fdatasync itself, which this program defines: it counts, can be made to wait (so that jobs
 * pile up behind it) and can be told to fail, as a dying card does and no test folder will.
 */
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "run/writer.h"
#include "tests/claims.h"

static atomic_int syncs_made;
static atomic_int syncs_that_wait; /* so many of the next wait at the gate */
static atomic_int syncs_that_fail;
static sem_t reached, gate;

int fdatasync(int fd)
{
	syncs_made++;
	if (syncs_that_wait > 0) {
		syncs_that_wait--;
		sem_post(&reached);
		sem_wait(&gate);
	}
	if (syncs_that_fail > 0) {
		syncs_that_fail--;
		errno = EIO;
		return -1;
	}
	return (int)syscall(SYS_fdatasync, fd);
}

enum { MOST_REPORTS = 16 };

struct rig {
	struct loop *loop;
	struct writer *writer;
	char folder[64];
	char path[96];
	int fd;
	int reports, wanted;
	struct error error[MOST_REPORTS]; /* kind 0: it went well */
};

static void rig_open(struct rig *rig)
{
	struct error err;

	*rig = (struct rig){0};
	strcpy(rig->folder, "/tmp/davy-writer-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(rig->folder));
	snprintf(rig->path, sizeof(rig->path), "%s/file", rig->folder);
	rig->fd = open(rig->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	rig->loop = loop_new(&err);
	rig->writer = writer_new(rig->loop, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(rig->writer);
	sem_init(&reached, 0, 0);
	sem_init(&gate, 0, 0);
	syncs_made = 0;
}

static void rig_close(struct rig *rig)
{
	struct error err;

	writer_free(rig->writer);
	loop_free(rig->loop);
	CU_ASSERT_EQUAL(file_remove_folder(rig->folder, &err), 0);
}

static void count_report(void *ctx, const struct error *err)
{
	struct rig *rig = ctx;

	if (err && rig->reports < MOST_REPORTS)
		rig->error[rig->reports] = *err;
	if (++rig->reports == rig->wanted)
		loop_quit(rig->loop);
}

/* Run the loop until so many reports came in all. */
static void await_reports(struct rig *rig, int wanted)
{
	struct error err;

	rig->wanted = wanted;
	if (rig->reports < wanted)
		CU_ASSERT_EQUAL(loop_run(rig->loop, &err), 0);
}

static void append(struct rig *rig, const char *text)
{
	writer_append(rig->writer, rig->fd, text, strlen(text));
}

static void sync_file(struct rig *rig)
{
	writer_sync(rig->writer, rig->fd, count_report, rig);
}

static void expect_content(const struct rig *rig, const char *expected)
{
	struct error err;
	struct buf content;

	buf_init(&content);
	CU_ASSERT_EQUAL(file_read(rig->path, 1 << 20, &content, &err), 0);
	CU_ASSERT_STRING_EQUAL(content.data, expected);
	buf_done(&content);
}

/* Let the thread stand in an fdatasync of another file, so that what is given now piles up. */
static int occupy(struct rig *rig)
{
	int other = open(rig->folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);

	syncs_that_wait = 1;
	writer_sync(rig->writer, other, NULL, NULL);
	while (sem_wait(&reached) < 0)
		;
	writer_close(rig->writer, other);
	return other;
}

static void what_is_appended_stands_in_the_file_when_its_sync_is_reported(void)
{
	struct rig rig;

	rig_open(&rig);
	append(&rig, "one ");
	append(&rig, "two ");
	append(&rig, "three");
	sync_file(&rig);
	await_reports(&rig, 1);

	expect_content(&rig, "one two three");
	CU_ASSERT_EQUAL(rig.error[0].kind, 0);
	rig_close(&rig);
	close(rig.fd);
}

static off_t size_on_disk(const struct rig *rig)
{
	struct stat status;

	return fstat(rig->fd, &status) == 0 ? status.st_size : -1;
}

static void little_that_was_pushed_is_written_without_a_sync(void)
{
	const struct timespec moment = {.tv_nsec = 1000000};
	struct rig rig;

	rig_open(&rig);
	writer_append(rig.writer, rig.fd, "judged", 6);
	writer_push(rig.writer);
	for (int tries = 0; tries < 5000 && size_on_disk(&rig) == 0; tries++)
		nanosleep(&moment, NULL);

	CU_ASSERT_EQUAL(size_on_disk(&rig), 6);
	rig_close(&rig);
	close(rig.fd);
}

static void much_that_was_appended_is_written_without_a_sync(void)
{
	const struct timespec moment = {.tv_nsec = 1000000};
	char much[32768];
	struct rig rig;

	rig_open(&rig);
	memset(much, 'x', sizeof(much));
	writer_append(rig.writer, rig.fd, much, sizeof(much));
	for (int tries = 0; tries < 5000 && size_on_disk(&rig) == 0; tries++)
		nanosleep(&moment, NULL);

	CU_ASSERT_EQUAL(size_on_disk(&rig), sizeof(much));
	rig_close(&rig);
	close(rig.fd);
}

static void syncs_that_pile_up_cost_one_fdatasync_and_are_each_reported(void)
{
	struct rig rig;

	rig_open(&rig);
	occupy(&rig);
	for (int i = 0; i < 10; i++) {
		append(&rig, "x");
		sync_file(&rig);
	}
	sem_post(&gate);
	await_reports(&rig, 10);

	CU_ASSERT_EQUAL(rig.reports, 10);
	CU_ASSERT_EQUAL(syncs_made, 2); /* one occupied the thread */
	expect_content(&rig, "xxxxxxxxxx");
	rig_close(&rig);
	close(rig.fd);
}

static void appends_that_pile_up_become_one_write(void)
{
	struct rig rig;
	int pair[2];
	char packet[64];

	rig_open(&rig);
	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	occupy(&rig);
	writer_append(rig.writer, pair[0], "first ", 6);
	append(&rig, "between");
	writer_append(rig.writer, pair[0], "second", 6);
	sem_post(&gate);

	CU_ASSERT_EQUAL(read(pair[1], packet, sizeof(packet)), 12); /* a packet is a write */
	CU_ASSERT_EQUAL(memcmp(packet, "first second", 12), 0);
	rig_close(&rig);
	close(pair[0]);
	close(pair[1]);
	close(rig.fd);
}

static int order[4], ordered;

static void note_order(void *ctx, const struct error *err)
{
	(void)err;
	order[ordered++] = *(int *)ctx;
}

static void reports_keep_the_order_of_the_syncs_across_files(void)
{
	static int numbers[] = {1, 2, 3};
	struct rig rig;
	int other;

	rig_open(&rig);
	ordered = 0;
	other = open(rig.folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	occupy(&rig);
	writer_sync(rig.writer, other, note_order, &numbers[0]);
	writer_sync(rig.writer, rig.fd, note_order, &numbers[1]);
	writer_sync(rig.writer, other, note_order, &numbers[2]);
	sync_file(&rig);
	sem_post(&gate);
	await_reports(&rig, 1);

	CU_ASSERT_EQUAL(ordered, 3);
	CU_ASSERT_EQUAL(order[0] * 100 + order[1] * 10 + order[2], 123);
	rig_close(&rig);
	close(rig.fd);
	close(other);
}

static void a_full_disk_is_reported_with_its_path_and_what_to_do(void)
{
	struct rig rig;
	int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);

	rig_open(&rig);
	close(rig.fd);
	rig.fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	append(&rig, "a line");
	sync_file(&rig);
	await_reports(&rig, 1);

	CU_ASSERT_EQUAL(rig.error[0].kind, ERROR_OS);
	CU_ASSERT_STRING_EQUAL(rig.error[0].text,
			       "/dev/full: cannot write: No space left on device: make room on "
			       "this disk (6 bytes wait in memory)");
	CU_ASSERT_EQUAL(dup2(nothing, rig.fd), rig.fd); /* room at last */
	close(nothing);
	rig_close(&rig);
	close(rig.fd);
}

/* From here on no file may grow beyond so many bytes. The thread takes no SIGXFSZ: it sees EFBIG. */
static void allow_bytes(rlim_t most)
{
	struct rlimit limit;

	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = most;
	setrlimit(RLIMIT_FSIZE, &limit);
}

static void bytes_that_found_no_room_are_brought_by_the_sync_that_finds_it(void)
{
	struct rig rig;

	rig_open(&rig);
	allow_bytes(4);
	append(&rig, "0123456789");
	sync_file(&rig);
	await_reports(&rig, 1);
	append(&rig, "abc");
	allow_bytes(RLIM_INFINITY);
	sync_file(&rig);
	await_reports(&rig, 2);

	CU_ASSERT_PTR_NOT_NULL(strstr(rig.error[0].text, "6 bytes wait in memory"));
	CU_ASSERT_EQUAL(rig.error[1].kind, 0);
	expect_content(&rig, "0123456789abc");
	rig_close(&rig);
	close(rig.fd);
}

static void a_file_that_once_failed_to_sync_never_syncs_well_again(void)
{
	struct rig rig;

	rig_open(&rig);
	syncs_that_fail = 1;
	append(&rig, "lost");
	sync_file(&rig);
	append(&rig, "kept");
	sync_file(&rig);
	await_reports(&rig, 2);

	CU_ASSERT_PTR_NOT_NULL(strstr(rig.error[0].text, "cannot keep what was written: "));
	CU_ASSERT_STRING_EQUAL(rig.error[1].text, rig.error[0].text);
	rig_close(&rig);
	close(rig.fd);
}

static void nothing_is_reported_to_a_forgotten_ctx(void)
{
	struct rig rig, forgotten = {0};

	rig_open(&rig);
	occupy(&rig);
	writer_sync(rig.writer, rig.fd, count_report, &forgotten);
	sync_file(&rig);
	writer_forget(rig.writer, &forgotten);
	sem_post(&gate);
	await_reports(&rig, 1);

	CU_ASSERT_EQUAL(forgotten.reports, 0);
	rig_close(&rig);
	close(rig.fd);
}

static void free_writer(void *ctx, const struct error *err)
{
	struct rig *rig = ctx;

	(void)err;
	writer_free(rig->writer);
	rig->writer = NULL;
	loop_quit(rig->loop);
}

static void a_report_may_free_the_writer(void)
{
	struct rig rig;
	struct error err;

	rig_open(&rig);
	occupy(&rig);
	append(&rig, "all of it");
	writer_sync(rig.writer, rig.fd, free_writer, &rig);
	sync_file(&rig);
	sem_post(&gate);
	CU_ASSERT_EQUAL(loop_run(rig.loop, &err), 0);

	CU_ASSERT_EQUAL(rig.reports, 0); /* due, but the writer was gone */
	expect_content(&rig, "all of it");
	rig_close(&rig);
	close(rig.fd);
}

static void freeing_finishes_what_was_given(void)
{
	struct rig rig;

	rig_open(&rig);
	occupy(&rig);
	append(&rig, "given");
	sync_file(&rig);
	sem_post(&gate);
	writer_free(rig.writer);
	rig.writer = NULL;

	expect_content(&rig, "given");
	CU_ASSERT_EQUAL(syncs_made, 2);
	CU_ASSERT_EQUAL(rig.reports, 0);
	rig_close(&rig);
	close(rig.fd);
}

static void a_descriptor_is_closed_behind_everything_given_for_it(void)
{
	struct rig rig;
	int fd;

	rig_open(&rig);
	fd = rig.fd;
	append(&rig, "to the end");
	writer_close(rig.writer, fd);
	writer_free(rig.writer);
	rig.writer = NULL;

	CU_ASSERT_EQUAL(fcntl(fd, F_GETFD), -1);
	expect_content(&rig, "to the end");
	rig_close(&rig);
}

static void a_file_closed_on_a_full_disk_is_written_when_there_is_room(void)
{
	struct rig rig;
	int fd, other;

	rig_open(&rig);
	other = open("/dev/null", O_WRONLY | O_CLOEXEC);
	fd = rig.fd;
	allow_bytes(4);
	append(&rig, "0123456789");
	writer_close(rig.writer, fd);
	writer_sync(rig.writer, other, count_report, &rig);
	await_reports(&rig, 1);
	expect_content(&rig, "0123");
	CU_ASSERT(fcntl(fd, F_GETFD) >= 0);

	allow_bytes(RLIM_INFINITY);
	writer_sync(rig.writer, other, count_report, &rig);
	writer_sync(rig.writer, other, count_report, &rig);
	await_reports(&rig, 3);
	expect_content(&rig, "0123456789");
	CU_ASSERT_EQUAL(fcntl(fd, F_GETFD), -1);
	rig_close(&rig);
	close(other);
}

static void what_is_dropped_is_taken_back_to_the_last_sync(void)
{
	struct rig rig;
	int fd;

	rig_open(&rig);
	fd = rig.fd;
	append(&rig, "kept");
	sync_file(&rig);
	await_reports(&rig, 1);
	allow_bytes(8);
	append(&rig, "0123456789");
	sync_file(&rig);
	await_reports(&rig, 2);
	expect_content(&rig, "kept0123");
	allow_bytes(RLIM_INFINITY);
	writer_drop(rig.writer, fd);
	writer_free(rig.writer);
	rig.writer = NULL;

	expect_content(&rig, "kept");
	CU_ASSERT_EQUAL(fcntl(fd, F_GETFD), -1);
	rig_close(&rig);
}

static void what_a_failed_sync_may_have_lost_can_be_taken_back(void)
{
	struct rig rig;

	rig_open(&rig);
	append(&rig, "kept");
	sync_file(&rig);
	await_reports(&rig, 1);
	syncs_that_fail = 1;
	append(&rig, "lost");
	sync_file(&rig);
	await_reports(&rig, 2);
	writer_drop(rig.writer, rig.fd);
	writer_free(rig.writer);
	rig.writer = NULL;

	CU_ASSERT_PTR_NOT_NULL(strstr(rig.error[1].text, "cannot keep what was written: "));
	expect_content(&rig, "kept");
	rig_close(&rig);
}

/* Is this signal blocked in thread `id` of this process? */
static int blocks(const char *id, int signal)
{
	char *path = xprintf("/proc/self/task/%s/status", id), line[128];
	FILE *status = fopen(path, "r");
	unsigned long long mask = 0;

	while (fgets(line, sizeof(line), status))
		sscanf(line, "SigBlk: %llx", &mask);
	fclose(status);
	free(path);
	return (int)(mask >> (signal - 1) & 1);
}

static void the_thread_takes_no_signals(void)
{
	struct rig rig;
	struct error err;
	char **names;
	size_t count;

	rig_open(&rig);
	append(&rig, "awake");
	sync_file(&rig);
	await_reports(&rig, 1);

	CU_ASSERT_EQUAL_FATAL(file_list("/proc/self/task", &names, &count, &err), 0);
	CU_ASSERT_TRUE(count >= 2);
	for (size_t i = 0; i < count; i++) {
		int expected = atoi(names[i]) != getpid();

		CU_ASSERT_EQUAL(blocks(names[i], SIGTERM), expected);
		CU_ASSERT_EQUAL(blocks(names[i], SIGXFSZ), expected);
		free(names[i]);
	}
	free(names);
	rig_close(&rig);
	close(rig.fd);
}

void suite_writer(void)
{
	suite_begin("writer");
	claim(what_is_appended_stands_in_the_file_when_its_sync_is_reported);
	claim(little_that_was_pushed_is_written_without_a_sync);
	claim(much_that_was_appended_is_written_without_a_sync);
	claim(syncs_that_pile_up_cost_one_fdatasync_and_are_each_reported);
	claim(appends_that_pile_up_become_one_write);
	claim(reports_keep_the_order_of_the_syncs_across_files);
	claim(a_full_disk_is_reported_with_its_path_and_what_to_do);
	claim(bytes_that_found_no_room_are_brought_by_the_sync_that_finds_it);
	claim(a_file_that_once_failed_to_sync_never_syncs_well_again);
	claim(nothing_is_reported_to_a_forgotten_ctx);
	claim(a_report_may_free_the_writer);
	claim(freeing_finishes_what_was_given);
	claim(a_descriptor_is_closed_behind_everything_given_for_it);
	claim(a_file_closed_on_a_full_disk_is_written_when_there_is_room);
	claim(what_is_dropped_is_taken_back_to_the_last_sync);
	claim(what_a_failed_sync_may_have_lost_can_be_taken_back);
	claim(the_thread_takes_no_signals);
}
