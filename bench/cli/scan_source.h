/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readers that answer the scans a run asks for (run/scan_desk.h), beside the keyboard: those of the command line, else
 * those that the station's file has. They are opened when the first scan is asked for, and stay open, so that what lies
 * before one between two questions is known and is no answer. One that cannot be used is told of, and the person types; with
 * the next question it is tried again, since a cable that was pulled is put back.
 */
#ifndef DAVY_CLI_SCAN_SOURCE_H
#define DAVY_CLI_SCAN_SOURCE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/value.h"
#include "loop/loop.h"

struct scan_source;

struct scan_source_handlers {
	/* What was asked is answered: by which reader ("yrm100 on usb:…: M100 …"). */
	void (*read)(void *ctx, const char *text, const char *reader);
	/* A sentence for whoever stands there, about the question of this slot; 0: of none. Neither frees the source. */
	void (*told)(void *ctx, int64_t slot, const char *sentence);
};

/* Readers were named for a run that is simulated: always -1. */
int scan_source_refuse_simulated(struct error *err);
/* Does this event "operator" ask for a scan? */
bool scan_source_is_asked(const struct value *question);
/* `wish` maps drivers to their ports, and lives until it is freed; NULL: as the station says. */
struct scan_source *scan_source_new(struct loop *loop, const struct value *wish,
				    const struct scan_source_handlers *handlers, void *ctx);
void scan_source_free(struct scan_source *source); /* accepts NULL */
/* This question (an event "operator") is asked, until it is answered or forgotten. */
void scan_source_ask(struct scan_source *source, const struct value *question);
void scan_source_forget(struct scan_source *source);

#endif
