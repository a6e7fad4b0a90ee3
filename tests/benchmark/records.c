/* SPDX-License-Identifier: Apache-2.0 */
/*
 * records fill COUNT FOLDER: makes a bench's log with so many records, in a folder of memory: on a disk that takes hours.
 * records measure FOLDER: what that log takes, wherever it lies now: signing a record and having it on the disk, beside
 * what the disk takes to make a line of the same size durable; opening it; verifying it as `davy verify` does.
 *
 * fsync() and fdatasync() are this program's own, for SQLite and everything else in it, so that they can be counted.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "record/bench_log.h"
#include "record/event.h"
#include "run/proof.h"
#include "tests/benchmark/figures.h"

enum { DURABLE = 200, LINE_MOST = 65536 };

static struct {
	const char *folder;
	struct bench_log *log;
	struct moment now; /* advances by a second a record */
	long syncs, serial;
	size_t line; /* bytes of a record with its line end */
	double append[DURABLE], raw[DURABLE];
} bench;

int fsync(int fd)
{
	bench.syncs++;
	return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	bench.syncs++;
	return (int)syscall(SYS_fdatasync, fd);
}

static _Noreturn void give_up(const char *why)
{
	fprintf(stderr, "records: %s\n", why);
	exit(1);
}

static void open_log(void)
{
	struct error err;

	bench.log = bench_log_open(bench.folder, &bench.now, &err);
	if (!bench.log)
		give_up(err.text);
}

static void close_log(void)
{
	bench_log_close(bench.log);
	bench.log = NULL;
}

/* That one piece of equipment was received, as `davy record receiving` says it. */
static void append_one(void)
{
	char id[EVENT_ID_TEXT_SIZE], serial[24];
	struct appended appended;
	struct value *event;
	struct error err;
	struct buf uri;

	bench.now.wall.ms += 1000;
	bench.now.boot_ms += 1000;
	snprintf(serial, sizeof(serial), "%08ld", ++bench.serial);
	buf_init(&uri);
	buf_init(&appended.text);
	event_identity(&uri, bench_log_base(bench.log), "MFB000001", serial);
	bench_log_name(bench.log, &bench.now, id);
	event = event_new(LIFE_RECEIVING, id, &bench.now.wall, uri.data);
	if (bench_log_append(bench.log,
			     &(struct bench_entry){.kind = ENTRY_EVENT,
						   .says = event,
						   .subjects = (const char *[]){uri.data, NULL}},
			     &bench.now, &appended, &err) < 0)
		give_up(err.text);
	bench.line = appended.text.size + 1;
	value_free(event);
	buf_done(&appended.text);
	buf_done(&uri);
}

static void fill(uint64_t count)
{
	open_log();
	while (bench_log_count(bench.log) < count)
		append_one();
	close_log();
}

/* Few records are gone through several times. */
static void measure_verifying(uint64_t count)
{
	struct proof_wish wish = {0};
	nsec began = figure_now(), took;
	struct error err;
	long times = 0;

	do {
		struct value *says = proof_of_state(bench.folder, &wish, &err);

		if (!says || !value_get_bool(says, "good"))
			give_up(says ? "what was filled is not good" : err.text);
		value_free(says);
		times++;
		took = figure_now() - began;
	} while (took < MSEC(300));
	figure_print("verify_per_s", (double)count * (double)times / nsec_seconds(took));
	figure_print("verify_peak_kib", (double)figure_footprint(getpid()).peak);
}

static double lasts_ms(nsec began)
{
	return (double)(figure_now() - began) / 1e6;
}

/* A line of a record's size behind a file, and the same as a record, by turns, so that both meet the same disk. */
static void measure_appending(void)
{
	char *path = xprintf("%s/raw", bench.folder), *line = xcalloc(1, LINE_MOST);
	int raw = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	double all = 0, alone = 0;
	long before;

	append_one();
	before = bench.syncs;
	if (raw < 0 || bench.line > LINE_MOST)
		give_up("no file beside the log");
	for (int i = 0; i < DURABLE; i++) {
		nsec began = figure_now();

		append_one();
		all += bench.append[i] = lasts_ms(began);
		began = figure_now();
		if (write(raw, line, bench.line) < 0 || syscall(SYS_fdatasync, raw) < 0)
			give_up("no line behind a file");
		alone += bench.raw[i] = lasts_ms(began);
	}
	figure_print("append_per_s", DURABLE * 1e3 / all);
	figure_print("append_p50_ms", figure_quantile(bench.append, DURABLE, 0.5));
	figure_print("append_p99_ms", figure_quantile(bench.append, DURABLE, 0.99));
	figure_print("append_syncs", (double)(bench.syncs - before) / DURABLE);
	figure_print("raw_per_s", DURABLE * 1e3 / alone);
	figure_print("raw_p50_ms", figure_quantile(bench.raw, DURABLE, 0.5));
	close(raw);
	unlink(path);
	free(line);
	free(path);
}

static double size_of(const char *name)
{
	char *path = xprintf("%s/records/%s", bench.folder, name);
	struct stat stat_of = {0};

	if (stat(path, &stat_of) < 0)
		give_up("the log's files cannot be looked at");
	free(path);
	return (double)stat_of.st_size;
}

static void measure(void)
{
	nsec began = figure_now();
	uint64_t count;

	open_log();
	figure_print("open_ms", 1e3 * nsec_seconds(figure_now() - began));
	count = bench_log_count(bench.log);
	bench.serial = (long)count;
	close_log();
	figure_print("record_bytes", size_of("records.jsonl") / (double)count);
	figure_print("kept_bytes",
		     (size_of("records.jsonl") + size_of("records.db")) / (double)count);
	measure_verifying(count);
	open_log();
	measure_appending();
	close_log();
}

int main(int argc, char **argv)
{
	bench.now = (struct moment){.wall = {.ms = 1772418682418, .zone_minutes = 480},
				    .boot = "6b1e0f5e-6c1a-4f0d-b0d8-90f1f2c7a001",
				    .error_ms = 42};
	bench.folder = argc > 2 ? argv[argc - 1] : NULL;
	if (argc == 4 && !strcmp(argv[1], "fill") && atol(argv[2]) > 0) {
		fill(strtoull(argv[2], NULL, 10));
	} else if (argc == 3 && !strcmp(argv[1], "measure")) {
		measure();
	} else {
		fprintf(stderr, "records fill COUNT FOLDER, or records measure FOLDER\n");
		return 2;
	}
	return 0;
}
