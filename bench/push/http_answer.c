/* SPDX-License-Identifier: Apache-2.0 */
#include "push/http_answer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"

void http_answer_init(struct http_answer *answer)
{
	*answer = (struct http_answer){.said = {.after_ms = -1}};
	buf_init(&answer->headers);
	buf_init(&answer->body);
}

void http_answer_done(struct http_answer *answer)
{
	buf_done(&answer->headers);
	buf_done(&answer->body);
	free(answer->location);
	free(answer->retry_after);
	free(answer->date);
}

static void forget_head(struct http_answer *answer)
{
	char **const places[] = {&answer->location, &answer->retry_after, &answer->date};

	buf_clear(&answer->headers);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		free(*places[i]);
		*places[i] = NULL;
	}
}

static bool is_one_of(char byte, const char *bytes)
{
	return byte && strchr(bytes, byte);
}

static void keep_header(char **place, const char *name, const char *line, size_t size)
{
	size_t skip = strlen(name);

	if (size <= skip || strncasecmp(line, name, skip) != 0)
		return;
	while (skip < size && is_one_of(line[skip], " \t"))
		skip++;
	while (size > skip && is_one_of(line[size - 1], " \t\r\n"))
		size--;
	free(*place);
	*place = xstrndup(line + skip, size - skip);
}

void http_answer_take_header(struct http_answer *answer, const char *line, size_t size)
{
	if (size > 5 && !strncmp(line, "HTTP/", 5))
		forget_head(answer); /* of a 100 before it */
	if (answer->headers.size + size <= HTTP_HEADERS_MOST)
		buf_add(&answer->headers, line, size);
	keep_header(&answer->location, "Location:", line, size);
	keep_header(&answer->retry_after, "Retry-After:", line, size);
	keep_header(&answer->date, "Date:", line, size);
}

bool http_answer_take_body(struct http_answer *answer, const char *bytes, size_t size)
{
	size_t room = HTTP_ANSWER_MOST - answer->body.size;

	buf_add(&answer->body, bytes, size < room ? size : room);
	answer->is_cut = size > room;
	return !answer->is_cut;
}
