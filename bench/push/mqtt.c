/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The TLS context is ours, since libmosquitto says only that a certificate does not hold, and not why. Each attempt to connect has
 * a client of its own: what an old one had not sent is old.
 */
#include "push/mqtt.h"

#include <errno.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json.h"
#include "loop/loop.h"
#include "push/outcome.h"
#include "push/telemetry.h"

enum {
	PORT = 8883,
	PORT_MOST = 65535,
	PATIENCE_S = 30,
	PATIENCE_LEAST_S = 5, /* the shortest keep-alive of libmosquitto */
	PATIENCE_MOST_S = 600,
	TURN_MS = 1000, /* keep-alive is looked after so often */
	RETRY_LEAST_MS = 1000,
	RETRY_MOST_MS = 60000, /* of what is live, no hour is waited */
	DOUBLINGS_MOST = 6,
	QOS_KEPT = 1,
	UNDONE_MOST = 1000, /* messages that the broker has not taken */
	REASONS_BAD = 128,  /* reason codes of MQTT 5 from here on are failures */
};

struct mqtt {
	const struct value *settings;
	SSL_CTX *tls;
	char *client, *will_topic, *will;
	int64_t patience_ms;
	struct mosquitto *link; /* or NULL */
	bool is_up, has_failed; /* … as the broker has answered */
	unsigned connections, tries, undone;
	int64_t due_ms; /* connecting: give up; up: it was good for a while; without a link: come again */
	int verified; /* X509_V_ERR_… of the broker's certificate */
	int reason, told;
	char detail[300];
};

static int64_t now_ms(void)
{
	return loop_boot_time() / 1000000;
}

/* ---- settings ---- */

static int check_settings(const struct value *settings, struct error *err)
{
	static const char *const NEEDED[] = {"host", "ca", "certificate", "key"};
	const char *name = value_get_text(settings, "name");
	int64_t port = value_get_int(settings, "port", PORT);
	int64_t patience = value_get_int(settings, "patience", PATIENCE_S);

	for (size_t i = 0; i < sizeof(NEEDED) / sizeof(NEEDED[0]); i++)
		if (!value_get_text(settings, NEEDED[i]))
			return error_set(err, ERROR_USAGE,
					 "destination '%s': \"%s\" is not there: a broker is "
					 "reached by its host, its CA, our certificate and its "
					 "key, and never with a password",
					 name, NEEDED[i]);
	if (!telemetry_is_name(value_get_text(settings, "bench")))
		return error_set(err, ERROR_USAGE,
				 "destination '%s': \"bench\" is what this bench is called in "
				 "topics: letters, digits, '-', '_' and '.', at most %d of them",
				 name, TELEMETRY_BENCH_MOST);
	if (port < 1 || port > PORT_MOST)
		return error_set(err, ERROR_USAGE, "destination '%s': \"port\" is none", name);
	if (patience < PATIENCE_LEAST_S || patience > PATIENCE_MOST_S)
		return error_set(err, ERROR_USAGE,
				 "destination '%s': \"patience\" is between %d and %d seconds",
				 name, PATIENCE_LEAST_S, PATIENCE_MOST_S);
	return 0;
}

/* ---- TLS ---- */

static int note_verified(int holds, X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct mqtt *mqtt = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

	if (!holds)
		mqtt->verified = X509_STORE_CTX_get_error(store);
	return holds;
}

static bool load_revoked(SSL_CTX *tls, const char *path)
{
	X509_LOOKUP *lookup =
		X509_STORE_add_lookup(SSL_CTX_get_cert_store(tls), X509_LOOKUP_file());

	X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(tls), X509_V_FLAG_CRL_CHECK);
	return lookup && X509_load_crl_file(lookup, path, X509_FILETYPE_PEM) > 0;
}

static int own_file(const struct value *settings, const char *member, struct error *err)
{
	return error_set(err, ERROR_USAGE,
			 "destination '%s': %s, its \"%s\", cannot be used: it is not there, may "
			 "not be read, or is no PEM file of that kind",
			 value_get_text(settings, "name"), value_get_text(settings, member),
			 member);
}

/* Nobody is asked at a terminal. */
static int no_password(char *text, int size, int writes, void *ctx)
{
	(void)text;
	(void)size;
	(void)writes;
	(void)ctx;
	return 0;
}

static int load_files(struct mqtt *mqtt, struct error *err)
{
	const struct value *settings = mqtt->settings;
	const char *revoked = value_get_text(settings, "crl");

	SSL_CTX_set_default_passwd_cb(mqtt->tls, no_password);
	if (SSL_CTX_load_verify_file(mqtt->tls, value_get_text(settings, "ca")) != 1)
		return own_file(settings, "ca", err);
	if (SSL_CTX_use_certificate_chain_file(mqtt->tls,
					       value_get_text(settings, "certificate")) != 1)
		return own_file(settings, "certificate", err);
	if (SSL_CTX_use_PrivateKey_file(mqtt->tls, value_get_text(settings, "key"),
					SSL_FILETYPE_PEM) != 1)
		return own_file(settings, "key", err);
	return revoked && !load_revoked(mqtt->tls, revoked) ? own_file(settings, "crl", err) : 0;
}

static int set_tls(struct mqtt *mqtt, struct error *err)
{
	const char *host = value_get_text(mqtt->settings, "host");
	X509_VERIFY_PARAM *param;

	mqtt->tls = SSL_CTX_new(TLS_client_method());
	if (!mqtt->tls)
		return error_set(err, ERROR_OS, "OpenSSL cannot be used");
	param = SSL_CTX_get0_param(mqtt->tls);
	SSL_CTX_set_min_proto_version(mqtt->tls, TLS1_2_VERSION);
	SSL_CTX_set_app_data(mqtt->tls, mqtt);
	SSL_CTX_set_verify(mqtt->tls, SSL_VERIFY_PEER, note_verified);
	if (X509_VERIFY_PARAM_set1_ip_asc(param, host) != 1 &&
	    X509_VERIFY_PARAM_set1_host(param, host, 0) != 1)
		return error_set(err, ERROR_USAGE, "destination '%s': \"host\" is none",
				 value_get_text(mqtt->settings, "name"));
	return load_files(mqtt, err);
}

/* ---- what goes wrong ---- */

static enum push_trouble trouble_of_certificate(int verified)
{
	switch (verified) {
	case X509_V_ERR_CERT_NOT_YET_VALID:
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return PUSH_EXPIRED;
	case X509_V_ERR_CERT_REVOKED:
		return PUSH_REVOKED;
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		return PUSH_OTHER_NAME;
	default:
		return PUSH_NOT_TRUSTED;
	}
}

static int reason_of(const struct mqtt *mqtt, int code)
{
	if (mqtt->verified)
		return PUSH_IN_TROUBLE + trouble_of_certificate(mqtt->verified);
	if (code == MOSQ_ERR_TLS || strstr(mqtt->detail, "alert"))
		return PUSH_IN_TROUBLE + PUSH_NO_TLS;
	if (code == MOSQ_ERR_EAI)
		return PUSH_IN_TROUBLE + PUSH_NO_NAME;
	if (code == MOSQ_ERR_KEEPALIVE)
		return PUSH_IN_TROUBLE + PUSH_NO_ANSWER;
	return PUSH_IN_TROUBLE + (mqtt->is_up ? PUSH_CUT_OFF : PUSH_NO_CONNECTION);
}

/* Within [0, most), so that benches that lost the same broker do not come back at once. */
static int64_t chance(int64_t most)
{
	uint32_t drawn = 0;

	while (getrandom(&drawn, sizeof(drawn), 0) != sizeof(drawn) && errno == EINTR)
		;
	return (int64_t)drawn % most;
}

/* Without a link until it is due again. */
static void fail(struct mqtt *mqtt, int reason)
{
	unsigned doublings = mqtt->tries < DOUBLINGS_MOST ? mqtt->tries : DOUBLINGS_MOST;
	int64_t most = (int64_t)RETRY_LEAST_MS << doublings;

	most = most < RETRY_MOST_MS ? most : RETRY_MOST_MS;
	mosquitto_destroy(mqtt->link);
	mqtt->link = NULL;
	mqtt->is_up = false;
	mqtt->reason = reason;
	mqtt->tries++;
	mqtt->due_ms = now_ms() + RETRY_LEAST_MS + chance(most);
}

/* ---- what the library says ---- */

static void note_log(struct mosquitto *link, void *ctx, int level, const char *text)
{
	struct mqtt *mqtt = ctx;

	(void)link;
	if (level == MOSQ_LOG_ERR)
		snprintf(mqtt->detail, sizeof(mqtt->detail), "%s", text);
}

static void note_connected(struct mosquitto *link, void *ctx, int code, int flags,
			   const mosquitto_property *properties)
{
	struct mqtt *mqtt = ctx;

	(void)link;
	(void)flags;
	(void)properties;
	mqtt->is_up = code == 0;
	mqtt->has_failed = code != 0;
	if (code) {
		snprintf(mqtt->detail, sizeof(mqtt->detail), "%s", mosquitto_reason_string(code));
		mqtt->reason = code == MQTT_RC_SERVER_UNAVAILABLE || code == MQTT_RC_SERVER_BUSY ||
					       code == MQTT_RC_QUOTA_EXCEEDED
				       ? PUSH_BUSY
				       : PUSH_NOT_ALLOWED;
		return;
	}
	mqtt->connections++;
	mqtt->due_ms = now_ms() + mqtt->patience_ms;
}

static void note_disconnected(struct mosquitto *link, void *ctx, int code,
			      const mosquitto_property *properties)
{
	struct mqtt *mqtt = ctx;

	(void)link;
	(void)properties;
	if (code >= REASONS_BAD)
		snprintf(mqtt->detail, sizeof(mqtt->detail), "%s", mosquitto_reason_string(code));
}

/* Written, or, where it asks for that, acknowledged. */
static void note_done(struct mosquitto *link, void *ctx, int id, int code,
		      const mosquitto_property *properties)
{
	struct mqtt *mqtt = ctx;

	(void)link;
	(void)id;
	(void)code;
	(void)properties;
	mqtt->undone -= mqtt->undone > 0;
}

/* One that throws us out at once, and again, is not come back to as soon as one that was good for a while. */
static void settle(struct mqtt *mqtt)
{
	if (!mqtt->is_up || now_ms() < mqtt->due_ms)
		return;
	mqtt->tries = 0;
	mqtt->reason = mqtt->told = 0;
	mqtt->detail[0] = '\0';
}

/* ---- messages ---- */

/* Without `expires` it is what the broker goes on saying of us when we are gone. */
static mosquitto_property *properties_of(bool is_played, bool expires)
{
	mosquitto_property *all = NULL;

	if (expires)
		mosquitto_property_add_int32(&all, MQTT_PROP_MESSAGE_EXPIRY_INTERVAL,
					     MQTT_EXPIRY_S);
	mosquitto_property_add_byte(&all, MQTT_PROP_PAYLOAD_FORMAT_INDICATOR, 1);
	mosquitto_property_add_string(&all, MQTT_PROP_CONTENT_TYPE, "application/json");
	mosquitto_property_add_string_pair(&all, MQTT_PROP_USER_PROPERTY, "evidence", "false");
	mosquitto_property_add_string_pair(&all, MQTT_PROP_USER_PROPERTY, "simulated",
					   is_played ? "true" : "false");
	return all;
}

bool mqtt_send(struct mqtt *mqtt, const struct mqtt_message *message)
{
	mosquitto_property *properties;
	struct buf text;
	int code;

	if (!mqtt->is_up || mqtt->undone >= UNDONE_MOST || mosquitto_want_write(mqtt->link))
		return false;
	buf_init(&text);
	if (message->payload)
		json_write(&text, message->payload);
	properties = properties_of(message->is_played, true);
	mqtt->undone++; /* it may be done before it returns */
	code = mosquitto_publish_v5(mqtt->link, NULL, message->topic, (int)text.size, text.data,
				    message->is_kept ? QOS_KEPT : 0, message->is_kept, properties);
	mosquitto_property_free_all(&properties);
	buf_done(&text);
	mqtt->undone -= code != MOSQ_ERR_SUCCESS;
	return code == MOSQ_ERR_SUCCESS;
}

/* ---- connecting ---- */

static int set_link(struct mqtt *mqtt)
{
	mosquitto_property *properties = properties_of(false, false);
	int code = mosquitto_int_option(mqtt->link, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);

	mosquitto_log_callback_set(mqtt->link, note_log);
	mosquitto_connect_v5_callback_set(mqtt->link, note_connected);
	mosquitto_disconnect_v5_callback_set(mqtt->link, note_disconnected);
	mosquitto_publish_v5_callback_set(mqtt->link, note_done);
	if (code == MOSQ_ERR_SUCCESS)
		code = mosquitto_int_option(mqtt->link, MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0);
	if (code == MOSQ_ERR_SUCCESS)
		code = mosquitto_void_option(mqtt->link, MOSQ_OPT_SSL_CTX, mqtt->tls);
	if (code == MOSQ_ERR_SUCCESS)
		code = mosquitto_will_set_v5(mqtt->link, mqtt->will_topic, (int)strlen(mqtt->will),
					     mqtt->will, QOS_KEPT, true, properties);
	if (code != MOSQ_ERR_SUCCESS)
		mosquitto_property_free_all(&properties);
	return code;
}

static void wake(int number)
{
	(void)number;
}

/* The library waits for a connection as long as the kernel does, which is minutes; a signal ends that. */
static int connect_in_time(struct mqtt *mqtt)
{
	const struct sigaction wakes = {.sa_handler = wake};
	int code;

	sigaction(SIGALRM, &wakes, NULL);
	alarm((unsigned)(mqtt->patience_ms / 1000));
	code = mosquitto_connect_bind_v5(mqtt->link, value_get_text(mqtt->settings, "host"),
					 (int)value_get_int(mqtt->settings, "port", PORT),
					 (int)(mqtt->patience_ms / 1000), NULL, NULL);
	alarm(0);
	return code;
}

static void begin(struct mqtt *mqtt)
{
	int code;

	mqtt->verified = 0;
	mqtt->has_failed = false;
	mqtt->undone = 0;
	mqtt->detail[0] = '\0';
	mqtt->link = mosquitto_new(mqtt->client, true, mqtt);
	code = mqtt->link ? set_link(mqtt) : MOSQ_ERR_NOMEM;
	if (code == MOSQ_ERR_SUCCESS)
		code = connect_in_time(mqtt);
	if (code != MOSQ_ERR_SUCCESS)
		fail(mqtt, reason_of(mqtt, code));
	mqtt->due_ms = code == MOSQ_ERR_SUCCESS ? now_ms() + mqtt->patience_ms : mqtt->due_ms;
}

static void go_on(struct mqtt *mqtt, short events)
{
	int code = MOSQ_ERR_SUCCESS;

	if (events & (POLLIN | POLLHUP | POLLERR))
		code = mosquitto_loop_read(mqtt->link, 1);
	if (code == MOSQ_ERR_SUCCESS && (events & POLLOUT))
		code = mosquitto_loop_write(mqtt->link, 1);
	if (code == MOSQ_ERR_SUCCESS)
		code = mosquitto_loop_misc(mqtt->link);
	if (mqtt->has_failed)
		fail(mqtt, mqtt->reason);
	else if (code != MOSQ_ERR_SUCCESS)
		fail(mqtt, reason_of(mqtt, code));
	else if (!mqtt->is_up && (events & (POLLHUP | POLLERR)))
		fail(mqtt, PUSH_IN_TROUBLE + PUSH_CUT_OFF);
	else if (!mqtt->is_up && now_ms() >= mqtt->due_ms)
		fail(mqtt, PUSH_IN_TROUBLE + PUSH_NO_ANSWER);
	settle(mqtt);
}

void mqtt_turn(struct mqtt *mqtt, short events)
{
	if (mqtt->link)
		go_on(mqtt, events);
	else if (now_ms() >= mqtt->due_ms)
		begin(mqtt);
}

int mqtt_wait(const struct mqtt *mqtt, struct pollfd *waits)
{
	int64_t left = mqtt->due_ms - now_ms();

	*waits = (struct pollfd){.fd = -1};
	if (!mqtt->link)
		return left < 0 ? 0 : left > TURN_MS ? TURN_MS : (int)left;
	waits->fd = mosquitto_socket(mqtt->link);
	waits->events = POLLIN;
	if (mosquitto_want_write(mqtt->link))
		waits->events |= POLLOUT;
	return TURN_MS;
}

unsigned mqtt_connection(const struct mqtt *mqtt)
{
	return mqtt->is_up ? mqtt->connections : 0;
}

int mqtt_trouble(struct mqtt *mqtt, const char **detail)
{
	int reason = mqtt->reason == mqtt->told ? 0 : mqtt->reason;

	mqtt->told = mqtt->reason;
	*detail = mqtt->detail;
	return reason;
}

/* ---- all of it ---- */

struct mqtt *mqtt_open(const struct value *settings, const struct mqtt_message *will,
		       struct error *err)
{
	struct mqtt *mqtt;
	struct buf text;

	if (check_settings(settings, err) < 0)
		return NULL;
	mosquitto_lib_init();
	buf_init(&text);
	json_write(&text, will->payload);
	mqtt = xcalloc(1, sizeof(*mqtt));
	mqtt->settings = settings;
	mqtt->client = xprintf("davy-%s-%s", value_get_text(settings, "bench"),
			       value_get_text(settings, "name"));
	mqtt->will_topic = xstrdup(will->topic);
	mqtt->will = buf_detach(&text);
	mqtt->patience_ms = value_get_int(settings, "patience", PATIENCE_S) * 1000;
	if (set_tls(mqtt, err) == 0)
		return mqtt;
	mqtt_close(mqtt);
	return NULL;
}

void mqtt_close(struct mqtt *mqtt)
{
	if (!mqtt)
		return;
	if (mqtt->is_up)
		mosquitto_disconnect_v5(mqtt->link, MQTT_RC_DISCONNECT_WITH_WILL_MSG, NULL);
	mosquitto_destroy(mqtt->link);
	SSL_CTX_free(mqtt->tls);
	free(mqtt->client);
	free(mqtt->will_topic);
	free(mqtt->will);
	free(mqtt);
	mosquitto_lib_cleanup();
}
