/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy approve and davy limits sign: a person puts his name to files, by what is in them, so that runs for certificates may
 * use them. Of each file its name and digest are shown before the passphrase is asked for, once for all of them.
 *
 * A limit set is approved like any other file; `limits sign` reads it first, and refuses what would be none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "cli/attest.h"
#include "cli/book.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/passphrase.h"
#include "cli/place.h"
#include "cli/request.h"
#include "record/approval.h"
#include "run/limit_set.h"

enum { FILES_MOST = 100, FILE_MOST = 16 << 20 /* bytes, as snapshots have them */ };

struct approve_settings {
	const char *state, *as, *from, *key, *passphrase;
	bool json;
};

static const struct option OPTIONS[] = {
	{"as",
	 OPTION_TEXT,
	 "ROLE",
	 offsetof(struct approve_settings, as),
	 {"reviewer or signatory: a file needs one of each, two persons",
	  "reviewer 审核 或 signatory 批准:每个文件须由两人分别签署"}},
	{"from",
	 OPTION_TEXT,
	 "DAY",
	 offsetof(struct approve_settings, from),
	 {"the day on which it comes into force (UTC); else at once", "生效日期(UTC);缺省为立即"}},
	OPTION_KEY_ROW(struct approve_settings),
	OPTION_PASSPHRASE_ROW(struct approve_settings),
	OPTION_STATE_ROW(struct approve_settings),
	OPTION_JSON_ROW(struct approve_settings),
	{0},
};

static const struct {
	struct words as, day, stranger, file, done, verb, example;
} TEXTS = {
	.as = {"it is approved as reviewer or as signatory: --as",
	       "须有 --as reviewer 或 signatory"},
	.day = {"--from takes a day, YYYY-MM-DD, and '%s' is none",
		"--from 须为日期 YYYY-MM-DD,'%s' 不是"},
	.stranger = {"%s is nobody's key in this bench's log: davy keys",
		     "%s 不是本台登记人员的密钥"},
	.file = {"%s  SHA-256 %s", "%s  SHA-256 %s"},
	.done = {"%s is approved by %s as %s, recorded as number %lld",
		 "%s 由 %s 以 %s 签署,已登记为第 %lld 号记录"},
	.verb = {"davy limits takes sign, and '%s' is not it", "davy limits 须为 sign,'%s' 不是"},
	.example = {"%s: grade 'example' is for simulations, and nobody signs it",
		    "%s: grade 'example' 仅用于仿真,不予签署"},
};

/* ---- files ---- */

struct files {
	size_t count;
	struct value *names, *digests; /* lists of texts */
};

static int read_file(struct files *files, const char *path, bool limits, struct error *err)
{
	char *absolute = place_absolute(path), *tree = place_tree_of(absolute);
	struct limit_set *set = NULL;
	uint8_t digest[HASH_SIZE];
	char hex[HASH_HEX_SIZE];
	struct buf text;
	int done;

	buf_init(&text);
	done = file_read(absolute, FILE_MOST, &text, err);
	if (done == 0 && limits) {
		set = limit_set_parse(text.data, text.size, path, err);
		done = set ? 0 : -1;
	}
	if (set && limit_set_grade(set) != GRADE_LAB)
		done = error_set(err, ERROR_USAGE, say(TEXTS.example), path);
	if (done == 0) {
		hash_of(text.data, text.size, digest);
		hash_hex(digest, hex);
		value_add(files->names, value_text(place_short(absolute, tree ? tree : "")));
		value_add(files->digests, value_text(hex));
		files->count++;
	}
	limit_set_free(set);
	buf_done(&text);
	free(tree);
	free(absolute);
	return done;
}

static void show_files(const struct files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		char *line = xprintf(say(TEXTS.file), value_at(files->names, i)->text,
				     value_at(files->digests, i)->text);

		columns_clean(line);
		columns_print(stderr, line);
		free(line);
	}
}

/* ---- signing ---- */

static int read_from(const struct approve_settings *settings, struct wall_time *from,
		     struct error *err)
{
	attest_now(from); /* at once */
	if (!settings->from || wall_time_parse_day(from, settings->from, 0, err) == 0)
		return 0;
	return error_set(err, ERROR_USAGE, say(TEXTS.day), settings->from);
}

/* What is the same for all files; `person` is borrowed from the roster. */
static int prepare(const struct approve_settings *settings, const struct roster *roster,
		   const struct key *key, struct approval *approval, struct error *err)
{
	const struct holder *holder = roster_find(roster, key_id(key));

	if (!holder)
		return error_set(err, ERROR_REFUSED, say(TEXTS.stranger), settings->key);
	approval->person = holder->person;
	attest_now(&approval->at);
	return 0;
}

static int approve_one(const struct approve_settings *settings, const char *state,
		       const struct approval *approval, const struct key *key,
		       struct value *answers, struct error *err)
{
	struct value *request = approval_request(approval, key, err);
	struct value *answer = request ? request_append(state, request, err) : NULL;
	char *line;

	if (!answer)
		return -1;
	if (!settings->json) {
		line = xprintf(say(TEXTS.done), approval->name, approval->person,
			       role_name(approval->role),
			       (long long)value_get_int(answer, "seq", 0));
		columns_clean(line);
		columns_print(stdout, line);
		free(line);
	}
	value_add(answers, answer);
	return 0;
}

static int approve_all(const struct approve_settings *settings, const char *state,
		       const struct files *files, enum role role, struct error *err)
{
	struct roster *roster = book_roster(state, err);
	struct key *key = NULL;
	struct approval approval = {.role = role};
	struct value *answers = value_list();
	int done = -1;

	if (roster && read_from(settings, &approval.from, err) == 0) {
		show_files(files);
		key = passphrase_key(settings->key, settings->passphrase, err);
	}
	if (key)
		done = prepare(settings, roster, key, &approval, err);
	for (size_t i = 0; done == 0 && i < files->count; i++) {
		approval.name = value_at(files->names, i)->text;
		approval.sha256 = value_at(files->digests, i)->text;
		done = approve_one(settings, state, &approval, key, answers, err);
	}
	if (done == 0 && settings->json)
		json_print(stdout, answers);
	value_free(answers);
	key_free(key);
	roster_free(roster);
	return done;
}

static int approve_files(const struct approve_settings *settings, char **paths, int count,
			 bool limits, struct error *err)
{
	struct files files = {.names = value_list(), .digests = value_list()};
	enum role role = role_find(settings->as);
	char *state = NULL;
	int done = 0;

	if (role != ROLE_REVIEWER && role != ROLE_SIGNATORY)
		done = error_set(err, ERROR_USAGE, "%s", say(TEXTS.as));
	for (int i = 0; done == 0 && i < count; i++)
		done = read_file(&files, paths[i], limits, err);
	if (done == 0 && passphrase_needed(settings->key, err) == 0)
		state = place_state(settings->state, err);
	done = state ? approve_all(settings, state, &files, role, err) : -1;
	free(state);
	value_free(files.names);
	value_free(files.digests);
	return done;
}

static int approve(void *settings, char **operands, int count, struct error *err)
{
	return approve_files(settings, operands, count, false, err);
}

static int limits(void *settings, char **operands, int count, struct error *err)
{
	if (strcmp(operands[0], "sign") != 0)
		return error_set(err, ERROR_USAGE, say(TEXTS.verb), operands[0]);
	return approve_files(settings, operands + 1, count - 1, true, err);
}

const struct command COMMAND_APPROVE = {
	.name = "approve",
	.operands = "FILE…",
	.least = 1,
	.most = FILES_MOST,
	.summary = {"approve protocols, fixtures and drivers for certificates",
		    "批准用于出具证书的程序、夹具与驱动"},
	.more = {"A file is approved by its bytes when a reviewer and a signatory, who are two "
		 "persons, have both done so. `davy run --certificate` takes no other.",
		 "文件按其内容批准:审核人与授权签字人(须为两人)均签署后生效。"
		 "`davy run --certificate` 只采用经批准的文件。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct approve_settings),
	.run = approve,
};

const struct command COMMAND_LIMITS = {
	.name = "limits",
	.operands = "sign FILE…",
	.least = 2,
	.most = FILES_MOST,
	.summary = {"sign the laboratory's limit set", "签署实验室限值文件"},
	.more = {"A limit set of grade 'lab' decides on real wires when a reviewer and a "
		 "signatory, "
		 "who are two persons, have signed its bytes.",
		 "grade 为 'lab' "
		 "的限值文件,经审核人与授权签字人(须为两人)签署后方可用于真实接线的判定。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct approve_settings),
	.run = limits,
};
