/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checkpoints: one that a real log of Certificate Transparency published and real witnesses cosigned, one of Davy's
 * own that another program verified, and what is refused.
 */
#include <stdlib.h>
#include <string.h>

#include "record/checkpoint.h"
#include "tests/claims.h"
#include "tests/record_rig.h"

/* arche2025h1 (staging), with signatures of three kinds; the first is one of RFC 6962, which is not known here. */
#define ARCHE_TEXT                                                                                 \
	"arche2025h1.staging.ct.transparency.dev\n1432088532\n"                                    \
	"U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=\n"
#define ARCHE                                                                                      \
	ARCHE_TEXT                                                                                 \
	"\n\xe2\x80\x94 arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQ"  \
	"f9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=\n"   \
	"\xe2\x80\x94 arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQ"   \
	"abg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=\n"                            \
	"\xe2\x80\x94 transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjM"   \
	"WE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==\n"             \
	"\xe2\x80\x94 witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+"  \
	"eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==\n"                            \
	"\xe2\x80\x94 remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXC"   \
	"g9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==\n"                                         \
	"\xe2\x80\x94 witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeG"   \
	"i9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==\n"
#define ARCHE_VKEY                                                                                 \
	"arche2025h1.staging.ct.transparency.dev+ba2f06c0+"                                        \
	"AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"
#define REMORA_VKEY "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"

static const char *const WITNESSES[] = {
	REMORA_VKEY,
	"witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv",
	"transparency.dev/DEV:witness-little-garden+d8042a87+"
	"BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM",
	"witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO",
};

#define BENCH "lab.example.cn/bench/B07"
#define BENCH_CHECKPOINT                                                                           \
	BENCH "\n413\noJcVqrJ61YhxVw+1/pZLPpQdXklDs8BCjB9rA9HsR5k=\n\n\xe2\x80\x94 " BENCH         \
	      " tKCcosC/DAX/H5u11MAPHPc6Md7mCFxaTuEnqdxPnGgYkVJLEf82sH2f5HpFE/kWTo2uYTsK9l8hFLI0P" \
	      "cw2Kuq/cQc=\n"
#define BENCH_VKEY BENCH "+b4a09ca2+AVBKck7l3We0w0z8rcksWfBJg6bZvlXvtLF4q5pbPoG6"

static struct checkpoint *parsed(const char *text)
{
	struct error err = {0};
	struct checkpoint *checkpoint = checkpoint_parse(text, strlen(text), "a checkpoint", &err);
	struct buf again;

	CU_ASSERT_STRING_EQUAL(err.text, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(checkpoint);
	buf_init(&again);
	note_write(checkpoint->note, &again);
	CU_ASSERT_STRING_EQUAL(again.data, text);
	buf_done(&again);
	return checkpoint;
}

static int verified(const struct checkpoint *checkpoint, const char *vkey, uint64_t *time)
{
	struct error err = {0};
	struct note_key *note_key = note_key_parse(vkey, &err);
	int result;

	CU_ASSERT_PTR_NOT_NULL_FATAL(note_key);
	result = note_verify(checkpoint->note, note_key, time, &err);
	note_key_free(note_key);
	return result;
}

static void a_real_log_and_its_witnesses_verify(void)
{
	struct checkpoint *checkpoint = parsed(ARCHE);
	char root[HASH_HEX_SIZE];
	uint64_t time = 7;

	CU_ASSERT_STRING_EQUAL(checkpoint->origin, "arche2025h1.staging.ct.transparency.dev");
	CU_ASSERT_EQUAL(checkpoint->size, 1432088532);
	hash_hex(checkpoint->root, root);
	CU_ASSERT_STRING_EQUAL(root,
			       "53b58cefd8ebcf2846679fc65014e933b373c1dc9f171eb5b77468be0702e11a");
	CU_ASSERT_STRING_EQUAL(checkpoint->extension, "");
	CU_ASSERT_EQUAL(note_count(checkpoint->note), 6);

	CU_ASSERT_EQUAL(verified(checkpoint, ARCHE_VKEY, &time), 0);
	CU_ASSERT_EQUAL(time, 0);
	for (size_t i = 0; i < sizeof(WITNESSES) / sizeof(*WITNESSES); i++) {
		CU_ASSERT_EQUAL(verified(checkpoint, WITNESSES[i], &time), 0);
		CU_ASSERT_EQUAL(time, 0x6a122120);
	}
	CU_ASSERT_EQUAL(verified(checkpoint, BENCH_VKEY, NULL), -1);
	checkpoint_free(checkpoint);
}

static void a_checkpoint_of_another_program_verifies(void)
{
	struct checkpoint *checkpoint = parsed(BENCH_CHECKPOINT);

	CU_ASSERT_STRING_EQUAL(checkpoint->origin, BENCH);
	CU_ASSERT_EQUAL(checkpoint->size, 413);
	CU_ASSERT_EQUAL(verified(checkpoint, BENCH_VKEY, NULL), 0);
	checkpoint_free(checkpoint);
}

static void every_edited_byte_of_a_checkpoint_is_found(void)
{
	char text[] = ARCHE;
	size_t size = strlen(ARCHE_TEXT);
	struct error err;

	for (size_t i = 0; i < size; i++) {
		struct checkpoint *checkpoint;

		text[i] ^= 1;
		checkpoint = checkpoint_parse(text, strlen(text), "a checkpoint", &err);
		if (checkpoint) {
			CU_ASSERT_EQUAL(verified(checkpoint, ARCHE_VKEY, NULL), -1);
			CU_ASSERT_EQUAL(verified(checkpoint, REMORA_VKEY, NULL), -1);
		}
		checkpoint_free(checkpoint);
		text[i] ^= 1;
	}
}

static void a_bench_signs_and_a_witness_cosigns(void)
{
	struct key *bench = rfc_key(1), *witness = rfc_key(2);
	struct error err = {0};
	uint8_t root[HASH_SIZE] = {1, 2, 3};
	struct checkpoint *checkpoint = checkpoint_new(BENCH, 7, root, NULL, &err), *again;
	char *bench_vkey = note_vkey(BENCH, NOTE_ED25519, bench, &err);
	char *witness_vkey = note_vkey("lab.example.cn/witness", NOTE_COSIGNATURE, witness, &err);
	char *plain_vkey = note_vkey("lab.example.cn/witness", NOTE_ED25519, witness, &err);
	struct buf text;
	uint64_t time = 0;

	CU_ASSERT_EQUAL(note_sign(checkpoint->note, BENCH, bench, &err), 0);
	CU_ASSERT_EQUAL(
		note_cosign(checkpoint->note, "lab.example.cn/witness", witness, 1679315147, &err),
		0);
	buf_init(&text);
	note_write(checkpoint->note, &text);
	again = parsed(text.data);
	CU_ASSERT_EQUAL(again->size, 7);
	CU_ASSERT_EQUAL(memcmp(again->root, root, HASH_SIZE), 0);
	CU_ASSERT_EQUAL(verified(again, bench_vkey, NULL), 0);
	CU_ASSERT_EQUAL(verified(again, witness_vkey, &time), 0);
	CU_ASSERT_EQUAL(time, 1679315147);
	CU_ASSERT_EQUAL(verified(again, plain_vkey, &time), -1);
	buf_done(&text);
	free(plain_vkey);
	free(witness_vkey);
	free(bench_vkey);
	checkpoint_free(again);
	checkpoint_free(checkpoint);
	key_free(witness);
	key_free(bench);
}

/* The same signature under another time is none. */
static void the_time_of_a_cosignature_is_signed(void)
{
	struct key *witness = rfc_key(2);
	struct error err = {0};
	uint8_t root[HASH_SIZE] = {0};
	struct checkpoint *checkpoint = checkpoint_new(BENCH, 7, root, NULL, &err), *again;
	char *vkey = note_vkey("w", NOTE_COSIGNATURE, witness, &err), *time;
	struct buf text;

	note_cosign(checkpoint->note, "w", witness, 0, &err);
	buf_init(&text);
	note_write(checkpoint->note, &text);
	time = strstr(text.data, "AAAAAA");
	CU_ASSERT_PTR_NOT_NULL_FATAL(time);
	time[4] = 'B';
	again = parsed(text.data);
	CU_ASSERT_EQUAL(verified(checkpoint, vkey, NULL), 0);
	CU_ASSERT_EQUAL(verified(again, vkey, NULL), -1);
	buf_done(&text);
	free(vkey);
	checkpoint_free(again);
	checkpoint_free(checkpoint);
	key_free(witness);
}

static void further_lines_are_kept_and_signed(void)
{
	struct key *bench = rfc_key(1);
	struct error err = {0};
	uint8_t root[HASH_SIZE] = {0};
	struct checkpoint *checkpoint = checkpoint_new(BENCH, UINT64_MAX, root, "a\nb c\n", &err);
	struct checkpoint *again;
	struct buf text;

	note_sign(checkpoint->note, BENCH, bench, &err);
	buf_init(&text);
	note_write(checkpoint->note, &text);
	again = parsed(text.data);
	CU_ASSERT_STRING_EQUAL(again->extension, "a\nb c\n");
	CU_ASSERT_EQUAL(again->size, UINT64_MAX);
	buf_done(&text);
	checkpoint_free(again);
	checkpoint_free(checkpoint);
	key_free(bench);
}

#define SIGNED "\n\xe2\x80\x94 a x08go/ZJ\n"
#define ROOT "oJcVqrJ61YhxVw+1/pZLPpQdXklDs8BCjB9rA9HsR5k=\n"

static void check_refused(const char *text, const char *sentence)
{
	struct error err = {0};

	CU_ASSERT_PTR_NULL(checkpoint_parse(text, strlen(text), "a checkpoint", &err));
	CU_ASSERT_EQUAL(err.kind, ERROR_USAGE);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, sentence));
}

static void what_is_no_checkpoint_is_refused(void)
{
	checkpoint_free(parsed("log\n0\n" ROOT SIGNED));
	check_refused("log\n" SIGNED, "has no three lines");
	check_refused("log\n1\n" SIGNED, "has no three lines");
	check_refused("\n1\n" ROOT SIGNED, "has no three lines");
	check_refused("log\n\n" ROOT SIGNED, "has no three lines");
	check_refused("log\n01\n" ROOT SIGNED, "'01' is no number of entries");
	check_refused("log\n-1\n" ROOT SIGNED, "'-1' is no number of entries");
	check_refused("log\n+1\n" ROOT SIGNED, "'+1' is no number of entries");
	check_refused("log\n1 \n" ROOT SIGNED, "'1 ' is no number of entries");
	check_refused("log\n0x1\n" ROOT SIGNED, "'0x1' is no number of entries");
	check_refused("log\n18446744073709551616\n" ROOT SIGNED, "is no number of entries");
	check_refused("log\n99999999999999999999999\n" ROOT SIGNED, "is no number of entries");
	check_refused("log\n1\nAAAA\n" SIGNED, "'AAAA' is no root of a tree");
	check_refused("log\n1\noJcVqrJ61YhxVw+1/pZLPpQdXklDs8BCjB9rA9HsR5k\n" SIGNED,
		      "is no root of a tree");
	check_refused("log\n1\n " ROOT SIGNED, "is no root of a tree");
	check_refused("log\n1\n" ROOT "\nx\n" SIGNED, "has an empty line");
	check_refused("log\n1\n" ROOT "x\n\ny\n" SIGNED, "has an empty line");
	check_refused("log\n1\n" ROOT "\n" SIGNED, "has an empty line");
	check_refused("log\n1\n" ROOT, "has no empty line before its signatures");
}

static void what_is_no_checkpoint_is_not_made(void)
{
	uint8_t root[HASH_SIZE] = {0};
	struct error err;

	CU_ASSERT_PTR_NULL(checkpoint_new("", 1, root, NULL, &err));
	CU_ASSERT_PTR_NULL(checkpoint_new("two words", 1, root, NULL, &err));
	CU_ASSERT_PTR_NULL(checkpoint_new("two\nlines", 1, root, NULL, &err));
	CU_ASSERT_PTR_NULL(checkpoint_new("log", 1, root, "\n", &err));
	CU_ASSERT_PTR_NULL(checkpoint_new("log", 1, root, "a\n\nb\n", &err));
	CU_ASSERT_PTR_NULL(checkpoint_new("log", 1, root, "a", &err));
}

void suite_checkpoint(void)
{
	suite_begin("checkpoint");
	claim(a_real_log_and_its_witnesses_verify);
	claim(a_checkpoint_of_another_program_verifies);
	claim(every_edited_byte_of_a_checkpoint_is_found);
	claim(a_bench_signs_and_a_witness_cosigns);
	claim(the_time_of_a_cosignature_is_signed);
	claim(further_lines_are_kept_and_signed);
	claim(what_is_no_checkpoint_is_refused);
	claim(what_is_no_checkpoint_is_not_made);
}
