/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bench's log: it names itself once, says of each record where it stands, and is not opened when it is not the one
 * that its last checkpoint tells of.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "record/bench_log.h"
#include "record/checkpoint.h"
#include "record/jws.h"
#include "tests/claims.h"
#include "tests/record_rig.h"

static const struct moment NOW = {.wall = {.ms = 1772418682418, .zone_minutes = 480},
				  .boot = "6b1e0f5e-6c1a-4f0d-b0d8-90f1f2c7a001",
				  .boot_ms = 8123441,
				  .error_ms = 42};

struct bench_rig {
	struct record_rig *files;
	struct bench_log *log;
	struct error err;
};

static bool opens(struct bench_rig *rig)
{
	bench_log_close(rig->log);
	rig->log = bench_log_open(rig->files->folder, &NOW, &rig->err);
	return rig->log != NULL;
}

static void shut(struct bench_rig *rig)
{
	bench_log_close(rig->log);
	rig->log = NULL;
}

static void rig_open(struct bench_rig *rig)
{
	*rig = (struct bench_rig){.files = record_rig_new()};
	if (!opens(rig))
		CU_FAIL_FATAL(rig->err.text);
}

static void rig_close(struct bench_rig *rig)
{
	shut(rig);
	record_rig_free(rig->files);
}

static int add(struct bench_rig *rig, bool simulated, struct appended *appended)
{
	struct value *says = value_map();
	struct bench_entry entry = {.kind = "note", .says = says, .is_simulated = simulated};
	int done;

	value_set_text(says, "what", "甲烷");
	done = bench_log_append(rig->log, &entry, &NOW, appended, &rig->err);
	value_free(says);
	return done;
}

static void fill(struct bench_rig *rig, int count)
{
	for (int i = 0; i < count; i++)
		if (add(rig, false, NULL) < 0)
			CU_FAIL_FATAL(rig->err.text);
}

/* It does not open, and says this. */
static bool refused(struct bench_rig *rig, const char *part)
{
	if (opens(rig))
		printf("        it opened\n");
	else if (!strstr(rig->err.text, part))
		printf("        it was: %s\n", rig->err.text);
	else
		return true;
	return false;
}

static void copy_file(struct bench_rig *rig, const char *from, const char *to)
{
	char *source = xprintf("%s/%s", rig->files->folder, from);
	char *target = xprintf("%s/%s", rig->files->folder, to);
	struct buf bytes;

	buf_init(&bytes);
	CU_ASSERT_EQUAL_FATAL(file_read(source, 1 << 24, &bytes, &rig->err), 0);
	CU_ASSERT_EQUAL_FATAL(file_write(target, bytes.data, bytes.size, &rig->err), 0);
	CU_ASSERT_EQUAL_FATAL(chmod(target, 0600), 0);
	buf_done(&bytes);
	free(source);
	free(target);
}

/* ---- claims ---- */

static void a_new_log_introduces_itself_and_its_keys(void)
{
	struct bench_rig rig;
	struct store_record record;
	struct entry entry;
	struct jws *jws;
	struct buf texts;
	struct key *key;
	const char *payload;
	size_t size;

	rig_open(&rig);
	buf_init(&texts);
	CU_ASSERT_EQUAL(bench_log_count(rig.log), 1);
	CU_ASSERT_EQUAL(store_get(bench_log_store(rig.log), 1, &record, &texts, &rig.err), 1);
	jws = jws_parse(record.text, record.size, "first", &rig.err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(jws);
	payload = jws_payload(jws, &size);
	CU_ASSERT_EQUAL_FATAL(entry_read(&entry, payload, size, &rig.err), 0);
	CU_ASSERT_STRING_EQUAL(entry.kind, ENTRY_LOG);
	CU_ASSERT_EQUAL(entry.seq, 1);
	CU_ASSERT_STRING_EQUAL(entry.bench, bench_log_bench(rig.log));
	CU_ASSERT_EQUAL(entry.at.boot_ms, NOW.boot_ms);
	key = key_from_jwk(value_get(entry.says, "benchKey"), "key", &rig.err);
	CU_ASSERT_EQUAL(jws_verify(jws, 0, key, &rig.err), 0);
	key_free(key);
	entry_done(&entry);
	jws_free(jws);
	buf_done(&texts);
	rig_close(&rig);
}

static void a_laboratory_names_the_log_before_its_first_record(void)
{
	static const char SAYS[] = "{\"base\":\"https://lab.example.cn/\",\"bench\":\"B07\"}";
	struct bench_rig rig = {.files = record_rig_new()};
	struct buf text;
	char *path;

	record_rig_write(rig.files, "laboratory.json", SAYS, 0644);
	CU_ASSERT_FATAL(opens(&rig));
	CU_ASSERT_STRING_EQUAL(bench_log_base(rig.log), "https://lab.example.cn/");
	CU_ASSERT_STRING_EQUAL(bench_log_bench(rig.log), "B07");
	record_rig_write(rig.files, "laboratory.json",
			 "{\"base\":\"https://other.example.cn/\",\"bench\":\"B08\"}", 0644);
	CU_ASSERT_FATAL(opens(&rig));
	CU_ASSERT_STRING_EQUAL(bench_log_bench(rig.log), "B07");
	fill(&rig, 1);
	path = xprintf("%s/checkpoint", rig.files->folder);
	buf_init(&text);
	CU_ASSERT_EQUAL_FATAL(file_read(path, 65536, &text, &rig.err), 0);
	CU_ASSERT_PTR_EQUAL(strstr(text.data, "lab.example.cn/bench/B07\n2\n"), text.data);
	buf_done(&text);
	free(path);
	rig_close(&rig);
}

static void a_laboratory_that_names_nothing_is_told_what_to_write(void)
{
	static const char *const WRONG[] = {"{\"base\":\"lab\",\"bench\":\"B07\"}",
					    "{\"base\":\"https://lab\",\"bench\":\"B07\"}",
					    "{\"base\":\"https://lab/\",\"bench\":\"B 07\"}",
					    "{\"base\":\"https://lab/\"}", "{}"};
	struct bench_rig rig = {.files = record_rig_new()};

	for (size_t i = 0; i < sizeof(WRONG) / sizeof(WRONG[0]); i++) {
		record_rig_write(rig.files, "laboratory.json", WRONG[i], 0644);
		CU_ASSERT(refused(&rig, "\"base\" is a URI that ends with '/'"));
	}
	record_rig_write(rig.files, "laboratory.json", "{\"base\":", 0644);
	CU_ASSERT(refused(&rig, "laboratory.json"));
	rig_close(&rig);
}

static void what_was_simulated_is_signed_by_another_key(void)
{
	struct bench_rig rig;
	struct appended real = {0}, simulated = {0};
	struct jws *a, *b;

	rig_open(&rig);
	buf_init(&real.text);
	buf_init(&simulated.text);
	CU_ASSERT_EQUAL_FATAL(add(&rig, false, &real), 0);
	CU_ASSERT_EQUAL_FATAL(add(&rig, true, &simulated), 0);
	CU_ASSERT_EQUAL(simulated.seq, 3);
	a = jws_parse(real.text.data, real.text.size, "real", &rig.err);
	b = jws_parse(simulated.text.data, simulated.text.size, "simulated", &rig.err);
	CU_ASSERT_STRING_NOT_EQUAL(jws_key_id(a, 0), jws_key_id(b, 0));
	CU_ASSERT_STRING_EQUAL(jws_act(a, 0).role, "bench");
	CU_ASSERT_STRING_EQUAL(jws_act(b, 0).role, "simulation");
	jws_free(a);
	jws_free(b);
	buf_done(&real.text);
	buf_done(&simulated.text);
	rig_close(&rig);
}

static void a_log_goes_on_after_a_start(void)
{
	struct bench_rig rig;
	struct appended before = {0}, after = {0};

	rig_open(&rig);
	buf_init(&before.text);
	buf_init(&after.text);
	CU_ASSERT_EQUAL_FATAL(add(&rig, false, &before), 0);
	CU_ASSERT_FATAL(opens(&rig));
	CU_ASSERT_EQUAL(bench_log_count(rig.log), 2);
	CU_ASSERT_EQUAL_FATAL(add(&rig, false, &after), 0);
	CU_ASSERT_EQUAL(after.seq, 3);
	CU_ASSERT(strcmp(before.id, after.id) < 0);
	buf_done(&before.text);
	buf_done(&after.text);
	rig_close(&rig);
}

static void a_store_put_back_from_yesterday_is_refused(void)
{
	struct bench_rig rig;

	rig_open(&rig);
	fill(&rig, 3);
	shut(&rig);
	copy_file(&rig, "records/records.db", "old.db");
	copy_file(&rig, "records/records.jsonl", "old.jsonl");
	copy_file(&rig, "records/checkpoint", "old.checkpoint");
	CU_ASSERT_FATAL(opens(&rig));
	fill(&rig, 2);
	shut(&rig);
	copy_file(&rig, "old.db", "records/records.db");
	copy_file(&rig, "old.jsonl", "records/records.jsonl");
	copy_file(&rig, "old.checkpoint", "records/checkpoint");
	CU_ASSERT(refused(&rig, "ends with record 4, but"));
	CU_ASSERT_PTR_NOT_NULL(strstr(rig.err.text, "tells of 6"));
	rig_close(&rig);
}

static void a_second_copy_that_another_program_writes_to_is_noticed_at_once(void)
{
	struct bench_rig rig;
	char *path;
	int file;

	rig_open(&rig);
	fill(&rig, 1);
	path = xprintf("%s/records/records.jsonl", rig.files->folder);
	file = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	CU_ASSERT_EQUAL(write(file, "x\n", 2), 2);
	close(file);
	free(path);
	CU_ASSERT_EQUAL(add(&rig, false, NULL), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(rig.err.text, "changed by another program"));
	CU_ASSERT(refused(&rig, "record 3 stands in"));
	rig_close(&rig);
}

static void a_log_that_was_begun_anew_under_its_keys_is_refused(void)
{
	struct bench_rig rig;
	char *records;

	rig_open(&rig);
	fill(&rig, 2);
	shut(&rig);
	records = xprintf("%s/records", rig.files->folder);
	CU_ASSERT_EQUAL_FATAL(file_remove_folder(records, &rig.err), 0);
	CU_ASSERT(refused(&rig, "records is empty"));
	free(records);
	rig_close(&rig);
}

static void other_keys_are_refused(void)
{
	struct bench_rig rig;

	rig_open(&rig);
	shut(&rig);
	copy_file(&rig, "keys/simulation.pem", "keys/bench.pem");
	CU_ASSERT(refused(&rig, "keys/bench.pem is not the key with which the log"));
	rig_close(&rig);
}

static void a_missing_key_is_not_made_anew(void)
{
	struct bench_rig rig;
	char *path;

	rig_open(&rig);
	shut(&rig);
	path = xprintf("%s/keys/bench.pem", rig.files->folder);
	CU_ASSERT_EQUAL(unlink(path), 0);
	CU_ASSERT(refused(&rig, "bench.pem"));
	CU_ASSERT(!file_exists(path));
	free(path);
	rig_close(&rig);
}

static void a_bench_may_keep_its_keys_with_a_passphrase(void)
{
	struct bench_rig rig = {.files = record_rig_new()};
	char *path = xprintf("%s/keys/bench.pem", rig.files->folder);
	struct buf text;

	record_rig_write(rig.files, "bench.passphrase", "long enough\n", 0600);
	setenv("CREDENTIALS_DIRECTORY", rig.files->folder, 1);
	CU_ASSERT(opens(&rig));
	buf_init(&text);
	CU_ASSERT_EQUAL(file_read(path, 65536, &text, &rig.err), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(text.data, "BEGIN ENCRYPTED PRIVATE KEY"));
	CU_ASSERT(opens(&rig));
	record_rig_write(rig.files, "bench.passphrase", "another one\n", 0600);
	CU_ASSERT(refused(&rig, "passphrase"));
	unsetenv("CREDENTIALS_DIRECTORY");
	CU_ASSERT(refused(&rig, "passphrase"));
	buf_done(&text);
	free(path);
	rig_close(&rig);
}

static void a_checkpoint_behind_its_store_is_no_damage(void)
{
	struct bench_rig rig;

	rig_open(&rig);
	fill(&rig, 1);
	shut(&rig);
	copy_file(&rig, "checkpoint", "old");
	CU_ASSERT_FATAL(opens(&rig));
	fill(&rig, 1);
	shut(&rig);
	copy_file(&rig, "old", "checkpoint");
	copy_file(&rig, "old", "records/checkpoint");
	CU_ASSERT(opens(&rig));
	CU_ASSERT_EQUAL(bench_log_count(rig.log), 3);
	rig_close(&rig);
}

static void a_changed_checkpoint_is_named(void)
{
	struct bench_rig rig;
	struct buf text;
	char *path;

	rig_open(&rig);
	shut(&rig);
	path = xprintf("%s/checkpoint", rig.files->folder);
	buf_init(&text);
	CU_ASSERT_EQUAL_FATAL(file_read(path, 65536, &text, &rig.err), 0);
	strchr(text.data, '\n')[1] = '2';
	CU_ASSERT_EQUAL_FATAL(file_write(path, text.data, text.size, &rig.err), 0);
	CU_ASSERT(!opens(&rig));
	CU_ASSERT_PTR_NOT_NULL(strstr(rig.err.text, "/checkpoint"));
	buf_done(&text);
	free(path);
	rig_close(&rig);
}

static void what_a_record_is_about_is_found_again(void)
{
	const char *const subjects[] = {"urn:x:a", "urn:x:run", NULL};
	struct value *says = value_map();
	struct bench_entry entry = {.kind = "note", .says = says, .subjects = subjects};
	struct bench_rig rig;
	uint64_t *seqs;
	size_t count;

	rig_open(&rig);
	value_set_int(says, "n", 1);
	CU_ASSERT_EQUAL_FATAL(bench_log_append(rig.log, &entry, &NOW, NULL, &rig.err), 0);
	CU_ASSERT_EQUAL_FATAL(bench_log_append(rig.log, &entry, &NOW, NULL, &rig.err), 0);
	CU_ASSERT_FATAL(opens(&rig));
	CU_ASSERT_EQUAL(store_about(bench_log_store(rig.log), "urn:x:run", &seqs, &count, &rig.err),
			0);
	CU_ASSERT_EQUAL_FATAL(count, 2);
	CU_ASSERT_EQUAL(seqs[0], 2);
	CU_ASSERT_EQUAL(seqs[1], 3);
	free(seqs);
	CU_ASSERT_EQUAL(store_about(bench_log_store(rig.log), "urn:x:ru", &seqs, &count, &rig.err),
			0);
	CU_ASSERT_EQUAL(count, 0);
	free(seqs);
	value_free(says);
	rig_close(&rig);
}

static void an_event_that_is_none_is_not_appended(void)
{
	struct bench_rig rig;
	struct value *says = value_map();
	struct bench_entry entry = {.kind = ENTRY_EVENT, .says = says};

	rig_open(&rig);
	value_set_text(says, "eventID", "urn:uuid:019ca9a1-90c8-7f33-9d57-02b0a8c1ee11");
	value_set_text(says, "type", "ObjectEvent");
	CU_ASSERT_EQUAL(bench_log_append(rig.log, &entry, &NOW, NULL, &rig.err), -1);
	CU_ASSERT_STRING_EQUAL(rig.err.text, "an event: 'action' is missing");
	CU_ASSERT_EQUAL(bench_log_count(rig.log), 1);
	value_free(says);
	rig_close(&rig);
}

static void append_for_ever(const char *state, int told)
{
	struct bench_rig rig = {0};
	struct error err;

	rig.log = bench_log_open(state, &NOW, &err);
	if (!rig.log)
		_exit(1);
	for (;;) {
		uint64_t count;

		if (add(&rig, false, NULL) < 0)
			_exit(1);
		count = bench_log_count(rig.log);
		if (write(told, &count, sizeof(count)) != sizeof(count))
			_exit(1);
	}
}

static void a_log_is_whole_after_each_of_two_hundred_kills(void)
{
	struct bench_rig rig;
	uint64_t random = 88172645463325252u, most = 0;
	int told_something = 0;

	rig_open(&rig);
	shut(&rig);
	for (int kill_number = 0; kill_number < 200; kill_number++) {
		uint64_t told = 0, count;
		int pipes[2], status;
		pid_t pid;

		CU_ASSERT_EQUAL_FATAL(pipe2(pipes, O_CLOEXEC), 0);
		pid = fork();
		if (pid == 0)
			append_for_ever(rig.files->folder, pipes[1]);
		close(pipes[1]);
		random ^= random << 13, random ^= random >> 7, random ^= random << 17;
		if (kill_number % 2) /* while it appends; else perhaps while it opens */
			CU_ASSERT_EQUAL(read(pipes[0], &told, sizeof(told)), sizeof(told));
		usleep((useconds_t)(random % 8000));
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		CU_ASSERT(WIFSIGNALED(status));
		while (read(pipes[0], &count, sizeof(count)) == sizeof(count))
			told = count;
		close(pipes[0]);
		told_something += told > 0;
		most = told > most ? told : most;
		if (!opens(&rig))
			CU_FAIL_FATAL(rig.err.text);
		CU_ASSERT(bench_log_count(rig.log) >= most);
		shut(&rig);
	}
	CU_ASSERT(told_something >= 100);
	rig_close(&rig);
}

void suite_bench_log(void)
{
	suite_begin("the bench's log");
	claim(a_new_log_introduces_itself_and_its_keys);
	claim(a_laboratory_names_the_log_before_its_first_record);
	claim(a_laboratory_that_names_nothing_is_told_what_to_write);
	claim(what_was_simulated_is_signed_by_another_key);
	claim(a_log_goes_on_after_a_start);
	claim(a_store_put_back_from_yesterday_is_refused);
	claim(a_second_copy_that_another_program_writes_to_is_noticed_at_once);
	claim(a_log_that_was_begun_anew_under_its_keys_is_refused);
	claim(other_keys_are_refused);
	claim(a_missing_key_is_not_made_anew);
	claim(a_bench_may_keep_its_keys_with_a_passphrase);
	claim(a_checkpoint_behind_its_store_is_no_damage);
	claim(a_changed_checkpoint_is_named);
	claim(what_a_record_is_about_is_found_again);
	claim(an_event_that_is_none_is_not_appended);
	claim(a_log_is_whole_after_each_of_two_hundred_kills);
}
