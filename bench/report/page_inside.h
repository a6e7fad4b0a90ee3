/* SPDX-License-Identifier: Apache-2.0 */
/* A template as it was read: what page.c makes and page_print.c goes through. */
#ifndef DAVY_REPORT_PAGE_INSIDE_H
#define DAVY_REPORT_PAGE_INSIDE_H

#include "report/page.h"

enum node_kind {
	NODE_TEXT = 1, /* as it is */
	NODE_FACT,
	NODE_WORDS, /* first: Chinese, second: English */
	NODE_EACH,  /* first: for each, second: of an empty list */
	NODE_IF,    /* first: where it holds, second: else */
	NODE_DRAWING,
};

struct node;

struct nodes {
	struct node *at;
	size_t count;
};

/* One of a template's files. */
struct page_file {
	char *name;
	struct buf text;
};

struct node {
	enum node_kind kind;
	const struct page_file *file;
	int line, column;
	const char *text; /* of NODE_TEXT, borrowed from the file */
	size_t size;
	char *path;	/* "m.verdict" */
	char *variable; /* of NODE_EACH */
	bool negated;	/* of NODE_IF, with or without `is` */
	char *is;	/* … what it is compared with; or NULL */
	struct nodes first, second;
};

struct page {
	struct page_file **files;
	size_t file_count;
	struct nodes nodes;
};

struct reading {
	struct page *page;
	const char *const *folders;
	const struct page_file *file;
	const char *at, *end;
	int depth;
	struct error *err;
};

/* A tag's inside, from behind its opening to before its closing mark. */
struct tag {
	const char *begin, *at, *end;
};

void page_place(const struct page_file *file, const char *at, int *line, int *column);
/* A sentence of what stands at `at`, with its place; and the place before a sentence that is there. Both return -1. */
int page_refuse(const struct reading *reading, const char *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int page_blame(const struct reading *reading, const char *at);

/* From the opening mark at `reading->at` to the closing one, which is passed. */
int page_take_tag(struct reading *reading, const char *closing, struct tag *tag);
/* The next word, "" where there is none; the caller frees it. */
char *page_take_word(struct tag *tag);
/* The next word if it is this one. */
bool page_take(struct tag *tag, const char *word);
/* A name of a fact; `*path` is the caller's whatever comes of it. */
int page_take_path(const struct reading *reading, struct tag *tag, char **path);
/* A text between quotes; NULL, and the sentence. The caller frees it. */
char *page_take_quoted(const struct reading *reading, struct tag *tag);
int page_at_end(const struct reading *reading, struct tag *tag);

/* "letterhead.html:12:5: " before the sentence; returns -1. */
int page_blames(const struct node *node, struct error *err);

#endif
