/* SPDX-License-Identifier: Apache-2.0 */
/* What a page says of the record behind it: its number, its digest, who has signed it, and whether it still stands. */
#include "cli/report_record.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "cli/report_amended.h"
#include "cli/report_laboratory.h"
#include "cli/words.h"
#include "record/cosign.h"
#include "record/entry.h"
#include "record/signing.h"
#include "verdict/decision.h"

void report_set(struct value *map, const char *key, const char *text)
{
	value_set(map, key, text && *text ? value_text(text) : value_nil());
}

/* The log's own times have three digits of a second, which a page has no use for. */
void report_set_time(struct value *map, const char *key, const char *time)
{
	size_t day = time ? strcspn(time, "T") : 0;

	if (!time || strlen(time) < day + 9 || !time[day])
		report_set(map, key, time);
	else
		value_set(
			map, key,
			value_printf("%.*s %.8s %s", (int)day, time, time + day + 1,
				     strpbrk(time + day, "+-Z") ? strpbrk(time + day, "+-Z") : ""));
}

/* ---- verdicts ---- */

struct value *report_verdict(const char *verdict, const char *why)
{
	struct value *map = value_map();
	enum verdict parsed;
	struct error ignored;
	bool known = verdict && verdict_parse(&parsed, verdict, &ignored) == 0;

	report_set(map, "word", verdict);
	report_set(map, "zh", known ? verdict_chinese(parsed) : NULL);
	report_set(map, "why", why);
	return map;
}

/* ---- people ---- */

static struct value *describe_signature(const struct jws *jws, size_t index,
					const struct roster *roster)
{
	struct jws_act act = jws_act(jws, index);
	const struct holder *holder = roster_find(roster, jws_key_id(jws, index));
	enum role role = act.role ? role_find(act.role) : 0;
	enum meaning meaning = meaning_find(act.meaning ? act.meaning : "");
	struct value *one = value_map();

	report_set(one, "role", act.role);
	report_set(one, "role_title", role ? say_either(act.role, role_title(role)) : act.role);
	report_set(one, "meaning", act.meaning);
	report_set(one, "meaning_title",
		   meaning ? say_either(act.meaning, meaning_title(meaning)) : act.meaning);
	report_set(one, "person", act.person);
	report_set(one, "name", act.person && holder ? holder->name : NULL);
	report_set(one, "at", act.time);
	return one;
}

/* The last who signed with this meaning, or nil: not signed. */
static struct value *signed_as(const struct value *signatures, enum meaning meaning)
{
	for (size_t i = value_count(signatures); i > 0; i--) {
		const char *own = value_get_text(value_at(signatures, i - 1), "meaning");

		if (own && meaning_find(own) == meaning)
			return value_copy(value_at(signatures, i - 1));
	}
	return value_nil();
}

/* All signatures are held against the roster, each in its turn: a page is no place for a name that did not sign. */
static int add_people(struct value *facts, const char *state, const struct book_event *event,
		      struct error *err)
{
	struct roster *roster = book_roster(state, err);
	const struct jws *jws = event->jws;
	struct value *all;
	size_t bad;

	if (!roster)
		return -1;
	if (signing_verify(roster, jws, cosign_item(event->event), &bad, err) < 0) {
		roster_free(roster);
		return error_context(err, "record %llu", (unsigned long long)event->seq);
	}
	all = value_set(facts, "signatures", value_list());
	for (size_t i = 0; i < jws_count(jws); i++)
		value_add(all, describe_signature(jws, i, roster));
	value_set(facts, "tester", signed_as(all, MEANING_TESTED));
	value_set(facts, "reviewer", signed_as(all, MEANING_REVIEWED));
	value_set(facts, "signatory", signed_as(all, MEANING_APPROVED));
	value_set(facts, "rejected", signed_as(all, MEANING_REJECTED));
	value_set(facts, "voided", signed_as(all, MEANING_VOIDED));
	roster_free(roster);
	return 0;
}

/* ---- the record ---- */

/* An event says it in its own member, every other record in its envelope (record/entry.h), of which the number is known. */
static char *bench_of(const struct jws *jws)
{
	struct error ignored;
	struct entry entry;
	const char *payload;
	char *bench = NULL;
	size_t size;

	payload = jws_payload(jws, &size);
	if (entry_read(&entry, payload, size, &ignored) == 0) {
		bench = xstrdup(entry.bench);
		entry_done(&entry);
	}
	return bench;
}

static void add_evidence(struct value *facts, const struct book_event *event)
{
	struct value *map = value_set(facts, "evidence", value_map());
	uint8_t digest[HASH_SIZE];
	char hex[HASH_HEX_SIZE];
	const char *payload;
	char *bench;
	size_t size;

	payload = jws_payload(event->jws, &size);
	hash_of(payload, size, digest);
	hash_hex(digest, hex);
	value_set_int(map, "record", (int64_t)event->seq);
	report_set(map, "event", value_get_text(event->event, "eventID"));
	report_set(map, "record_sha256", hex);
	bench = bench_of(event->jws);
	report_set(map, "bench", bench);
	free(bench);
	report_set(map, "run", NULL);
	report_set(map, "journal_sha256", NULL);
	report_set(map, "journal_chain", NULL);
	value_set(map, "journal_bytes", value_nil());
	value_set(map, "checkpoint_qr", value_nil());
	value_set(map, "checkpoint_size", value_nil());
}

/* Number, what it replaces, and whether it is out: a report is issued by the signature of who may sign for it. */
static int add_report(struct value *facts, const char *state, const struct book_event *event,
		      const struct report_wish *wish, struct error *err)
{
	const struct value *signatory = value_get(facts, "signatory");
	struct value *map = value_set(facts, "report", value_map());
	const char *bench = value_get_text(value_get(facts, "evidence"), "bench");
	bool voided = value_get(facts, "voided")->kind != VALUE_NIL ||
		      value_get(facts, "rejected")->kind != VALUE_NIL;

	value_set(map, "number",
		  wish->number ? value_text(wish->number) : report_number(bench, event->seq));
	if (report_amended(map, state, event, err) < 0)
		return -1;
	if (wish->amends) {
		report_set(map, "amends", wish->amends);
		report_set(map, "amends_why", wish->why);
	}
	value_set_bool(map, "issued",
		       signatory->kind != VALUE_NIL && !voided &&
			       !value_count(event->declarations));
	report_set_time(map, "issued_at", value_get_text(signatory, "at"));
	return 0;
}

static void add_declarations(struct value *facts, const struct book_event *event)
{
	struct value *list = value_set(facts, "declared_wrong", value_list());

	for (size_t i = 0; i < value_count(event->declarations); i++) {
		const struct value *declaration = value_at(event->declarations, i);
		struct value *one = value_add(list, value_map());

		report_set(one, "why", value_get_text(declaration, "mse:why"));
		report_set(one, "by", value_get_text(declaration, "mse:declaredBy"));
		report_set_time(one, "at", value_get_text(declaration, "declarationTime"));
	}
}

int report_record_facts(struct value *facts, const char *state, const struct book_event *event,
			const struct report_wish *wish, struct error *err)
{
	if (report_laboratory(state, value_set(facts, "lab", value_map()), err) < 0 ||
	    add_people(facts, state, event, err) < 0)
		return -1;
	add_evidence(facts, event);
	add_declarations(facts, event);
	if (add_report(facts, state, event, wish, err) < 0)
		return -1;
	value_set_bool(facts, "simulated", false);
	value_set_bool(facts, "uncontrolled", false);
	value_set_bool(facts, "some_accredited", false);
	value_set(facts, "bracket", value_nil());
	return 0;
}
