/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Payload and headers are kept as their base64url texts, since those are what is signed, beside what they mean.
 *
 * Invariants: each header is canonical JSON and a map with an algorithm; each signature but the first has in its
 * header the digest of the one before; writing what was read gives the same bytes.
 *
 * The algorithm is never taken from the header: the key says which it is, and the header must say the same.
 */
#include "record/jws.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "record/base64.h"
#include "record/canonical.h"

#define SM2_WITH_SM3 "urn:oid:1.2.156.10197.1.501"

struct signature {
	struct value *header;
	struct buf protected; /* the header's text in base64url */
	struct buf bytes;
};

struct jws {
	struct buf payload;
	struct buf encoded; /* the payload in base64url */
	struct signature signatures[JWS_MOST_SIGNATURES];
	size_t count;
};

static const char *algorithm(const struct key *key)
{
	return key_kind(key) == KEY_SM2 ? SM2_WITH_SM3 : "EdDSA";
}

static struct jws *jws_empty(void)
{
	struct jws *jws = xcalloc(1, sizeof(*jws));

	buf_init(&jws->payload);
	buf_init(&jws->encoded);
	return jws;
}

struct jws *jws_new(const void *payload, size_t size)
{
	struct jws *jws = jws_empty();

	buf_add(&jws->payload, payload, size);
	base64_write(&jws->encoded, BASE64_URL, payload, size);
	return jws;
}

/* The next signature's place, not counted yet. */
static struct signature *signature_begin(struct jws *jws)
{
	struct signature *signature = &jws->signatures[jws->count];

	buf_init(&signature->protected);
	buf_init(&signature->bytes);
	signature->header = NULL;
	return signature;
}

static void signature_done(struct signature *signature)
{
	value_free(signature->header);
	buf_done(&signature->protected);
	buf_done(&signature->bytes);
}

void jws_free(struct jws *jws)
{
	if (!jws)
		return;
	for (size_t i = 0; i < jws->count; i++)
		signature_done(&jws->signatures[i]);
	buf_done(&jws->payload);
	buf_done(&jws->encoded);
	free(jws);
}

/* What is signed, and what is digested for `over`: two texts and a point between them. */
static void add_joined(struct buf *out, const struct buf *one, const struct buf *other)
{
	buf_add(out, one->data, one->size);
	buf_add_byte(out, '.');
	buf_add(out, other->data, other->size);
}

void jws_digest(const struct jws *jws, size_t index, uint8_t digest[HASH_SIZE])
{
	const struct signature *signature = &jws->signatures[index];
	struct buf text, joined;

	buf_init(&text);
	buf_init(&joined);
	base64_write(&text, BASE64_URL, signature->bytes.data, signature->bytes.size);
	add_joined(&joined, &signature->protected, &text);
	hash_of(joined.data, joined.size, digest);
	buf_done(&joined);
	buf_done(&text);
}

/* What `over` says in the header of signature `index`. */
static void add_over(struct buf *out, const struct jws *jws, size_t index)
{
	uint8_t digest[HASH_SIZE];

	jws_digest(jws, index - 1, digest);
	base64_write(out, BASE64_URL, digest, sizeof(digest));
}

static bool is_taken(const char *name)
{
	static const char *const NAMES[] = {"alg",  "kid",  "role",	"meaning", "time", "person",
					    "over", "crit", "b64",	"jwk",	   "jku",  "x5u",
					    "x5c",  "x5t",  "x5t#S256", "zip",	   "enc"};

	for (size_t i = 0; i < sizeof(NAMES) / sizeof(*NAMES); i++)
		if (strcmp(name, NAMES[i]) == 0)
			return true;
	return false;
}

static int add_more(struct value *header, const struct value *more, struct error *err)
{
	for (size_t i = 0; i < value_count(more); i++) {
		const char *name = value_key(more, i);

		if (!name || is_taken(name))
			return error_set(err, ERROR_USAGE,
					 "a signature: '%s' is no name for a further member",
					 name ? name : "");
		value_set(header, name, value_copy(value_at(more, i)));
	}
	return 0;
}

static int check_act(const struct jws_act *act, struct error *err)
{
	const char *missing = !act->role || !*act->role		? "role"
			      : !act->meaning || !*act->meaning ? "meaning"
			      : !act->time || !*act->time	? "time"
			      : act->person && !*act->person	? "person"
								: NULL;

	if (missing)
		return error_set(err, ERROR_USAGE, "a signature: its %s is missing", missing);
	return 0;
}

static int header_make(const struct jws *jws, const struct key *key, const struct jws_act *act,
		       struct value *header, struct error *err)
{
	if (check_act(act, err) < 0 || add_more(header, act->more, err) < 0)
		return -1;
	value_set_text(header, "alg", algorithm(key));
	value_set_text(header, "kid", key_id(key));
	value_set_text(header, "role", act->role);
	value_set_text(header, "meaning", act->meaning);
	value_set_text(header, "time", act->time);
	value_set_text(header, "person", act->person);
	if (jws->count) {
		struct buf over;

		buf_init(&over);
		add_over(&over, jws, jws->count);
		value_set_text(header, "over", over.data);
		buf_done(&over);
	}
	return 0;
}

/* The header as it is signed. */
static int header_encode(struct signature *signature, struct error *err)
{
	struct buf text;
	int result;

	buf_init(&text);
	result = canonical_write(&text, signature->header, "a signature", err);
	if (result == 0 && text.size > JWS_HEADER_LARGEST)
		result = error_set(err, ERROR_USAGE,
				   "a signature: its header is larger than the %d bytes allowed",
				   JWS_HEADER_LARGEST);
	if (result == 0)
		base64_write(&signature->protected, BASE64_URL, text.data, text.size);
	buf_done(&text);
	return result;
}

int jws_sign(struct jws *jws, const struct key *key, const struct jws_act *act, struct error *err)
{
	struct signature *signature;
	struct buf input;
	int result;

	if (jws->count == JWS_MOST_SIGNATURES)
		return error_set(err, ERROR_USAGE, "a record has no more than %d signatures",
				 JWS_MOST_SIGNATURES);
	signature = signature_begin(jws);
	signature->header = value_map();
	buf_init(&input);
	result = header_make(jws, key, act, signature->header, err);
	if (result == 0)
		result = header_encode(signature, err);
	if (result == 0) {
		add_joined(&input, &signature->protected, &jws->encoded);
		result = key_sign(key, input.data, input.size, &signature->bytes, err);
	}
	buf_done(&input);
	if (result < 0)
		signature_done(signature);
	else
		jws->count++;
	return result;
}

void jws_write(const struct jws *jws, size_t count, struct buf *out)
{
	buf_add_text(out, "{\"payload\":\"");
	buf_add(out, jws->encoded.data, jws->encoded.size);
	buf_add_text(out, "\",\"signatures\":[");
	for (size_t i = 0; i < count && i < jws->count; i++) {
		const struct signature *signature = &jws->signatures[i];

		buf_add_text(out, i ? ",{\"protected\":\"" : "{\"protected\":\"");
		buf_add(out, signature->protected.data, signature->protected.size);
		buf_add_text(out, "\",\"signature\":\"");
		base64_write(out, BASE64_URL, signature->bytes.data, signature->bytes.size);
		buf_add_text(out, "\"}");
	}
	buf_add_text(out, "]}");
}

/* A text member as it is, and its bytes. */
static int read_base64(const struct value *map, const char *name, struct buf *text,
		       struct buf *bytes, const char *where, struct error *err)
{
	const struct value *member = value_get(map, name);

	if (!member || member->kind != VALUE_TEXT)
		return error_set(err, ERROR_USAGE, "%s: its text '%s' is missing", where, name);
	if (base64_read(bytes, BASE64_URL, member->text, member->size) < 0)
		return error_set(err, ERROR_USAGE, "%s: '%s' is not base64url", where, name);
	buf_add(text, member->text, member->size);
	return 0;
}

static int check_header(const struct value *header, const char *where, struct error *err)
{
	static const char *const TEXTS[] = {"alg",  "kid",    "role", "meaning",
					    "time", "person", "over"};

	if (header->kind != VALUE_MAP || !value_get_text(header, "alg"))
		return error_set(err, ERROR_USAGE, "%s: the header names no algorithm", where);
	if (value_get(header, "crit") || value_get(header, "b64"))
		return error_set(err, ERROR_USAGE,
				 "%s: the header has critical members, and none is known here",
				 where);
	for (size_t i = 0; i < sizeof(TEXTS) / sizeof(*TEXTS); i++)
		if (value_get(header, TEXTS[i]) && !value_get_text(header, TEXTS[i]))
			return error_set(err, ERROR_USAGE, "%s: the header's '%s' is not a text",
					 where, TEXTS[i]);
	return 0;
}

/* A signature says which one came before it, and the first says nothing. */
static int check_over(const struct jws *jws, const struct value *header, const char *where,
		      struct error *err)
{
	const char *said = value_get_text(header, "over");
	struct buf wanted;
	bool right;

	buf_init(&wanted);
	if (jws->count)
		add_over(&wanted, jws, jws->count);
	right = strcmp(said ? said : "", wanted.data) == 0;
	buf_done(&wanted);
	if (right)
		return 0;
	return error_set(err, ERROR_REFUSED, "%s: it was not made over the signature before it",
			 where);
}

static int read_header(struct signature *signature, const struct value *entry, const char *where,
		       struct error *err)
{
	struct buf text;
	int result;

	buf_init(&text);
	result = read_base64(entry, "protected", &signature->protected, &text, where, err);
	if (result == 0 && text.size > JWS_HEADER_LARGEST)
		result = error_set(err, ERROR_USAGE,
				   "%s: its header is larger than the %d bytes allowed", where,
				   JWS_HEADER_LARGEST);
	if (result == 0) {
		signature->header = canonical_parse(text.data, text.size, where, err);
		result = signature->header ? check_header(signature->header, where, err) : -1;
	}
	buf_done(&text);
	return result;
}

static int read_signature(struct jws *jws, const struct value *entry, const char *where,
			  struct error *err)
{
	struct signature *signature = signature_begin(jws);
	struct buf text;
	int result = 0;

	buf_init(&text);
	if (value_get(entry, "header"))
		result = error_set(err, ERROR_USAGE,
				   "%s: an unprotected header is signed by nobody", where);
	if (result < 0 || read_header(signature, entry, where, err) < 0 ||
	    read_base64(entry, "signature", &text, &signature->bytes, where, err) < 0 ||
	    check_over(jws, signature->header, where, err) < 0) {
		signature_done(signature);
		result = -1;
	} else {
		jws->count++;
	}
	buf_done(&text);
	return result;
}

int jws_join(struct jws *jws, const struct value *entry, const char *where, struct error *err)
{
	if (value_count(entry) != 2 || !value_get_text(entry, "protected") ||
	    !value_get_text(entry, "signature"))
		return error_set(err, ERROR_USAGE,
				 "%s: a signature has its texts 'protected' and 'signature' and "
				 "nothing else",
				 where);
	if (jws->count == JWS_MOST_SIGNATURES)
		return error_set(err, ERROR_USAGE, "a record has no more than %d signatures",
				 JWS_MOST_SIGNATURES);
	return read_signature(jws, entry, where, err);
}

void jws_unjoin(struct jws *jws)
{
	if (jws->count)
		signature_done(&jws->signatures[--jws->count]);
}

static int read_signatures(struct jws *jws, const struct value *list, const char *where,
			   struct error *err)
{
	if (!list || list->kind != VALUE_LIST || !list->count)
		return error_set(err, ERROR_USAGE, "%s: it has no signatures", where);
	if (list->count > JWS_MOST_SIGNATURES)
		return error_set(err, ERROR_USAGE, "%s: it has more than %d signatures", where,
				 JWS_MOST_SIGNATURES);
	for (size_t i = 0; i < list->count; i++) {
		char which[256];

		snprintf(which, sizeof(which), "%.200s: signature %zu", where, i + 1);
		if (read_signature(jws, list->items[i], which, err) < 0)
			return -1;
	}
	return 0;
}

/* Whatever was not read above, a blank or a member, shows here. */
static int check_form(const struct jws *jws, const char *text, size_t size, const char *where,
		      struct error *err)
{
	struct buf again;
	bool same;

	buf_init(&again);
	jws_write(jws, SIZE_MAX, &again);
	same = again.size == size && memcmp(again.data, text, size) == 0;
	buf_done(&again);
	if (same)
		return 0;
	return error_set(err, ERROR_USAGE,
			 "%s: has blanks, members or an order that a signed record has not", where);
}

struct jws *jws_parse(const char *text, size_t size, const char *where, struct error *err)
{
	struct value *map;
	struct jws *jws;

	if (size > JWS_LARGEST) {
		error_set(err, ERROR_USAGE, "%s: larger than the %d bytes allowed", where,
			  JWS_LARGEST);
		return NULL;
	}
	map = json_parse(text, size, where, err);
	if (!map)
		return NULL;
	jws = jws_empty();
	if (read_base64(map, "payload", &jws->encoded, &jws->payload, where, err) < 0 ||
	    read_signatures(jws, value_get(map, "signatures"), where, err) < 0 ||
	    check_form(jws, text, size, where, err) < 0) {
		jws_free(jws);
		jws = NULL;
	}
	value_free(map);
	return jws;
}

const char *jws_payload(const struct jws *jws, size_t *size)
{
	*size = jws->payload.size;
	return jws->payload.data;
}

size_t jws_count(const struct jws *jws)
{
	return jws->count;
}

const struct value *jws_header(const struct jws *jws, size_t index)
{
	return jws->signatures[index].header;
}

const char *jws_key_id(const struct jws *jws, size_t index)
{
	return value_get_text(jws_header(jws, index), "kid");
}

struct jws_act jws_act(const struct jws *jws, size_t index)
{
	const struct value *header = jws_header(jws, index);

	return (struct jws_act){
		.role = value_get_text(header, "role"),
		.meaning = value_get_text(header, "meaning"),
		.time = value_get_text(header, "time"),
		.person = value_get_text(header, "person"),
		.more = header,
	};
}

int jws_verify(const struct jws *jws, size_t index, const struct key *key, struct error *err)
{
	const struct signature *signature = &jws->signatures[index];
	const char *said = value_get_text(signature->header, "alg"), *id = jws_key_id(jws, index);
	struct buf input;
	int result;

	if (strcmp(said, algorithm(key)) != 0)
		return error_set(err, ERROR_REFUSED,
				 "signature %zu says '%.60s', which is not how a key of %s signs",
				 index + 1, said, key_kind_name(key_kind(key)));
	if (id && strcmp(id, key_id(key)) != 0)
		return error_set(err, ERROR_REFUSED, "signature %zu is of key %.60s, not of key %s",
				 index + 1, id, key_id(key));
	buf_init(&input);
	add_joined(&input, &signature->protected, &jws->encoded);
	result = key_verify(key, input.data, input.size, signature->bytes.data,
			    signature->bytes.size, err);
	buf_done(&input);
	return result < 0 ? error_context(err, "signature %zu", index + 1) : 0;
}
