/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Orders and plans. An order is what somebody asked for: a protocol, a DUT, a slot. A plan is the same
 * with everything read, evaluated and compiled: nothing that a run needs is missing, and every limit is
 * frozen. Making a plan of an order loads Lua files in short-lived, sandboxed processes.
 */
#ifndef DAVY_RUN_PLAN_H
#define DAVY_RUN_PLAN_H

#include "base/value.h"
#include "loop/clock.h"
#include "loop/loop.h"
#include "run/calibration.h"
#include "run/fixture.h"
#include "run/gas_supply.h"
#include "run/limit_set.h"
#include "run/mutant.h"
#include "run/protocol.h"
#include "run/station.h"
#include "run/world.h"

/* The slots that one may name: what a number of more digits comes to is nobody's wish. */
enum { SLOTS_MOST = 256 };

/* What was asked for; every text may be NULL but `protocol`. Maps are name→text. */
struct order {
	char *protocol; /* path; NULL by hand */
	bool by_hand;	/* a person operates the slot (run_operate.c): there is no protocol */
	bool qualifies; /* the installation is (qualify.h): no protocol either */
	bool consents;	/* … and whoever ordered it has consented that outputs are moved */
	bool no_person; /* … nobody is there to be asked */
	bool pulls; /* … no check is made: outputs leave safe, and the controller kills itself */
	char *pulled;  /* … the run in which it did, before this one; or NULL */
	char *fixture; /* by hand without a station: the path of its file */
	char *station; /* path */
	char *limits;  /* path */
	int slot;      /* 1 … */
	struct value *dut, *params;
	struct value
		*retest; /* {"kind","why","authorisedBy"}: of a specimen that was tested before */
	struct value *task; /* who wants it, whose it is, under which number: no protocol asks */
	bool simulated;
	bool rig;    /* on real wires whose far ends somebody plays; `simulated` is true as well */
	char *fault; /* a fault of the world, or "device.mute" */
	double severity; /* 1 unless said otherwise */
	int64_t seed;
	char *only;	/* one step */
	char *destroys; /* the serial number of the specimen once more, of a destructive protocol */
	bool certificate; /* its results go into a certificate (control.h) */
	bool force;	  /* begin although the environment is not as the protocol asks */
	bool as_left; /* of a protocol that adjusts: the verdict is on the specimen as it is left */
	enum clock_kind clock;
	double scale;
	/* Of an interrupted run that is taken up again, and of no journal: */
	char *continues;    /* its name; NULL: it is a run of its own */
	char *serial_again; /* the serial number of what is in the slot now; or NULL */
	nsec outage;	    /* how long a simulated bench was away */
	/* What a rehearsal of this process changes (mutant.h), borrowed; NULL: the protocol as it is. */
	const struct mutant *mutant;
};

/* From and to the map that a command sends the controller; paths must be absolute. */
struct order *order_from_value(const struct value *value, struct error *err);
struct value *order_to_value(const struct order *order);
void order_free(struct order *order); /* accepts NULL */
/* Is a script to be run? Not by hand, nor in a qualification. */
bool order_needs_protocol(const struct order *order);
/* Does it drive real wires? */
bool order_has_wires(const struct order *order);

/* One file that was read: its name in sentences, its text. */
struct plan_source {
	char *name;
	char *text;
	size_t size;
};

enum { PLAN_SOURCES = 48 };

struct plan {
	struct order *order; /* owned */
	size_t source_count;
	struct plan_source source[PLAN_SOURCES];
	/* names of sources; those of the last three may be NULL */
	const char *protocol_source, *fixture_source, *world_source, *limits_source,
		*station_source;
	struct value *protocol_data, *fixture_data, *drivers, *simulators, *simulator_sources,
		*world_data, *station_data;
	struct protocol *protocol;
	struct fixture *fixture;
	struct station_slot *wires;  /* NULL where none are driven */
	struct limit_set *limit_set; /* or NULL */
	bool limits_unsigned;	/* it is the laboratory's, and not approved: it decides nothing */
	struct value *warnings; /* list of sentences: what is odd and keeps nothing from running */
	struct value *
		registered; /* what the bench's register holds (records.h), owned; or NULL: it was not asked */
	struct value *check; /* of its fixture, on which it rests (run_bracket_before()); or NULL */
	struct gas_supply *supply; /* on real wires that nobody plays, for a protocol; else NULL */
	struct calibration *calibration;
	char calibration_name[64];
	const char *calibration_from; /* "register", "station", "fixture", "none" */
	nsec grid;		      /* of the world */
	nsec wall;		      /* wall time when the run starts, or the stated epoch */
};

/* Wall time of every run without wires begins here: 2026-01-01T00:00:00Z, in ns since 1970. */
#define PLAN_STATED_EPOCH ((nsec)1767225600 * 1000000000)

struct planning;

/* `plan` is the caller's from here on, or NULL and the reason. Called once, from the loop. */
typedef void plan_done_fn(void *ctx, struct plan *plan, const struct error *err);

/* Takes the order. `program` is davy-lua. Stop it with planning_free before it is done. */
struct planning *planning_start(struct loop *loop, const char *program, struct order *order,
				plan_done_fn *done, void *ctx);
/* What the register holds, for a run on real wires; copied. Before the loop turns. */
void planning_take_register(struct planning *planning, const struct value *registered);
void planning_free(struct planning *planning); /* accepts NULL */
void plan_free(struct plan *plan);	       /* accepts NULL */

/* What stands on the slot, as its station says, or NULL; borrowed. */
const char *plan_slot_label(const struct plan *plan);
/* The START payloads. */
struct value *plan_runner_start(const struct plan *plan);
struct value *plan_world_start(const struct plan *plan);
const struct plan_source *plan_find_source(const struct plan *plan, const char *name);
/* Sources that the world needs: the world, its parts and the twins. `sources` has room for PLAN_SOURCES. */
size_t plan_world_sources(const struct plan *plan, struct source_file *sources);

/* ---- between plan.c and plan_compile.c ---- */

/* Read a file into the plan's sources; sentences call it by its path below `root`. */
const struct plan_source *plan_read(struct plan *plan, const char *root, const char *path,
				    struct error *err);
/* The same of a source that is no file. The text is the plan's from here on; NULL when there are too many. */
const struct plan_source *plan_add_text(struct plan *plan, const char *name, char *text,
					struct error *err);
/* Everything is loaded: read limits and calibration, compile, and hold the order against it. */
int plan_compile(struct plan *plan, const char *root, struct error *err);

#endif
