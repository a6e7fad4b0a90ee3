/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One row that the server refuses undoes the transaction it is in: that one is set aside with what was said of it, and the
 * others go again. Whether a commit whose answer never came has happened is not asked: the same rows are compared the next
 * time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "push/database.h"
#include "push/kind.h"

static const char INSERT[] =
	"INSERT INTO davy.record (bench, seq, id, kind, jws) "
	"VALUES ($1::text, $2::text::bigint, $3::text, $4::text, $5::bytea) ON CONFLICT DO NOTHING "
	"RETURNING came_by, "
	"to_char(came_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'), "
	"pg_current_xact_id()::text";
static const char THERE[] =
	"SELECT came_by, "
	"to_char(came_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'), "
	"NULL::text, jws "
	"FROM davy.record WHERE bench = $1::text AND seq = $2::text::bigint";

enum { BY, AT, TRANSACTION, JWS };

/* ---- one record ---- */

static struct database_value text_value(const char *text)
{
	return (struct database_value){.bytes = text, .size = strlen(text)};
}

static void park(struct push_attempt *attempt, int reason, const char *detail)
{
	attempt->verdict = (struct push_verdict){.outcome = PUSH_PARKED, .reason = reason};
	snprintf(attempt->answer.detail, sizeof(attempt->answer.detail), "%s", detail);
	snprintf(attempt->answer.said.sqlstate, sizeof(attempt->answer.said.sqlstate), "00000");
}

/* What the row says of its arrival becomes the receipt's body: it stands there for whoever asks. */
static void deliver(const struct database *database, struct push_attempt *attempt)
{
	static const char *const NAMES[] = {
		[BY] = "cameBy", [AT] = "cameAt", [TRANSACTION] = "transaction"};
	struct value *body = value_map();

	for (size_t i = BY; i <= TRANSACTION; i++) {
		size_t size;
		const char *cell = database_cell(database, 0, i, &size);

		if (cell)
			value_set_text(body, NAMES[i], cell);
	}
	buf_clear(&attempt->answer.body);
	json_write(&attempt->answer.body, body);
	value_free(body);
	attempt->verdict = (struct push_verdict){.outcome = PUSH_DELIVERED, .reason = PUSH_FINE};
	snprintf(attempt->answer.said.sqlstate, sizeof(attempt->answer.said.sqlstate), "00000");
}

static void compare(const struct database *database, const struct push_item *item,
		    struct push_attempt *attempt)
{
	size_t size = 0;
	const char *jws = database_rows(database) ? database_cell(database, 0, JWS, &size) : NULL;

	if (jws && size == item->text->size && !memcmp(jws, item->text->data, size))
		deliver(database, attempt);
	else if (jws)
		park(attempt, PUSH_OTHER_CONTENT,
		     "under this bench's name and this number it has other bytes");
	else
		park(attempt, PUSH_OTHER_CONTENT,
		     "another bench's record has this record's event ID");
}

/* -1 and what was said; else the verdict, which holds once it is committed. */
static int put(struct database *database, const struct push_item *item,
	       struct push_attempt *attempt, struct database_said *said)
{
	char *seq = xprintf("%llu", (unsigned long long)item->entry->seq);
	const struct database_value values[] = {
		text_value(item->entry->bench),	      text_value(seq),
		text_value(item->entry->id),	      text_value(item->entry->kind),
		{item->text->data, item->text->size},
	};
	int done = database_ask(database, INSERT, values, sizeof(values) / sizeof(values[0]), said);

	if (done == 0 && database_rows(database)) {
		deliver(database, attempt);
	} else if (done == 0) {
		done = database_ask(database, THERE, values, 2, said);
		if (done == 0)
			compare(database, item, attempt);
	}
	free(seq);
	return done;
}

/* ---- a transaction ---- */

static void say_why(struct push_attempt *attempt, const struct push_item *item,
		    const struct database_said *said)
{
	struct push_answer *answer = &attempt->answer.said;

	answer->trouble = said->trouble;
	snprintf(answer->sqlstate, sizeof(answer->sqlstate), "%s", said->sqlstate);
	snprintf(attempt->answer.detail, sizeof(attempt->answer.detail), "%s%s%s", said->detail,
		 said->sqlstate[0] ? ", SQLSTATE " : "", said->sqlstate);
	attempt->verdict = push_judge(answer, item->tries, item->chance);
}

/* A connection that has been idle may have died without a word: then another is made. */
static int begin(struct database *database, struct database_said *said)
{
	int done = database_ask(database, "BEGIN", NULL, 0, said);

	return done < 0 && said->trouble == PUSH_CUT_OFF
		       ? database_ask(database, "BEGIN", NULL, 0, said)
		       : done;
}

static bool is_parked(const struct push_attempt *attempt)
{
	return attempt->verdict.outcome == PUSH_PARKED;
}

/*
 * 0: committed; 1: `index` of the one that kept it from being so, whose attempt says why. What is parked by then is
 * left out.
 */
static int commit_rest(struct database *database, const struct push_item *items,
		       struct push_attempt *attempts, size_t count, size_t *index)
{
	struct database_said said;
	int done;

	for (*index = 0; *index < count && is_parked(&attempts[*index]);)
		++*index;
	if (*index == count)
		return 0;
	done = begin(database, &said);
	for (size_t i = *index; i < count && done == 0; i++) {
		if (is_parked(&attempts[i]))
			continue;
		*index = i;
		done = put(database, &items[i], &attempts[i], &said);
	}
	if (done == 0)
		done = database_ask(database, "COMMIT", NULL, 0, &said);
	if (done == 0)
		return 0;
	say_why(&attempts[*index], &items[*index], &said);
	database_abandon(database);
	return 1;
}

static void attempt_all(void *link, const struct push_item *items, struct push_attempt *attempts,
			size_t count)
{
	struct database *database = link;
	size_t index;

	while (commit_rest(database, items, attempts, count, &index)) {
		if (is_parked(&attempts[index]))
			continue;
		/* none of them is there: it is said of the one, and the others are due as before */
		for (size_t i = 0; i < count; i++)
			if (i != index && !is_parked(&attempts[i]))
				attempts[i].verdict = (struct push_verdict){0};
		break;
	}
	for (size_t i = 0; i < count; i++)
		snprintf(attempts[i].answer.peer, sizeof(attempts[i].answer.peer), "%s",
			 database_peer(database));
}

static bool names_kind(const struct value *records, const char *kind)
{
	for (size_t i = 0; i < value_count(records); i++)
		if (!strcmp(value_at(records, i)->text, kind))
			return true;
	return false;
}

/* A store without the benches' keys is one that nobody can verify, which would be seen on the day when it is needed. */
static void *open_link(const struct value *settings, struct error *err)
{
	const struct value *records = value_get(settings, "records");

	if (names_kind(records, ENTRY_LOG) && names_kind(records, ENTRY_HAND_OVER))
		return database_open(settings, err);
	error_set(
		err, ERROR_USAGE,
		"destination '%s': its \"records\" need \"log\" and \"hand-over\" among them: they "
		"have the bench's keys, without which nobody can verify the others there",
		value_get_text(settings, "name"));
	return NULL;
}

static void close_link(void *link)
{
	database_close(link);
}

const struct push_kind PUSH_KIND_POSTGRESQL = {
	.name = "postgresql",
	.open = open_link,
	.attempt_all = attempt_all,
	.close = close_link,
};
