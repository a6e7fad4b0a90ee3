/* SPDX-License-Identifier: Apache-2.0 */
/* Requests by their kind. */
#include "record/admission.h"

#include <string.h>

#include "record/approval.h"
#include "record/cosign.h"
#include "record/cylinder.h"
#include "record/declaration.h"
#include "record/disposal.h"
#include "record/event.h"
#include "record/identification.h"
#include "record/job_order.h"
#include "record/job_standing.h"
#include "record/log_people.h"
#include "record/lot.h"
#include "record/lot_retest.h"
#include "record/register.h"
#include "record/roster_log.h"
#include "record/run_bracket.h"
#include "record/snapshot.h"

enum { EQUIPMENT_MOST = 1000, SOURCE_MOST = 200, FUTURE_MS = 10 * 60 * 1000 };

/* Its first pieces are found again by the store's index; all of them stand in the event. */
static void take_subjects(struct admitted *admitted, const struct value *equipment)
{
	for (size_t i = 0; i < value_count(equipment) && i < STORE_SUBJECTS; i++)
		admitted->subjects[i] = value_at(equipment, i)->text;
}

/* The names by which the log finds its own runs and kinds are no equipment's. */
static int check_identity(const struct bench_log *log, const struct value *identity,
			  struct error *err)
{
	const char *base = bench_log_base(log), *run;
	size_t size = strlen(base);

	if (identity->kind != VALUE_TEXT)
		return error_set(err, ERROR_USAGE, "an identity is a URI");
	run = strncmp(identity->text, base, size) ? "" : identity->text + size;
	if (!strncmp(identity->text, "register:", 9) || !strncmp(identity->text, "davy:", 5) ||
	    (!strncmp(run, "run/", 4) && !strchr(run + 4, '/')))
		return error_set(err, ERROR_USAGE,
				 "%.200s is a name of this log's own, and no equipment's",
				 identity->text);
	return 0;
}

static int check_equipment(const struct bench_log *log, const struct value *equipment,
			   struct error *err)
{
	size_t count = value_count(equipment);

	if (!equipment || equipment->kind != VALUE_LIST || count == 0 || count > EQUIPMENT_MOST)
		return error_set(err, ERROR_USAGE, "it does not say which equipment it is about");
	for (size_t i = 0; i < count; i++)
		if (check_identity(log, value_at(equipment, i), err) < 0)
			return -1;
	return 0;
}

/* What the step fixes, and what a bench says of itself (mse:run, mse:log), is nobody's to give. */
static int check_members(const struct value *members, struct error *err)
{
	static const char *const GIVEN[] = {
		"disposition",	     "persistentDisposition", "eventTime",  "eventTimeZoneOffset",
		"readPoint",	     "bizLocation",	      "sourceList", "bizTransactionList",
		"certificationInfo", "sensorElementList",     "ilmd",	    NULL};

	if (members && members->kind != VALUE_MAP)
		return error_set(err, ERROR_USAGE, "the members of an event have names");
	for (size_t i = 0; i < value_count(members); i++) {
		const char *const *name = GIVEN;

		while (*name && strcmp(*name, value_key(members, i)) != 0)
			name++;
		if (!*name)
			return error_set(err, ERROR_USAGE, "'%.40s' is no member that can be given",
					 value_key(members, i));
	}
	return 0;
}

static int check_event_time(const struct value *event, const struct moment *now, struct error *err)
{
	struct wall_time time;

	if (wall_time_parse(&time, value_get_text(event, "eventTime"), err) < 0)
		return error_context(err, "eventTime");
	if (time.ms > now->wall.ms + FUTURE_MS)
		return error_set(err, ERROR_USAGE, "it is said to happen in the future, at %s",
				 value_get_text(event, "eventTime"));
	return 0;
}

static struct value *event_of(enum life_step step, const char *id, const struct value *request,
			      const struct moment *now)
{
	const struct value *equipment = value_get(request, "equipment");
	const struct value *members = value_get(request, "members");
	struct value *event = event_new(step, id, &now->wall, value_at(equipment, 0)->text);

	value_set(event, "epcList", value_copy(equipment));
	for (size_t i = 0; i < value_count(members); i++)
		value_set(event, value_key(members, i), value_copy(value_at(members, i)));
	if (value_get(request, "says"))
		event_extend(event, "says", value_get(request, "says"));
	return event;
}

static int admit_event(struct bench_log *log, const struct value *request, const struct moment *now,
		       struct admitted *admitted, struct error *err)
{
	enum life_step step = life_step_find(value_get_text(request, "step"));
	char id[EVENT_ID_TEXT_SIZE];
	struct value *event;

	if (!step)
		return error_set(err, ERROR_USAGE, "it is no step of a life");
	if (check_equipment(log, value_get(request, "equipment"), err) < 0 ||
	    check_members(value_get(request, "members"), err) < 0)
		return -1;
	bench_log_name(log, now, id);
	event = event_of(step, id, request, now);
	admitted->says = event;
	if (event_check(event, err) < 0 || check_event_time(event, now, err) < 0)
		return -1;
	if ((step == LIFE_DESTRUCTION || step == LIFE_DISPOSAL) &&
	    disposal_check(log, event, now, err) < 0)
		return -1;
	take_subjects(admitted, value_get(event, "epcList"));
	return 0;
}

/* Two, and not the same one twice. */
static int check_persons(const struct value *persons, struct error *err)
{
	const struct value *one = value_at(persons, 0), *other = value_at(persons, 1);

	if (value_count(persons) != 2 || persons->kind != VALUE_LIST || one->kind != VALUE_TEXT ||
	    other->kind != VALUE_TEXT || !one->text[0] || !other->text[0])
		return error_set(err, ERROR_USAGE, "two persons say what time it is");
	if (!strcmp(one->text, other->text))
		return error_set(err, ERROR_REFUSED,
				 "the second person who says what time it is must be another one "
				 "than %.40s",
				 one->text);
	return 0;
}

/* Where an administrator has enrolled people, it is two of them, whose authorisation covers the time that they say. */
static int check_known(const struct roster *roster, const struct value *persons, int64_t at_ms,
		       struct error *err)
{
	for (size_t i = 0; roster_administrator(roster) && i < value_count(persons); i++)
		if (roster_knows(roster, value_at(persons, i)->text, at_ms, err) < 0)
			return -1;
	return 0;
}

static int admit_clock(struct bench_log *log, const struct value *request, const struct moment *now,
		       struct admitted *admitted, struct error *err)
{
	const char *wall = value_get_text(request, "wall");
	const char *source = value_get_text(request, "source");
	struct roster *roster = bench_log_roster(log, err);
	struct wall_time time;

	if (!roster)
		return -1;
	if (now->is_synchronised)
		return error_set(err, ERROR_REFUSED,
				 "this machine's clock is synchronised by a time server: nobody "
				 "needs to say what time it is");
	if (!source || !source[0] || strlen(source) > SOURCE_MOST)
		return error_set(err, ERROR_USAGE,
				 "it does not say by which clock it was told (a GPS receiver, a "
				 "calibrated watch and its number)");
	if (check_persons(value_get(request, "persons"), err) < 0)
		return -1;
	if (!wall)
		return error_set(err, ERROR_USAGE, "it does not say what time it is");
	if (wall_time_parse(&time, wall, err) < 0 ||
	    check_known(roster, value_get(request, "persons"), time.ms, err) < 0)
		return -1;
	admitted->says = value_map();
	value_set_text(admitted->says, "wall", wall);
	value_set_text(admitted->says, "source", source);
	value_set(admitted->says, "persons", value_copy(value_get(request, "persons")));
	value_set(admitted->says, "instead", moment_describe(now));
	admitted->wall_at_boot_ms = time.ms - now->boot_ms;
	return 0;
}

/* ---- people ---- */

static int admit_key(struct bench_log *log, const struct value *request, const struct moment *now,
		     struct admitted *admitted, struct error *err)
{
	struct roster *roster = bench_log_roster(log, err);
	struct jws *jws;
	int done;

	(void)now;
	if (!roster)
		return -1;
	jws = roster_log_read(value_get(request, "jws"), "a record of keys", err);
	done = jws ? roster_take(roster, jws, err) : -1;
	if (done == 0) {
		admitted->says = value_map();
		value_set(admitted->says, "jws", value_copy(value_get(request, "jws")));
		admitted->subjects[0] = LOG_PEOPLE_KEYS;
	}
	jws_free(jws);
	return done;
}

/* What a record about an event says: of which one, and this. */
static struct value *members_of(const struct value *request, const char *what)
{
	const char *const members[] = {"of", "seq", what};
	struct value *says = value_map();

	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
		if (value_get(request, members[i]))
			value_set(says, members[i], value_copy(value_get(request, members[i])));
	return says;
}

/* What a request says of an event, and that event with all its signatures. */
static int event_in_question(struct bench_log *log, const struct value *request, const char *what,
			     struct admitted *admitted, struct store_entry *event,
			     struct error *err)
{
	int64_t seq = value_get_int(request, "seq", 0);

	if (log_people_event(bench_log_store(log), seq > 0 ? (uint64_t)seq : 0, event, err) < 0)
		return -1;
	admitted->says = members_of(request, what);
	admitted->subjects[0] = value_get_text(admitted->says, "of");
	return 0;
}

/* Who rejects it or voids it is not kept from it. */
static int bracket_allows(struct bench_log *log, const struct value *says,
			  const struct entry *event, struct error *err)
{
	enum meaning meaning;

	if (cosign_meaning(says, &meaning, err) < 0)
		return -1;
	return meaning == MEANING_APPROVED ? run_bracket_stands(log, event, err) : 0;
}

static int admit_signature(struct bench_log *log, const struct value *request,
			   const struct moment *now, struct admitted *admitted, struct error *err)
{
	struct roster *roster = bench_log_roster(log, err);
	struct store_entry event;
	int done;

	if (!roster || event_in_question(log, request, "signature", admitted, &event, err) < 0)
		return -1;
	done = !strcmp(event.entry.kind, ENTRY_LOT_VERDICT)
		       ? lot_verdict_stands(log, event.entry.says, err)
		       : 0;
	if (done == 0)
		done = bracket_allows(log, admitted->says, &event.entry, err);
	if (done == 0)
		done = cosign_admit(event.jws, admitted->says, roster, &now->wall, err);
	store_entry_done(&event);
	return done;
}

/* What is right instead stands in the log already. */
static int check_correctives(struct bench_log *log, const struct value *says, struct error *err)
{
	struct value *declaration = declaration_read(says, err);
	const struct value *ids = value_get(declaration, "correctiveEventIDs");
	int done = declaration ? 1 : -1;
	uint64_t seq;

	for (size_t i = 0; i < value_count(ids) && done == 1; i++) {
		done = store_find(bench_log_store(log), value_at(ids, i)->text, &seq, err);
		if (done == 0)
			error_set(err, ERROR_REFUSED, "the corrective event %.60s is not recorded",
				  value_at(ids, i)->text);
	}
	value_free(declaration);
	return done == 1 ? 0 : -1;
}

static int admit_declaration(struct bench_log *log, const struct value *request,
			     const struct moment *now, struct admitted *admitted, struct error *err)
{
	struct roster *roster = bench_log_roster(log, err);
	struct store_entry event;
	int done;

	if (!roster || event_in_question(log, request, "jws", admitted, &event, err) < 0)
		return -1;
	done = !strcmp(event.entry.kind, ENTRY_EVENT)
		       ? declaration_check(event.jws, admitted->says, roster, &now->wall, err)
		       : error_set(err, ERROR_REFUSED,
				   "a lot's verdict is not declared wrong: it is judged anew");
	if (done == 0)
		done = check_correctives(log, admitted->says, err);
	store_entry_done(&event);
	return done;
}

int admit(struct bench_log *log, const struct value *request, const struct moment *now,
	  struct admitted *admitted, struct error *err)
{
	static const struct {
		const char *kind;
		int (*admit)(struct bench_log *log, const struct value *request,
			     const struct moment *now, struct admitted *admitted,
			     struct error *err);
	} KINDS[] = {{ENTRY_EVENT, admit_event},
		     {ENTRY_CLOCK, admit_clock},
		     {ENTRY_KEY, admit_key},
		     {ENTRY_SIGNATURE, admit_signature},
		     {ENTRY_DECLARATION, admit_declaration},
		     {ENTRY_APPROVAL, admit_approval},
		     {ENTRY_CHECK, admit_check},
		     {ENTRY_CALIBRATION, admit_calibration},
		     {ENTRY_CYLINDER, admit_cylinder},
		     {ENTRY_CONNECTION, admit_connection},
		     {ENTRY_SNAPSHOT, admit_snapshot},
		     {ENTRY_JOB_ORDER, admit_job_order},
		     {ENTRY_JOB_RESULT, admit_job_result},
		     {REQUEST_IDENTIFICATION, admit_identification},
		     {ENTRY_LOT, admit_lot},
		     {ENTRY_DRAW, admit_draw},
		     {ENTRY_SEAL, admit_seal},
		     {ENTRY_LOT_RETEST, admit_lot_retest},
		     {ENTRY_LOT_VERDICT, admit_lot_verdict}};
	const char *kind = value_get_text(request, "kind");

	*admitted = (struct admitted){0};
	for (size_t i = 0; kind && i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
		if (strcmp(kind, KINDS[i].kind) != 0)
			continue;
		admitted->kind = KINDS[i].kind;
		if (KINDS[i].admit(log, request, now, admitted, err) == 0)
			return 0;
		admitted_done(admitted);
		return -1;
	}
	return error_set(err, ERROR_USAGE, "records of kind '%.40s' are not made so",
			 kind ? kind : "");
}

void admitted_done(struct admitted *admitted)
{
	value_free(admitted->says);
	admitted->says = NULL;
}
