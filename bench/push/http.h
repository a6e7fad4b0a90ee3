/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTPS to one receiver, for whatever kinds of destinations speak it; the only file that knows libcurl. TLS 1.2 or later,
 * the CA of the destination and no other, our certificate where it names one; redirects are not followed; every wait and
 * every size has a bound:
 *
 *   {"url":"https://…","ca":"FILE","certificate":"FILE","key":"FILE","crl":"FILE","proxy":"http://…",
 *    "headers":{"X-Lab":"B07"},"headerFiles":{"Authorization":"FILE"},"patience":30}
 *
 * `ca` is needed; `crl` has what that CA has revoked; `headerFiles` name files (0600) whose first line is the header's
 * value; `patience` is in seconds: how long nothing, or next to nothing, may come.
 */
#ifndef DAVY_PUSH_HTTP_H
#define DAVY_PUSH_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/value.h"
#include "push/outcome.h"

enum {
	HTTP_ANSWER_MOST = 1 << 20, /* bytes of a body that are read */
	HTTP_HEADERS_MOST = 4096,   /* … of headers that are kept */
};

struct http;

/* Refused with a sentence: settings that lack something, or are none. `settings` is borrowed until http_close(). */
struct http *http_open(const struct value *settings, struct error *err);
void http_close(struct http *http); /* accepts NULL */

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

struct http_request {
	const char *method, *url;
	const char *const *headers; /* "Name: value", ended by NULL; or NULL */
	const struct buf *body;	    /* or NULL */
};
/* What came of it; never fails otherwise than by what the answer says. */
void http_send(struct http *http, const struct http_request *request, struct http_answer *answer);

#endif
