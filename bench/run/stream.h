/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a streamed message to samples with times: pure, so that a replay takes the same samples out of
 * the same bytes. What it needs to remember of one device's stream is `stream_past`, zeroed before the
 * first message.
 *
 * The time of a message is that of its last sample. It is the bench time at which its first bit left;
 * where the instrument sends its own clock, that clock and the least difference of the two seen lately,
 * because a message can be late but never early. "Lately" is the last half minute to minute: two
 * quartz clocks drift apart by some 50 ppm, which over an hour would be 180 ms and over a minute is 3.
 */
#ifndef DAVY_RUN_STREAM_H
#define DAVY_RUN_STREAM_H

#include <stdbool.h>

#include "port/serial.h"
#include "run/driver.h"

struct stream_past {
	bool counts, timed; /* a counter, a clock has been seen */
	double number;	    /* of the latest message */
	double clock;	    /* its own time, in counts … */
	nsec device;	    /* … and unwrapped */
	nsec left;	    /* when its first bit left */
	nsec least,
		earlier; /* least difference of bench and device in this half minute; in the last */
	nsec until;	 /* when this half minute ends */
};

struct stream_message {
	nsec time; /* of the last sample */
	double fields[FRAME_FIELDS];
	double lost;   /* messages that are missing before this one */
	bool recounts; /* its counter went from `counted` to `counting`, which is no loss */
	double counted, counting;
	nsec jump; /* by so much the instrument's clock jumped before this one; else 0 */
};

/* Which stream of the driver these bytes are a whole and sound message of; -1: of none. */
int stream_find(const struct driver *driver, const uint8_t *bytes, size_t size);
/* How long so many bytes are on a wire, in bench time, of which `scale` passes in a unit of the wire's. */
nsec stream_took(const struct serial_settings *settings, size_t size, double scale);
/*
 * The next message of a stream, as the listener or stream_find has found it. `whole` is when its last bit
 * arrived, `took` how long it was on the wire.
 */
void stream_take(struct stream_past *past, const struct driver *driver, size_t stream, nsec whole,
		 nsec took, const uint8_t *bytes, size_t size, struct stream_message *message);

/* Samples of a message that lie equally apart: numbers `from` to `from + count - 1` of the read. */
struct stream_row {
	size_t from, count;
	nsec first;
};

/*
 * The next row of a read; zero `row` before the first. False: there is none. `latest` is the time of
 * the channel's latest sample (INT64_MIN: none), kept up to date here: times increase strictly. A sample
 * that would not is moved to 1 ns after the one before it; one that lies more than its spacing before
 * that is left out.
 */
bool stream_next_row(const struct driver_item *item, const struct stream_message *message,
		     nsec *latest, struct stream_row *row);
/* Sample number `sample` of a read, in SI; not finite when the instrument sent no number. */
double stream_value(const struct driver_item *item, const struct stream_message *message,
		    size_t sample);

#endif
