/* SPDX-License-Identifier: Apache-2.0 */
/* Signed records: the vector of RFC 8037, several signers, and what is refused. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "record/base64.h"
#include "record/jws.h"
#include "tests/claims.h"
#include "tests/record_rig.h"

/* RFC 8037, A.4, in the general form: the key is that of A.1. */
#define A4_PAYLOAD "RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
#define A4_SIGNATURE                                                                               \
	"hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
#define A4                                                                                         \
	"{\"payload\":\"" A4_PAYLOAD "\",\"signatures\":[{\"protected\":\"eyJhbGciOiJFZERTQSJ9\"," \
	"\"signature\":\"" A4_SIGNATURE "\"}]}"

static const char PAYLOAD[] = "{\"seq\":412,\"verdict\":\"fail\"}";
static const struct jws_act BY_BENCH = {"bench", "measured", "2026-03-02T02:31:23Z", NULL, NULL};
static const struct jws_act BY_TESTER = {"tester", "tested", "2026-03-02T10:35:00+08:00", "0017",
					 NULL};
static const struct jws_act BY_REVIEWER = {"reviewer", "reviewed", "2026-03-02T11:02:40+08:00",
					   "0009", NULL};

static struct jws *parsed(const char *text)
{
	struct error err = {0};
	struct jws *jws = jws_parse(text, strlen(text), "a record", &err);

	CU_ASSERT_STRING_EQUAL(err.text, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(jws);
	return jws;
}

static void check_refused(const char *text, const char *sentence)
{
	struct error err = {0};

	CU_ASSERT_PTR_NULL(jws_parse(text, strlen(text), "a record", &err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, sentence));
}

/* The text of a record with one signature whose header is this JSON; the caller frees it. */
static char *with_header(const char *header)
{
	struct buf text;

	buf_init(&text);
	buf_add_text(&text, "{\"payload\":\"" A4_PAYLOAD "\",\"signatures\":[{\"protected\":\"");
	base64_write(&text, BASE64_URL, header, strlen(header));
	buf_add_text(&text, "\",\"signature\":\"" A4_SIGNATURE "\"}]}");
	return buf_detach(&text);
}

static void check_header_refused(const char *header, const char *sentence)
{
	char *text = with_header(header);

	check_refused(text, sentence);
	free(text);
}

/* A record that bench, tester and reviewer signed, the tester with SM2; as text, which the caller frees. */
static char *signed_by_three(struct key *bench, struct key *tester, struct key *reviewer)
{
	struct jws *jws = jws_new(PAYLOAD, strlen(PAYLOAD));
	struct error err = {0};
	struct buf text;

	CU_ASSERT_EQUAL(jws_sign(jws, bench, &BY_BENCH, &err), 0);
	CU_ASSERT_EQUAL(jws_sign(jws, tester, &BY_TESTER, &err), 0);
	CU_ASSERT_EQUAL(jws_sign(jws, reviewer, &BY_REVIEWER, &err), 0);
	CU_ASSERT_STRING_EQUAL(err.text, "");
	buf_init(&text);
	jws_write(jws, SIZE_MAX, &text);
	jws_free(jws);
	return buf_detach(&text);
}

static void the_example_of_rfc_8037_verifies(void)
{
	struct key *key = rfc_key(1), *other = rfc_key(2);
	struct jws *jws = parsed(A4);
	struct error err;
	size_t size;

	CU_ASSERT_STRING_EQUAL(jws_payload(jws, &size), "Example of Ed25519 signing");
	CU_ASSERT_EQUAL(size, 26);
	CU_ASSERT_EQUAL(jws_count(jws), 1);
	CU_ASSERT_PTR_NULL(jws_key_id(jws, 0));
	CU_ASSERT_EQUAL(jws_verify(jws, 0, key, &err), 0);
	CU_ASSERT_EQUAL(jws_verify(jws, 0, other, &err), -1);
	CU_ASSERT_EQUAL(err.kind, ERROR_REFUSED);
	jws_free(jws);
	key_free(other);
	key_free(key);
}

static void one_act_gives_one_text(void)
{
	struct key *bench = rfc_key(1);
	struct jws *jws = jws_new("{}", 2);
	struct error err;
	struct buf text, header;
	struct value *map;

	CU_ASSERT_EQUAL(jws_sign(jws, bench, &BY_BENCH, &err), 0);
	buf_init(&text);
	buf_init(&header);
	jws_write(jws, SIZE_MAX, &text);
	map = json_parse(text.data, text.size, "a record", &err);
	CU_ASSERT_STRING_EQUAL(value_get_text(map, "payload"), "e30");

	const char *protected =
		value_get_text(value_at(value_get(map, "signatures"), 0), "protected");

	CU_ASSERT_EQUAL(base64_read(&header, BASE64_URL, protected, strlen(protected)), 0);
	CU_ASSERT_STRING_EQUAL(
		header.data,
		"{\"alg\":\"EdDSA\",\"kid\":\"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k\","
		"\"meaning\":\"measured\",\"role\":\"bench\","
		"\"time\":\"2026-03-02T02:31:23Z\"}");
	value_free(map);
	buf_done(&header);
	buf_done(&text);
	jws_free(jws);
	key_free(bench);
}

static void each_signer_says_who_what_and_when(void)
{
	struct error err = {0};
	struct key *bench = rfc_key(1), *tester = key_generate(KEY_SM2, &err),
		   *reviewer = rfc_key(2);
	char *text = signed_by_three(bench, tester, reviewer);
	struct jws *jws = parsed(text);
	struct jws_act act = jws_act(jws, 1);
	struct buf again;
	size_t size;

	CU_ASSERT_EQUAL(jws_count(jws), 3);
	CU_ASSERT_STRING_EQUAL(jws_payload(jws, &size), PAYLOAD);
	CU_ASSERT_STRING_EQUAL(act.role, "tester");
	CU_ASSERT_STRING_EQUAL(act.meaning, "tested");
	CU_ASSERT_STRING_EQUAL(act.time, "2026-03-02T10:35:00+08:00");
	CU_ASSERT_STRING_EQUAL(act.person, "0017");
	CU_ASSERT_PTR_NULL(jws_act(jws, 0).person);
	CU_ASSERT_STRING_EQUAL(jws_key_id(jws, 2), key_id(reviewer));
	CU_ASSERT_EQUAL(jws_verify(jws, 0, bench, &err), 0);
	CU_ASSERT_EQUAL(jws_verify(jws, 1, tester, &err), 0);
	CU_ASSERT_EQUAL(jws_verify(jws, 2, reviewer, &err), 0);

	buf_init(&again);
	jws_write(jws, 1, &again);
	CU_ASSERT_EQUAL(memcmp(again.data, text, again.size - 2), 0);
	buf_done(&again);
	jws_free(jws);
	free(text);
	key_free(reviewer);
	key_free(tester);
	key_free(bench);
}

static void a_signature_of_another_key_or_kind_is_refused_by_name(void)
{
	struct error err = {0};
	struct key *bench = rfc_key(1), *tester = key_generate(KEY_SM2, &err),
		   *reviewer = rfc_key(2);
	char *text = signed_by_three(bench, tester, reviewer);
	struct jws *jws = parsed(text);

	CU_ASSERT_EQUAL(jws_verify(jws, 0, reviewer, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text,
			       "signature 1 is of key kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k, "
			       "not of key FtIu-VbGrfe_KB6CH7GNwODB72MNxj_ml11dEvO-7kk");
	CU_ASSERT_EQUAL(jws_verify(jws, 1, bench, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text,
			       "signature 2 says 'urn:oid:1.2.156.10197.1.501', which is not "
			       "how a key of Ed25519 signs");
	CU_ASSERT_EQUAL(jws_verify(jws, 0, tester, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text,
			       "signature 1 says 'EdDSA', which is not how a key of SM2 signs");
	jws_free(jws);
	free(text);
	key_free(reviewer);
	key_free(tester);
	key_free(bench);
}

/* Whether any key still vouches for all of it. */
static bool still_holds(const char *text, size_t size, struct key *const *keys, size_t count)
{
	struct error err;
	struct jws *jws = jws_parse(text, size, "a record", &err);
	bool holds = jws && jws_count(jws) == count;

	for (size_t i = 0; holds && i < count; i++)
		holds = jws_verify(jws, i, keys[i], &err) == 0;
	jws_free(jws);
	return holds;
}

static void every_edited_byte_is_found(void)
{
	struct key *const keys[] = {rfc_key(1), rfc_key(2), rfc_key(3)};
	char *text = signed_by_three(keys[0], keys[1], keys[2]);
	size_t size = strlen(text);

	CU_ASSERT_TRUE(still_holds(text, size, keys, 3));
	for (size_t i = 0; i < size; i++) {
		char was = text[i];

		for (int bit = 0; bit < 8; bit++) {
			text[i] = (char)(was ^ 1 << bit);
			CU_ASSERT_FALSE(still_holds(text, size, keys, 3));
		}
		text[i] = was;
	}
	for (size_t i = 0; i < size; i++)
		CU_ASSERT_FALSE(still_holds(text, i, keys, 3));
	free(text);
	for (size_t i = 0; i < 3; i++)
		key_free(keys[i]);
}

/* The record without its signature at `index`; the caller frees it. */
static char *without(const char *text, size_t index)
{
	struct error err;
	struct value *map = json_parse(text, strlen(text), "a record", &err);
	const struct value *list = value_get(map, "signatures");
	struct value *rest = value_list();
	struct buf out;

	for (size_t i = 0; i < value_count(list); i++)
		if (i != index)
			value_add(rest, value_copy(value_at(list, i)));
	value_set(map, "signatures", rest);
	buf_init(&out);
	json_write(&out, map);
	value_free(map);
	return buf_detach(&out);
}

static void no_signature_but_the_last_can_be_taken_out(void)
{
	struct key *const keys[] = {rfc_key(1), rfc_key(2), rfc_key(3)};
	char *text = signed_by_three(keys[0], keys[1], keys[2]);
	char *first = without(text, 0), *second = without(text, 1), *last = without(text, 2);

	check_refused(first, "a record: signature 1: it was not made over the signature before it");
	check_refused(second,
		      "a record: signature 2: it was not made over the signature before it");
	CU_ASSERT_TRUE(still_holds(last, strlen(last), keys, 2));
	free(last);
	free(second);
	free(first);
	free(text);
	for (size_t i = 0; i < 3; i++)
		key_free(keys[i]);
}

static void check_unsigned(const struct jws_act *act, const char *sentence)
{
	struct jws *jws = jws_new(PAYLOAD, strlen(PAYLOAD));
	struct key *key = rfc_key(1);
	struct error err = {0};

	CU_ASSERT_EQUAL(jws_sign(jws, key, act, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, sentence));
	CU_ASSERT_EQUAL(jws_count(jws), 0);
	CU_ASSERT_EQUAL(jws_sign(jws, key, &BY_BENCH, &err), 0);
	key_free(key);
	jws_free(jws);
}

static void an_act_without_role_meaning_or_time_is_not_signed(void)
{
	struct jws_act act = BY_TESTER;

	act.role = "";
	check_unsigned(&act, "its role is missing");
	act = BY_TESTER;
	act.meaning = NULL;
	check_unsigned(&act, "its meaning is missing");
	act = BY_TESTER;
	act.time = NULL;
	check_unsigned(&act, "its time is missing");
	act = BY_TESTER;
	act.person = "";
	check_unsigned(&act, "its person is missing");
	act.person = "\xff";
	check_unsigned(&act, "a text is not UTF-8");
}

static void further_members_are_signed_unless_they_have_a_meaning_already(void)
{
	static const char *const TAKEN[] = {"alg", "kid",  "crit", "b64",
					    "jwk", "role", "over", "x5c"};
	struct key *key = rfc_key(1);
	struct jws *jws = jws_new(PAYLOAD, strlen(PAYLOAD)), *again;
	struct jws_act act = BY_BENCH;
	struct value *more = value_map();
	struct error err;
	struct buf text;

	value_set_text(more, "reason", "seal broken");
	act.more = more;
	CU_ASSERT_EQUAL(jws_sign(jws, key, &act, &err), 0);
	buf_init(&text);
	jws_write(jws, SIZE_MAX, &text);
	again = parsed(text.data);
	CU_ASSERT_STRING_EQUAL(value_get_text(jws_header(again, 0), "reason"), "seal broken");
	for (size_t i = 0; i < sizeof(TAKEN) / sizeof(*TAKEN); i++) {
		struct value *one = value_map();

		value_set_text(one, TAKEN[i], "x");
		act.more = one;
		check_unsigned(&act, "is no name for a further member");
		value_free(one);
	}
	buf_done(&text);
	value_free(more);
	jws_free(again);
	jws_free(jws);
	key_free(key);
}

static void a_public_half_cannot_sign(void)
{
	struct key *pair = rfc_key(1);
	struct jws *jws = jws_new("{}", 2);
	uint8_t bytes[KEY_PUBLIC_MOST];
	struct error err;
	struct key *public = key_from_public(KEY_ED25519, bytes, key_public(pair, bytes), &err);

	CU_ASSERT_EQUAL(jws_sign(jws, public, &BY_BENCH, &err), -1);
	CU_ASSERT_EQUAL(jws_count(jws), 0);
	key_free(public);
	jws_free(jws);
	key_free(pair);
}

static void only_the_one_form_is_read(void)
{
	check_refused("[]", "its text 'payload' is missing");
	check_refused("{}", "its text 'payload' is missing");
	check_refused("{\"payload\":\"e30\"}", "it has no signatures");
	check_refused("{\"payload\":\"e30\",\"signatures\":[]}", "it has no signatures");
	check_refused("{\"payload\":\"e30\",\"signatures\":{}}", "it has no signatures");
	check_refused("{\"payload\":\"e30=\",\"signatures\":[]}", "'payload' is not base64url");
	check_refused("{\"payload\":\"e3 0\",\"signatures\":[]}", "'payload' is not base64url");
	check_refused("{\"payload\":\"e31\",\"signatures\":[]}", "'payload' is not base64url");
	check_refused("{\"payload\":\"e30\",\"payload\":\"e30\",\"signatures\":[]}",
		      "duplicate object key");
	check_refused("{\"payload\":\"e30\",\"signatures\":[7]}",
		      "signature 1: its text 'protected'");
	check_refused(" " A4, "has blanks, members or an order");
	check_refused(A4 "\n", "has blanks, members or an order");
	check_refused("{\"payload\":\"" A4_PAYLOAD "\",\"x\":1,\"signatures\":[{\"protected\":"
		      "\"eyJhbGciOiJFZERTQSJ9\",\"signature\":\"" A4_SIGNATURE "\"}]}",
		      "has blanks, members or an order");
	check_refused("{\"payload\":\"" A4_PAYLOAD
		      "\",\"signatures\":[{\"signature\":\"" A4_SIGNATURE
		      "\",\"protected\":\"eyJhbGciOiJFZERTQSJ9\"}]}",
		      "has blanks, members or an order");
	check_refused("{\"payload\":\"" A4_PAYLOAD
		      "\",\"signatures\":[{\"header\":{},\"protected\":"
		      "\"eyJhbGciOiJFZERTQSJ9\",\"signature\":\"" A4_SIGNATURE "\"}]}",
		      "signature 1: an unprotected header is signed by nobody");
}

static void hostile_headers_are_refused(void)
{
	check_header_refused("", "not JSON");
	check_header_refused("null", "the header names no algorithm");
	check_header_refused("{}", "the header names no algorithm");
	check_header_refused("{\"alg\":7}", "the header names no algorithm");
	check_header_refused("{\"alg\":\"EdDSA\",\"alg\":\"none\"}", "duplicate object key");
	check_header_refused("{\"alg\":\"EdDSA\",\"crit\":[\"exp\"]}", "critical members");
	check_header_refused("{\"alg\":\"EdDSA\",\"b64\":false}", "critical members");
	check_header_refused("{\"alg\":\"EdDSA\",\"kid\":7}", "the header's 'kid' is not a text");
	check_header_refused("{\"alg\":\"EdDSA\",\"role\":[]}",
			     "the header's 'role' is not a text");
	check_header_refused("{\"alg\":\"EdDSA\",\"over\":\"AAAA\"}",
			     "was not made over the signature");
	check_header_refused("{\"alg\": \"EdDSA\"}", "not in canonical form");
	check_header_refused("{\"kid\":\"a\",\"alg\":\"EdDSA\"}", "not in canonical form");
}

static void no_algorithm_is_taken_from_a_header(void)
{
	static const char *const NAMES[] = {"none", "HS256", "ES256", "eddsa", ""};
	struct key *key = rfc_key(1);
	struct error err;

	for (size_t i = 0; i < sizeof(NAMES) / sizeof(*NAMES); i++) {
		char *header = xprintf("{\"alg\":\"%s\"}", NAMES[i]), *text = with_header(header);
		struct jws *jws = parsed(text);

		CU_ASSERT_EQUAL(jws_verify(jws, 0, key, &err), -1);
		CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "which is not how a key of Ed25519 signs"));
		jws_free(jws);
		free(text);
		free(header);
	}
	key_free(key);
}

static void what_is_too_large_is_refused(void)
{
	struct key *key = rfc_key(1);
	struct jws *jws = jws_new("{}", 2);
	char *big = xcalloc(1, JWS_LARGEST + 1);
	char *person = xcalloc(1, JWS_HEADER_LARGEST + 1);
	struct jws_act act = BY_TESTER;
	struct error err;

	memset(big, 'A', JWS_LARGEST + 1);
	CU_ASSERT_PTR_NULL(jws_parse(big, JWS_LARGEST + 1, "a record", &err));
	CU_ASSERT_STRING_EQUAL(err.text, "a record: larger than the 8388608 bytes allowed");
	memset(person, 'A', JWS_HEADER_LARGEST);
	act.person = person;
	CU_ASSERT_EQUAL(jws_sign(jws, key, &act, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(err.text, "its header is larger than the 8192 bytes allowed"));
	for (int i = 0; i < JWS_MOST_SIGNATURES; i++)
		CU_ASSERT_EQUAL(jws_sign(jws, key, &BY_BENCH, &err), 0);
	CU_ASSERT_EQUAL(jws_sign(jws, key, &BY_BENCH, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text, "a record has no more than 64 signatures");
	free(person);
	free(big);
	jws_free(jws);
	key_free(key);
}

void suite_jws(void)
{
	suite_begin("jws");
	claim(the_example_of_rfc_8037_verifies);
	claim(one_act_gives_one_text);
	claim(each_signer_says_who_what_and_when);
	claim(a_signature_of_another_key_or_kind_is_refused_by_name);
	claim(every_edited_byte_is_found);
	claim(no_signature_but_the_last_can_be_taken_out);
	claim(an_act_without_role_meaning_or_time_is_not_signed);
	claim(further_members_are_signed_unless_they_have_a_meaning_already);
	claim(a_public_half_cannot_sign);
	claim(only_the_one_form_is_read);
	claim(hostile_headers_are_refused);
	claim(no_algorithm_is_taken_from_a_header);
	claim(what_is_too_large_is_refused);
}
