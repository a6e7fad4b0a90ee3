/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed notes: the example of C2SP's specification, and those of golang.org/x/mod (sumdb/note/note_test.go), with the
 * notes that it refuses.
 */
#include <stdlib.h>
#include <string.h>

#include "record/note.h"
#include "tests/claims.h"
#include "tests/record_rig.h"

#define PETER_VKEY "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define PETER_SEED "810a1402d5146c8d84f2443330f54080ebf98ee17d9c74f6252fc5d5c7283173"
#define ENOCH_VKEY "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
#define TEXT                                                                                       \
	"If you think cryptography is the answer to your problem,\n"                               \
	"then you don't know what your problem is.\n"
#define PETER                                                                                      \
	"\xe2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSN" \
	"XgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
#define ENOCH                                                                                      \
	"\xe2\x80\x94 EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovT" \
	"G01oOTGwnWLox33WWd1RvMc+QQ=\n"

static struct note_key *verifier(const char *vkey)
{
	struct error err = {0};
	struct note_key *note_key = note_key_parse(vkey, &err);

	CU_ASSERT_STRING_EQUAL(err.text, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(note_key);
	return note_key;
}

static struct note *parsed(const char *text)
{
	struct error err = {0};
	struct note *note = note_parse(text, strlen(text), "a note", &err);
	struct buf again;

	CU_ASSERT_STRING_EQUAL(err.text, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(note);
	buf_init(&again);
	note_write(note, &again);
	CU_ASSERT_STRING_EQUAL(again.data, text);
	buf_done(&again);
	return note;
}

/* What verifying says: "" where it holds. The sentence lives until the next call. */
static const char *verified(const char *text, const char *vkey)
{
	static struct error err;
	struct note_key *note_key = verifier(vkey);
	struct note *note = parsed(text);

	err = (struct error){0};
	note_verify(note, note_key, NULL, &err);
	note_free(note);
	note_key_free(note_key);
	return err.text;
}

static void check_refused(const char *text, size_t size, const char *sentence)
{
	struct error err = {0};

	CU_ASSERT_PTR_NULL(note_parse(text, size, "a note", &err));
	CU_ASSERT_EQUAL(err.kind, ERROR_USAGE);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, sentence));
}

static void the_published_notes_verify(void)
{
	CU_ASSERT_STRING_EQUAL(
		verified("This is an example message.\n\n\xe2\x80\x94 example.com/foo "
			 "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXs"
			 "YjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n",
			 "example.com/foo+530d903a+"
			 "AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"),
		"");
	CU_ASSERT_STRING_EQUAL(verified(TEXT "\n" PETER ENOCH, PETER_VKEY), "");
	CU_ASSERT_STRING_EQUAL(verified(TEXT "\n" PETER ENOCH, ENOCH_VKEY), "");
	CU_ASSERT_STRING_EQUAL(verified(TEXT "\n" PETER PETER ENOCH ENOCH, ENOCH_VKEY), "");
}

static void signing_gives_the_published_note(void)
{
	struct key *key = key_of_seed(PETER_SEED);
	struct error err = {0};
	struct note *note = note_new(TEXT, strlen(TEXT), &err);
	char *vkey = note_vkey("PeterNeumann", NOTE_ED25519, key, &err);
	struct buf out;

	CU_ASSERT_STRING_EQUAL(vkey, PETER_VKEY);
	CU_ASSERT_EQUAL(note_sign(note, "PeterNeumann", key, &err), 0);
	buf_init(&out);
	note_write(note, &out);
	CU_ASSERT_STRING_EQUAL(out.data, TEXT "\n" PETER);

	CU_ASSERT_EQUAL(note_add(note, ENOCH, strlen(ENOCH), "a witness", &err), 0);
	buf_clear(&out);
	note_write(note, &out);
	CU_ASSERT_STRING_EQUAL(out.data, TEXT "\n" PETER ENOCH);
	CU_ASSERT_EQUAL(note_count(note), 2);
	CU_ASSERT_STRING_EQUAL(note_signer(note, 1), "EnochRoot");
	buf_done(&out);
	free(vkey);
	note_free(note);
	key_free(key);
}

static void a_text_may_have_empty_lines(void)
{
	struct note *note = parsed("one\n\n\ntwo\n\n" PETER);
	size_t size;

	CU_ASSERT_STRING_EQUAL(note_text(note, &size), "one\n\n\ntwo\n");
	CU_ASSERT_EQUAL(size, 10);
	note_free(note);
}

static void who_has_not_signed_is_said(void)
{
	CU_ASSERT_STRING_EQUAL(verified(TEXT "\n" PETER, ENOCH_VKEY),
			       "EnochRoot has not signed it with the key af0cfe78");
	CU_ASSERT_PTR_NOT_NULL(strstr(verified("I" TEXT "\n" PETER, PETER_VKEY),
				      "PeterNeumann: the signature is not that of key "));
}

/* Of two signatures under one name and id each must be right. */
static void a_wrong_signature_beside_a_right_one_is_refused(void)
{
	static const char WRONG[] = "\xe2\x80\x94 PeterNeumann "
				    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSN"
				    "XgKvqfqdngotpRZb6KE6RyyBwJnAA=\n";
	struct buf text;

	buf_init(&text);
	buf_printf(&text, "%s\n%s%s", TEXT, PETER, WRONG);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(verified(text.data, PETER_VKEY), "the signature is not that"));
	buf_clear(&text);
	buf_printf(&text, "%s\n%s%s", TEXT, WRONG, PETER);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(verified(text.data, PETER_VKEY), "the signature is not that"));
	buf_done(&text);
}

static void what_is_no_note_is_refused(void)
{
#define CHECK_REFUSED(text, sentence) check_refused(text, sizeof(text) - 1, sentence)
	CHECK_REFUSED("", "its last line has no end");
	CHECK_REFUSED("\n", "has no empty line before its signatures");
	CHECK_REFUSED(TEXT, "has no empty line before its signatures");
	CHECK_REFUSED(TEXT "\n", "has no signature");
	CHECK_REFUSED(TEXT PETER, "has no empty line before its signatures");
	CHECK_REFUSED(TEXT "\n" PETER "\n", "has no signature");
	CHECK_REFUSED(TEXT "\n\xe2\x80\x94 PeterNeumann x08go/ZJ", "its last line has no end");
	CHECK_REFUSED("\x01" TEXT "\n" PETER, "has a control character");
	CHECK_REFUSED("\xff" TEXT "\n" PETER, "is not UTF-8");
	CHECK_REFUSED("a\0b\n\n" PETER, "has a control character");
	CHECK_REFUSED("a\r\n\n" PETER, "has a control character");
	CHECK_REFUSED(TEXT "\n" PETER "Unexpected line.\n",
		      "'Unexpected line.' is no line of a signature");
	CHECK_REFUSED(TEXT "\n- PeterNeumann x08go/ZJ\n", "is no line of a signature");
	CHECK_REFUSED(TEXT "\n\xe2\x80\x94 PeterNeumann\n", "is no line of a signature");
	CHECK_REFUSED(TEXT "\n\xe2\x80\x94\n", "is no line of a signature");
	CHECK_REFUSED(TEXT "\n\xe2\x80\x94  x08go/ZJ\n", "'' is no name of a key");
	CHECK_REFUSED(TEXT "\n\xe2\x80\x94 a+b x08go/ZJ\n", "'a+b' is no name of a key");
	CHECK_REFUSED(TEXT "\n\xe2\x80\x94 a\xe3\x80\x80"
			   "b x08go/ZJ\n",
		      "is no name of a key");
	CHECK_REFUSED(TEXT "\n\xe2\x80\x94 Bad Name x08go/ZJ\n", "the signature of Bad is not one");
	CHECK_REFUSED(TEXT "\n\xe2\x80\x94 a x08go/Z\n", "the signature of a is not one in base64");
	CHECK_REFUSED(TEXT "\n\xe2\x80\x94 a x08go/ZJ \n",
		      "the signature of a is not one in base64");
	CHECK_REFUSED(TEXT "\n\xe2\x80\x94 a x08goA==\n",
		      "the signature of a is not one in base64");
	CHECK_REFUSED(TEXT "\n\xe2\x80\x94 a \n", "the signature of a is not one in base64");
}

static void a_note_has_a_greatest_size_and_number_of_signatures(void)
{
	struct buf text;

	buf_init(&text);
	buf_add_text(&text, TEXT "\n");
	for (int i = 0; i <= NOTE_MOST_SIGNATURES; i++) {
		if (i == NOTE_MOST_SIGNATURES)
			note_free(parsed(text.data));
		buf_add_text(&text, PETER);
	}
	check_refused(text.data, text.size, "has more than 64 signatures");
	while (text.size <= NOTE_LARGEST)
		buf_add_text(&text, PETER);
	check_refused(text.data, text.size, "larger than the 1048576 bytes allowed");
	buf_done(&text);
}

static void check_no_text(const char *text, size_t size)
{
	struct error err = {0};

	CU_ASSERT_PTR_NULL(note_new(text, size, &err));
	CU_ASSERT_NOT_EQUAL(err.kind, 0);
}

static void a_text_that_could_be_read_otherwise_is_not_signed(void)
{
	check_no_text("", 0);
	check_no_text("abc", 3);
	check_no_text("\n", 1);
	check_no_text("\nabc\n", 5);
	check_no_text("abc\n\n", 5);
	check_no_text("a\tb\n", 4);
	check_no_text("a\0b\n", 4);
	check_no_text("\xc0\xaf\n", 3);
}

static void a_verifier_key_that_is_changed_anywhere_is_refused(void)
{
	char vkey[] = PETER_VKEY;
	struct error err;

	for (size_t i = 0; i < strlen(PETER_VKEY); i++) {
		vkey[i]++;
		CU_ASSERT_PTR_NULL(note_key_parse(vkey, &err));
		vkey[i]--;
		CU_ASSERT_PTR_NULL(note_key_parse(PETER_VKEY + i + 1, &err));
	}
	for (size_t i = strlen(PETER_VKEY); i-- > 0;) {
		vkey[i] = '\0';
		CU_ASSERT_PTR_NULL(note_key_parse(vkey, &err));
	}
}

static void check_no_vkey(const char *vkey, const char *sentence)
{
	struct error err = {0};

	CU_ASSERT_PTR_NULL(note_key_parse(vkey, &err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, sentence));
}

static void verifier_keys_of_other_kinds_and_lengths_are_refused(void)
{
	check_no_vkey("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
		      "no verifier key");
	check_no_vkey("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		      "of another kind than Ed25519");
	check_no_vkey("PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		      "the name and id of this verifier key are not its key's");
	check_no_vkey("x+c74f20a3+ARpc", "a public key of Ed25519 has 32 bytes, not these 2");
	check_no_vkey("x+c74f20a3+", "of another kind than Ed25519");
	check_no_vkey("+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		      "are not its key's");
	check_no_vkey(
		"rekor.sigstore.dev+c0d23d6a+AjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNhtmPtrWm3U1eQX"
		"BogSMdGvXwBcK5AW5i0hrZLOC96l+smGNM7nwZ4QvFK/4sueRoVj//QP22Ni4Qt9DPfkWLc=",
		"of another kind than Ed25519");
}

static void notes_are_not_signed_by_sm2_or_under_a_bad_name(void)
{
	struct error err = {0};
	struct key *sm2 = key_generate(KEY_SM2, &err), *key = rfc_key(1);
	struct note *note = note_new("text\n", 5, &err);

	CU_ASSERT_EQUAL(note_sign(note, "bench", sm2, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text, "bench: notes are signed by Ed25519, not by SM2");
	CU_ASSERT_PTR_NULL(note_vkey("bench", NOTE_ED25519, sm2, &err));
	CU_ASSERT_EQUAL(note_sign(note, "a bench", key, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text,
			       "'a bench' is no name for a key: it may have no blanks and no '+'");
	CU_ASSERT_EQUAL(note_sign(note, "", key, &err), -1);
	CU_ASSERT_EQUAL(note_add(note, PETER "x\n", strlen(PETER) + 2, "a witness", &err), -1);
	CU_ASSERT_EQUAL(note_count(note), 0);
	note_free(note);
	key_free(key);
	key_free(sm2);
}

void suite_note(void)
{
	suite_begin("note");
	claim(the_published_notes_verify);
	claim(signing_gives_the_published_note);
	claim(a_text_may_have_empty_lines);
	claim(who_has_not_signed_is_said);
	claim(a_wrong_signature_beside_a_right_one_is_refused);
	claim(what_is_no_note_is_refused);
	claim(a_note_has_a_greatest_size_and_number_of_signatures);
	claim(a_text_that_could_be_read_otherwise_is_not_signed);
	claim(a_verifier_key_that_is_changed_anywhere_is_refused);
	claim(verifier_keys_of_other_kinds_and_lengths_are_refused);
	claim(notes_are_not_signed_by_sm2_or_under_a_bad_name);
}
