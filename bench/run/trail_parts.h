/* SPDX-License-Identifier: Apache-2.0 */
/* Between the trail*.c: a journal's lines by their numbers, and what is wanted of its samples and bytes. */
#ifndef DAVY_RUN_TRAIL_PARTS_H
#define DAVY_RUN_TRAIL_PARTS_H

#include "run/condition.h"
#include "run/fixture.h"
#include "run/journal_read.h"
#include "run/trail.h"

/* A place in a journal: lines and entries are counted together from 1. */
typedef size_t trail_place;

struct trail_request {
	uint32_t id;
	nsec opened, ended;
	trail_place place, end; /* 0: it never ended */
	struct value *says;	/* of the line "request" */
	struct value *result;	/* what the script was told, or NULL */
	struct value *answers;	/* of a person: list of {t, text, why} */
	char step[96];
};

struct trail_reading {
	struct value *line; /* NULL: the journal lacks it */
	trail_place place;
	uint32_t request; /* 0: the controller's own */
};

struct trail_judged {
	struct value *line, *measure; /* "judged", and the line "measure" before it or NULL */
	trail_place place, before;    /* `before`: of the one judged before it, or 0 */
};

/* A line that says how it went on. */
struct trail_event {
	struct value *line;
	trail_place place;
};

struct trail {
	char *folder;
	struct value *head, *sources; /* the line "run" or NULL; name to text */
	struct fixture *fixture;      /* or NULL */
	bool script; /* a script was started: samples can be decoded as in a replay */
	struct trail_request *request;
	struct trail_reading *reading; /* reading[id - 1] */
	struct trail_judged *judged;
	struct trail_event *event;
	size_t requests, readings, judgements, events;
	trail_place watched, concludes, ends;
	nsec watched_at;
};

/* ---- trail_index.c ---- */

int trail_index(struct trail *trail, struct error *err);
const struct trail_request *trail_request(const struct trail *trail, uint32_t id); /* or NULL */
const struct trail_reading *trail_reading(const struct trail *trail, uint64_t id); /* or NULL */
/* {where, text} of "file:line", the caller's: `text` is that line where the journal has the file. */
struct value *trail_source(const struct trail *trail, const char *where);

/* ---- trail_scan.c: a journal from its first item to its last ---- */

struct trail_scan {
	/* Either may be NULL. `place` is that of the item; samples come after their entry. */
	void (*item)(void *ctx, trail_place place, const struct journal_item *item);
	void (*samples)(void *ctx, trail_place place, const struct journal_item *item,
			const struct bench_sample *samples, size_t count);
	void *ctx;
};

/* -1: it is damaged, or a sample is not what its bytes say. */
int trail_scan(const struct trail *trail, const struct trail_scan *scan, struct error *err);

/* ---- trail_samples.c: the samples that a request saw ---- */

struct kept {
	nsec time, asked;
	double value, weight;
	trail_place place;
};

struct trail_window {
	struct trail_window *next; /* of the same channel, while it is open */
	int channel;
	nsec opened; /* asked for before that, a sample does not count … */
	bool strict; /* … and neither does one that is not later than the one before */
	trail_place from, to;
	struct kept *kept;
	size_t count, room;
};

struct trail_windows {
	struct trail_window **window;
	size_t count, room;
};

/*
 * The window of these samples, made when there is none yet. One that begins there is made to reach as far:
 * it may have more than these.
 */
struct trail_window *trail_window(struct trail_windows *windows, int channel, nsec opened,
				  bool strict, trail_place from, trail_place to);
/* So many of them stand in the journal up to this place. */
size_t trail_kept_until(const struct trail_window *window, trail_place to);
int trail_fill(const struct trail *trail, struct trail_windows *windows, struct error *err);
void trail_windows_done(struct trail_windows *windows);

/* ---- trail_bytes.c: the bytes that samples came from ---- */

enum probe_kind {
	PROBE_SAMPLES = 1, /* of a channel, with times in [first, last]: count, and the two ends */
	PROBE_PORT,	   /* all that crossed a port between two places */
	PROBE_LAST,	   /* the last exchange on a port before a place */
	PROBE_LINE,	   /* settings and edges of a line between two places */
	PROBE_COUNT,	   /* the latest count of a pulse line before a place */
};

struct probe {
	enum probe_kind kind;
	int subject; /* channel, port or line */
	trail_place from, to;
	nsec first, last;
	struct value *into; /* gets what is found; lives until trail_probe has ended */
	size_t count;
};

struct probes {
	struct probe *probe;
	size_t count, room;
};

struct probe *probe_add(struct probes *probes, enum probe_kind kind, int subject, trail_place from,
			trail_place to, struct value *into);
/* A breath adds probes of its own: twice through the journal where there are any. */
int trail_probe(const struct trail *trail, struct probes *probes, struct error *err);

/* ---- trail_reading.c: one reading, or one request that gave none ---- */

struct trail_wants {
	bool bytes; /* of what decided, too */
	struct trail_windows windows;
	struct probes probes;
};

/* Want the samples of this reading, or of this request. */
void trail_want(const struct trail *trail, struct trail_wants *wants, uint64_t reading,
		const struct trail_request *request);
/* Once they are there: {…}, the caller's. Wants the bytes of what decided. */
struct value *trail_tell(const struct trail *trail, struct trail_wants *wants, uint64_t reading,
			 const struct trail_request *request);
/* What the journal's line says of a reading, into a node; only its number where there is no line. */
void trail_tell_reading(const struct trail *trail, int64_t id, struct value *node);
/* The readings that a request's fields name, appended to `ids` (a list of ints), each once. */
void trail_rests(const struct trail_request *request, struct value *ids);
/* An expression from the readings as the journal has them. */
int trail_evaluate(const struct trail *trail, const char *text, struct quantity *result,
		   struct error *err);

/* ---- trail_declared.c: what the controller measured itself, of what the protocol declares ---- */

void trail_want_declared(const struct trail *trail, struct trail_wants *wants,
			 const struct value *judged);
/* NULL: it is none. */
struct value *trail_tell_declared(const struct trail *trail, struct trail_wants *wants,
				  const struct value *judged);

/* {channel, unit, count, first, last, lowest, highest} of kept samples; NULL: there are none. */
struct value *trail_series(const struct trail *trail, int channel, const struct kept *kept,
			   size_t count);
/* Append a sample that decided to node.decisive, and want its evidence. */
void trail_decisive(const struct trail *trail, struct trail_wants *wants, struct value *node,
		    int channel, const char *role, const struct kept *kept);
/* {value, same} of a number that should be the one under "value" of `node`. */
void trail_again(struct value *node, double number);

#endif
