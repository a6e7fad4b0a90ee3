/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small bench for claims about runs: a folder tree with fixture, driver, twin, world and certificates
 * (tests/bench_files.c), in which protocols are rehearsed by the real davy-lua and whose journals are
 * read back. JSON in claims is written with apostrophes for quotes.
 *
 * The fixture "mini": on one Modbus port a meter (unit 1, writes drive and trim) and a specimen (unit 2,
 * the device under test), which both show the world's pressure, 1000 Pa with a noise of 0.5 Pa; a valve
 * that raises it by 100 Pa/s and may be open for 30 s, never without the lid, never above 5 kPa; a
 * purge for teardown, a vent that is safe when open, a motor; contacts lid and stop (the E-stop),
 * pulses of 250 Hz, and a certified weight of 1000 Pa.
 */
#ifndef DAVY_TESTS_BENCH_RIG_H
#define DAVY_TESTS_BENCH_RIG_H

#include "base/buf.h"
#include "run/journal_read.h"
#include "run/rehearsal.h"

/* A station with the mini bench on slot 1, and more fields of its own: "calibration = 'own.csv', ". */
#define MINI_STATION(own)                                                                          \
	"return station { " own "slots = { slot { 1, fixture = 'mini',\n"                          \
	"ports = { bus = '/dev/ttyS1' },\n"                                                        \
	"lines = { valve = 'GPIO5', purge = 'GPIO6', vent = 'GPIO7', motor = 'GPIO8',\n"           \
	"lid = 'GPIO9', stop = 'GPIO10', pulses = 'GPIO11' } } } }"
/* A protocol's header: it uses up a specimen with a serial number. */
#define MINI_DESTROYS                                                                              \
	"destructive = true, class = 'pack',\n"                                                    \
	"dut = { serial = { ask = 'Serial number', text = true, simulated = 'SIM-1' } },"

struct value *said(const char *json);
/* A file's text and where it belongs; ends with a NULL path. */
extern const struct bench_file {
	const char *path, *text;
} MINI_FILES[];

struct bench {
	char folder[64];
	char state[80];
	char *program; /* davy-lua */
	char *runner;  /* or NULL: what runs the script in its place */
	/* of the last rehearsal */
	int done; /* -1: it could not be started, and `error` says why */
	struct error error;
	struct rehearsal end;
	const char *why; /* of the verdict, or "" */
	char journal[240];
	struct run *run; /* while it runs */
	void (*at_now)(struct bench *bench), (*at_start)(struct bench *bench);
	void (*deed)(struct bench *bench);
	struct timer soon; /* real time */
};

struct mini_order {
	const char *body;     /* of the one step "S"; its first line is mini.lua:10 */
	const char *protocol; /* the whole file instead */
	bool qualifies;	      /* no protocol: the bench itself is qualified */
	const char *measures; /* besides x (limit >= 5 Pa, verbatim) */
	const char *header;   /* more fields of protocol { … } */
	const char *fault, *only;
	bool force;
	const char *param; /* "cycles=5" */
	const char *dut;   /* "serial=B7" */
	const char *destroys;
	const char *limits;	   /* text of a limit set */
	const char *station;	   /* text of a station */
	bool wires, rig;	   /* on the station's real wires, or on those of a rig */
	bool certificate;	   /* … for a certificate */
	const char *authorised_by; /* a repeated measurement, by this person's leave */
	const char *
		registered; /* what the bench's register holds, as JSON with apostrophes; of bench_plan */
	const char *continues; /* an interrupted run that is taken up again … */
	const char *serial_again;
	nsec outage; /* … after so long */
	double severity;
	int64_t seed;
	uint64_t quota; /* bytes of journal, instead of the usual many */
	enum clock_kind clock;
	double scale; /* of a scaled clock; 0: 1 */
	/* Called when the run has been started, before its loop turns. */
	void (*at_start)(struct bench *bench);
	/* Called when the script says `log "now"`, from inside the event. */
	void (*at_now)(struct bench *bench);
};

void bench_open(struct bench *bench);
void bench_close(struct bench *bench);
/* For real time on a busy machine: the instruments may take 3 s to answer, not 100 ms. */
void bench_be_patient(struct bench *bench);
/* Write a file below the tree, in place of one that is there. */
void bench_put(struct bench *bench, const char *path, const char *text);
void bench_put_bytes(struct bench *bench, const char *path, const void *bytes, size_t size);
/* The order for a protocol, which is written into the tree. */
struct order *bench_order(struct bench *bench, const struct mini_order *what);
/* Rehearse it to its end. */
void bench_rehearse(struct bench *bench, const struct mini_order *what);
/* For a protocol that adjusts its specimen: of its measures x and y one is taken before that, and the other behind it. */
#define ADJUSTS_HEADER "adjusts = { zero = { 'Set its zero', zh = '调零' } },"
#define ADJUSTS_MEASURE                                                                            \
	"y = { 'a pressure, on the other side of an adjustment', limit = '>= 5 Pa' },"
#define bench_run(bench, ...) bench_rehearse(bench, &(struct mini_order){__VA_ARGS__})
/* Inside at_now: do this from the loop, without bench time passing in between. */
void bench_soon(struct bench *bench, void (*deed)(struct bench *bench));
/* The same: the operator stops the run, or stops it twice. */
void bench_stop_soon(struct bench *bench);
void bench_stop_twice_soon(struct bench *bench);
/* Plan it without running: NULL and bench->error when refused. */
struct plan *bench_plan_order(struct bench *bench, const struct mini_order *what);
#define bench_plan(bench, ...) bench_plan_order(bench, &(struct mini_order){__VA_ARGS__})

/* Did the last rehearsal end like this, with this part in its reason? Prints what it was if not. */
bool bench_ended(const struct bench *bench, enum verdict verdict, const char *part);
/* Could it not be started, for this reason? */
bool bench_refused(const struct bench *bench, const char *part);
/* The journal's bytes; buf_done frees. */
struct buf bench_bytes(const char *folder);
/* Does some line of the journal (as JSON with apostrophes) have this in it? */
bool journal_says(const char *folder, const char *part);
int journal_count(const char *folder, const char *kind);
/* Were outputs moved, is each at its safe level at the end, and is there one verdict, as the last line? */
bool journal_is_safe(const char *folder);
/* The lines "safe" and the settings in order, as "valve=0 purge=1 …" (ENTRY_SET by line name). */
const char *journal_settings(struct bench *bench);

#endif
