/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One task after another, each a job of the writer's thread. A task belongs to the thread from the moment it is given
 * until its report; `log` belongs to the thread always.
 *
 * The log is opened by the first task that finds it closed, so that a disk that was full at the start is asked again; a
 * log that was refused stays refused, whatever is done to its files while this controller lives.
 *
 * Making up comes before everything else and in tasks of one run each: what a run that goes on now has to sync waits for
 * one of them at most.
 */
#include "run/records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"
#include "loop/machine_time.h"
#include "record/admission.h"
#include "record/approval.h"
#include "record/bench_keys.h"
#include "record/bench_log.h"
#include "record/cylinder.h"
#include "record/job_order.h"
#include "record/laboratory.h"
#include "record/outbox_request.h"
#include "record/register.h"
#include "record/retest.h"
#include "record/run_bracket.h"
#include "record/snapshot.h"
#include "record/second_signature.h"
#include "run/account.h"
#include "run/calendar.h"
#include "run/gas_supply.h"
#include "run/journal_read.h"
#include "run/registered.h"
#include "run/run_event.h"
#include "run/run_record.h"
#include "run/series_release.h"

struct task {
	struct task *next;
	struct records *records;
	char *folder;	       /* of a run; or NULL */
	bool is_late;	       /* … of an earlier controller */
	char *ends;	       /* … that is given up, and why; or NULL */
	struct value *request; /* of a command; or NULL */
	bool is_shut;	       /* the log was refused */
	bool reads;	       /* the register is asked for */
	bool is_outbox;	       /* the request is for the outbox */
	bool is_check;	       /* … is for the check of a fixture */
	struct value *appended;
	records_done_fn *done;
	void *ctx;
};

struct records {
	struct writer *writer;
	char *state, *program;
	struct bench_log *log; /* the thread's, as is all down to `error` */
	struct value *software;
	struct stat program_was; /* whose digest that has */
	struct key *second;	 /* or NULL: the laboratory wants none (second_signature.h) */
	bool refused;
	struct error error;
	bool is_shut; /* the loop's: the log was refused */
	struct task *tasks;
	char **missing; /* runs without a record when the controller started */
	size_t missing_count, missing_next;
};

/* ---- on the thread ---- */

static void now(struct moment *moment)
{
	struct machine_time time;

	machine_time_read(&time);
	*moment = (struct moment){
		.wall = {.ms = time.wall_ms, .zone_minutes = time.zone_minutes},
		.boot_ms = time.boot_ms,
		.is_synchronised = time.is_synchronised,
		.error_ms = time.error_ms,
		.is_manual = time.is_stated,
	};
	snprintf(moment->boot, sizeof(moment->boot), "%s", time.boot);
}

/* A program that cannot be read is not named. */
static void name_program(struct value *software, const char *name, const char *path)
{
	uint8_t digest[HASH_SIZE];
	char hex[HASH_HEX_SIZE];
	struct error ignored;

	if (hash_file(path, digest, NULL, &ignored) < 0)
		return;
	hash_hex(digest, hex);
	value_set_text(software, name, hex);
}

/* davy-lua is started anew for each run, and may be another one by then: a service outlives an upgrade. */
static const struct value *software(struct records *records)
{
	struct stat now = {0};

	if (stat(records->program, &now) < 0)
		now = (struct stat){0};
	if (records->software && now.st_ino == records->program_was.st_ino &&
	    now.st_size == records->program_was.st_size &&
	    now.st_mtim.tv_sec == records->program_was.st_mtim.tv_sec &&
	    now.st_mtim.tv_nsec == records->program_was.st_mtim.tv_nsec)
		return records->software;
	value_free(records->software);
	records->software = value_map();
	records->program_was = now;
	name_program(records->software, "davy", "/proc/self/exe");
	name_program(records->software, "davy-lua", records->program);
	return records->software;
}

/* What is amiss with it is said, and keeps no record from being made: the first signature is the one that counts. */
static void open_second(struct records *records, const struct moment *moment)
{
	struct error why;
	bool wants = true;

	if (laboratory_wants_sm2(records->state, &wants, &why) == 0 && wants)
		records->second = bench_keys_second(records->state, &why);
	if (!wants)
		return;
	if (!records->second)
		log_note("events get no second signature: %s", why.text);
	else if (!second_signature_may(records->log, records->second, moment, &why))
		log_note("events get no second signature until an administrator has enrolled "
			 "%s/keys/bench-sm2.pem.public as bench %s: %s",
			 records->state, bench_log_bench(records->log), why.text);
}

static int open_log(struct records *records, const struct moment *moment, struct error *err)
{
	if (records->log)
		return 0;
	if (!records->refused)
		records->log = bench_log_open(records->state, moment, &records->error);
	if (records->log) {
		open_second(records, moment);
		return 0;
	}
	records->refused = records->error.kind == ERROR_REFUSED;
	*err = records->error;
	return -1;
}

static struct value *describe(const struct appended *appended)
{
	struct value *says = value_map();

	value_set_int(says, "seq", (int64_t)appended->seq);
	value_set_text(says, "id", appended->id);
	return says;
}

static int make_record(struct task *task, const struct account *account,
		       const struct moment *moment, struct error *err)
{
	const struct run_record_by by = {.log = task->records->log,
					 .second = task->records->second,
					 .software = task->is_late ? NULL : software(task->records),
					 .is_late = task->is_late};
	struct appended appended;
	int done;

	buf_init(&appended.text);
	done = run_record(&by, account, moment, &appended, err);
	if (done == 0)
		task->appended = describe(&appended);
	buf_done(&appended.text);
	return done;
}

static int do_run(struct task *task, const struct moment *moment, struct error *err)
{
	struct account *account;
	int done = 0;

	if (task->ends && journal_end_interrupted(task->folder, task->ends, err) < 0)
		return -1;
	account = account_read(task->folder, err);
	if (!account)
		return -1;
	if (account->head && account->verdict)
		done = make_record(task, account, moment, err);
	account_free(account);
	return done;
}

/* The bench's key changes: nobody else has anything to sign for that. */
static int do_rotate(struct task *task, const struct moment *moment, struct error *err)
{
	struct appended appended;
	int done;

	buf_init(&appended.text);
	done = bench_log_rotate(task->records->log, value_get_text(task->request, "why"), moment,
				&appended, err);
	if (done == 0)
		task->appended = describe(&appended);
	buf_done(&appended.text);
	return done;
}

static int do_request(struct task *task, const struct moment *moment, struct error *err)
{
	struct bench_log *log = task->records->log;
	const char *kind = value_get_text(task->request, "kind");
	struct admitted admitted;
	struct appended appended;
	int done;

	if (kind && !strcmp(kind, ENTRY_HAND_OVER))
		return do_rotate(task, moment, err);
	if (registered_check(task->request, err) < 0 || gas_supply_check(task->request, err) < 0 ||
	    admit(log, task->request, moment, &admitted, err) < 0)
		return -1;
	buf_init(&appended.text);
	done = bench_log_append(log,
				&(struct bench_entry){.kind = admitted.kind,
						      .says = admitted.says,
						      .subjects = admitted.subjects},
				moment, &appended, err);
	if (done == 0 && task->records->second && !strcmp(admitted.kind, ENTRY_EVENT))
		done = second_signature_add(log, task->records->second, appended.seq, moment, err);
	if (done == 0 && admitted.wall_at_boot_ms)
		done = calendar_state(task->records->state, moment->boot, admitted.wall_at_boot_ms,
				      err);
	if (done == 0)
		task->appended = describe(&appended);
	buf_done(&appended.text);
	admitted_done(&admitted);
	return done;
}

typedef struct value *list_fn(struct bench_log *log, struct error *err);

static struct value *calibrations(struct bench_log *log, struct error *err)
{
	return register_list(log, ENTRY_CALIBRATION, err);
}

static struct value *checks(struct bench_log *log, struct error *err)
{
	return register_list(log, ENTRY_CHECK, err);
}

static struct value *authorisers(struct bench_log *log, struct error *err)
{
	struct moment moment;

	now(&moment);
	return retest_authorisers(log, &moment, err);
}

static int do_read(struct task *task, struct error *err)
{
	static const struct {
		const char *name;
		list_fn *list;
	} LISTS[] = {{"calibrations", calibrations},
		     {"approvals", approval_list},
		     {"checks", checks},
		     {"cylinders", cylinder_list},
		     {"connections", cylinder_connections},
		     {"snapshots", snapshot_list_counting},
		     {"orders", job_order_list},
		     {"authorisers", authorisers}};

	struct value *found = value_map(), *first = NULL;

	for (size_t i = 0; i < sizeof(LISTS) / sizeof(LISTS[0]); i++) {
		struct value *list = LISTS[i].list(task->records->log, err);

		if (!list) {
			value_free(found);
			return -1;
		}
		value_set(found, LISTS[i].name, list);
		first = first ? first : list;
	}
	gas_supply_certify(first, value_get(found, "connections"));
	task->appended = found;
	return 0;
}

static int do_outbox(struct task *task, const struct moment *moment, struct error *err)
{
	const char *what = value_get_text(task->request, "what");

	task->appended = (what && !strcmp(what, SERIES_RELEASE_REQUEST)
				  ? series_release
				  : outbox_request)(task->records->log, task->request, moment, err);
	return task->appended ? 0 : -1;
}

static int do_check(struct task *task, struct error *err)
{
	struct bench_log *log = task->records->log;
	char *place = run_event_slot(bench_log_base(log), bench_log_bench(log),
				     value_get_text(task->request, "name"),
				     value_get_int(task->request, "slot", 1));

	value_set_text(task->request, "place", place);
	free(place);
	task->appended = run_bracket_before(log, task->request, err);
	return task->appended ? 0 : -1;
}

static int work(void *ctx, struct error *err)
{
	struct task *task = ctx;
	struct moment moment;

	now(&moment);
	if (open_log(task->records, &moment, err) < 0) {
		task->is_shut = task->records->refused;
		return -1;
	}
	return task->is_outbox	? do_outbox(task, &moment, err)
	       : task->is_check ? do_check(task, err)
	       : task->folder	? do_run(task, &moment, err)
	       : task->request	? do_request(task, &moment, err)
	       : task->reads	? do_read(task, err)
				: 0;
}

/* ---- on the loop ---- */

static void task_free(struct task *task)
{
	struct task **place = &task->records->tasks;

	while (*place != task)
		place = &(*place)->next;
	*place = task->next;
	value_free(task->request);
	value_free(task->appended);
	free(task->folder);
	free(task->ends);
	free(task);
}

static void reported(void *ctx, const struct error *err)
{
	struct task *task = ctx;

	task->records->is_shut |= task->is_shut;
	if (task->done)
		task->done(task->ctx, task->appended, err);
	task_free(task);
}

static struct task *task_new(struct records *records, records_done_fn *done, void *ctx)
{
	struct task *task = xcalloc(1, sizeof(*task));

	task->records = records;
	task->done = done;
	task->ctx = ctx;
	task->next = records->tasks;
	records->tasks = task;
	return task;
}

static void give(struct task *task)
{
	writer_work(task->records->writer, work, reported, task);
}

void records_run(struct records *records, const char *folder, records_done_fn *done, void *ctx)
{
	struct task *task = task_new(records, done, ctx);

	task->folder = xstrdup(folder);
	give(task);
}

void records_end(struct records *records, const char *folder, const char *why,
		 records_done_fn *done, void *ctx)
{
	struct task *task = task_new(records, done, ctx);

	task->folder = xstrdup(folder);
	task->ends = xstrdup(why);
	give(task);
}

void records_append(struct records *records, const struct value *request, records_done_fn *done,
		    void *ctx)
{
	struct task *task = task_new(records, done, ctx);

	task->request = value_copy(request);
	give(task);
}

void records_outbox(struct records *records, const struct value *request, records_done_fn *done,
		    void *ctx)
{
	struct task *task = task_new(records, done, ctx);

	task->request = value_copy(request);
	task->is_outbox = true;
	give(task);
}

void records_check(struct records *records, const struct value *bracket, records_done_fn *done,
		   void *ctx)
{
	struct task *task = task_new(records, done, ctx);

	task->request = value_copy(bracket);
	task->is_check = true;
	give(task);
}

void records_register(struct records *records, records_done_fn *done, void *ctx)
{
	struct task *task = task_new(records, done, ctx);

	task->reads = true;
	give(task);
}

void records_forget(struct records *records, void *ctx)
{
	for (struct task *task = records->tasks; task; task = task->next)
		if (task->ctx == ctx)
			task->done = NULL;
}

/* ---- making up ---- */

static void find_missing(struct records *records)
{
	char *runs = xprintf("%s/runs", records->state), **names = NULL;
	struct error none_yet;
	size_t count = 0;

	if (file_list(runs, &names, &count, &none_yet) == 0)
		records->missing = xcalloc(count + 1, sizeof(*records->missing));
	for (size_t i = 0; i < count; i++) {
		char *path = xprintf("%s/%s/record.json", runs, names[i]);

		if (!file_exists(path))
			records->missing[records->missing_count++] =
				xprintf("%s/%s", runs, names[i]);
		free(path);
		free(names[i]);
	}
	free(names);
	free(runs);
}

static void make_up(struct records *records);

static void made_up(void *ctx, const struct value *appended, const struct error *err)
{
	struct records *records = ctx;
	const char *folder = records->missing[records->missing_next++];
	const char *name = strrchr(folder, '/') + 1;

	if (err)
		log_warning("%s has no record yet: %s", name, err->text);
	else if (appended)
		log_note("%s has its record now: number %lld", name,
			 (long long)value_get_int(appended, "seq", 0));
	if (records->is_shut)
		records->missing_next = records->missing_count;
	else
		make_up(records);
}

static void make_up(struct records *records)
{
	struct task *task;

	if (records->missing_next == records->missing_count)
		return;
	task = task_new(records, made_up, records);
	task->folder = xstrdup(records->missing[records->missing_next]);
	task->is_late = true;
	give(task);
}

static void opened(void *ctx, const struct value *appended, const struct error *err)
{
	struct records *records = ctx;

	(void)appended;
	if (!err) {
		make_up(records);
		return;
	}
	log_warning("the bench's records cannot be kept: %s", err->text);
	records->missing_next = records->missing_count;
}

bool records_making_up(const struct records *records)
{
	return records->missing_next < records->missing_count;
}

struct records *records_open(const char *state, const char *program, struct writer *writer)
{
	struct records *records = xcalloc(1, sizeof(*records));

	records->state = xstrdup(state);
	records->program = xstrdup(program);
	records->writer = writer;
	find_missing(records);
	give(task_new(records, opened, records));
	return records;
}

void records_close(struct records *records)
{
	if (!records)
		return;
	while (records->tasks)
		task_free(records->tasks);
	bench_log_close(records->log);
	key_free(records->second);
	for (size_t i = 0; i < records->missing_count; i++)
		free(records->missing[i]);
	free(records->missing);
	value_free(records->software);
	free(records->state);
	free(records->program);
	free(records);
}
