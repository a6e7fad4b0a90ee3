/* SPDX-License-Identifier: Apache-2.0 */
/*
 * After each byte the devices are asked whether what is held is a question of theirs; if it is, it is
 * answered and forgotten. What is not is let go as the bus has it:
 *
 * MODBUS. A question begins after a silence, or after a whole one, be it a neighbour's. Stray bytes in
 * front of one spoil it, as they do on a real bus, and whoever asks tries again.
 *
 * LINES. A line begins where the last one ended; one that nobody understands is dropped at its end. A line
 * that is longer than any question is dropped up to its end.
 *
 * FRAMES. A frame is found wherever it begins, since its head and its size tell it.
 *
 * A silence is 50 ms here: the system hands the bytes of one question over in pieces, and a bus that
 * counts 3.5 characters would break it where the machine only was busy. It is shorter than any device's
 * patience, so that a question which was asked again is not added to the rest of one that was cut off.
 */
#include "run/twin_ear.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/twin_parts.h"

#define SILENCE MSEC(50)

struct twin_ear {
	struct twin_port *port;
	bool modbus, lines;
	const char *ends; /* of all lines on the port, or NULL when they differ */
	nsec heard;	  /* when the latest byte came */
	bool astray;	  /* LINES: this one was too long, and its rest is no question */
	size_t size;
	uint8_t held[FRAME_MOST];
};

struct twin_ear *twin_ear_new(struct twin_port *port)
{
	struct twin_ear *ear = xcalloc(1, sizeof(*ear));
	bool differ = false;

	ear->port = port;
	for (size_t i = 0; i < port->count; i++) {
		const struct twin *twin = port->twin[i];

		ear->modbus |= twin->bus == TWIN_MODBUS;
		if (twin->bus != TWIN_LINE)
			continue;
		ear->lines = true;
		differ |= ear->ends && strcmp(ear->ends, twin->ends) != 0;
		ear->ends = twin->ends;
	}
	if (differ)
		ear->ends = NULL;
	return ear;
}

static bool line_is_over(const struct twin_ear *ear)
{
	size_t tail = ear->ends ? strlen(ear->ends) : 0;

	return tail > 0 && ear->size >= tail &&
	       !memcmp(ear->held + ear->size - tail, ear->ends, tail);
}

static bool is_a_neighbours(const struct twin_ear *ear)
{
	struct modbus_request ignored;
	struct error err;

	return ear->modbus && modbus_request_decode(&ignored, ear->held, ear->size, &err) == 0;
}

/* Is what is held a question, or does it end with a frame? */
static bool is_understood(const struct twin_ear *ear)
{
	bool framed = !ear->modbus && !ear->lines;

	for (size_t from = 0; from < (framed ? ear->size : 1); from++)
		if (twin_port_hear(ear->port, ear->held + from, ear->size - from))
			return true;
	return false;
}

/* The oldest half: a frame may still have begun in the rest, a line or a request has not. */
static void make_room(struct twin_ear *ear)
{
	ear->astray = ear->lines;
	if (ear->modbus || ear->lines) {
		ear->size = 0;
		return;
	}
	ear->size -= sizeof(ear->held) / 2;
	memmove(ear->held, ear->held + sizeof(ear->held) / 2, ear->size);
}

static void hear_byte(struct twin_ear *ear, uint8_t byte)
{
	if (ear->size == sizeof(ear->held))
		make_room(ear);
	ear->held[ear->size++] = byte;
	if ((!ear->astray && is_understood(ear)) || is_a_neighbours(ear)) {
		ear->size = 0;
	} else if (line_is_over(ear)) {
		ear->size = 0;
		ear->astray = false;
	}
}

void twin_ear_hear(struct twin_ear *ear, nsec now, const uint8_t *bytes, size_t size)
{
	if (now - ear->heard > SILENCE) {
		ear->size = 0;
		ear->astray = false;
	}
	ear->heard = now;
	for (size_t i = 0; i < size; i++)
		hear_byte(ear, bytes[i]);
}

void twin_ear_free(struct twin_ear *ear)
{
	free(ear);
}
