/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Printing a template. Facts are text of unknown origin (a serial number that somebody typed, what an instrument calls
 * itself): whatever HTML would read as its own is written as a reference, control characters and those that turn the
 * direction of writing are shown as what they are. Only drawings go out as they are, and those are Davy's.
 */
#include "report/page_inside.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/utf8.h"

struct scope {
	const char *name;
	const struct value *value;
	const struct value *loop;
	const struct scope *outer;
};

struct printing {
	const struct page_facts *facts;
	struct buf *out;
	size_t *steps; /* so far */
	struct error *err;
};

/* ---- facts ---- */

static const struct value *in_scope(const struct printing *printing, const struct scope *scope,
				    const char *name, bool *found)
{
	const struct value *facts = printing->facts->facts;
	const struct value *value;

	*found = true;
	for (; scope; scope = scope->outer) {
		if (!strcmp(name, scope->name))
			return scope->value;
		if (!strcmp(name, "loop"))
			return scope->loop;
	}
	value = value_get(facts, name);
	*found = value != NULL;
	return value;
}

static void list_keys(struct buf *out, const struct value *map, const struct scope *scope)
{
	for (; scope; scope = scope->outer)
		buf_printf(out, "%s%s", out->size ? ", " : "", scope->name);
	for (size_t i = 0; i < value_count(map) && map->kind == VALUE_MAP; i++)
		buf_printf(out, "%s%s", out->size ? ", " : "", value_key(map, i));
}

static int no_such(const struct printing *printing, const struct node *node, const char *name,
		   const struct value *map, const struct scope *scope)
{
	struct buf keys;

	buf_init(&keys);
	list_keys(&keys, map, scope);
	error_set(printing->err, ERROR_USAGE,
		  "'%s' has no '%s' that this report knows; here are: %s", node->path, name,
		  keys.size ? keys.data : "none");
	buf_done(&keys);
	return page_blames(node, printing->err);
}

/* `*value` becomes what the path names, or a nil where that is not known. */
static int look_up(const struct printing *printing, const struct node *node,
		   const struct scope *scope, const struct value **value)
{
	char *path = xstrdup(node->path), *rest = path, *name = strsep(&rest, ".");
	bool found;
	int done = 0;

	*value = in_scope(printing, scope, name, &found);
	if (!found)
		done = no_such(printing, node, name, printing->facts->facts, scope);
	while (done == 0 && (name = strsep(&rest, "."))) {
		const struct value *map = *value;

		if (map && map->kind == VALUE_NIL) /* nothing is known of what is not known */
			break;
		*value = value_get(map, name);
		if (!*value)
			done = no_such(printing, node, name, map, NULL);
	}
	free(path);
	return done;
}

static bool holds(const struct value *value)
{
	switch (value->kind) {
	case VALUE_NIL:
		return false;
	case VALUE_BOOL:
		return value->truth;
	case VALUE_INT:
		return value->integer != 0;
	case VALUE_REAL:
		return value->real != 0;
	case VALUE_TEXT:
		return value->size > 0;
	case VALUE_LIST:
	case VALUE_MAP:
		return value->count > 0;
	}
	return false;
}

/* ---- text ---- */

/* U+202A to U+202E, U+2066 to U+2069: what lets a text be read in another order than it is written in. */
static bool turns_direction(const unsigned char *text, size_t size)
{
	return size == 3 && text[0] == 0xe2 &&
	       ((text[1] == 0x80 && text[2] >= 0xaa && text[2] <= 0xae) ||
		(text[1] == 0x81 && text[2] >= 0xa6 && text[2] <= 0xa9));
}

static void add_character(struct buf *out, const char *text, size_t size)
{
	unsigned char c = (unsigned char)text[0];

	if (c == '&')
		buf_add_text(out, "&amp;");
	else if (c == '<')
		buf_add_text(out, "&lt;");
	else if (c == '>')
		buf_add_text(out, "&gt;");
	else if (c == '"')
		buf_add_text(out, "&quot;");
	else if (c == '\'')
		buf_add_text(out, "&#39;");
	else if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f)
		buf_printf(out, "\\x%02x", c);
	else if (turns_direction((const unsigned char *)text, size))
		buf_printf(out, "\\u20%02x",
			   ((unsigned)text[1] & 1U) << 6 | ((unsigned)text[2] & 0x3fU));
	else
		buf_add(out, text, size);
}

static void add_harmless(struct buf *out, const char *text, size_t size)
{
	while (size > 0) {
		size_t step = utf8_character_size(text, size);

		if (step == 0) {
			buf_printf(out, "\\x%02x", (unsigned char)*text);
			step = 1;
		} else {
			add_character(out, text, step);
		}
		text += step;
		size -= step;
	}
}

static int print_fact(const struct printing *printing, const struct node *node,
		      const struct scope *scope)
{
	const struct value *value;

	if (look_up(printing, node, scope, &value) < 0)
		return -1;
	switch (value->kind) {
	case VALUE_NIL:
		buf_add_text(printing->out, "—");
		return 0;
	case VALUE_TEXT:
		add_harmless(printing->out, value->text, value->size);
		return 0;
	case VALUE_INT:
	case VALUE_REAL:
		json_write(printing->out, value);
		return 0;
	case VALUE_BOOL:
		if (printing->facts->is_chinese)
			buf_add_text(printing->out, value->truth ? "是" : "否");
		else
			buf_add_text(printing->out, value->truth ? "yes" : "no");
		return 0;
	case VALUE_LIST:
	case VALUE_MAP:
		break;
	}
	error_set(printing->err, ERROR_USAGE, "'%s' is no text but has parts; name one of them",
		  node->path);
	return page_blames(node, printing->err);
}

/* ---- constructs ---- */

static int print_nodes(const struct printing *printing, const struct nodes *nodes,
		       const struct scope *scope);

/* Lists within lists take time also where they print nothing. */
static int step(const struct printing *printing, const struct node *node)
{
	if (++*printing->steps <= PAGE_STEPS_MOST)
		return 0;
	error_set(printing->err, ERROR_USAGE,
		  "the page takes more than %d steps: a list within a list, too often",
		  PAGE_STEPS_MOST);
	return page_blames(node, printing->err);
}

static int print_each(const struct printing *printing, const struct node *node,
		      const struct scope *scope)
{
	const struct value *list;
	size_t count;
	int done = 0;

	if (look_up(printing, node, scope, &list) < 0)
		return -1;
	if (list->kind != VALUE_LIST && list->kind != VALUE_NIL) {
		error_set(printing->err, ERROR_USAGE, "'%s' is no list, so there is no each of it",
			  node->path);
		return page_blames(node, printing->err);
	}
	count = value_count(list);
	for (size_t i = 0; i < count && done == 0; i++) {
		struct value *loop = value_map();
		struct scope inner = {.name = node->variable,
				      .value = value_at(list, i),
				      .loop = loop,
				      .outer = scope};

		value_set_int(loop, "number", (int64_t)i + 1);
		value_set_int(loop, "count", (int64_t)count);
		value_set_bool(loop, "last", i + 1 == count);
		done = step(printing, node);
		if (done == 0)
			done = print_nodes(printing, &node->first, &inner);
		value_free(loop);
	}
	return done == 0 && count == 0 ? print_nodes(printing, &node->second, scope) : done;
}

static int print_if(const struct printing *printing, const struct node *node,
		    const struct scope *scope)
{
	const struct value *value;
	bool is;

	if (look_up(printing, node, scope, &value) < 0)
		return -1;
	if (node->is)
		is = value->kind == VALUE_TEXT && !strcmp(value->text, node->is);
	else
		is = holds(value);
	return print_nodes(printing, is != node->negated ? &node->first : &node->second, scope);
}

static int print_drawing(const struct printing *printing, const struct node *node,
			 const struct scope *scope)
{
	const struct value *name, *drawing;

	if (look_up(printing, node, scope, &name) < 0)
		return -1;
	drawing =
		name->kind == VALUE_TEXT ? value_get(printing->facts->drawings, name->text) : NULL;
	if (!drawing) {
		error_set(printing->err, ERROR_USAGE, "'%s' names no drawing", node->path);
		return page_blames(node, printing->err);
	}
	buf_add(printing->out, drawing->text, drawing->size);
	return 0;
}

static int print_node(const struct printing *printing, const struct node *node,
		      const struct scope *scope)
{
	switch (node->kind) {
	case NODE_TEXT:
		buf_add(printing->out, node->text, node->size);
		return 0;
	case NODE_FACT:
		return print_fact(printing, node, scope);
	case NODE_WORDS:
		return print_nodes(printing,
				   printing->facts->is_chinese ? &node->first : &node->second,
				   scope);
	case NODE_EACH:
		return print_each(printing, node, scope);
	case NODE_IF:
		return print_if(printing, node, scope);
	case NODE_DRAWING:
		return print_drawing(printing, node, scope);
	}
	return 0;
}

static int print_nodes(const struct printing *printing, const struct nodes *nodes,
		       const struct scope *scope)
{
	for (size_t i = 0; i < nodes->count; i++) {
		const struct node *node = &nodes->at[i];

		if (step(printing, node) < 0 || print_node(printing, node, scope) < 0)
			return -1;
		if (printing->out->size > PAGE_PRINTS_MOST) {
			error_set(printing->err, ERROR_USAGE, "the page becomes larger than %d MiB",
				  PAGE_PRINTS_MOST >> 20);
			return page_blames(node, printing->err);
		}
	}
	return 0;
}

int page_print(const struct page *page, const struct page_facts *facts, struct buf *out,
	       struct error *err)
{
	struct buf text;
	size_t steps = 0;
	struct printing printing = {.facts = facts, .out = &text, .steps = &steps, .err = err};
	int done;

	buf_init(&text);
	done = print_nodes(&printing, &page->nodes, NULL);
	if (done == 0)
		buf_add(out, text.data, text.size);
	buf_done(&text);
	return done;
}
