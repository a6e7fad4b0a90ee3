/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fixture as data: ports, devices, lines, interlocks, references, channels. Compiled once from what
 * the loader says of a fixture file and its drivers; immutable afterwards. Everything is referred to by
 * index; the index of a channel, line or port is also its subject in journal entries.
 */
#ifndef DAVY_RUN_FIXTURE_H
#define DAVY_RUN_FIXTURE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/nsec.h"
#include "base/value.h"
#include "port/serial.h"
#include "run/driver.h"
#include "verdict/breath.h"
#include "verdict/limit.h"

enum { FIXTURE_MOST = 48 }; /* of each: ports, devices, lines, channels, interlocks, references */

enum {
	FIXTURE_SAFE_WRITES = 4,
	FIXTURE_GUARDS = 16,
	FIXTURE_FOLLOWS = 16,
	FIXTURE_RESOURCES = 16,
	FIXTURE_BOUNDED = 32,
	FIXTURE_GASES = 16
};

enum line_kind { LINE_VALVE = 1, LINE_SWITCH, LINE_CONTACT, LINE_PULSE };

struct fixture_port {
	char name[32];
	struct serial_settings settings;
	bool rs485; /* a shared pair: whoever sends turns it round */
};

struct fixture_device {
	char name[32];
	const struct driver *driver; /* owned by the fixture */
	int port;
	int unit;
	bool dut; /* it is the device under test: no certificate is asked for */
	size_t safe_count;
	struct fixture_setting {
		int write; /* index in the driver */
		double number;
		nsec longest;  /* how long it may be another, 0: no bound */
		bool teardown; /* may be another after a stop */
	} safe[FIXTURE_SAFE_WRITES];
};

struct fixture_line {
	char name[32];
	enum line_kind kind;
	bool output;
	bool safe; /* an output's safe level; true is open or on */
	bool active_low;
	bool teardown; /* may be driven to its other level by finally blocks after a stop */
	nsec debounce;
	nsec longest;  /* longest on-time, 0: no bound */
	nsec gate;     /* PULSE */
	int read_back; /* of an output: the contact that shows its level, or -1 */
	int shows;     /* of that contact: the output, or -1 */
	nsec within;   /* the contact follows its output in this time */
};

struct fixture_channel {
	char name[32];
	int device, read; /* or -1 */
	int line;	  /* or -1 */
	bool state;	  /* a contact's level */
	bool dut;	  /* what it shows is the DUT's doing: a guard's breach is a FAIL */
	struct unit unit;
	double resolution; /* half-width, SI */
	nsec every;	   /* 0: follows patience */
	nsec late;	   /* a sample may be told so long after its time; 0: at once */
	bool hidden;	   /* the guard's own: scripts do not see it */
	nsec delay;	   /* transit of its sampling line: it is seen so much after the flow */
	nsec within;	   /* half-width of what is known of the delay */
	/* computed, one sample per breath (device, read and line are -1 then), else 0: */
	enum breath_kind breath;
	int of, flow;	  /* the channels behind it; `of` is -1 for a volume */
	double threshold; /* of flow, SI */
};

/* What may be away from safe: an output line, or else a device's write that has a safe value. */
struct fixture_output {
	int line;	     /* or -1 */
	int device, setting; /* the index of its `safe` */
};

struct fixture_interlock {
	char text[160];
	int line, channel; /* what is needed: one of them, the other -1 */
	struct limit limit;
	bool of_protocol; /* the protocol asks for this limit; the fixture's own is wider */
	size_t guard_count;
	struct fixture_output guards[FIXTURE_GUARDS]; /* away from safe only while it holds */
	nsec after; /* looked at once one of them has been away from safe for so long; 0: always */
	nsec fresh; /* a channel's reading may be so old, no older; 0: any, or `after` if there is one */
};

/* What a setting may be: narrower than what its instrument could. */
struct fixture_bound {
	int device, write;
	struct limit limit;
	bool of_protocol; /* the protocol asks for this one; the fixture's own, if any, is wider */
};

/* A reading that must follow what was set: |reading - setting| <= within + share |setting|. */
struct fixture_follow {
	int device, write, channel;
	double within, share; /* SI; a share alone (within 0) says nothing of a setting of 0 */
	nsec after;	      /* from so long after the setting on */
	char else_says[160];
};

/* What its runs share with others; "operator" is among them always. */
struct fixture_resource {
	char name[32];
	bool in_step; /* a meeting; else one run at a time has it */
};

enum { FIXTURE_COMPONENT = 16, FIXTURE_CERTIFIED = 48 };

/*
 * `certified` is what certificates call it: its name, or, of a component of what comes from a line, that line's name, a
 * dot and the gas: "mix.CH4".
 */
struct fixture_reference {
	char name[32];
	char certified[FIXTURE_CERTIFIED];
	char gas[FIXTURE_COMPONENT]; /* "": it is no component */
	int line;		     /* whose component it is, an output under `gases`; else -1 */
	struct unit unit;
};

/* An output that lets gas flow from the cylinder on its line (run/gas_supply.h), and what meters it. */
struct fixture_gas {
	int line, meter;  /* its channel */
	struct unit unit; /* of what was drawn: the volume that the meter counts in */
};

struct fixture {
	char id[48];
	char title[160], zh[160];
	char world[64];
	nsec grace; /* how long finally blocks may take after a stop */
	int estop;  /* line index or -1: a contact that is closed while all is well */
	size_t port_count, device_count, line_count, channel_count, interlock_count,
		reference_count, driver_count, safe_count, follow_count, resource_count,
		bound_count, safe_write_count, gas_count;
	struct fixture_port port[FIXTURE_MOST];
	struct fixture_device device[FIXTURE_MOST];
	struct fixture_line line[FIXTURE_MOST];
	struct fixture_channel channel[FIXTURE_MOST];
	struct fixture_interlock interlock[FIXTURE_MOST];
	struct fixture_reference reference[FIXTURE_MOST];
	struct fixture_follow follow[FIXTURE_FOLLOWS];
	struct fixture_resource resource[FIXTURE_RESOURCES];
	struct fixture_bound bound[FIXTURE_BOUNDED];
	struct fixture_gas gas[FIXTURE_GASES];
	struct driver *driver[FIXTURE_MOST];
	int safe_sequence
		[FIXTURE_MOST]; /* every output line, in the order in which it is made safe */
	/* then every safe value of a device, in the order in which it is sent */
	struct fixture_output safe_write[FIXTURE_MOST * FIXTURE_SAFE_WRITES];
};

/*
 * `drivers` maps a driver's name to what the loader said of it. `where` is the fixture file's name.
 * The caller frees the fixture.
 */
struct fixture *fixture_compile(const struct value *value, const struct value *drivers,
				const char *where, struct error *err);
void fixture_free(struct fixture *fixture); /* accepts NULL */
int fixture_find_line(const struct fixture *fixture, const char *name);
int fixture_find_channel(const struct fixture *fixture, const char *name);
int fixture_find_port(const struct fixture *fixture, const char *name);
int fixture_find_device(const struct fixture *fixture, const char *name);
/* NULL: it is not shared. */
const struct fixture_resource *fixture_find_resource(const struct fixture *fixture,
						     const char *name);
int fixture_find_reference(const struct fixture *fixture, const char *name);
/* By what certificates call it. */
int fixture_find_certified(const struct fixture *fixture, const char *name);
/* The index among the device's safe settings of what this write sets, or -1: it is no output. */
int fixture_find_setting(const struct fixture_device *device, int write);
/*
 * What a protocol asks for below the fixture's hard maxima: a map of "device.write" or channel to a
 * limit. It may only be narrower than what is there: the fixture's bound of that setting or else the
 * instrument's range, or the limit of every interlock that needs that channel. NULL asks for nothing.
 */
int fixture_take_bounds(struct fixture *fixture, const struct value *bounds, struct error *err);
/* The channel whose instrument is behind this one: itself, or a breath channel's `of` or flow. */
const struct fixture_channel *fixture_channel_behind(const struct fixture *fixture,
						     const struct fixture_channel *channel);
/* It is not asked for: its device says it by itself. */
bool fixture_channel_streams(const struct fixture *fixture, const struct fixture_channel *channel);
/* The words of a level: "open"/"closed" for a valve, "on"/"off" otherwise. */
const char *fixture_level_name(const struct fixture_line *line, bool level);
/* For the runner's START: channels, lines, devices, references as bench/script/README.md lists them. */
void fixture_describe(const struct fixture *fixture, struct value *start);

/* For the world's START: the lines that it drives, and those that it sees, at their safe levels. */
void fixture_tell_world(const struct fixture *fixture, struct value *start);

/* ---- between the fixture*.c ---- */

/* A name that does not fit is refused: cut, it would be another's. */
int fixture_name(char name[32], const char *from, struct error *err);
int fixture_too_many(size_t count, const char *what, struct error *err);
/* The time under `key`, or `otherwise` when it is left out. */
int fixture_duration(nsec *time, const struct value *value, const char *key, nsec otherwise,
		     struct error *err);
/* A channel of the guard's own for `device.read`, unless there is one already; its index, or -1. */
int fixture_hidden_channel(struct fixture *fixture, int device, const char *read,
			   struct error *err);
/* After devices and lines. */
int fixture_compile_channels(struct fixture *fixture, const struct value *channels,
			     struct error *err);
/* After ports and devices. */
int fixture_check_streams(const struct fixture *fixture, struct error *err);
/* What the guard enforces, and the safe sequence: after ports, devices, lines and channels. */
int fixture_compile_rules(struct fixture *fixture, const struct value *value, struct error *err);
/* After lines and channels. */
int fixture_compile_gases(struct fixture *fixture, const struct value *gases, struct error *err);
/* After gases. */
int fixture_compile_references(struct fixture *fixture, const struct value *references,
			       struct error *err);
/* The fixture's own bounds of settings, and the contacts that show its outputs: for the above. */
int fixture_compile_bounds(struct fixture *fixture, const struct value *devices, struct error *err);
int fixture_compile_read_backs(struct fixture *fixture, const struct value *lines,
			       struct error *err);

#endif
