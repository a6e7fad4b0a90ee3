/* SPDX-License-Identifier: Apache-2.0 */
/* A file is made whole or not at all, and replaced by renaming: what is there is always a key that the log has had. */
#include "record/bench_keys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"

enum { PASSPHRASE_MOST = 1024 };

/* What a service manager hands over for a bench whose keys are kept with a passphrase; NULL: nothing. */
static char *handed_passphrase(void)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	char *path = folder ? xprintf("%s/bench.passphrase", folder) : NULL, *passphrase = NULL;
	struct error ignored;
	struct buf text;

	buf_init(&text);
	if (path && file_exists(path) && file_read(path, PASSPHRASE_MOST, &text, &ignored) == 0)
		passphrase = xstrndup(text.data, strcspn(text.data, "\n"));
	explicit_bzero(text.data, text.room);
	buf_done(&text);
	free(path);
	return passphrase;
}

static char *path_of(const char *state, const char *name)
{
	return xprintf("%s/keys/%s.pem", state, name);
}

static struct key *make(enum key_kind kind, const char *path, const char *passphrase,
			struct error *err)
{
	struct key *key = key_generate(kind, err);

	if (!key || key_store(key, path, passphrase, err) == 0)
		return key;
	key_free(key);
	return NULL;
}

static struct key *load_or_make_of(enum key_kind kind, const char *state, const char *name,
				   bool may_make, struct error *err)
{
	char *path = path_of(state, name), *passphrase = handed_passphrase();
	struct key *key = file_exists(path) || !may_make ? key_load(path, passphrase, err)
							 : make(kind, path, passphrase, err);

	if (passphrase)
		explicit_bzero(passphrase, strlen(passphrase));
	free(passphrase);
	free(path);
	return key;
}

static struct key *load_or_make(const char *state, const char *name, bool may_make,
				struct error *err)
{
	return load_or_make_of(KEY_ED25519, state, name, may_make, err);
}

static int publish(const char *state, const char *name, const struct key *key, struct error *err)
{
	char *path = xprintf("%s/keys/%s.pem.public", state, name);
	int done = key_store_public(key, path, err);

	free(path);
	return done;
}

int bench_keys_open(struct bench_keys *keys, const char *state, bool may_make, struct error *err)
{
	char *folder = xprintf("%s/keys", state);
	int done = file_make_folder(folder, err);

	*keys = (struct bench_keys){.state = state};
	free(folder);
	if (done == 0)
		keys->bench = load_or_make(state, "bench", may_make, err);
	if (keys->bench)
		keys->simulation = load_or_make(state, "simulation", may_make, err);
	if (!keys->simulation)
		return -1;
	if (may_make && (publish(state, "bench", keys->bench, err) < 0 ||
			 publish(state, "simulation", keys->simulation, err) < 0))
		return -1;
	return 0;
}

struct key *bench_keys_second(const char *state, struct error *err)
{
	struct key *key = load_or_make_of(KEY_SM2, state, "bench-sm2", true, err);

	if (key && publish(state, "bench-sm2", key, err) == 0)
		return key;
	key_free(key);
	return NULL;
}

void bench_keys_done(struct bench_keys *keys)
{
	key_free(keys->bench);
	key_free(keys->simulation);
	*keys = (struct bench_keys){0};
}

/* ---- a change ---- */

static int refuse(const struct bench_keys *keys, const char *name, struct error *err)
{
	return error_set(
		err, ERROR_REFUSED,
		"%s/keys/%s.pem is not the key with which the log in %s/records was begun, or the "
		"one that it was handed over to: put the right one back from its copy, or begin a "
		"new log by moving records, keys and checkpoint away together",
		keys->state, name, keys->state);
}

static int forget_next(const struct bench_keys *keys, struct error *err)
{
	char *next = path_of(keys->state, "bench.next");
	int done =
		unlink(next) == 0 || errno == ENOENT ? 0 : error_os(err, "%s: cannot remove", next);

	free(next);
	return done;
}

struct key *bench_keys_prepare(const struct bench_keys *keys, struct error *err)
{
	return load_or_make(keys->state, "bench.next", true, err);
}

int bench_keys_replace(struct bench_keys *keys, struct key *next, struct error *err)
{
	char *from = path_of(keys->state, "bench.next"), *to = path_of(keys->state, "bench");
	char *folder = xprintf("%s/keys", keys->state);
	int done = publish(keys->state, "bench", next, err);

	key_free(keys->bench);
	keys->bench = next;
	if (done == 0 && rename(from, to) < 0)
		done = error_os(err, "%s: cannot take the place of %s", from, to);
	if (done == 0)
		done = file_sync_folder(folder, err);
	free(folder);
	free(from);
	free(to);
	return done;
}

int bench_keys_settle(struct bench_keys *keys, const struct key *bench,
		      const struct key *simulation, struct error *err)
{
	struct key *next;

	if (!key_same(keys->simulation, simulation))
		return refuse(keys, "simulation", err);
	if (key_same(keys->bench, bench))
		return forget_next(keys, err);
	next = load_or_make(keys->state, "bench.next", false, err);
	if (next && key_same(next, bench))
		return bench_keys_replace(keys, next, err);
	key_free(next);
	return refuse(keys, "bench", err);
}
