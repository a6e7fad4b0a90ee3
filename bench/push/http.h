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

#include "base/buf.h"
#include "base/error.h"
#include "base/value.h"
#include "push/http_answer.h"

struct http;

/* Refused with a sentence: settings that lack something, or are none. `settings` is borrowed until http_close(). */
struct http *http_open(const struct value *settings, struct error *err);
void http_close(struct http *http); /* accepts NULL */

struct http_request {
	const char *method, *url;
	const char *const *headers; /* "Name: value", ended by NULL; or NULL */
	const struct buf *body;	    /* or NULL */
};
/* What came of it; never fails otherwise than by what the answer says. */
void http_send(struct http *http, const struct http_request *request, struct http_answer *answer);

#endif
