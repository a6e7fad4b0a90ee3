/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libpq without blocking: a server may stop, or trickle, at any place. What kept a connection from coming about libpq says
 * in text alone: the server's own refusals by their SQLSTATE, those of TLS and of the network by its own English words,
 * which no catalogue translates since this program never calls setlocale().
 */
#include "push/database.h"

#include <errno.h>
#include <libpq-fe.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "loop/loop.h"

enum {
	PATIENCE_S = 30,
	PATIENCE_MOST_S = 600,
	WHOLE_PATIENCES = 10, /* a whole statement lasts no longer than so many */
	FILES_NEEDED = 3,
	VALUES_MOST = 16,
	OPTIONS_MOST = 32,
};

/* The last is not needed. */
static const char *const FILES[] = {"ca", "certificate", "key", "crl"};

struct database {
	const struct value *settings;
	char *host, *port, *name, *role;
	int64_t patience_ms;
	PGconn *link;	  /* or NULL */
	PGresult *result; /* or NULL */
	char peer[HASH_HEX_SIZE];
};

/* ---- settings ---- */

/* Nothing of a user's or a service's environment decides where a record goes, or as whom. */
static void forget_environment(void)
{
	PQconninfoOption *all = PQconndefaults();

	for (const PQconninfoOption *one = all; one && one->keyword; one++)
		if (one->envvar)
			unsetenv(one->envvar);
	PQconninfoFree(all);
	unsetenv("PGSYSCONFDIR");
}

static int take_part(struct database *database, const PQconninfoOption *part)
{
	char **place = !strcmp(part->keyword, "host")	  ? &database->host
		       : !strcmp(part->keyword, "port")	  ? &database->port
		       : !strcmp(part->keyword, "dbname") ? &database->name
		       : !strcmp(part->keyword, "user")	  ? &database->role
							  : NULL;

	if (!part->val)
		return 0;
	if (!place || strchr(part->val, ','))
		return -1;
	*place = xstrdup(part->val);
	return 0;
}

static int take_url(struct database *database, const char *url)
{
	PQconninfoOption *parts =
		url && !strncmp(url, "postgresql://", 13) ? PQconninfoParse(url, NULL) : NULL;
	int done = parts ? 0 : -1;

	for (const PQconninfoOption *part = parts; done == 0 && part->keyword; part++)
		done = take_part(database, part);
	PQconninfoFree(parts);
	/* a host that begins with '/' is a socket of this machine, without TLS */
	if (!database->host || !database->host[0] || database->host[0] == '/' || !database->name ||
	    !database->role)
		done = -1;
	return done;
}

static int check_settings(const struct value *settings, struct error *err)
{
	const char *name = value_get_text(settings, "name");
	int64_t patience = value_get_int(settings, "patience", PATIENCE_S);

	for (size_t i = 0; i < FILES_NEEDED; i++)
		if (!value_get_text(settings, FILES[i]))
			return error_set(err, ERROR_USAGE,
					 "destination '%s': \"%s\" names no file: a PostgreSQL is "
					 "reached with its CA, our certificate and its key, and "
					 "never with a password",
					 name, FILES[i]);
	if (value_get(settings, "password") || value_get(settings, "passwordFile"))
		return error_set(err, ERROR_USAGE,
				 "destination '%s': no password is used: take it out, and let the "
				 "server know this bench by its certificate",
				 name);
	if (patience < 1 || patience > PATIENCE_MOST_S)
		return error_set(err, ERROR_USAGE,
				 "destination '%s': \"patience\" is between 1 and %d seconds", name,
				 PATIENCE_MOST_S);
	return 0;
}

struct database *database_open(const struct value *settings, struct error *err)
{
	struct database *database;

	if (check_settings(settings, err) < 0)
		return NULL;
	forget_environment();
	database = xcalloc(1, sizeof(*database));
	database->settings = settings;
	database->patience_ms = value_get_int(settings, "patience", PATIENCE_S) * 1000;
	if (take_url(database, value_get_text(settings, "url")) == 0)
		return database;
	error_set(err, ERROR_USAGE,
		  "destination '%s': \"url\" is postgresql://ROLE@HOST:PORT/DATABASE: one host, no "
		  "password and nothing behind the database",
		  value_get_text(settings, "name"));
	database_close(database);
	return NULL;
}

static void hang_up(struct database *database)
{
	PQclear(database->result);
	PQfinish(database->link);
	database->result = NULL;
	database->link = NULL;
	database->peer[0] = '\0';
}

void database_close(struct database *database)
{
	if (!database)
		return;
	hang_up(database);
	free(database->host);
	free(database->port);
	free(database->name);
	free(database->role);
	free(database);
}

/* ---- what went wrong ---- */

static enum push_trouble trouble_of(const char *text)
{
	static const struct {
		const char *says;
		enum push_trouble trouble;
	} TROUBLES[] = {
		{"could not translate host name", PUSH_NO_NAME},
		{"certificate verify failed", PUSH_NOT_PROVEN},
		{"does not match host name", PUSH_OTHER_NAME},
		{"root certificate", PUSH_OWN_FILES},
		{"certificate file", PUSH_OWN_FILES},
		{"private key", PUSH_OWN_FILES},
		{"certificate present, but not", PUSH_OWN_FILES},
		{"server does not support SSL", PUSH_NO_TLS},
		{"SSL error", PUSH_NO_TLS},
		{"SSL SYSCALL error", PUSH_CUT_OFF},
		{"server closed the connection", PUSH_CUT_OFF},
		{"could not receive data", PUSH_CUT_OFF},
		{"could not send data", PUSH_CUT_OFF},
		{"no connection to the server", PUSH_CUT_OFF},
	};

	for (size_t i = 0; i < sizeof(TROUBLES) / sizeof(TROUBLES[0]); i++)
		if (strstr(text, TROUBLES[i].says))
			return TROUBLES[i].trouble;
	return PUSH_NO_CONNECTION;
}

/* Several lines become one; the blanks of none stay. */
static void copy_words(char *to, size_t size, const char *text)
{
	size_t at = 0;

	for (; *text && at + 1 < size; text++) {
		bool blank = strchr(" \t\r\n", *text) != NULL;

		if (blank && (at == 0 || to[at - 1] == ' '))
			continue;
		to[at++] = *text;
		to[at - 1] = blank ? ' ' : *text;
	}
	while (at && to[at - 1] == ' ')
		at--;
	to[at] = '\0';
}

static int in_trouble(struct database *database, enum push_trouble trouble,
		      struct database_said *said)
{
	const char *text = PQerrorMessage(database->link);

	copy_words(said->detail, sizeof(said->detail), text);
	/* where in the server's source, which nobody at a bench reads */
	if (strstr(said->detail, " LOCATION: "))
		*strstr(said->detail, " LOCATION: ") = '\0';
	said->trouble = trouble;
	if (trouble == PUSH_NO_TROUBLE && PQconnectionNeedsPassword(database->link)) {
		snprintf(said->sqlstate, sizeof(said->sqlstate), "28P01");
		snprintf(said->detail, sizeof(said->detail),
			 "the server asks for a password, which no bench has: its pg_hba.conf is "
			 "to say 'hostssl ... cert' for this role");
	} else if (trouble == PUSH_NO_TROUBLE && !sqlstate_find(text, said->sqlstate)) {
		said->trouble = trouble_of(text);
	}
	hang_up(database);
	return -1;
}

static int refused(struct database *database, struct database_said *said)
{
	const char *code = PQresultErrorField(database->result, PG_DIAG_SQLSTATE);
	const char *text = PQresultErrorField(database->result, PG_DIAG_MESSAGE_PRIMARY);

	if (!code || !text)
		return in_trouble(database, PUSH_NO_TROUBLE, said);
	snprintf(said->sqlstate, sizeof(said->sqlstate), "%s", code);
	copy_words(said->detail, sizeof(said->detail), text);
	if (PQstatus(database->link) != CONNECTION_OK)
		hang_up(database);
	return -1;
}

/* ---- waiting ---- */

/* 1: it can be read from or written to, 0: the time is over. */
static int wait_for(const struct database *database, short events, int64_t until_ms)
{
	for (;;) {
		struct pollfd pair = {.fd = PQsocket(database->link), .events = events};
		int64_t left = until_ms - loop_boot_time() / 1000000;
		int got;

		if (left > database->patience_ms)
			left = database->patience_ms;
		got = left > 0 ? poll(&pair, 1, (int)left) : 0;
		if (got >= 0 || errno != EINTR)
			return got != 0;
	}
}

static int64_t in_patiences(const struct database *database, int count)
{
	return loop_boot_time() / 1000000 + database->patience_ms * count;
}

/* ---- connecting ---- */

struct option_list {
	const char *names[OPTIONS_MOST], *values[OPTIONS_MOST];
	size_t count;
};

static void add_option(struct option_list *list, const char *name, const char *value)
{
	list->names[list->count] = name;
	list->values[list->count++] = value;
}

static PGconn *begin(const struct database *database)
{
	const struct value *settings = database->settings;
	const char *crl = value_get_text(settings, "crl");
	long long whole_ms = database->patience_ms * WHOLE_PATIENCES;
	/* the server's own bounds, so that nothing of ours stays there when we have gone */
	char *options = xprintf("-c statement_timeout=%lld -c lock_timeout=%lld "
				"-c idle_in_transaction_session_timeout=%lld -c search_path=",
				whole_ms, whole_ms, whole_ms);
	char *gone = xprintf("%lld", (long long)database->patience_ms);
	struct option_list list = {0};
	PGconn *link;

	add_option(&list, "host", database->host);
	add_option(&list, "port", database->port ? database->port : "5432");
	add_option(&list, "dbname", database->name);
	add_option(&list, "user", database->role);
	add_option(&list, "passfile", "/dev/null/none");
	add_option(&list, "sslmode", "verify-full");
	add_option(&list, "ssl_min_protocol_version", "TLSv1.2");
	add_option(&list, "sslrootcert", value_get_text(settings, "ca"));
	add_option(&list, "sslcert", value_get_text(settings, "certificate"));
	add_option(&list, "sslkey", value_get_text(settings, "key"));
	add_option(&list, "sslcrl", crl ? crl : "");
	add_option(&list, "gssencmode", "disable");
	add_option(&list, "client_encoding", "UTF8");
	add_option(&list, "application_name", "davy-push");
	add_option(&list, "tcp_user_timeout", gone);
	add_option(&list, "options", options);
	link = PQconnectStartParams(list.names, list.values, 0);
	free(options);
	free(gone);
	return link;
}

/* What a server remarks beside its answers is for nobody here. */
static void leave_aside(void *ctx, const PGresult *notice)
{
	(void)ctx;
	(void)notice;
}

static void hash_peer(struct database *database)
{
	SSL *tls = PQsslStruct(database->link, "OpenSSL");
	X509 *certificate = tls ? SSL_get1_peer_certificate(tls) : NULL;
	uint8_t *bytes = NULL, digest[HASH_SIZE];
	int size = certificate ? i2d_X509(certificate, &bytes) : 0;

	if (size > 0) {
		hash_of(bytes, (size_t)size, digest);
		hash_hex(digest, database->peer);
	}
	OPENSSL_free(bytes);
	X509_free(certificate);
}

/* libpq goes on without a certificate that it cannot find, and the server then speaks of something else. */
static int check_files(const struct database *database, struct database_said *said)
{
	for (size_t i = 0; i < sizeof(FILES) / sizeof(FILES[0]); i++) {
		const char *path = value_get_text(database->settings, FILES[i]);

		if (!path || access(path, R_OK) == 0)
			continue;
		said->trouble = PUSH_OWN_FILES;
		snprintf(said->detail, sizeof(said->detail), "%s: %s", path, strerror(errno));
		return -1;
	}
	return 0;
}

static int connect_server(struct database *database, struct database_said *said)
{
	int64_t until_ms = in_patiences(database, 1);
	PostgresPollingStatusType now = PGRES_POLLING_WRITING;

	if (check_files(database, said) < 0)
		return -1;
	database->link = begin(database);
	PQsetErrorVerbosity(database->link, PQERRORS_VERBOSE);
	PQsetNoticeReceiver(database->link, leave_aside, NULL);
	if (PQstatus(database->link) == CONNECTION_BAD)
		return in_trouble(database, PUSH_NO_TROUBLE, said);
	while (now != PGRES_POLLING_OK) {
		bool is_connected = PQstatus(database->link) > CONNECTION_STARTED;

		if (now == PGRES_POLLING_FAILED)
			return in_trouble(database, PUSH_NO_TROUBLE, said);
		if (!wait_for(database, now == PGRES_POLLING_READING ? POLLIN : POLLOUT, until_ms))
			return in_trouble(database,
					  is_connected ? PUSH_NO_ANSWER : PUSH_NO_CONNECTION, said);
		now = PQconnectPoll(database->link);
	}
	PQsetnonblocking(database->link, 1);
	hash_peer(database);
	return 0;
}

/* ---- asking ---- */

static int flush(struct database *database, int64_t until_ms, struct database_said *said)
{
	for (;;) {
		int left = PQflush(database->link);

		if (left == 0)
			return 0;
		if (left < 0)
			return in_trouble(database, PUSH_NO_TROUBLE, said);
		if (!wait_for(database, POLLIN | POLLOUT, until_ms))
			return in_trouble(database, PUSH_NO_ANSWER, said);
		/* what it says meanwhile is taken, or it would not read on */
		if (!PQconsumeInput(database->link))
			return in_trouble(database, PUSH_NO_TROUBLE, said);
	}
}

static bool is_copy(ExecStatusType status)
{
	return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
}

/* The last of what one statement gives. */
static int hear(struct database *database, int64_t until_ms, struct database_said *said)
{
	for (;;) {
		PGresult *next;

		while (PQisBusy(database->link)) {
			if (!wait_for(database, POLLIN, until_ms))
				return in_trouble(database, PUSH_NO_ANSWER, said);
			if (!PQconsumeInput(database->link))
				break;
		}
		next = PQgetResult(database->link);
		if (!next)
			break;
		PQclear(database->result);
		database->result = next;
		/* a copy has no end of its own, and nobody here asks for one */
		if (is_copy(PQresultStatus(next)))
			return in_trouble(database, PUSH_CUT_OFF, said);
	}
	switch (PQresultStatus(database->result)) {
	case PGRES_COMMAND_OK:
	case PGRES_TUPLES_OK:
		return PQstatus(database->link) == CONNECTION_OK
			       ? 0
			       : in_trouble(database, PUSH_NO_TROUBLE, said);
	default:
		return refused(database, said);
	}
}

static int ask(struct database *database, const char *sql, const struct database_value *values,
	       size_t count, struct database_said *said)
{
	int64_t until_ms = in_patiences(database, WHOLE_PATIENCES);
	const char *bytes[VALUES_MOST];
	int sizes[VALUES_MOST], binary[VALUES_MOST];

	for (size_t i = 0; i < count; i++) {
		bytes[i] = values[i].bytes;
		sizes[i] = (int)values[i].size;
		binary[i] = 1;
	}
	PQclear(database->result);
	database->result = NULL;
	if (!PQsendQueryParams(database->link, sql, (int)count, NULL, bytes, sizes, binary, 1))
		return in_trouble(database, PUSH_NO_TROUBLE, said);
	return flush(database, until_ms, said) < 0 ? -1 : hear(database, until_ms, said);
}

int database_ask(struct database *database, const char *sql, const struct database_value *values,
		 size_t count, struct database_said *said)
{
	/* what is committed is on its disk, whatever the server was set up for */
	static const char KEEPS[] =
		"SELECT pg_catalog.set_config('synchronous_commit', 'on', false) "
		"WHERE pg_catalog.current_setting('synchronous_commit') = 'off'";

	*said = (struct database_said){0};
	if (!database->link &&
	    (connect_server(database, said) < 0 || ask(database, KEEPS, NULL, 0, said) < 0))
		return -1;
	return ask(database, sql, values, count, said);
}

void database_abandon(struct database *database)
{
	struct database_said said = {0};

	if (database->link)
		ask(database, "ROLLBACK", NULL, 0, &said);
}

size_t database_rows(const struct database *database)
{
	return (size_t)PQntuples(database->result);
}

const char *database_cell(const struct database *database, size_t row, size_t column, size_t *size)
{
	if (PQgetisnull(database->result, (int)row, (int)column))
		return NULL;
	*size = (size_t)PQgetlength(database->result, (int)row, (int)column);
	return PQgetvalue(database->result, (int)row, (int)column);
}

const char *database_peer(const struct database *database)
{
	return database->peer;
}
