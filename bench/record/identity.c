/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One function for each thing that is looked at. Each adds what it found, also that it found nothing: a check that was left out
 * shows as one that could not be made, never as silence.
 *
 * Months are counted in the calendar. A date of manufacture without a day, as nameplates have it, is taken at the end of its
 * month where something is too late after it, and at the beginning where something is too early.
 */
#include "record/identity.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/spelling.h"
#include "record/identity_words.h"
#include "record/safety_mark.h"
#include "record/snapshot.h"
#include "verdict/limit.h"

static const struct {
	const char *name, *title;
} OUTCOMES[] = {
	[IDENTITY_NOTHING_FOUND] = {"nothing_found", "未发现异常"},
	[IDENTITY_CANNOT_VERIFY] = {"cannot_verify", "无法核验"},
	[IDENTITY_MISMATCH] = {"mismatch", "信息不符"},
	[IDENTITY_SUSPECTED] = {"suspected", "存疑(疑似假冒)"},
};

const char *identity_outcome_name(enum identity_outcome outcome)
{
	return OUTCOMES[outcome].name;
}

const char *identity_outcome_title(enum identity_outcome outcome)
{
	return OUTCOMES[outcome].title;
}

enum identity_outcome identity_outcome_find(const char *name)
{
	for (int i = IDENTITY_NOTHING_FOUND; name && i <= IDENTITY_SUSPECTED; i++)
		if (!strcmp(OUTCOMES[i].name, name))
			return (enum identity_outcome)i;
	return 0;
}

void identity_fold_tag(struct buf *out, const char *uid)
{
	struct buf folded;

	buf_init(&folded);
	spelling_fold(&folded, uid);
	for (const char *at = folded.data; *at; at++)
		if (isalnum((unsigned char)*at) || (unsigned char)*at >= 0x80)
			buf_add_byte(out, (uint8_t)*at);
	buf_done(&folded);
}

bool identity_same_tag(const char *a, const char *b)
{
	struct buf one, other;
	bool same;

	buf_init(&one);
	buf_init(&other);
	identity_fold_tag(&one, a);
	identity_fold_tag(&other, b);
	same = one.size > 0 && !strcmp(one.data, other.data);
	buf_done(&other);
	buf_done(&one);
	return same;
}

struct assessment {
	const struct value *read, *facts, *rules;
	const struct value *plate; /* read.nameplate, or NULL */
	struct value *findings;
	enum identity_outcome worst;
};

/* "" where it was not read. */
static const char *text_of(const struct value *map, const char *name)
{
	const char *text = value_get_text(map, name);

	return text ? text : "";
}

static bool is_read(const struct value *map, const char *name)
{
	return !spelling_is_blank(text_of(map, name));
}

static void find(struct assessment *assessment, const char *name, const char *read,
		 const char *known)
{
	const struct identity_finding *finding = identity_finding(name);
	struct value *one = value_add(assessment->findings, value_map());

	value_set_text(one, "check", finding->check);
	value_set_text(one, "finding", name);
	value_set_text(one, "outcome", identity_outcome_name(finding->outcome));
	value_set_text(one, "read", read);
	value_set_text(one, "known", known);
	if (finding->outcome > assessment->worst)
		assessment->worst = finding->outcome;
}

static bool lacks(const struct assessment *assessment, const char *what)
{
	const struct value *without = value_get(assessment->read, "without");

	for (size_t i = 0; i < value_count(without); i++)
		if (!strcmp(value_at(without, i)->text, what))
			return true;
	return false;
}

/* ---- days ---- */

/* The last or first day of what may be a month alone. */
static void whole_day(char day[SNAPSHOT_DAY_SIZE], const char *text, bool last)
{
	if (strlen(text) == SNAPSHOT_DAY_SIZE - 1)
		snprintf(day, SNAPSHOT_DAY_SIZE, "%s", text);
	else
		snprintf(day, SNAPSHOT_DAY_SIZE, "%.7s-%s", text, last ? "31" : "01");
}

/* `day` so many months later: the same day of the month, which need not be in the calendar, since it is only compared. */
static void add_months(char day[SNAPSHOT_DAY_SIZE], int64_t months)
{
	int64_t year = strtol(day, NULL, 10), month = strtol(day + 5, NULL, 10) - 1 + months;
	char rest[4];

	snprintf(rest, sizeof(rest), "%.3s", day + 7);
	year += month / 12;
	if (year > 9999)
		year = 9999;
	snprintf(day, SNAPSHOT_DAY_SIZE, "%04d-%02d%s", (int)year, (int)(month % 12 + 1), rest);
}

static int64_t days_between(const char *from, const char *to)
{
	struct wall_time a, b;
	struct error ignored;

	if (wall_time_parse_day(&a, from, 0, &ignored) < 0 ||
	    wall_time_parse_day(&b, to, 0, &ignored) < 0)
		return INT64_MAX;
	return (b.ms - a.ms) / WALL_TIME_DAY_MS;
}

static bool is_old(const struct assessment *assessment, const struct value *snapshot)
{
	return days_between(text_of(snapshot, "as_of"), text_of(assessment->facts, "today")) >
	       value_get_int(assessment->rules, "snapshotDays", 0);
}

/* ---- the number, and who has it ---- */

static void look_at_number(struct assessment *assessment)
{
	const char *ma = text_of(assessment->plate, "ma");
	char number[SAFETY_MARK_SIZE];

	if (!is_read(assessment->plate, "ma"))
		find(assessment, lacks(assessment, "ma") ? "number_absent" : "number_unread", NULL,
		     NULL);
	else if (!safety_mark_read(ma, number))
		find(assessment, "number_odd", ma, NULL);
	else if (safety_mark_year(number) > strtol(text_of(assessment->facts, "today"), NULL, 10))
		find(assessment, "number_early", ma, NULL);
	else
		find(assessment, "number_formal", ma, NULL);
	if (!is_read(assessment->plate, "serial"))
		find(assessment, lacks(assessment, "serial") ? "serial_absent" : "serial_unread",
		     NULL, NULL);
}

/* `what` is maker or model. Whether they agree. */
static bool agrees(struct assessment *assessment, const struct value *row, const char *what)
{
	const char *read = text_of(assessment->plate, what), *known = text_of(row, what);
	const char *how = spelling_is_blank(read)      ? "unread"
			  : spelling_is_blank(known)   ? "unsaid"
			  : spelling_same(read, known) ? NULL
						       : "differs";
	char name[32];

	if (!how)
		return true;
	snprintf(name, sizeof(name), "%s_%s", what, how);
	find(assessment, name, read, known);
	return false;
}

/* Was it made while its certificate held? */
static bool was_valid(struct assessment *assessment, const struct value *row)
{
	const char *made = text_of(assessment->plate, "made"), *until = text_of(row, "until");
	const char *state = text_of(row, "state");
	char number[SAFETY_MARK_SIZE], first[SNAPSHOT_DAY_SIZE];
	bool good = true;

	if (*state && strcmp(state, "valid") != 0 && strcmp(state, "expired") != 0) {
		find(assessment, "void_certificate", NULL, state);
		good = false;
	}
	if (!*state && !*until) {
		find(assessment, "state_unsaid", NULL, NULL);
		good = false;
	}
	if (!*made)
		return good; /* which look_at_dates() says */
	whole_day(first, made, false);
	if (*until && strcmp(first, until) > 0) {
		find(assessment, "made_after_validity", made, until);
		good = false;
	}
	if (safety_mark_read(text_of(assessment->plate, "ma"), number) &&
	    strtol(made, NULL, 10) < safety_mark_year(number)) {
		find(assessment, "made_before_mark", made, number);
		good = false;
	}
	return good;
}

static void look_at_row(struct assessment *assessment, const struct value *row)
{
	bool good = agrees(assessment, row, "maker");

	good = agrees(assessment, row, "model") && good;
	good = was_valid(assessment, row) && good;
	if (good)
		find(assessment, "as_registered", NULL, NULL);
}

/* What an old one has, or lacks, accuses nobody: a number of last week is not in it. */
static void look_at_register(struct assessment *assessment)
{
	const struct value *marks = value_get(assessment->facts, "marks");
	const struct value *rows = value_get(marks, "rows");
	const char *ma = text_of(assessment->plate, "ma");

	if (!marks)
		find(assessment, "no_register", NULL, NULL);
	else if (is_old(assessment, marks))
		find(assessment, "register_old", NULL, text_of(marks, "as_of"));
	else if (!*ma)
		return; /* which look_at_number() says */
	else if (value_count(rows))
		look_at_row(assessment, value_at(rows, value_count(rows) - 1));
	else if (!strcmp(text_of(marks, "scope"), "complete"))
		find(assessment, "not_listed", ma, NULL);
	else
		find(assessment, "not_listed_here", ma, NULL);
}

/* Prohibited is a model of one maker, or of all where the list names none. */
static const struct value *prohibition(const struct assessment *assessment,
				       const struct value *rows)
{
	const char *maker = text_of(assessment->plate, "maker");

	for (size_t i = 0; i < value_count(rows); i++) {
		const char *whose = text_of(value_at(rows, i), "maker");

		if (!*whose || !*maker || spelling_same(whose, maker))
			return value_at(rows, i);
	}
	return NULL;
}

static void look_at_prohibited(struct assessment *assessment)
{
	const struct value *list = value_get(assessment->facts, "prohibited"), *row;

	if (!list) {
		find(assessment, "no_prohibited", NULL, NULL);
		return;
	}
	if (is_old(assessment, list)) {
		find(assessment, "prohibited_old", NULL, text_of(list, "as_of"));
		return;
	}
	if (!is_read(assessment->plate, "model")) {
		if (!value_get(assessment->facts, "marks")) /* else the register's check says it */
			find(assessment, "model_unread", NULL, NULL);
		return;
	}
	row = prohibition(assessment, value_get(list, "rows"));
	find(assessment, row ? "prohibited_model" : "not_prohibited",
	     text_of(assessment->plate, "model"), row ? text_of(row, "basis") : NULL);
}

/* ---- tag, code and certificate against the nameplate ---- */

enum agreement { SILENT, AGREES, DIFFERS };

/* The fields that were read of both. `finding` is told each that differs. */
static enum agreement compare_fields(struct assessment *assessment, const struct value *source,
				     const char *finding)
{
	static const char *const FIELDS[] = {"ma", "serial", "model", "maker", "made"};
	enum agreement all = SILENT;

	for (size_t i = 0; i < sizeof(FIELDS) / sizeof(FIELDS[0]); i++) {
		const char *one = text_of(source, FIELDS[i]);
		const char *plate = text_of(assessment->plate, FIELDS[i]);

		if (spelling_is_blank(one) || spelling_is_blank(plate))
			continue;
		if (!spelling_same(one, plate)) {
			find(assessment, finding, one, plate);
			all = DIFFERS;
		} else if (all == SILENT) {
			all = AGREES;
		}
	}
	return all;
}

static bool text_has(const char *text, const char *what)
{
	struct buf all, part;
	bool has;

	buf_init(&all);
	buf_init(&part);
	spelling_fold(&all, text);
	spelling_fold(&part, what);
	has = part.size >= 4 &&
	      strstr(all.data, part.data); /* shorter ones stand anywhere by chance */
	buf_done(&part);
	buf_done(&all);
	return has;
}

/* A raw text in a form that nobody has told us: a number of a safety mark in it, or the serial number. */
static enum agreement compare_text(struct assessment *assessment, const char *text,
				   const char *finding)
{
	char plate[SAFETY_MARK_SIZE] = "", number[SAFETY_MARK_SIZE], other[SAFETY_MARK_SIZE] = "";
	bool same = false;

	safety_mark_read(text_of(assessment->plate, "ma"), plate);
	for (const char *at = text; safety_mark_find(&at, number);) {
		same = same || !strcmp(number, plate);
		if (strcmp(number, plate) != 0)
			snprintf(other, sizeof(other), "%s", number);
	}
	if (*other && *plate && !same) {
		find(assessment, finding, other, plate);
		return DIFFERS;
	}
	return same || text_has(text, text_of(assessment->plate, "serial")) ? AGREES : SILENT;
}

static enum agreement compare(struct assessment *assessment, const struct value *source,
			      const char *finding)
{
	enum agreement fields = compare_fields(assessment, source, finding);
	enum agreement text = compare_text(assessment, text_of(source, "text"), finding);

	return fields > text ? fields : text;
}

static void look_at_seen(struct assessment *assessment, const struct value *tag)
{
	const struct value *seen = value_get(assessment->facts, "seen");
	const char *uid = text_of(tag, "uid"), *ma = text_of(assessment->plate, "ma");
	const char *serial = text_of(assessment->plate, "serial");

	for (size_t i = 0; i < value_count(seen); i++) {
		const struct value *one = value_at(seen, i);
		bool same_tag = identity_same_tag(text_of(one, "tag"), uid);
		bool same_piece = spelling_same(text_of(one, "number"), ma) &&
				  spelling_same(text_of(one, "serial"), serial);
		char *where = xprintf("%s %s %s %s", text_of(one, "serial"), text_of(one, "at"),
				      text_of(one, "where"), text_of(one, "record"));

		if (same_tag && !same_piece)
			find(assessment, "tag_elsewhere", uid, where);
		else if (same_piece && *uid && is_read(one, "tag") && !same_tag)
			find(assessment, "another_tag", uid, text_of(one, "tag"));
		else if (same_piece)
			find(assessment, "seen_before", NULL, where);
		free(where);
	}
}

static void look_at_tag(struct assessment *assessment)
{
	const struct value *tag = value_get(assessment->read, "tag");
	size_t before;

	if (!tag) {
		find(assessment, lacks(assessment, "tag") ? "tag_absent" : "tag_unread", NULL,
		     NULL);
		look_at_seen(assessment, NULL);
		return;
	}
	before = value_count(assessment->findings);
	if (compare(assessment, tag, "tag_differs") == SILENT && is_read(tag, "text"))
		find(assessment, "tag_strange", text_of(tag, "text"), NULL);
	look_at_seen(assessment, tag);
	if (value_count(assessment->findings) == before)
		find(assessment, "tag_alone", text_of(tag, "uid"), NULL);
}

static void look_at_code(struct assessment *assessment)
{
	const struct value *code = value_get(assessment->read, "code");
	const struct value *document = value_get(assessment->read, "document");
	enum agreement agreement;

	if (!code) {
		find(assessment, lacks(assessment, "code") ? "code_absent" : "code_unread", NULL,
		     NULL);
	} else {
		agreement = compare(assessment, code, "code_differs");
		if (agreement != DIFFERS)
			find(assessment, agreement == AGREES ? "code_agrees" : "code_strange",
			     is_read(code, "text") ? text_of(code, "text") : NULL, NULL);
	}
	if (document && compare(assessment, document, "document_differs") == AGREES)
		find(assessment, "document_agrees", NULL, NULL);
}

/* ---- dates ---- */

static bool is_self_rescuer(const struct assessment *assessment)
{
	return !strncmp(text_of(assessment->read, "class"), "self_rescuer", strlen("self_rescuer"));
}

/* The rule is one for self-rescuers; of other equipment the day is held against the date of manufacture alone. */
static void look_at_arrival(struct assessment *assessment, const char *made)
{
	const char *arrived = text_of(assessment->read, "arrived");
	int64_t months = value_get_int(assessment->rules, "arrivalMonths", -1);
	char first[SNAPSHOT_DAY_SIZE], last[SNAPSHOT_DAY_SIZE];

	if (!*arrived) {
		if (is_self_rescuer(assessment))
			find(assessment, "arrival_unread", NULL, NULL);
		return;
	}
	if (!*made)
		return;
	whole_day(first, made, false);
	whole_day(last, made, true);
	if (strcmp(arrived, first) < 0)
		find(assessment, "arrival_early", arrived, made);
	if (!is_self_rescuer(assessment))
		return;
	if (months < 0) {
		find(assessment, "arrival_unruled", arrived, made);
		return;
	}
	add_months(last, months);
	if (strcmp(arrived, last) > 0)
		find(assessment, "arrival_late", arrived, made);
}

static void look_at_dates(struct assessment *assessment)
{
	const char *today = text_of(assessment->facts, "today");
	const char *made = text_of(assessment->plate, "made");
	const char *life = text_of(assessment->plate, "life");
	char first[SNAPSHOT_DAY_SIZE], last[SNAPSHOT_DAY_SIZE];
	size_t before = value_count(assessment->findings);

	if (!*made)
		find(assessment, "made_unread", NULL, NULL);
	whole_day(first, *made ? made : "0000-01", false);
	if (strcmp(first, today) > 0)
		find(assessment, "made_early", made, today);
	if (!*life)
		find(assessment, lacks(assessment, "life") ? "life_absent" : "life_unread", NULL,
		     NULL);
	whole_day(last, *life ? life : "9999-12", true);
	if (strcmp(last, today) < 0)
		find(assessment, "life_over", life, today);
	look_at_arrival(assessment, made);
	if (value_count(assessment->findings) == before)
		find(assessment, "dates_in_order", NULL, NULL);
}

/* ---- seal, photo, mass ---- */

static void look_at_seal(struct assessment *assessment)
{
	const struct value *seal = value_get(assessment->read, "seal");
	const char *state = text_of(seal, "state");

	if (lacks(assessment, "seal") || !strcmp(state, "absent"))
		find(assessment, "seal_absent", NULL, NULL);
	else if (!*state)
		find(assessment, "seal_unread", NULL, NULL);
	else if (!strcmp(state, "broken"))
		find(assessment, "seal_broken", text_of(seal, "number"), NULL);
	else
		find(assessment, "seal_intact", text_of(seal, "number"), NULL);
}

static void look_at_mass(struct assessment *assessment)
{
	const char *mass = text_of(assessment->read, "mass");
	const char *nominal = text_of(assessment->read, "nominal");
	struct quantity quantity;
	struct limit limit;
	struct error ignored;

	if (!*mass && !*nominal && !is_self_rescuer(assessment))
		return;
	if (!*mass)
		find(assessment, "mass_unread", NULL, NULL);
	else if (!*nominal)
		find(assessment, "mass_unknown", mass, NULL);
	else if (quantity_parse(&quantity, mass, &ignored) < 0 ||
		 limit_parse(&limit, nominal, &ignored) < 0 || !limit_met(&limit, &quantity))
		find(assessment, "mass_differs", mass, nominal);
	else
		find(assessment, "mass_agrees", mass, nominal);
}

struct value *identity_assess(const struct value *read, const struct value *facts,
			      const struct value *rules)
{
	struct assessment assessment = {.read = read,
					.facts = facts,
					.rules = rules,
					.plate = value_get(read, "nameplate"),
					.findings = value_list(),
					.worst = IDENTITY_NOTHING_FOUND};
	struct value *answer = value_map();

	look_at_number(&assessment);
	look_at_register(&assessment);
	look_at_prohibited(&assessment);
	look_at_tag(&assessment);
	look_at_code(&assessment);
	look_at_dates(&assessment);
	look_at_seal(&assessment);
	look_at_mass(&assessment);
	find(&assessment, value_get_int(read, "photos", 0) > 0 ? "photo_kept" : "photo_missing",
	     NULL, NULL);
	value_set_text(answer, "outcome", identity_outcome_name(assessment.worst));
	value_set(answer, "findings", assessment.findings);
	return answer;
}
