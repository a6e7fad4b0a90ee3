/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of runs. A journal is always read from its first byte to its last and its chain held against
 * it: what this shows was not changed since it was written. Entries (raw bytes and samples) are passed
 * over here; show_journal.c prints them.
 */
#include "run/account.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/file.h"
#include "record/entry.h"
#include "run/journal_read.h"
#include "run/photo.h"

/* ---- finding ---- */

struct dated {
	char *name;
	struct timespec written;
};

static int by_time(const void *one, const void *other)
{
	const struct dated *a = one, *b = other;

	if (a->written.tv_sec != b->written.tv_sec)
		return a->written.tv_sec < b->written.tv_sec ? -1 : 1;
	if (a->written.tv_nsec != b->written.tv_nsec)
		return a->written.tv_nsec < b->written.tv_nsec ? -1 : 1;
	return strcmp(a->name, b->name);
}

/* Simulated runs all begin at the stated epoch, so the files must say which came first. */
static void sort_by_time(const char *folder, char **names, size_t count)
{
	struct dated *dated = xcalloc(count + 1, sizeof(*dated));

	for (size_t i = 0; i < count; i++) {
		char *path = xprintf("%s/%s/journal", folder, names[i]);
		char *away = xprintf("%s/%s/away.json", folder, names[i]);
		struct stat status;

		dated[i].name = names[i];
		if (stat(path, &status) == 0 || stat(away, &status) == 0)
			dated[i].written = status.st_mtim;
		free(away);
		free(path);
	}
	qsort(dated, count, sizeof(*dated), by_time);
	for (size_t i = 0; i < count; i++)
		names[i] = dated[i].name;
	free(dated);
}

char **account_list(const char *state, size_t *count)
{
	char *folder = xprintf("%s/runs", state);
	char **names = NULL;
	struct error none_yet;

	*count = 0;
	if (file_list(folder, &names, count, &none_yet) == 0)
		sort_by_time(folder, names, *count);
	free(folder);
	return names;
}

/* How many runs begin with `name`, or 1 for the one that is called so; `match` is one of them. */
static size_t count_matches(char **names, size_t count, const char *name, const char **match)
{
	size_t matches = 0;

	if (!strcmp(name, "last") && count) {
		*match = names[count - 1];
		return 1;
	}
	for (size_t i = 0; i < count; i++) {
		if (strncmp(names[i], name, strlen(name)) != 0)
			continue;
		*match = names[i];
		if (!names[i][strlen(name)])
			return 1;
		matches++;
	}
	return matches;
}

char *account_find(const char *state, const char *name, struct error *err)
{
	size_t count, matches;
	char **names = account_list(state, &count), *folder = NULL;
	const char *match = NULL;

	matches = *name ? count_matches(names, count, name, &match) : 0;
	if (matches == 1)
		folder = xprintf("%s/runs/%s", state, match);
	else if (matches == 0)
		error_set(err, ERROR_USAGE,
			  "no run '%s' in %s/runs; `davy list runs` shows those there are", name,
			  state);
	else
		error_set(err, ERROR_USAGE,
			  "'%s' is the beginning of %zu runs in %s/runs, among them %s; say more "
			  "of it",
			  name, matches, state, match);
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return folder;
}

/* ---- reading ---- */

static void keep(struct value **place, const struct value *line)
{
	value_free(*place);
	*place = value_copy(line);
}

/* It was begun as a real run: from here on every view calls it what it is. */
static void take_simulated(struct account *account, const struct value *line)
{
	value_set_bool(account->head, "simulated", true);
	value_set_text(account->head, "simulated_why", value_get_text(line, "why"));
}

/* A bench that came up more than once has asked its instruments each time. */
static void take_device(struct account *account, const struct value *line)
{
	const char *name = value_get_text(line, "device"),
		   *identity = value_get_text(line, "identity");

	for (size_t i = 0; i < value_count(account->devices); i++) {
		const char *known = value_get_text(value_at(account->devices, i), "device");
		const char *was = value_get_text(value_at(account->devices, i), "identity");

		if (name && known && identity && was && !strcmp(name, known) &&
		    !strcmp(identity, was))
			return;
	}
	value_add(account->devices, value_copy(line));
}

static void take_source(struct account *account, const struct value *line)
{
	struct value *source = value_add(account->sources, value_map());

	value_set_text(source, "name", value_get_text(line, "name"));
	value_set_text(source, "sha256", value_get_text(line, "sha256"));
}

static struct value *gas_of(struct account *account, const struct value *line)
{
	const char *name = value_get_text(line, "line");
	struct value *gas;

	for (size_t i = 0; name && i < value_count(account->gases); i++) {
		const char *known = value_get_text(value_at(account->gases, i), "line");

		if (known && !strcmp(known, name))
			return account->gases->items[i];
	}
	gas = value_add(account->gases, value_map());
	value_set_text(gas, "line", name);
	value_set_text(gas, "cylinder", value_get_text(line, "cylinder"));
	return gas;
}

/* Each time that a line was open has its own; here they are added. */
static void take_gas(struct account *account, const struct value *line)
{
	struct value *gas = gas_of(account, line);

	value_set_real(gas, "seconds",
		       value_get_real(gas, "seconds", 0) + value_get_real(line, "seconds", 0));
	if (!value_get(line, "volume"))
		return;
	value_set_real(gas, "volume",
		       value_get_real(gas, "volume", 0) + value_get_real(line, "volume", 0));
	value_set_text(gas, "unit", value_get_text(line, "unit"));
}

/* ---- photos ---- */

static void take_question(struct account *account, const struct value *line)
{
	const struct value *says = value_get(line, "says");
	const char *verb = value_get_text(says, "verb");
	struct value *photo;

	if (!verb || strcmp(verb, PHOTOGRAPH) != 0)
		return;
	photo = value_add(account->photos, value_map());
	value_set_int(photo, "t", value_get_int(line, "t", 0));
	value_set_int(photo, "request", value_get_int(line, "id", 0));
	value_set_text(photo, "id", value_get_text(says, "id"));
	value_set_text(photo, "text", value_get_text(says, "text"));
	value_set_text(photo, "zh", value_get_text(says, "zh"));
}

static void take_photo(struct account *account, const struct value *line)
{
	const struct value *given = value_get(line, "photo");
	int64_t request = value_get_int(line, "id", 0);

	for (size_t i = 0; given && i < value_count(account->photos); i++) {
		struct value *photo = (struct value *)value_at(account->photos, i);

		if (value_get_int(photo, "request", 0) != request)
			continue;
		value_set_int(photo, "t", value_get_int(line, "t", 0));
		value_set_text(photo, "says", value_get_text(line, "text"));
		for (size_t k = 0; k < value_count(given); k++)
			value_set(photo, value_key(given, k), value_copy(value_at(given, k)));
	}
}

static void take_line(struct account *account, const struct journal_item *item)
{
	if (!strcmp(item->kind, "run"))
		keep(&account->head, item->line);
	else if (!strcmp(item->kind, "anchor") && !account->anchor)
		keep(&account->anchor, item->line);
	else if (!strcmp(item->kind, "judged"))
		value_add(account->judged, value_copy(item->line));
	else if (!strcmp(item->kind, "device"))
		take_device(account, item->line);
	else if (!strcmp(item->kind, "source"))
		take_source(account, item->line);
	else if (!strcmp(item->kind, "environment"))
		keep(&account->environment, item->line);
	else if (!strcmp(item->kind, "consumes"))
		keep(&account->consumes, item->line);
	else if (!strcmp(item->kind, "adjusted"))
		value_add(account->adjustments, value_copy(item->line));
	else if (!strcmp(item->kind, "request"))
		take_question(account, item->line);
	else if (!strcmp(item->kind, "operator"))
		take_photo(account, item->line);
	else if (!strcmp(item->kind, "gas"))
		take_gas(account, item->line);
	else if (!strcmp(item->kind, "start"))
		account->has_started = true;
	else if (!strcmp(item->kind, "verdict"))
		keep(&account->verdict, item->line);
	else if (!strcmp(item->kind, "resumed"))
		value_add(account->resumed, value_copy(item->line));
	else if (!strcmp(item->kind, "simulated") && account->head)
		take_simulated(account, item->line);
}

static int read_all(struct account *account, struct journal_reader *reader, struct error *err)
{
	struct journal_item item;
	int more;

	while ((more = journal_reader_next(reader, &item, err)) > 0) {
		account->time = item.time;
		if (!item.kind)
			continue;
		take_line(account, &item);
		account->interrupted = !strcmp(item.kind, "interrupted");
	}
	if (more < 0)
		return -1;
	account->torn = journal_reader_torn(reader);
	journal_reader_head(reader, account->chain);
	return 0;
}

/* What stands beside the journal says which record it is; whether it is good is for others to say. */
static struct value *read_record(const char *folder)
{
	char *path = xprintf("%s/record.json", folder);
	struct value *says = NULL;
	struct jws *record = NULL;
	struct entry entry;
	struct error none_yet;
	struct buf text;

	buf_init(&text);
	if (file_exists(path) && file_read(path, JWS_LARGEST, &text, &none_yet) == 0)
		record = entry_parse(&entry, text.data, text.size, path, &none_yet);
	if (record) {
		says = value_map();
		value_set_int(says, "seq", (int64_t)entry.seq);
		value_set_text(says, "id", entry.id);
		entry_done(&entry);
	}
	jws_free(record);
	buf_done(&text);
	free(path);
	return says;
}

struct account *account_read(const char *folder, struct error *err)
{
	struct journal_reader *reader = journal_reader_open(folder, err);
	struct account *account;
	int done;

	if (!reader)
		return NULL;
	account = xcalloc(1, sizeof(*account));
	account->folder = xstrdup(folder);
	account->id = xstrdup(strrchr(folder, '/') + 1);
	account->judged = value_list();
	account->gases = value_list();
	account->adjustments = value_list();
	account->photos = value_list();
	account->resumed = value_list();
	account->devices = value_list();
	account->sources = value_list();
	account->record = read_record(folder);
	done = read_all(account, reader, err);
	journal_reader_close(reader);
	if (done == 0)
		return account;
	account_free(account);
	return NULL;
}

void account_free(struct account *account)
{
	if (!account)
		return;
	free(account->folder);
	free(account->id);
	value_free(account->head);
	value_free(account->anchor);
	value_free(account->judged);
	value_free(account->gases);
	value_free(account->adjustments);
	value_free(account->photos);
	value_free(account->devices);
	value_free(account->sources);
	value_free(account->record);
	value_free(account->environment);
	value_free(account->consumes);
	value_free(account->resumed);
	value_free(account->verdict);
	free(account);
}
