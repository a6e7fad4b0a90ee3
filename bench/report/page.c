/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading templates: recursive descent over a file's bytes, one function per construct. A file is read once for each place
 * that includes it, for its nodes point into its own copy of the text, which lives as long as the template.
 *
 * Invariants: `at` never passes `end`; each level of nesting, be it a block, a text in two languages or a file, is counted, so
 * that a file which includes itself ends with a sentence.
 */
#include "report/page_inside.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/utf8.h"

/* What ended a list of nodes. */
enum ending {
	ENDS_FILE = 1,
	ENDS_WITH_END,
	ENDS_WITH_ELSE,
	ENDS_WITH_ELIF,
	ENDS_WITH_BAR,	 /* | of a text in two languages */
	ENDS_WITH_WORDS, /* ]] */
	ENDS_WITH_ERROR = -1,
};

static enum ending read_nodes(struct reading *reading, bool in_words, struct nodes *nodes);
static int read_file(struct reading *reading, const char *name, struct nodes *nodes);

/* ---- nodes ---- */

static struct node *add_node(const struct reading *reading, struct nodes *nodes,
			     enum node_kind kind, const char *at)
{
	struct node *node;

	nodes->at = xrealloc(nodes->at, (nodes->count + 1) * sizeof(*nodes->at));
	node = &nodes->at[nodes->count++];
	*node = (struct node){.kind = kind, .file = reading->file};
	page_place(reading->file, at, &node->line, &node->column);
	return node;
}

static void add_text(const struct reading *reading, struct nodes *nodes, const char *from,
		     const char *to)
{
	struct node *node;

	if (from == to)
		return;
	node = add_node(reading, nodes, NODE_TEXT, from);
	node->text = from;
	node->size = (size_t)(to - from);
}

static void free_nodes(struct nodes *nodes)
{
	for (size_t i = 0; i < nodes->count; i++) {
		struct node *node = &nodes->at[i];

		free(node->path);
		free(node->variable);
		free(node->is);
		free_nodes(&node->first);
		free_nodes(&node->second);
	}
	free(nodes->at);
	*nodes = (struct nodes){0};
}

static bool is_name(const char *word)
{
	return isalpha((unsigned char)*word) && !strchr(word, '.');
}

static int deeper(struct reading *reading, const char *at)
{
	if (++reading->depth <= PAGE_DEEPEST)
		return 0;
	return page_refuse(reading, at,
			   "this stands more than %d levels deep; does a file include itself?",
			   PAGE_DEEPEST);
}

/* ---- constructs ---- */

static int read_fact(struct reading *reading, struct nodes *nodes)
{
	struct tag tag;
	struct node *node;

	if (page_take_tag(reading, "}}", &tag) < 0)
		return -1;
	node = add_node(reading, nodes, NODE_FACT, tag.begin);
	if (page_take_path(reading, &tag, &node->path) < 0)
		return -1;
	return page_at_end(reading, &tag);
}

static int read_words(struct reading *reading, struct nodes *nodes)
{
	const char *begin = reading->at;
	size_t index = nodes->count;
	struct nodes first = {0}, second = {0};
	enum ending ending;

	add_node(reading, nodes, NODE_WORDS, begin);
	if (deeper(reading, begin) < 0)
		return -1;
	reading->at += 2;
	ending = read_nodes(reading, true, &first);
	if (ending == ENDS_WITH_BAR)
		ending = read_nodes(reading, true, &second);
	else if (ending != ENDS_WITH_ERROR)
		ending = ENDS_FILE;
	nodes->at[index].first = first;
	nodes->at[index].second = second;
	reading->depth--;
	if (ending == ENDS_WITH_WORDS)
		return 0;
	if (ending == ENDS_WITH_ERROR)
		return -1;
	return page_refuse(reading, begin,
			   "a text in two languages is [[中文|English]], and this is not");
}

/* What an `else` or `end` must belong to. */
static int need_end(const struct reading *reading, const char *begin, enum ending ending,
		    const char *what)
{
	if (ending == ENDS_WITH_END)
		return 0;
	if (ending == ENDS_WITH_ERROR)
		return -1;
	return page_refuse(reading, begin, "this {%% %s %%} has no {%% end %%}", what);
}

static int read_for(struct reading *reading, struct tag *tag, struct nodes *nodes)
{
	size_t index = nodes->count;
	struct node *node = add_node(reading, nodes, NODE_EACH, tag->begin);
	struct nodes first = {0}, second = {0};
	enum ending ending;

	node->variable = page_take_word(tag);
	if (!is_name(node->variable) || !strcmp(node->variable, "loop"))
		return page_refuse(reading, tag->at, "{%% for NAME in FACT %%} wants a name here");
	if (!page_take(tag, "in"))
		return page_refuse(reading, tag->at, "{%% for NAME in FACT %%} wants 'in' here");
	if (page_take_path(reading, tag, &node->path) < 0 || page_at_end(reading, tag) < 0 ||
	    deeper(reading, tag->begin) < 0)
		return -1;
	ending = read_nodes(reading, false, &first);
	if (ending == ENDS_WITH_ELSE)
		ending = read_nodes(reading, false, &second);
	nodes->at[index].first = first;
	nodes->at[index].second = second;
	reading->depth--;
	return need_end(reading, tag->begin, ending, "for");
}

/* [not] PATH [is [not] "TEXT"] */
static int read_condition(const struct reading *reading, struct tag *tag, struct node *node)
{
	node->negated = page_take(tag, "not");
	if (page_take_path(reading, tag, &node->path) < 0)
		return -1;
	if (page_take(tag, "is")) {
		if (page_take(tag, "not"))
			node->negated = !node->negated;
		node->is = page_take_quoted(reading, tag);
		if (!node->is)
			return -1;
	}
	return page_at_end(reading, tag);
}

static int read_if(struct reading *reading, struct tag *tag, struct nodes *nodes);

/* What is behind `elif`: the alternative is an `if` of its own, which takes the `end`. */
static enum ending read_alternative(struct reading *reading, struct nodes *second)
{
	struct tag tag;

	if (page_take_tag(reading, "%}", &tag) < 0)
		return ENDS_WITH_ERROR;
	page_take(&tag, "elif");
	return read_if(reading, &tag, second) < 0 ? ENDS_WITH_ERROR : ENDS_WITH_END;
}

static int read_if(struct reading *reading, struct tag *tag, struct nodes *nodes)
{
	size_t index = nodes->count;
	struct node *node = add_node(reading, nodes, NODE_IF, tag->begin);
	struct nodes first = {0}, second = {0};
	enum ending ending;

	if (read_condition(reading, tag, node) < 0 || deeper(reading, tag->begin) < 0)
		return -1;
	ending = read_nodes(reading, false, &first);
	if (ending == ENDS_WITH_ELIF)
		ending = read_alternative(reading, &second);
	else if (ending == ENDS_WITH_ELSE)
		ending = read_nodes(reading, false, &second);
	nodes->at[index].first = first;
	nodes->at[index].second = second;
	reading->depth--;
	return need_end(reading, tag->begin, ending, "if");
}

static int read_drawing(const struct reading *reading, struct tag *tag, struct nodes *nodes)
{
	struct node *node = add_node(reading, nodes, NODE_DRAWING, tag->begin);

	if (page_take_path(reading, tag, &node->path) < 0)
		return -1;
	return page_at_end(reading, tag);
}

/* The included file's nodes stand where its tag stood. */
static int read_include(struct reading *reading, struct tag *tag, struct nodes *nodes)
{
	struct reading inner = *reading;
	char *name = page_take_quoted(reading, tag);
	int done = name ? page_at_end(reading, tag) : -1;

	if (done == 0 && (strchr(name, '/') || name[0] == '.'))
		done = page_refuse(reading, tag->begin,
				   "'%s' is no name of a file in the folder of templates", name);
	if (done == 0)
		done = deeper(reading, tag->begin);
	if (done == 0) {
		inner.depth = reading->depth;
		done = read_file(&inner, name, nodes);
		if (done < 0 && reading->file == reading->page->files[0])
			page_blame(reading, tag->begin); /* the way from there on is short */
		reading->depth--;
	}
	free(name);
	return done;
}

/* ---- lists of them ---- */

/* Does the tag at `at` end the list it stands in? */
static enum ending ending_of(const struct reading *reading, const char *at)
{
	static const struct {
		const char *word;
		enum ending ending;
	} WORDS[] = {{"end", ENDS_WITH_END}, {"else", ENDS_WITH_ELSE}, {"elif", ENDS_WITH_ELIF}};
	struct tag tag = {.at = at + 2, .end = reading->end};

	for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
		if (page_take(&tag, WORDS[i].word))
			return WORDS[i].ending;
	return 0;
}

/* `end` and `else` are passed; `elif` is left for who reads the alternative. */
static enum ending take_ending(struct reading *reading, enum ending ending)
{
	struct tag tag;

	if (ending == ENDS_WITH_ELIF)
		return ending;
	if (page_take_tag(reading, "%}", &tag) < 0)
		return ENDS_WITH_ERROR;
	free(page_take_word(&tag));
	return page_at_end(reading, &tag) < 0 ? ENDS_WITH_ERROR : ending;
}

static int read_statement(struct reading *reading, struct nodes *nodes)
{
	struct tag tag;
	char *word;
	int done = 0;

	if (page_take_tag(reading, "%}", &tag) < 0)
		return -1;
	if (page_take(&tag, "for"))
		return read_for(reading, &tag, nodes);
	if (page_take(&tag, "if"))
		return read_if(reading, &tag, nodes);
	if (page_take(&tag, "include"))
		return read_include(reading, &tag, nodes);
	if (page_take(&tag, "drawing"))
		return read_drawing(reading, &tag, nodes);
	word = page_take_word(&tag);
	done = page_refuse(
		reading, tag.begin,
		"'%s' is no statement; there are for, if, elif, else, end, include, drawing", word);
	free(word);
	return done;
}

static int skip_remark(struct reading *reading)
{
	struct tag tag;

	return page_take_tag(reading, "#}", &tag);
}

static bool stands(const struct reading *reading, const char *mark)
{
	return reading->end - reading->at >= 2 && !memcmp(reading->at, mark, 2);
}

/* One construct at `at`, if there is one: 1 when it was one, 0 for plain text, -1. */
static int read_construct(struct reading *reading, bool in_words, struct nodes *nodes)
{
	if (stands(reading, "{{"))
		return read_fact(reading, nodes) < 0 ? -1 : 1;
	if (stands(reading, "{#"))
		return skip_remark(reading) < 0 ? -1 : 1;
	if (stands(reading, "{%"))
		return read_statement(reading, nodes) < 0 ? -1 : 1;
	if (stands(reading, "[[") && !in_words)
		return read_words(reading, nodes) < 0 ? -1 : 1;
	return 0;
}

/* What ends a list at `at`, or 0. */
static enum ending ends_here(const struct reading *reading, bool in_words)
{
	if (in_words && *reading->at == '|')
		return ENDS_WITH_BAR;
	if (in_words && stands(reading, "]]"))
		return ENDS_WITH_WORDS;
	return stands(reading, "{%") ? ending_of(reading, reading->at) : 0;
}

static bool may_begin(char c, bool in_words)
{
	return c == '{' || c == '[' || (in_words && (c == '|' || c == ']'));
}

static enum ending read_nodes(struct reading *reading, bool in_words, struct nodes *nodes)
{
	const char *text = reading->at;

	while (reading->at < reading->end) {
		const char *here = reading->at;
		enum ending ending;
		size_t before;
		int taken;

		if (!may_begin(*here, in_words)) {
			reading->at++;
			continue;
		}
		ending = ends_here(reading, in_words);
		if (ending) {
			add_text(reading, nodes, text, here);
			if (ending == ENDS_WITH_BAR || ending == ENDS_WITH_WORDS) {
				reading->at += ending == ENDS_WITH_BAR ? 1 : 2;
				return ending;
			}
			return take_ending(reading, ending);
		}
		before = nodes->count;
		add_text(reading, nodes, text, here);
		taken = read_construct(reading, in_words, nodes);
		if (taken < 0)
			return ENDS_WITH_ERROR;
		if (taken == 0) { /* the text goes on */
			nodes->count = before;
			reading->at++;
		} else {
			text = reading->at;
		}
	}
	add_text(reading, nodes, text, reading->end);
	return ENDS_FILE;
}

/* ---- files ---- */

static int find_file(struct reading *reading, struct page_file *file)
{
	struct buf where;
	int done = -1;

	buf_init(&where);
	for (const char *const *folder = reading->folders; *folder; folder++) {
		char *path = xprintf("%s/%s", *folder, file->name);
		bool there = file_exists(path);

		buf_printf(&where, "%s%s", where.size ? ", " : "", *folder);
		if (there)
			done = file_read(path, PAGE_LARGEST, &file->text, reading->err);
		free(path);
		if (there)
			goto out;
	}
	error_set(reading->err, ERROR_USAGE, "there is no template '%s' in %s", file->name,
		  where.data);
out:
	buf_done(&where);
	return done;
}

static struct page_file *add_file(struct page *page, const char *name)
{
	struct page_file *file = xcalloc(1, sizeof(*file));

	file->name = xstrdup(name);
	buf_init(&file->text);
	page->files = xrealloc(page->files, (page->file_count + 1) * sizeof(*page->files));
	page->files[page->file_count++] = file;
	return file;
}

static int stray_ending(const struct reading *reading, enum ending ending)
{
	if (ending == ENDS_FILE)
		return 0;
	if (ending == ENDS_WITH_ERROR)
		return -1;
	return page_refuse(reading, reading->at,
			   "this ends or turns no {%% for %%} and no {%% if %%}");
}

static int read_file(struct reading *reading, const char *name, struct nodes *nodes)
{
	struct page_file *file = add_file(reading->page, name);
	size_t valid;

	if (find_file(reading, file) < 0)
		return -1;
	reading->file = file;
	reading->at = file->text.data;
	reading->end = file->text.data + file->text.size;
	valid = utf8_valid_size(reading->at, file->text.size);
	if (valid < file->text.size)
		return page_refuse(reading, reading->at + valid,
				   "this is no UTF-8; save the file as UTF-8");
	return stray_ending(reading, read_nodes(reading, false, nodes));
}

struct page *page_read(const char *name, const char *const *folders, struct error *err)
{
	struct page *page = xcalloc(1, sizeof(*page));
	struct reading reading = {.page = page, .folders = folders, .err = err};

	if (read_file(&reading, name, &page->nodes) < 0) {
		page_free(page);
		return NULL;
	}
	return page;
}

void page_free(struct page *page)
{
	if (!page)
		return;
	free_nodes(&page->nodes);
	for (size_t i = 0; i < page->file_count; i++) {
		free(page->files[i]->name);
		buf_done(&page->files[i]->text);
		free(page->files[i]);
	}
	free(page->files);
	free(page);
}

void page_digest(const struct page *page, char hex[HASH_HEX_SIZE])
{
	uint8_t digest[HASH_SIZE];
	struct hash *hash = hash_new();

	hash_start(hash);
	for (size_t i = 0; i < page->file_count; i++) {
		const struct page_file *file = page->files[i];

		hash_add(hash, file->name, strlen(file->name) + 1);
		hash_add(hash, file->text.data, file->text.size + 1);
	}
	hash_finish(hash, digest);
	hash_free(hash);
	hash_hex(digest, hex);
}
