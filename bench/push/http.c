/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One handle, whose connection is kept from one record to the next. A body that is too large is left where it is: what
 * counts is the status, which came before it.
 */
#include "push/http.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "record/base64.h"

enum {
	PATIENCE_S = 30,
	PATIENCE_MOST_S = 600,
	WHOLE_PATIENCES = 10, /* a whole exchange lasts no longer than so many */
	SLOW_BYTES_S = 100,   /* what comes slower than this is next to nothing */
	HEADER_FILE_MOST = 8192,
	X509_NOT_YET = 9, /* X509_V_ERR_… of OpenSSL, which libcurl passes on */
	X509_EXPIRED = 10,
	X509_REVOKED = 23,
};

struct http {
	CURL *curl;
	struct curl_slist *headers; /* constant ones */
	long patience;
	char trouble[CURL_ERROR_SIZE];
};

/* ---- settings ---- */

static int check_settings(const struct value *settings, struct error *err)
{
	const char *url = value_get_text(settings, "url");
	const char *name = value_get_text(settings, "name");
	int64_t patience = value_get_int(settings, "patience", PATIENCE_S);

	if (!url || strncmp(url, "https://", 8) != 0 || strchr(url, '@'))
		return error_set(
			err, ERROR_USAGE,
			"destination '%s': \"url\" begins with https://, and has no user or "
			"password in it",
			name);
	if (!value_get_text(settings, "ca"))
		return error_set(err, ERROR_USAGE,
				 "destination '%s': \"ca\" names the file of the one CA that is "
				 "believed",
				 name);
	if (!value_get_text(settings, "certificate") != !value_get_text(settings, "key"))
		return error_set(err, ERROR_USAGE,
				 "destination '%s': \"certificate\" and \"key\" go together", name);
	if (patience < 1 || patience > PATIENCE_MOST_S)
		return error_set(err, ERROR_USAGE,
				 "destination '%s': \"patience\" is between 1 and %d seconds", name,
				 PATIENCE_MOST_S);
	return 0;
}

static int add_header(struct http *http, const char *name, const char *value, struct error *err)
{
	char *line;

	if (!value || strpbrk(value, "\r\n") || strpbrk(name, "\r\n: "))
		return error_set(err, ERROR_USAGE, "header '%.40s' is none", name);
	line = xprintf("%s: %s", name, value);
	http->headers = curl_slist_append(http->headers, line);
	free(line);
	return 0;
}

static int add_secret(struct http *http, const char *name, const char *path, struct error *err)
{
	struct buf text;
	int done;

	buf_init(&text);
	done = path ? file_read_secret(path, HEADER_FILE_MOST, &text, err)
		    : error_set(err, ERROR_USAGE, "headerFiles: '%.40s' names no file", name);
	if (done == 0) {
		text.data[strcspn(text.data, "\r\n")] = '\0';
		done = add_header(http, name, text.data, err);
		memset(text.data, 0, text.size);
	}
	buf_done(&text);
	return done;
}

static int add_headers(struct http *http, const struct value *settings, struct error *err)
{
	const struct value *plain = value_get(settings, "headers");
	const struct value *files = value_get(settings, "headerFiles");

	for (size_t i = 0; i < value_count(plain); i++)
		if (add_header(http, value_key(plain, i),
			       value_get_text(plain, value_key(plain, i)), err) < 0)
			return -1;
	for (size_t i = 0; i < value_count(files); i++)
		if (add_secret(http, value_key(files, i),
			       value_get_text(files, value_key(files, i)), err) < 0)
			return -1;
	return add_header(http, "Expect", "", err);
}

static void set_tls(CURL *curl, const struct value *settings)
{
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(curl, CURLOPT_CAINFO, value_get_text(settings, "ca"));
	curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(curl, CURLOPT_CERTINFO, 1L);
	if (value_get_text(settings, "crl"))
		curl_easy_setopt(curl, CURLOPT_CRLFILE, value_get_text(settings, "crl"));
	if (!value_get_text(settings, "certificate"))
		return;
	curl_easy_setopt(curl, CURLOPT_SSLCERT, value_get_text(settings, "certificate"));
	curl_easy_setopt(curl, CURLOPT_SSLKEY, value_get_text(settings, "key"));
	/* nobody is asked at a terminal */
	curl_easy_setopt(curl, CURLOPT_KEYPASSWD, "");
}

static void set_bounds(CURL *curl, long patience)
{
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, patience);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES_S);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, patience);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, patience * WHOLE_PATIENCES);
}

struct http *http_open(const struct value *settings, struct error *err)
{
	const char *proxy = value_get_text(settings, "proxy");
	struct http *http;

	if (check_settings(settings, err) < 0)
		return NULL;
	http = xcalloc(1, sizeof(*http));
	http->patience = (long)value_get_int(settings, "patience", PATIENCE_S);
	http->curl = curl_easy_init();
	if (!http->curl) {
		error_set(err, ERROR_OS, "libcurl cannot be used");
	} else if (add_headers(http, settings, err) == 0) {
		set_tls(http->curl, settings);
		set_bounds(http->curl, http->patience);
		curl_easy_setopt(http->curl, CURLOPT_PROXY, proxy ? proxy : "");
		curl_easy_setopt(http->curl, CURLOPT_ERRORBUFFER, http->trouble);
		return http;
	}
	http_close(http);
	return NULL;
}

void http_close(struct http *http)
{
	if (!http)
		return;
	curl_easy_cleanup(http->curl);
	curl_slist_free_all(http->headers);
	free(http);
}

/* ---- what comes ---- */

static size_t take_header(char *line, size_t one, size_t size, void *ctx)
{
	(void)one;
	http_answer_take_header(ctx, line, size);
	return size;
}

static size_t take_body(char *bytes, size_t one, size_t size, void *ctx)
{
	(void)one;
	return http_answer_take_body(ctx, bytes, size) ? size : 0;
}

static enum push_trouble trouble_of_certificate(struct http *http)
{
	long result = 0;

	curl_easy_getinfo(http->curl, CURLINFO_SSL_VERIFYRESULT, &result);
	switch (result) {
	case X509_NOT_YET:
	case X509_EXPIRED:
		return PUSH_EXPIRED;
	case X509_REVOKED:
		return PUSH_REVOKED;
	default:
		/* a name is compared before the chain is judged, and has no number */
		return strstr(http->trouble, "subject name") ? PUSH_OTHER_NAME : PUSH_NOT_TRUSTED;
	}
}

static enum push_trouble trouble_of_time(struct http *http, const struct http_answer *answer)
{
	curl_off_t connected = 0;

	curl_easy_getinfo(http->curl, CURLINFO_APPCONNECT_TIME_T, &connected);
	if (!connected)
		return PUSH_NO_CONNECTION;
	return answer->headers.size || answer->body.size ? PUSH_TOO_SLOW : PUSH_NO_ANSWER;
}

static enum push_trouble trouble_of(struct http *http, CURLcode code,
				    const struct http_answer *answer)
{
	switch (code) {
	case CURLE_OK:
		return PUSH_NO_TROUBLE;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return PUSH_NO_NAME;
	case CURLE_OPERATION_TIMEDOUT:
		return trouble_of_time(http, answer);
	case CURLE_PEER_FAILED_VERIFICATION:
		return trouble_of_certificate(http);
	case CURLE_SSL_CONNECT_ERROR:
		return PUSH_NO_TLS;
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CRL_BADFILE:
		return PUSH_OWN_FILES;
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
		/* TLS 1.3 refuses a client's certificate only when it is read from */
		return strstr(http->trouble, "alert") ? PUSH_NO_TLS : PUSH_CUT_OFF;
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
		return PUSH_CUT_OFF;
	case CURLE_WRITE_ERROR:
		return PUSH_TOO_LARGE;
	default:
		return PUSH_NO_CONNECTION;
	}
}

/* The first certificate of the chain, as libcurl tells it: PEM. */
static void hash_peer(struct http *http, char hex[HASH_HEX_SIZE])
{
	static const char BEGIN[] = "-----BEGIN CERTIFICATE-----", END[] = "-----END";
	struct curl_certinfo *chain = NULL;
	const char *at = NULL, *end;
	uint8_t digest[HASH_SIZE];
	struct buf text, bytes;

	if (curl_easy_getinfo(http->curl, CURLINFO_CERTINFO, &chain) != CURLE_OK || !chain ||
	    chain->num_of_certs < 1)
		return;
	for (const struct curl_slist *item = chain->certinfo[0]; item && !at; item = item->next)
		at = strstr(item->data, BEGIN);
	end = at ? strstr(at, END) : NULL;
	if (!end)
		return;
	buf_init(&text);
	buf_init(&bytes);
	for (at += strlen(BEGIN); at < end; at++)
		if (!strchr("\r\n", *at))
			buf_add_byte(&text, (uint8_t)*at);
	if (base64_read(&bytes, BASE64_PADDED, text.data, text.size) == 0) {
		hash_of(bytes.data, bytes.size, digest);
		hash_hex(digest, hex);
	}
	buf_done(&text);
	buf_done(&bytes);
}

static void understand(struct http *http, CURLcode code, struct http_answer *answer)
{
	long status = 0;

	curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &status);
	answer->said.trouble = trouble_of(http, code, answer);
	answer->said.status = (int)status;
	answer->said.after_ms = push_retry_after(answer->retry_after, answer->date);
	if (answer->is_cut && status) {
		answer->said.trouble = PUSH_NO_TROUBLE;
		snprintf(answer->detail, sizeof(answer->detail),
			 "its answer is larger than %d bytes and was not read to its end",
			 HTTP_ANSWER_MOST);
	} else if (code != CURLE_OK) {
		snprintf(answer->detail, sizeof(answer->detail), "%s",
			 http->trouble[0] ? http->trouble : curl_easy_strerror(code));
	}
	hash_peer(http, answer->peer);
}

void http_send(struct http *http, const struct http_request *request, struct http_answer *answer)
{
	struct curl_slist *headers = NULL;
	CURL *curl = http->curl;

	for (const struct curl_slist *item = http->headers; item; item = item->next)
		headers = curl_slist_append(headers, item->data);
	for (const char *const *line = request->headers; line && *line; line++)
		headers = curl_slist_append(headers, *line);
	http->trouble[0] = '\0';
	curl_easy_setopt(curl, CURLOPT_URL, request->url);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, answer);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
	if (request->body) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)request->body->size);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body->data);
	} else {
		curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
	}
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
	understand(http, curl_easy_perform(curl), answer);
	curl_slist_free_all(headers);
}
