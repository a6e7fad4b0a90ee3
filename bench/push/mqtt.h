/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MQTT 5 to one broker, for live telemetry alone; the only file that knows libmosquitto. TLS 1.2 or later, the CA of the
 * destination and no other, our certificate and no password. What cannot be sent at once is not sent:
 *
 *   {"name":"screen","kind":"mqtt","host":"broker.lab.example","port":8883,"bench":"B07","ca":"FILE","certificate":"FILE",
 *    "key":"FILE","crl":"FILE","patience":30,"simulated":false}
 *
 * `port` is 8883 where it is not said, `crl` has what that CA has revoked; `patience` is in seconds: how long a broker may say
 * nothing. Each message expires after MQTT_EXPIRY_S at the broker and has user properties "evidence" = "false" and "simulated".
 */
#ifndef DAVY_PUSH_MQTT_H
#define DAVY_PUSH_MQTT_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/value.h"

enum { MQTT_EXPIRY_S = 60 };

struct mqtt;

struct mqtt_message {
	const char *topic;
	const struct value *payload; /* NULL: what the broker keeps under this topic goes */
	bool is_kept; /* by the broker, for who comes later; and sent again until it has it */
	bool is_played;
};

/*
 * What becomes known of us when we are gone is `will`, which is kept. Refused with a sentence: settings that lack something, files
 * that cannot be used. `settings` is borrowed until mqtt_close().
 */
struct mqtt *mqtt_open(const struct value *settings, const struct mqtt_message *will,
		       struct error *err);
void mqtt_close(struct mqtt *mqtt); /* tells the broker, where there is one; accepts NULL */

/*
 * One turn, when its descriptor says so or the time is up: connects, reads, writes, and comes again later where that fails. It
 * waits for nothing but a name and a connection, and for those no longer than `patience`.
 */
void mqtt_turn(struct mqtt *mqtt, short events);
/* What to wait for; -1 as descriptor: nothing. Returns in how many ms a turn is due anyhow. */
int mqtt_wait(const struct mqtt *mqtt, struct pollfd *waits);
/* How often a broker has taken us: whoever comes anew sends all that is kept. 0 while there is none. */
unsigned mqtt_connection(const struct mqtt *mqtt);
/* Why there is none, once for each reason: of enum push_reason, with a detail; 0: nothing new. */
int mqtt_trouble(struct mqtt *mqtt, const char **detail);

/* False: there is no broker, or what was sent before still waits to be written or taken. */
bool mqtt_send(struct mqtt *mqtt, const struct mqtt_message *message);

#endif
