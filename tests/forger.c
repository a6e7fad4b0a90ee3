/* SPDX-License-Identifier: Apache-2.0 */
/* He reads the log's lines, makes each again behind the ones before it, and writes what stands for the log. */
#include "tests/forger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "record/canonical.h"
#include "record/checkpoint.h"
#include "record/entry.h"
#include "record/jws.h"
#include "record/key.h"
#include "record/leaf.h"
#include "record/merkle.h"

struct forger {
	const struct forgery *forgery;
	struct key *bench, *simulation;
	struct merkle tree;
	uint8_t prev[HASH_SIZE];
	struct buf lines;
	char *origin;
	struct error err;
};

static struct key *take_key(struct forger *forger, const char *name)
{
	char *path = xprintf("%s/keys/%s.pem", forger->forgery->state, name);
	struct key *key = forger->forgery->has_no_keys ? key_generate(KEY_ED25519, &forger->err)
						       : key_load(path, NULL, &forger->err);

	free(path);
	return key;
}

static struct value *place_of(struct value *payload)
{
	struct value *place = (struct value *)value_get(payload, "mse:log");

	return place ? place : (struct value *)value_get(payload, "log");
}

static void put_place(struct forger *forger, struct value *payload)
{
	struct value *place = place_of(payload);
	bool is_event = value_get(payload, "mse:log") != NULL;
	char hex[HASH_HEX_SIZE];

	hash_hex(forger->prev, hex);
	value_set_text(place, is_event ? "mse:prev" : "prev", hex);
	value_set_int(place, is_event ? "mse:seq" : "seq", (int64_t)forger->tree.size + 1);
}

static void introduce(struct forger *forger, struct value *payload)
{
	struct value *says = (struct value *)value_get(payload, "says");

	if (forger->forgery->has_no_keys) {
		value_set(says, "benchKey", key_jwk(forger->bench));
		value_set(says, "simulationKey", key_jwk(forger->simulation));
	}
	forger->origin = xstrdup(value_get_text(says, "origin"));
}

static int add_leaf(struct forger *forger, const struct value *payload, const char *text,
		    size_t size)
{
	bool is_event = value_get(payload, "mse:log") != NULL;
	struct leaf leaf = {.seq = forger->tree.size + 1,
			    .id = value_get_text(payload, is_event ? "eventID" : "id"),
			    .type = is_event ? ENTRY_EVENT : value_get_text(payload, "kind")};
	uint8_t hash[HASH_SIZE];

	hash_of(text, size, leaf.text);
	memcpy(leaf.prev, forger->prev, HASH_SIZE);
	if (leaf_hash(&leaf, hash, forger->prev, &forger->err) < 0)
		return -1;
	merkle_add(&forger->tree, hash);
	return 0;
}

static void keep_beside(struct forger *forger, const struct value *payload, const struct buf *text)
{
	const char *run = value_get_text(value_get(payload, "mse:run"), "mse:run");
	char *path;

	if (!run)
		return;
	path = xprintf("%s/runs/%s/record.json", forger->forgery->state, run);
	file_write(path, text->data, text->size, &forger->err);
	free(path);
}

static int write_record(struct forger *forger, const struct jws *was, struct value *payload,
			bool edited)
{
	struct jws_act act = jws_act(was, 0);
	bool simulated = !strcmp(act.role, "simulation");
	struct buf bytes, text;
	struct jws *made = NULL;
	int done;

	if (edited && forger->forgery->swaps_keys)
		simulated = !simulated;
	act.role = simulated ? "simulation" : "bench";
	act.more = NULL;
	buf_init(&bytes);
	buf_init(&text);
	put_place(forger, payload);
	done = canonical_write(&bytes, payload, "forged", &forger->err);
	if (done == 0) {
		made = jws_new(bytes.data, bytes.size);
		done = jws_sign(made, simulated ? forger->simulation : forger->bench, &act,
				&forger->err);
	}
	if (done == 0) {
		jws_write(made, 1, &text);
		buf_add(&forger->lines, text.data, text.size);
		buf_add_byte(&forger->lines, '\n');
		keep_beside(forger, payload, &text);
		done = add_leaf(forger, payload, text.data, text.size);
	}
	jws_free(made);
	buf_done(&bytes);
	buf_done(&text);
	return done;
}

static int take_line(struct forger *forger, const char *line, size_t size, uint64_t seq)
{
	struct jws *was = jws_parse(line, size, "it", &forger->err);
	struct value *payload = NULL;
	const char *bytes;
	size_t bytes_size;
	int done = -1;

	if (was && seq == forger->forgery->removes) {
		jws_free(was);
		return 0;
	}
	if (was) {
		bytes = jws_payload(was, &bytes_size);
		payload = canonical_parse(bytes, bytes_size, "it", &forger->err);
	}
	if (payload && seq == 1)
		introduce(forger, payload);
	if (payload && seq == forger->forgery->edits && forger->forgery->edit)
		forger->forgery->edit(payload);
	if (payload)
		done = write_record(forger, was, payload, seq == forger->forgery->edits);
	value_free(payload);
	jws_free(was);
	return done;
}

static int write_all(struct forger *forger)
{
	static const char *const NAMES[] = {"records/checkpoint", "checkpoint"};
	char *path = xprintf("%s/records/records.jsonl", forger->forgery->state);
	struct checkpoint *checkpoint;
	uint8_t root[HASH_SIZE];
	struct buf text;
	int done = file_write(path, forger->lines.data, forger->lines.size, &forger->err);

	free(path);
	buf_init(&text);
	merkle_root(&forger->tree, root);
	checkpoint = checkpoint_new(forger->origin, forger->tree.size, root, NULL, &forger->err);
	if (done == 0)
		done = note_sign(checkpoint->note, forger->origin, forger->bench, &forger->err);
	note_write(checkpoint->note, &text);
	for (size_t i = 0; i < 2 && done == 0; i++) {
		path = xprintf("%s/%s", forger->forgery->state, NAMES[i]);
		done = file_write(path, text.data, text.size, &forger->err);
		free(path);
	}
	if (!forger->forgery->keeps_database) {
		path = xprintf("%s/records/records.db", forger->forgery->state);
		unlink(path);
		free(path);
	}
	checkpoint_free(checkpoint);
	buf_done(&text);
	return done;
}

int forge(const struct forgery *forgery)
{
	struct forger forger = {.forgery = forgery};
	char *path = xprintf("%s/records/records.jsonl", forgery->state);
	struct buf was;
	uint64_t seq = 1;
	int done;

	buf_init(&was);
	buf_init(&forger.lines);
	merkle_init(&forger.tree);
	forger.bench = take_key(&forger, "bench");
	forger.simulation = take_key(&forger, "simulation");
	done = file_read(path, 1 << 28, &was, &forger.err);
	for (char *line = was.data, *end; done == 0 && (end = strchr(line, '\n')); line = end + 1)
		done = take_line(&forger, line, (size_t)(end - line), seq++);
	if (done == 0)
		done = write_all(&forger);
	if (done < 0)
		printf("        the forger: %s\n", forger.err.text);
	key_free(forger.bench);
	key_free(forger.simulation);
	free(forger.origin);
	free(path);
	buf_done(&was);
	buf_done(&forger.lines);
	return done;
}

bool proof_names(const struct value *says, int64_t seq, const char *part)
{
	const struct value *problems = value_get(says, "problems");
	bool found = false;
	struct buf text;

	for (size_t i = 0; i < value_count(problems); i++)
		if (strstr(value_get_text(value_at(problems, i), "why"), part))
			found = true;
	if (value_get_bool(says, "good") || (seq && value_get_int(says, "first", 0) != seq))
		found = false;
	if (!found) {
		buf_init(&text);
		json_write(&text, says);
		printf("        it was: %s\n", text.data);
		buf_done(&text);
	}
	return found;
}
