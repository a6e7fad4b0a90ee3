/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A slot while a run has it: the fixture's ports, lines, channels and guard, live on one bench clock,
 * with a world behind them when it is simulated. Everything that happens here is in the journal.
 *
 * The slot owns the wires. Whoever runs a protocol asks it to act and to sample; the guard decides, and
 * may end the run at any time by tripping.
 */
#ifndef DAVY_RUN_SLOT_H
#define DAVY_RUN_SLOT_H

#include <stdbool.h>

#include "base/error.h"
#include "base/value.h"
#include "loop/clock.h"
#include "loop/loop.h"
#include "port/gpio_sim.h"
#include "port/link.h"
#include "run/condition.h"
#include "run/fixture.h"
#include "run/gas_ledger.h"
#include "run/gas_supply.h"
#include "run/journal.h"
#include "run/station.h"
#include "run/world.h"
#include "verdict/decision.h"

struct slot;

struct slot_handlers {
	/* A channel has a new reading. */
	void (*sample)(void *ctx, int channel, const struct bench_sample *sample);
	/* A channel that streams has new ones, in the order of their times, which lie in the past. */
	void (*samples)(void *ctx, int channel, const struct bench_sample *samples, size_t count);
	void (*pulse)(void *ctx, int line, double high, double low);
	/* An output has changed. */
	void (*output)(void *ctx, int line, bool level);
	/* The bench cannot go on: ERROR, or ABORTED for the E-stop. Outputs are being made safe already. */
	void (*tripped)(void *ctx, enum verdict verdict, const char *why);
	/* On real wires that nobody was said to play: an instrument says that it is played. Once. */
	void (*simulated)(void *ctx, const char *why);
	/* Where the slot is operated by hand: something is not well, and the slot goes on. */
	void (*doubt)(void *ctx, const char *text);
	/* Bytes that crossed, or came, on a port. May be NULL. */
	void (*bytes)(void *ctx, int port, enum entry_kind direction, const uint8_t *bytes,
		      size_t size);
	/* A setting that has a safe value was told to be this. May be NULL. */
	void (*setting)(void *ctx, int device, int index, const char *value, bool away);
};

struct slot_settings {
	struct loop *loop;
	struct bench_clock *clock;
	struct journal *journal;
	const struct fixture *fixture;
	int number;
	/* no protocol, by hand or a qualification: a device that fails is told of, and trips only where an
	 * output relies on it */
	bool by_hand;
	const struct gas_supply *supply; /* or NULL: gas flows unasked */
	struct gas_account *account; /* with a supply: what others draw from it counts; or NULL */
	/* simulated */
	const char *program; /* davy-lua */
	int cpu;
	nsec grid;
	const struct value *world_start;   /* START of the world, without inputs and outputs */
	const struct value *simulators;	   /* map device→what the loader said of its twin */
	const struct source_file *sources; /* world and twins */
	size_t source_count;
	const char *line_fault; /* "device.mute" … or NULL */
	/* on real wires; `wires` is NULL where there are none */
	const struct station_slot *wires;
	bool rig;	 /* somebody plays their far ends, and says so */
	double scale;	 /* of a scaled clock */
	const char *run; /* whose outputs these are, for what outlives it; until slot_close */
	struct gpio_bank *bank;
	struct guardian *guardian; /* makes the slot safe when this process cannot */
};

typedef void slot_done_fn(void *ctx, const struct error *err);

struct slot *slot_open(const struct slot_settings *settings, const struct slot_handlers *handlers,
		       void *ctx, struct error *err);
/* Bring it up: world, lines at their safe levels, every device identified and healthy. */
void slot_start(struct slot *slot, slot_done_fn *done);
/* Everything is forgotten at once; outputs must have been made safe before. Accepts NULL. */
void slot_close(struct slot *slot);

/* ---- channels ---- */

/* Somebody's wish for a channel's readings; lives in his memory until slot_unwant. */
struct interest {
	struct interest *next;
	int channel;
	nsec every;
};

/* A first reading is taken at once. A contact is told now and at each edge. */
void slot_want(struct slot *slot, struct interest *interest, int channel, nsec every);
void slot_unwant(struct slot *slot, struct interest *interest);
/*
 * How old a channel's latest reading may be before the rate at which it is asked for does not explain it: two intervals, a
 * pulse line's gate, and what its samples are late. NSEC_NEVER: nobody asks for it, or it comes with breaths.
 */
nsec slot_explains(const struct slot *slot, int channel);

/* ---- acts ---- */

/*
 * Through the guard. `done` is called once, from the loop; a refusal is ERROR_REFUSED. In real time, what leaves its safe
 * level does so once the journal is on the disk, and stays there when it cannot be kept.
 */
void slot_act(struct slot *slot, int line, bool on, slot_done_fn *done, void *ctx);
void slot_set(struct slot *slot, int device, int write, double number, slot_done_fn *done,
	      void *ctx);
/* At most TYPED_MOST raw bytes (run/typed_bytes.h), which may set whatever lives on the port. Done: they were sent. */
void slot_pour(struct slot *slot, int port, const uint8_t *bytes, size_t size, slot_done_fn *done,
	       void *ctx);
/* The run is stopping: acts may only move outputs towards safe, or those listed for teardown. */
void slot_stopping(struct slot *slot);
/* The safe sequence, in order, without asking anybody; `done` once all of it was tried. */
void slot_make_safe(struct slot *slot, slot_done_fn *done, void *ctx);
/* Stop the run's bench: the same as an interlock would. */
void slot_trip(struct slot *slot, enum verdict verdict, const char *why);
bool slot_is_tripped(const struct slot *slot);
/* Ask the simulated operator; false when there is no world to answer. */
bool slot_ask_operator(struct slot *slot, const char *id, world_answer_fn *fn, void *ctx);
/* The process id of its world, or 0. */
int slot_world_pid(const struct slot *slot);

/* ---- between the slot_*.c, guard.c and follow.c ---- */

struct slot_breath;

struct slot_channel {
	struct slot *slot;
	int index;
	struct interest *interests;
	struct timer poll;
	nsec due;     /* when the latest poll was due: the next is counted from there */
	bool busy;    /* a question or a count is on its way */
	bool doubted; /* by hand: it was told that its device fails, which still does */
	nsec asked;
	bool seen; /* and its latest value, SI */
	double value;
	nsec seen_asked; /* when that was asked for */
	nsec latest;	 /* of a stream: the time of its latest sample; INT64_MIN: none */
	struct slot_breath *breath; /* of a breath channel, else NULL */
	struct exchange exchange;
};

struct slot_line {
	struct slot *slot;
	int index;
	struct gpio_line *gpio;
	nsec driven;	      /* an output has had its level since then */
	nsec moved;	      /* the latest edge of an input */
	bool cut;	      /* … its safe one, and nobody was told yet: see slot_cut_outputs */
	struct timer longest; /* runs while an output is on */
	struct timer follows; /* runs while its contact may still show the level before */
	bool told_late;	      /* the journal says that the bench comes up later for its contact */
	bool noted;	      /* the safe sequence says of it what came of it */
};

/* A write that has a safe value, as an output: away from the moment another value leaves for it. */
struct slot_setting {
	struct slot *slot;
	int device, index;
	int on_its_way; /* so many values that are not the safe one */
	bool there;	/* the last value that arrived was not the safe one, or nobody knows */
	nsec since;	/* it has been away since then */
	struct timer longest;
};

struct slot_interlock {
	struct slot *slot;
	int index;
	struct interest interest; /* of the channel that it needs */
	bool watching; /* with `after` or `fresh`: an output it guards is away from safe */
	nsec since;    /* … and has been since then */
	struct timer look;
};

struct slot_follow {
	struct interest interest;
	bool wanted;	/* something was set: from here on it is asked */
	double setting; /* SI */
	nsec from;	/* readings asked for since then must follow it */
};

/* An output that lets gas flow, as long as it is open. */
struct slot_gas {
	struct interest interest;   /* of its meter */
	bool open, measured;	    /* … and a reading has come since */
	nsec since, until;	    /* it is open since then; counted until then */
	double flow;		    /* of the latest reading, SI */
	double drawn, drawn_before; /* in this run, and before it was opened, SI */
};

struct twin_port;
struct talker;

struct slot_port {
	struct slot *slot;
	int index;
	struct serial *serial; /* the link's */
	struct link *link;
	struct twin_port *twins; /* simulated only */
	bool told;		 /* something was set on it in this run */
	struct talker *talker;	 /* what streams on it, or NULL */
	size_t stray;		 /* bytes since the talker was understood last */
};

struct act;
struct slot_wires;

enum { DEVICE_IDENTITY = 64 };

struct slot {
	struct slot_settings settings;
	struct slot_handlers handlers;
	void *ctx;
	const struct fixture *fixture;
	struct bench_clock *clock;
	struct bench_clock *wire_clock; /* of links and listeners: a real wire keeps its own time */
	double wire_scale;		/* so much bench time passes in a unit of it */
	struct journal *journal;
	struct world *world;
	struct slot_wires *wires; /* real ones, or NULL */
	struct slot_port port[FIXTURE_MOST];
	struct slot_line line[FIXTURE_MOST];
	struct slot_channel channel[FIXTURE_MOST];
	struct slot_setting setting[FIXTURE_MOST][FIXTURE_SAFE_WRITES];
	struct slot_interlock interlock[FIXTURE_MOST];
	struct slot_follow follow[FIXTURE_FOLLOWS];
	struct slot_gas gas[FIXTURE_GASES];
	struct act *acts; /* on their way */
	bool tripped, stopping, closing, up, safe_running, safe_done;
	bool worldless;	    /* its world has ended by itself */
	enum verdict cause; /* of the trip, or 0 */
	slot_done_fn *on_up;
	bool identified;      /* start-up: every device, and the contacts have settled */
	nsec has_lines_since; /* on the wires' clock: the levels of inputs are looked at since then */
	struct timer settle;
	char identity[FIXTURE_MOST][DEVICE_IDENTITY]; /* of each device, since it was identified */
	size_t identify_next;			      /* start-up: which device is asked next */
	int health_next;
	struct exchange identify_exchange;
	/* making safe */
	slot_done_fn *on_safe;
	void *safe_ctx;
	size_t safe_write; /* which of the fixture's is on its way */
	bool safe_tried[FIXTURE_MOST * FIXTURE_SAFE_WRITES];
	struct exchange safe_exchange;
	struct timer safe_timer, safe_step, safe_patience;
	bool safe_asking, safe_impatient; /* a write is on its way; lost wires are not waited for */
	bool safe_written;		  /* every safe write was tried */
	bool unsafe;			  /* something of it could not be done */
};

nsec slot_now(const struct slot *slot);
/* The slot's line is this one from here on, which it closes. */
void slot_has_line(struct slot *slot, int line, struct gpio_line *gpio);
/* Drive an output and tell everybody; no questions asked. */
int slot_drive(struct slot *slot, int line, bool level, struct error *err);

/*
 * The emergency stop was pressed, and is told in a moment: every output goes to its safe level in the
 * fixture's order, and nothing else is done. The trip that follows tells of them, with this time.
 */
void slot_cut_outputs(struct slot *slot);

/*
 * Links (slot_links.c). Once, before ports are opened: the wires' clock is the bench's own then. Whoever
 * opens real ports for a scaled bench sets it to the loop's real clock, and the scale.
 */
void links_init(struct slot *slot);
/* A port is open: it is the link's from here on. Its devices can be asked, its talker is heard. */
void links_open(struct slot *slot, int port, struct serial *serial);
void links_close(struct slot *slot);
/* The bench time of an instant of the wires' clock. */
nsec slot_wire_time(const struct slot *slot, nsec time);

/*
 * The lines are the slot's from now on, its outputs at their safe levels: `known` later the levels of its inputs were
 * looked at, and the contacts that show outputs have their time from now.
 */
void slot_takes_lines(struct slot *slot, nsec known);
/* Ask every device who it is; on_up is called once, when all is known or something is wrong. */
void slot_bring_up(struct slot *slot);
void slot_came_up(struct slot *slot, const struct error *err);
/* Up, when all that the guard needs to know is known. */
void slot_check_up(struct slot *slot);

/* Acts that are on their way are forgotten: the slot closes. */
void acts_drop(struct slot *slot);

void channels_init(struct slot *slot);
void channels_stop(struct slot *slot);
/* An input line has a new level since `time`. */
void channels_edge(struct slot *slot, int line, bool level, nsec time);

/* Whatever streams on this port is heard from here on. */
void streams_open(struct slot *slot, int port);
void streams_close(struct slot *slot); /* before the links */
/* The bench comes up: what streams all the time is waited for. */
void streams_await(struct slot *slot);
bool streams_are_heard(const struct slot *slot);
/* The same of one device, and how long it may take until something of it comes; 0: it says nothing all the time. */
bool stream_is_heard(const struct slot *slot, int device);
nsec stream_silence(const struct slot *slot, int device);
/* Somebody wants a streamed channel; its interests have changed. */
void streams_wanted(struct slot *slot, int channel);
void streams_stop(struct slot *slot);
/* The channel is not asked for: it comes by itself. */
bool channel_streams(const struct slot *slot, int channel);

/* Breath channels (slot_breath.c): somebody begins, nobody goes on to want this one. */
void breaths_open(struct slot *slot);
void breaths_close(struct slot *slot);
void breath_wanted(struct slot_channel *channel);
void breath_unwanted(struct slot_channel *channel);
/* A channel's samples were told: those of the breaths that they make whole follow. */
void breaths_feed(struct slot *slot, int source, const struct bench_sample *samples, size_t count);

/* ---- the guard: guard.c, guard_watch.c, guard_settings.c, guard_contacts.c, guard_gas.c ---- */

/* May this output have this level now? The error names the rule. */
int guard_allows(struct slot *slot, int line, bool level, struct error *err);
/* May this be set? `number` is in the write's unit. */
int guard_allows_setting(struct slot *slot, int device, int write, double number,
			 struct error *err);
/* Would this value, let through, be the first one away from safe? */
bool guard_setting_energises(const struct slot *slot, int device, int write, double number);
/*
 * Raw bytes to a port, which may set whatever lives there: may all of it be away from safe now? Once they
 * have left, it counts as away until a safe value was acknowledged.
 */
int guard_allows_bytes(struct slot *slot, int port, struct error *err);
void guard_bytes_leave(struct slot *slot, int port);
/* A setting leaves; and its exchange ended: `failed`, nobody knows what it is now. */
void guard_setting_leaves(struct slot *slot, int device, int write, double number);
void guard_setting_ended(struct slot *slot, int device, int write, double number, bool failed);
/* Nobody knows what an instrument was told: it counts as away until a safe value was acknowledged. */
void guard_setting_is_unknown(struct slot *slot, int device, int setting);
/* Something an interlock needs has changed: trip when a guarded output is on without it. */
void guard_line_changed(struct slot *slot, int line, bool level);
/* `latest`: none that is newer is known. */
void guard_sample(struct slot *slot, int channel, const struct bench_sample *sample, bool latest);
/* The guard's own wish for a channel, of an interlock or of what follows its setting. */
void guard_want(struct slot *slot, struct interest *interest, int channel);
void guard_want_needed(struct slot *slot, int interlock);
/* How often the reading that it needs is asked for. */
nsec guard_looks_every(const struct slot *slot, int interlock);
/*
 * All else is known: may the bench be up? False when it tripped, by the E-stop or a contact that shows otherwise, or
 * when a contact still has time: slot_check_up is called again once that may have changed.
 */
bool guard_ready(struct slot *slot);
/* Start or stop an output's longest on-time, and what must be watched while it is on. */
void guard_watch_output(struct slot *slot, int line, bool level);
/* Stop watching: the slot closes. */
void guard_forget(struct slot *slot);

/* Between them. Has one of the guarded outputs been away from safe since `time` or longer? */
bool guard_any_away(const struct slot *slot, const struct fixture_interlock *interlock, nsec time);
/* Is an output away from safe on the strength of what this channel says? */
bool guard_relies_on(const struct slot *slot, int channel);
bool guard_guards(const struct fixture_interlock *interlock, const struct fixture_output *output);
bool guard_estop_pressed(const struct slot *slot);
/* Does what this interlock needs hold now? `how` it is: "hood is off". */
bool guard_holds(struct slot *slot, int interlock, char *how, size_t size);
/* Do the interlocks let this output away from safe? `what`: "valve may not be open". */
int guard_interlocks_allow(struct slot *slot, const struct fixture_output *output, const char *what,
			   struct error *err);
/* By this value, which was so at this time: trip when it is in force and broken. */
void guard_check_interlock(struct slot *slot, int index, double value, nsec time);
bool guard_is_in_force(const struct slot *slot, int index, nsec time);
void guard_watch_interlocks_of(struct slot *slot, const struct fixture_output *output);
void guard_unwatch_interlocks(struct slot *slot);
bool setting_is_away(const struct slot_setting *setting);
void settings_init(struct slot *slot);
void settings_forget(struct slot *slot);
/* An output was driven: its contact, if it has one, follows within its time, or the bench trips. */
void contact_awaited(struct slot *slot, int line);
/* A contact that shows an output has a new level. */
void contact_moved(struct slot *slot, int line);
/* Does its contact show another level than the output has? The sentence about it. */
bool contact_differs(const struct slot *slot, int line, char *why, size_t size);
/* Every output was taken, and driven safe by that: each contact has its time from now. */
void contacts_taken(struct slot *slot);
/* Does each show its output's level? False, too, when one that has had its time does not, and the bench tripped. */
bool contacts_ready(struct slot *slot);
void contacts_forget(struct slot *slot);
/* The safe sequence: what came of an output whose contact was awaited (slot_safe.c). */
void safe_contact_known(struct slot *slot, int line);
/* … and a wire that its writes may have waited for is there again. */
void safe_wire_back(struct slot *slot);

/* Gas (guard_gas.c): may it flow from this output's line? It was opened or closed; its meter was read; the slot closes. */
int gas_allows(const struct slot *slot, int line, struct error *err);
void gas_moved(struct slot *slot, int line, bool level);
void gas_sample(struct slot *slot, int channel, const struct bench_sample *sample);
void gas_forget(struct slot *slot);

/* A setting leaves for its device: what follows it is left alone until it has arrived. */
void follow_leaves(struct slot *slot, int device, int write);
void follow_arrived(struct slot *slot, int device, int write, double number);
void follow_sample(struct slot *slot, int channel, const struct bench_sample *sample);

#endif
