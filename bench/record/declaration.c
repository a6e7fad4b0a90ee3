/* SPDX-License-Identifier: Apache-2.0 */
/* What is declared of an event is compared with the event as bytes: canonical JSON has one form. */
#include "record/declaration.h"

#include <stdbool.h>
#include <string.h>

#include "record/canonical.h"
#include "record/cosign.h"
#include "record/event.h"
#include "record/roster_log.h"
#include "record/signing.h"

static struct value *payload_of(const struct jws *jws, struct error *err)
{
	size_t size;
	const char *payload = jws_payload(jws, &size);

	return canonical_parse(payload, size, "the event", err);
}

struct value *declaration_new(const struct value *event, const char *reason, const char *why,
			      const char *person, const struct value *correctives,
			      const struct wall_time *now)
{
	struct value *declared = value_copy(event);
	struct value *declaration = value_set(declared, "errorDeclaration", value_map());
	char time[WALL_TIME_SIZE];

	wall_time_write(now, time);
	value_set_text(declaration, "declarationTime", time);
	value_set_text(declaration, "reason", reason);
	value_set_text(declaration, "mse:why", why);
	value_set_text(declaration, "mse:declaredBy", person);
	if (value_count(correctives))
		value_set(declaration, "correctiveEventIDs", value_copy(correctives));
	return declared;
}

/* The event that was recorded, with this declaration and nothing else new. */
static int check_same(const struct value *event, const struct value *declared,
		      const struct jws *jws, struct error *err)
{
	const struct value *declaration = value_get(declared, "errorDeclaration");
	struct value *expected = value_copy(event);
	struct buf bytes;
	const char *payload;
	size_t size;
	bool same;

	if (declaration)
		value_set(expected, "errorDeclaration", value_copy(declaration));
	buf_init(&bytes);
	same = canonical_write(&bytes, expected, "the event", err) == 0;
	payload = jws_payload(jws, &size);
	same = same && declaration && bytes.size == size && !memcmp(bytes.data, payload, size);
	buf_done(&bytes);
	value_free(expected);
	return same ? 0
		    : error_set(err, ERROR_REFUSED,
				"what is declared is not the event as it was recorded, with an "
				"errorDeclaration");
}

static int check_content(const struct value *declared, const char *person,
			 const struct wall_time *at, struct error *err)
{
	const struct value *declaration = value_get(declared, "errorDeclaration");
	const char *why = value_get_text(declaration, "mse:why");
	const char *by = value_get_text(declaration, "mse:declaredBy");
	struct wall_time time;

	if (event_check(declared, err) < 0 ||
	    wall_time_parse(&time, value_get_text(declaration, "declarationTime"), err) < 0)
		return -1;
	if (!why || !why[0])
		return error_set(err, ERROR_USAGE, "it does not say why (mse:why)");
	if (!by || !person || strcmp(by, person) != 0)
		return error_set(err, ERROR_REFUSED, "it is declared by %.40s and signed by %.40s",
				 by ? by : "nobody", person ? person : "nobody");
	if (time.ms > at->ms + COSIGN_CLOCK_MS || time.ms < at->ms - COSIGN_CLOCK_MS)
		return error_set(err, ERROR_REFUSED,
				 "its declarationTime is not this bench's time: declare it on the "
				 "bench, or set the clock that is wrong");
	return 0;
}

static int check_signer(const struct jws *jws, const struct roster *roster, const char *item,
			const struct wall_time *at, const char **person, struct error *err)
{
	struct jws_act act;
	const struct holder *holder;
	enum role role;

	if (jws_count(jws) != 1)
		return error_set(err, ERROR_USAGE, "one person declares it");
	act = jws_act(jws, 0);
	role = role_find(act.role);
	if (!act.meaning || strcmp(act.meaning, DECLARATION_MEANING) != 0 ||
	    (role != ROLE_TESTER && role != ROLE_REVIEWER && role != ROLE_SIGNATORY &&
	     role != ROLE_SAMPLER))
		return error_set(err, ERROR_REFUSED,
				 "an event is declared wrong by a tester, reviewer, signatory or "
				 "sampler");
	holder = roster_allows(roster, jws_key_id(jws, 0), role, item, at->ms, err);
	if (!holder)
		return -1;
	if (signing_is_of(&act, holder, err) < 0)
		return -1;
	*person = holder->person;
	return jws_verify(jws, 0, holder->key, err);
}

static int check(const struct value *event, const struct value *says, const struct jws *jws,
		 const struct roster *roster, const struct wall_time *at, struct error *err)
{
	const char *of = value_get_text(says, "of"), *person = NULL;
	const char *id = value_get_text(event, "eventID"); /* what is none has none */
	struct value *declared = payload_of(jws, err);
	int done = -1;

	if (!declared)
		return -1;
	if (value_count(says) != 3 || !of || !id || strcmp(of, id) != 0 ||
	    value_get_int(says, "seq", 0) !=
		    value_get_int(value_get(event, "mse:log"), "mse:seq", -1))
		error_set(err, ERROR_REFUSED, "it is not a declaration about this event");
	else if (check_signer(jws, roster, cosign_item(event), at, &person, err) == 0 &&
		 check_same(event, declared, jws, err) == 0)
		done = check_content(declared, person, at, err);
	value_free(declared);
	return done;
}

int declaration_check(const struct jws *event, const struct value *says,
		      const struct roster *roster, const struct wall_time *at, struct error *err)
{
	struct value *tree = payload_of(event, err);
	struct jws *jws =
		tree ? roster_log_read(value_get(says, "jws"), "a declaration", err) : NULL;
	int done = jws ? check(tree, says, jws, roster, at, err) : -1;

	jws_free(jws);
	value_free(tree);
	return done;
}

struct value *declaration_read(const struct value *says, struct error *err)
{
	struct jws *jws = roster_log_read(value_get(says, "jws"), "a declaration", err);
	struct value *declared = jws ? payload_of(jws, err) : NULL, *found = NULL;
	const struct value *declaration = value_get(declared, "errorDeclaration");

	if (declaration)
		found = value_copy(declaration);
	else if (declared)
		error_set(err, ERROR_USAGE, "a declaration has no errorDeclaration");
	value_free(declared);
	jws_free(jws);
	return found;
}
