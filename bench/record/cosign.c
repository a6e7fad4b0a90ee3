/* SPDX-License-Identifier: Apache-2.0 */
/* One more signature behind those that an event has, and whether it may stand there. */
#include "record/cosign.h"

#include <string.h>

#include "base/json.h"
#include "record/base64.h"
#include "record/canonical.h"
#include "record/entry.h"
#include "record/event.h"
#include "record/lot.h"
#include "record/signing.h"

/* The event in the payload; the caller frees it. */
static struct value *read_event(const struct jws *event, struct error *err)
{
	size_t size;
	const char *payload = jws_payload(event, &size);

	return canonical_parse(payload, size, "the event", err);
}

bool cosign_takes(const char *kind)
{
	return !strcmp(kind, ENTRY_EVENT) || !strcmp(kind, ENTRY_LOT_VERDICT);
}

/* Of an event, or of a record of another kind that is signed; NULL: it is none. */
static const char *id_of(const struct value *tree)
{
	const char *kind = value_get_text(tree, "kind"), *id = value_get_text(tree, "eventID");

	return id ? id : kind && cosign_takes(kind) ? value_get_text(tree, "id") : NULL;
}

static int64_t seq_of(const struct value *tree)
{
	return value_get(tree, "eventID") ? value_get_int(value_get(tree, "mse:log"), "mse:seq", 0)
					  : value_get_int(value_get(tree, "log"), "seq", 0);
}

/* The text of the signature at `index` as an entry. */
static struct value *entry_at(const struct jws *event, size_t index, struct error *err)
{
	struct value *whole, *entry;
	struct buf text;

	buf_init(&text);
	jws_write(event, SIZE_MAX, &text);
	whole = json_parse(text.data, text.size, "the event", err);
	entry = whole ? value_copy(value_at(value_get(whole, "signatures"), index)) : NULL;
	value_free(whole);
	buf_done(&text);
	return entry;
}

struct value *cosign_describe(const struct jws *event, size_t index, struct error *err)
{
	struct value *says = NULL, *tree = read_event(event, err), *entry = NULL;

	if (tree)
		entry = entry_at(event, index, err);
	if (entry) {
		says = value_map();
		value_set_text(says, "of", id_of(tree));
		value_set_int(says, "seq", seq_of(tree));
		value_set(says, "signature", entry);
	}
	value_free(tree);
	return says;
}

static int check_form(const struct value *says, const struct value *event, struct error *err)
{
	const char *of = value_get_text(says, "of"), *id = id_of(event);

	if (!id)
		return error_set(
			err, ERROR_REFUSED,
			"what is signed is an event, or a lot's verdict; other records are "
			"signed inside");
	if (value_count(says) != 3 || !of || !value_get(says, "seq") ||
	    !value_get(says, "signature"))
		return error_set(err, ERROR_USAGE,
				 "a signature says 'of', 'seq' and 'signature', and nothing else");
	if (strcmp(of, id) != 0 || value_get_int(says, "seq", 0) != seq_of(event))
		return error_set(err, ERROR_REFUSED,
				 "it is a signature under %.60s, record %lld, and not under this "
				 "event",
				 of, (long long)value_get_int(says, "seq", 0));
	return 0;
}

static int apply(struct jws *event, const struct value *says, const struct value *tree,
		 struct error *err)
{
	if (check_form(says, tree, err) < 0)
		return -1;
	return jws_join(event, value_get(says, "signature"), "a further signature", err);
}

struct value *cosign_header(const struct value *says, struct error *err)
{
	const char *text = value_get_text(value_get(says, "signature"), "protected");
	struct value *header = NULL;
	struct buf bytes;

	buf_init(&bytes);
	if (text && base64_read(&bytes, BASE64_URL, text, strlen(text)) == 0)
		header = json_parse(bytes.data, bytes.size, "a signature", err);
	else
		error_set(err, ERROR_USAGE, "a signature has no header");
	buf_done(&bytes);
	return header;
}

int cosign_meaning(const struct value *says, enum meaning *meaning, struct error *err)
{
	struct value *header = cosign_header(says, err);

	if (!header)
		return -1;
	*meaning = meaning_find(value_get_text(header, "meaning"));
	value_free(header);
	return 0;
}

int cosign_apply(struct jws *event, const struct value *says, struct error *err)
{
	struct value *tree = read_event(event, err);
	int done = tree ? apply(event, says, tree, err) : -1;

	value_free(tree);
	return done;
}

/* ---- judged ---- */

int cosign_check_time(const struct jws_act *act, const struct wall_time *at, struct error *err)
{
	struct wall_time said;
	int64_t apart;

	if (!act->time || wall_time_parse(&said, act->time, err) < 0)
		return error_set(err, ERROR_USAGE, "it does not say when it was made");
	apart = said.ms > at->ms ? said.ms - at->ms : at->ms - said.ms;
	if (apart > COSIGN_CLOCK_MS)
		return error_set(err, ERROR_REFUSED,
				 "it says it was made %s, which is %lld minutes from this bench's "
				 "time: sign on the bench, or set the clock that is wrong",
				 act->time, (long long)(apart / 60000));
	return 0;
}

static int judge(const struct jws *event, const struct value *tree, const struct roster *roster,
		 const struct wall_time *at, struct error *err)
{
	size_t last = jws_count(event) - 1;
	struct jws_act act = jws_act(event, last);
	struct signing signing = {.role = role_find(act.role),
				  .meaning = meaning_find(act.meaning),
				  .key_id = jws_key_id(event, last),
				  .item = cosign_item(tree),
				  .at_ms = at->ms};
	const struct holder *holder;

	if (!signing.role || !signing.meaning)
		return error_set(err, ERROR_USAGE,
				 "it does not say as what, and with which "
				 "meaning, it was made");
	if (cosign_check_time(&act, at, err) < 0 || signing_says(event, last, err) < 0 ||
	    signing_check(roster, event, last, &signing, err) < 0)
		return -1;
	holder = roster_find(roster, signing.key_id);
	if (signing.role != ROLE_BENCH && signing.role != ROLE_SIMULATION &&
	    signing_is_of(&act, holder, err) < 0)
		return -1;
	return jws_verify(event, last, holder->key, err);
}

int cosign_admit(struct jws *event, const struct value *says, const struct roster *roster,
		 const struct wall_time *at, struct error *err)
{
	struct value *tree = read_event(event, err);
	int done = tree ? apply(event, says, tree, err) : -1;

	if (done == 0) {
		done = judge(event, tree, roster, at, err);
		if (done < 0)
			jws_unjoin(event);
	}
	value_free(tree);
	return done;
}

const char *cosign_item(const struct value *event)
{
	return value_get_text(value_get(event, "mse:run"), "mse:protocol");
}
