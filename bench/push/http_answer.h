/* SPDX-License-Identifier: Apache-2.0 */
/* What a receiver answers, as it comes in pieces: pure, so that it can be given whatever bytes there are. */
#ifndef DAVY_PUSH_HTTP_ANSWER_H
#define DAVY_PUSH_HTTP_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/hash.h"
#include "push/outcome.h"

enum {
	HTTP_ANSWER_MOST = 1 << 20, /* bytes of a body that are read */
	HTTP_HEADERS_MOST = 4096,   /* … of headers that are kept */
};

struct http_answer {
	struct push_answer said;
	struct buf headers, body;	     /* as they came; `body` to HTTP_ANSWER_MOST */
	bool is_cut;			     /* there was more of the body, which was not read */
	char *location, *retry_after, *date; /* or NULL */
	char detail[400];		     /* what the library says of the trouble; or empty */
	char peer[HASH_HEX_SIZE];	     /* SHA-256 of the receiver's certificate; or empty */
};

void http_answer_init(struct http_answer *answer);
void http_answer_done(struct http_answer *answer);

/* The next line of its head, with the line's end; a status line begins anew (after a 100). Not NUL-terminated. */
void http_answer_take_header(struct http_answer *answer, const char *line, size_t size);
/* The next bytes of its body. False: there are more than are read, and `is_cut` says so. */
bool http_answer_take_body(struct http_answer *answer, const char *bytes, size_t size);

#endif
