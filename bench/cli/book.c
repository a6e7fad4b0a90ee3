/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over the lines for each question. */
#include "cli/book.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "base/alloc.h"
#include "cli/words.h"
#include "record/cosign.h"
#include "record/declaration.h"
#include "record/roster_log.h"

static int take_line(const char *line, size_t size, const char *where, book_each_fn *each,
		     void *ctx, struct error *err)
{
	struct entry entry;
	struct jws *jws = entry_parse(&entry, line, size, where, err);
	int done;

	if (!jws)
		return -1;
	done = each(ctx, jws, &entry, err);
	entry_done(&entry);
	jws_free(jws);
	return done;
}

int book_each(const char *state, book_each_fn *each, void *ctx, struct error *err)
{
	char *path = xprintf("%s/records/records.jsonl", state), *line = NULL, where[64];
	FILE *file = fopen(path, "re");
	unsigned long long seq = 0;
	size_t room = 0;
	ssize_t size;
	int done = 0;

	if (!file && errno != ENOENT)
		done = error_set(err, ERROR_OS, "%s: %s", path, strerror(errno));
	/* a line without its end is being written just now */
	while (file && done == 0 && (size = getline(&line, &room, file)) > 0 &&
	       line[size - 1] == '\n') {
		snprintf(where, sizeof(where), "record %llu", ++seq);
		done = take_line(line, (size_t)size - 1, where, each, ctx, err);
	}
	if (file)
		fclose(file);
	free(line);
	free(path);
	return done;
}

/* ---- the roster ---- */

static int follow(void *roster, const struct jws *jws, const struct entry *entry, struct error *err)
{
	(void)jws;
	return roster_follow(roster, entry, err);
}

struct roster *book_roster(const char *state, struct error *err)
{
	struct roster *roster = roster_new(NULL, err);

	if (roster && book_each(state, follow, roster, err) == 0)
		return roster;
	roster_free(roster);
	return NULL;
}

/* ---- its names ---- */

static int take_base(void *base, const struct jws *jws, const struct entry *entry,
		     struct error *err)
{
	char **found = base;
	const char *said = value_get_text(entry->says, "base");

	(void)jws;
	(void)err;
	if (entry->seq == 1 && said)
		*found = xstrdup(said);
	return 0;
}

int book_base(const char *state, char **base, struct error *err)
{
	*base = NULL;
	if (book_each(state, take_base, base, err) == 0)
		return 0;
	free(*base);
	*base = NULL;
	return -1;
}

/* ---- one event ---- */

struct search {
	const char *name;
	uint64_t seq; /* that `name` says; 0: it is no number */
	struct book_event *found;
};

static bool is_named(const struct search *search, const struct entry *entry)
{
	const char *run = value_get_text(value_get(entry->says, "mse:run"), "mse:run");

	if (!cosign_takes(entry->kind))
		return false;
	if (search->seq)
		return entry->seq == search->seq;
	if (strcmp(entry->kind, ENTRY_EVENT) != 0)
		return !strcmp(search->name, entry->id);
	if (!strcmp(search->name, "last"))
		return run != NULL;
	return !strcmp(search->name, entry->id) ||
	       (run && !strncmp(run, search->name, strlen(search->name)));
}

static struct jws *copy_of(const struct jws *jws, struct error *err)
{
	struct jws *copy;
	struct buf text;

	buf_init(&text);
	jws_write(jws, SIZE_MAX, &text);
	copy = jws_parse(text.data, text.size, "a record", err);
	buf_done(&text);
	return copy;
}

static void forget(struct book_event *found)
{
	jws_free(found->jws);
	value_free(found->event);
	value_free(found->declarations);
	found->jws = NULL;
	found->event = NULL;
	found->declarations = NULL;
}

static int keep(struct book_event *found, const struct jws *jws, const struct entry *entry,
		struct error *err)
{
	found->seq = entry->seq;
	found->event = value_copy(entry->says);
	found->declarations = value_list();
	found->jws = copy_of(jws, err);
	return found->jws ? 0 : -1;
}

static int take_event(struct search *search, const struct jws *jws, const struct entry *entry,
		      struct error *err)
{
	struct book_event *found = search->found;

	if (found->jws && strcmp(search->name, "last") != 0)
		return error_set(err, ERROR_USAGE,
				 "'%.60s' is the beginning of more than one run (records %llu and "
				 "%llu)",
				 search->name, (unsigned long long)found->seq,
				 (unsigned long long)entry->seq);
	forget(found);
	return keep(found, jws, entry, err);
}

static int take_declaration(struct book_event *found, const struct entry *entry, struct error *err)
{
	struct value *declaration = declaration_read(entry->says, err);

	if (!declaration)
		return -1;
	value_add(found->declarations, declaration);
	return 0;
}

/* What somebody said of the event afterwards. */
static int take_about(struct book_event *found, const struct entry *entry, struct error *err)
{
	if (value_get_int(entry->says, "seq", 0) != (int64_t)found->seq)
		return 0;
	if (!strcmp(entry->kind, ENTRY_SIGNATURE))
		return cosign_apply(found->jws, entry->says, err);
	if (!strcmp(entry->kind, ENTRY_DECLARATION))
		return take_declaration(found, entry, err);
	return 0;
}

static int look(void *ctx, const struct jws *jws, const struct entry *entry, struct error *err)
{
	struct search *search = ctx;
	struct book_event *found = search->found;

	if (entry->seq == 1)
		take_base(&found->base, jws, entry, err);
	if (is_named(search, entry))
		return take_event(search, jws, entry, err);
	return found->jws ? take_about(found, entry, err) : 0;
}

static const struct words
	NONE = {"no event of this bench's log is called '%.60s': give the number of a record, an "
		"event's id or a run's",
		"记录中没有 '%.60s':请给出记录号、事件编号或检验编号"},
	NO_RECORD = {"this bench's log has no record %llu", "记录中没有第 %llu 条"},
	NO_RUN = {"there is no '%.60s': this bench's log has no run yet",
		  "没有 '%.60s':记录中尚无检验"};

int book_event(const char *state, const char *name, struct book_event *found, struct error *err)
{
	struct search search = {.name = name, .found = found};
	char *end;

	*found = (struct book_event){0};
	search.seq = strtoull(name, &end, 10);
	if (*end || strchr(name, '-'))
		search.seq = 0;
	if (book_each(state, look, &search, err) == 0) {
		if (found->jws)
			return 0;
		error_set(err, ERROR_USAGE, say(strcmp(name, "last") ? NONE : NO_RUN), name);
	}
	book_event_done(found);
	return -1;
}

static int take_record(void *ctx, const struct jws *jws, const struct entry *entry,
		       struct error *err)
{
	struct search *search = ctx;

	if (entry->seq == 1)
		take_base(&search->found->base, jws, entry, err);
	return entry->seq == search->seq ? keep(search->found, jws, entry, err) : 0;
}

int book_record(const char *state, uint64_t seq, struct book_event *found, struct error *err)
{
	struct search search = {.seq = seq, .found = found};

	*found = (struct book_event){0};
	if (book_each(state, take_record, &search, err) == 0) {
		if (found->jws)
			return 0;
		error_set(err, ERROR_USAGE, say(NO_RECORD), (unsigned long long)seq);
	}
	book_event_done(found);
	return -1;
}

void book_event_done(struct book_event *found)
{
	forget(found);
	free(found->base);
	found->base = NULL;
}

/* ---- several ---- */

struct gathering {
	book_wanted_fn *wanted;
	void *ctx;
	struct book_events *found;
};

static int gather(void *ctx, const struct jws *jws, const struct entry *entry, struct error *err)
{
	const struct gathering *gathering = ctx;
	struct book_events *found = gathering->found;
	int done = 0;

	if (strcmp(entry->kind, ENTRY_EVENT) != 0) {
		for (size_t i = 0; done == 0 && i < found->count; i++)
			done = take_about(&found->at[i], entry, err);
		return done;
	}
	if (!gathering->wanted(gathering->ctx, entry))
		return 0;
	found->at = xrealloc(found->at, (found->count + 1) * sizeof(*found->at));
	found->at[found->count] = (struct book_event){0};
	return keep(&found->at[found->count++], jws, entry, err);
}

int book_events(const char *state, book_wanted_fn *wanted, void *ctx, struct book_events *found,
		struct error *err)
{
	*found = (struct book_events){0};
	return book_each(state, gather,
			 &(struct gathering){.wanted = wanted, .ctx = ctx, .found = found}, err);
}

void book_events_done(struct book_events *found)
{
	for (size_t i = 0; i < found->count; i++)
		book_event_done(&found->at[i]);
	free(found->at);
}
