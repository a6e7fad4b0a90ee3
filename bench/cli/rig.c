/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy rig: plays benches at the far ends of real wires, with nothing real there. A person may be trained on
 * it, and a bench proven, before the first specimen is put in.
 *
 * What is typed are the acts of a person at the bench ("change_cylinder"), which the world knows. Nothing is
 * kept: each start is a new specimen.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/strain.h"
#include "cli/catalogue.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/order.h"
#include "cli/place.h"
#include "run/far_slot.h"

struct rig_settings {
	const char *slots, *fault, *clock;
	double severity;
	int64_t seed;
	struct value *dut;
};

static const struct option OPTIONS[] = {
	{"slot",
	 OPTION_TEXT,
	 "N[,N]",
	 offsetof(struct rig_settings, slots),
	 {"the slot, or several; else all of the station that hold the protocol's fixture",
	  "工位,可给多个;缺省为该测试台上装有此工装的全部工位"}},
	{"fault",
	 OPTION_TEXT,
	 "FAULT[:SEVERITY]",
	 offsetof(struct rig_settings, fault),
	 {"a fault of the world, or DEVICE.mute, …; `davy list fixtures` shows them",
	  "仿真故障,或 DEVICE.mute 等;见 `davy list fixtures`"}},
	{"severity",
	 OPTION_REAL,
	 "X",
	 offsetof(struct rig_settings, severity),
	 {"how bad the fault is: above 0, and 1 as it is named", "故障程度:大于 0,1 为标称"}},
	{"dut",
	 OPTION_PAIR,
	 "[N:]KEY=VALUE",
	 offsetof(struct rig_settings, dut),
	 {"something about the device under test (on slot N), as often as needed",
	  "受检样品(工位 N 上)的信息,可多次给出"}},
	{"clock",
	 OPTION_TEXT,
	 "CLOCK",
	 offsetof(struct rig_settings, clock),
	 {"real, or xN for N times faster, as the run is told; else real",
	  "real 或 xN(快 N 倍),与检验一致;缺省为 real"}},
	{"seed",
	 OPTION_WHOLE,
	 "N",
	 offsetof(struct rig_settings, seed),
	 {"of all that is random; else 1", "随机数种子;缺省为 1"}},
	{0},
};

static const struct {
	struct words simulated, slot, other_slot, acts, ends, no_protocol, no_slot, virtual, no_act;
} TEXTS = {
	.simulated = {"SIMULATED 仿真: no instrument and no specimen is at these wires' ends but "
		      "what davy plays.",
		      "SIMULATED 仿真:接线远端没有真实仪器与样品,均由 davy 扮演。"},
	.slot = {"slot", "工位"},
	.other_slot = {"slot %lld holds %s and is not played: the protocol is for %s",
		       "工位 %lld 装有 %s,不予扮演:该检验程序用于 %s"},
	.acts = {"type one of these to do it at the bench", "键入下列操作即在测试台上执行"},
	.ends = {"Ctrl-C ends it.", "Ctrl-C 结束。"},
	.no_protocol = {"davy rig needs a protocol, too: it declares the specimen that is to be "
			"played: davy rig %s scripts/gas/methane_transmitter.lua",
			"davy rig 还需要检验程序,由它声明所扮演的样品:"
			"davy rig %s scripts/gas/methane_transmitter.lua"},
	.no_slot = {"%s has no slot that holds %s", "%s 中没有装有 %s 的工位"},
	.virtual = {"wires know no virtual time: --clock is real or xN, as the run is told",
		    "真实接线没有虚拟时间:--clock 须为 real 或 xN,与检验一致"},
	.no_act = {"there is nothing at this bench that is called '%s'", "测试台上没有操作 '%s'"},
};

enum { RIGS_MOST = 32 };

struct playing {
	struct loop *loop;
	size_t count, ready;
	struct far_slot *rig[RIGS_MOST];
	struct watch *input;
	struct buf typed;
	bool failed;
	struct error err;
};

/* ---- what people see ---- */

static void print_port(const struct far_slot *rig, size_t port)
{
	const struct fixture *fixture = far_slot_plan(rig)->fixture;

	printf("  %-12s %s ", fixture->port[port].name, far_slot_wires(rig)->port[port].far);
	for (size_t i = 0; i < fixture->device_count; i++) {
		const char *identity = far_slot_identity(rig, (int)i);

		if (fixture->device[i].port != (int)port)
			continue;
		printf(" %s%s%s%s", fixture->device[i].name, identity[0] ? " \"" : "", identity,
		       identity[0] ? "\"" : "");
	}
	printf("\n");
}

static void print_acts(const struct plan *plan)
{
	const struct value *acts = value_get(plan->world_data, "operator");

	if (value_count(acts) == 0)
		return;
	printf("  %s:", say(TEXTS.acts));
	for (size_t i = 0; i < value_count(acts); i++)
		if (value_at(acts, i)->kind == VALUE_TEXT)
			printf(" %s", value_at(acts, i)->text);
	printf("\n");
}

static void print_rig(const struct far_slot *rig)
{
	const struct plan *plan = far_slot_plan(rig);
	const struct order *order = plan->order;

	printf("\n%s %d  %s, %s", say(TEXTS.slot), order->slot, plan->fixture->id,
	       plan->protocol->id);
	if (order->fault)
		printf(", %s:%g", order->fault, order->severity);
	printf(order->clock == CLOCK_KIND_SCALED ? ", x%g\n" : ", real\n", order->scale);
	for (size_t i = 0; i < plan->fixture->port_count; i++)
		print_port(rig, i);
	for (size_t i = 0; i < plan->fixture->line_count; i++)
		printf("  %-12s %s\n", plan->fixture->line[i].name,
		       far_slot_wires(rig)->line[i].far[0] ? far_slot_wires(rig)->line[i].far
							   : far_slot_wires(rig)->line[i].where);
	print_acts(plan);
}

static void plays(void *ctx, struct far_slot *rig)
{
	struct playing *playing = ctx;

	print_rig(rig);
	if (++playing->ready == playing->count)
		printf("\n%s\n", say(TEXTS.ends));
	fflush(stdout);
}

static void says(void *ctx, struct far_slot *rig, const char *text)
{
	(void)ctx;
	fprintf(stderr, "davy: %s %d: %s\n", say(TEXTS.slot), far_slot_plan(rig)->order->slot,
		text);
}

static void failed(void *ctx, struct far_slot *rig, const struct error *err)
{
	struct playing *playing = ctx;

	(void)rig;
	playing->failed = true;
	playing->err = *err;
	loop_quit(playing->loop);
}

/* ---- what people do ---- */

static void acted(void *ctx, const char *id, const char *answer)
{
	(void)ctx;
	if (answer) {
		printf("%s: %s\n", id, answer);
		fflush(stdout);
		return;
	}
	fprintf(stderr, "davy: ");
	fprintf(stderr, say(TEXTS.no_act), id);
	fprintf(stderr, "\n");
}

/* "change_cylinder", or "2 change_cylinder" at slot 2. */
static void take_line(struct playing *playing, char *line)
{
	char *name;
	long slot = strtol(line, &name, 10);

	name += strspn(name, " \t");
	name[strcspn(name, "\r\n \t")] = '\0';
	for (size_t i = 0; name[0] && i < playing->count; i++)
		if (slot == 0 || far_slot_plan(playing->rig[i])->order->slot == slot) {
			far_slot_act(playing->rig[i], name, acted, playing);
			return;
		}
}

static void typed(void *ctx, uint32_t events)
{
	struct playing *playing = ctx;
	char bytes[256], *end;
	ssize_t size = read(STDIN_FILENO, bytes, strain_read(sizeof(bytes)));

	(void)events;
	if (size <= 0) {
		loop_unwatch(playing->input);
		playing->input = NULL;
		return;
	}
	buf_add(&playing->typed, bytes, (size_t)size);
	while (playing->typed.size > 0 &&
	       (end = memchr(playing->typed.data, '\n', playing->typed.size))) {
		size_t whole = (size_t)(end - playing->typed.data) + 1;
		char *line = xstrndup(playing->typed.data, whole);

		if (playing->ready == playing->count)
			take_line(playing, line);
		free(line);
		buf_drop(&playing->typed, whole);
	}
}

static void interrupted(void *ctx, int number)
{
	struct playing *playing = ctx;

	(void)number;
	loop_quit(playing->loop);
}

/* ---- the rigs ---- */

static int play(struct playing *playing, const char *program, const struct value *orders,
		struct error *err)
{
	static const struct far_slot_handlers HANDLERS = {plays, says, failed};
	struct error ignored;

	if (loop_signal(playing->loop, SIGINT, interrupted, playing, err) < 0 ||
	    loop_signal(playing->loop, SIGTERM, interrupted, playing, err) < 0)
		return -1;
	/* a file can be no watch, and has nothing to type */
	playing->input = loop_watch(playing->loop, STDIN_FILENO, POLLIN, typed, playing, &ignored);
	playing->count = value_count(orders);
	printf("%s\n", say(TEXTS.simulated));
	fflush(stdout);
	for (size_t i = 0; i < playing->count; i++) {
		struct order *order = order_from_value(value_at(orders, i), err);

		if (!order)
			return -1;
		playing->rig[i] = far_slot_open(playing->loop, program, order, &HANDLERS, playing);
	}
	if (loop_run(playing->loop, err) < 0)
		return -1;
	if (playing->failed)
		*err = playing->err;
	return playing->failed ? -1 : 0;
}

static int play_all(const char *program, const struct value *orders, struct error *err)
{
	struct playing playing = {.loop = loop_new(err)};
	int code;

	if (!playing.loop)
		return -1;
	buf_init(&playing.typed);
	code = play(&playing, program, orders, err);
	for (size_t i = 0; i < playing.count; i++)
		far_slot_close(playing.rig[i]);
	loop_unwatch(playing.input);
	buf_done(&playing.typed);
	loop_free(playing.loop);
	return code;
}

/* ---- which slots ---- */

/* "1,3": the slots that hold this fixture; the caller frees it. */
static char *slots_with(const struct value *station, const char *fixture)
{
	const struct value *slots = value_get(station, "slots");
	struct buf text;
	char *list;

	buf_init(&text);
	for (size_t i = 0; i < value_count(slots); i++) {
		const struct value *slot = value_at(slots, i);
		const char *there = value_get_text(slot, "fixture");
		long long number = value_get_int(slot, "number", 0);

		if (there && !strcmp(there, fixture)) {
			buf_printf(&text, "%s%lld", text.size ? "," : "", number);
			continue;
		}
		fprintf(stderr, "davy: ");
		fprintf(stderr, say(TEXTS.other_slot), number, there ? there : "", fixture);
		fprintf(stderr, "\n");
	}
	list = buf_detach(&text);
	buf_done(&text);
	return list;
}

/* The slots to play, of the station's; NULL: none can be. */
static char *find_slots(const char *program, const char *station, const char *protocol,
			struct error *err)
{
	struct value *wires = catalogue_load(program, "station", station, err);
	char *path = wires ? catalogue_find_protocol(program, protocol, err) : NULL;
	struct value *data = path ? catalogue_load(program, "protocol", path, err) : NULL;
	const char *fixture = value_get_text(data, "fixture");
	char *slots = data ? slots_with(wires, fixture ? fixture : "") : NULL;

	if (slots && !slots[0]) {
		error_set(err, ERROR_USAGE, say(TEXTS.no_slot), station, fixture ? fixture : "");
		free(slots);
		slots = NULL;
	}
	value_free(wires);
	value_free(data);
	free(path);
	return slots;
}

static struct value *orders_of(const struct rig_settings *settings, const char *station,
			       const char *protocol, const char *slots, struct error *err)
{
	const struct run_settings run = {
		.station = station,
		.slots = slots,
		.clock = settings->clock ? settings->clock : "real",
		.seed = settings->seed,
		.severity = settings->severity,
		.dut = settings->dut,
		.sim = {.given = true, .text = settings->fault},
	};

	if (!strcmp(run.clock, "virtual")) {
		error_set(err, ERROR_USAGE, "%s", say(TEXTS.virtual));
		return NULL;
	}
	return orders_of_settings(&run, protocol, err);
}

static int rig(void *ctx, char **operands, int count, struct error *err)
{
	const struct rig_settings *settings = ctx;
	char *program = NULL, *slots = NULL;
	struct value *orders = NULL;
	int code = -1;

	if (count < 2)
		return error_set(err, ERROR_USAGE, say(TEXTS.no_protocol), operands[0]);
	program = place_program(err);
	if (program)
		slots = settings->slots ? xstrdup(settings->slots)
					: find_slots(program, operands[0], operands[1], err);
	if (slots)
		orders = orders_of(settings, operands[0], operands[1], slots, err);
	if (orders && value_count(orders) > RIGS_MOST)
		error_set(err, ERROR_USAGE, "more than %d slots at once", RIGS_MOST);
	else if (orders)
		code = play_all(program, orders, err);
	value_free(orders);
	free(slots);
	free(program);
	return code;
}

const struct command COMMAND_RIG = {
	.name = "rig",
	.operands = "STATION PROTOCOL",
	.least = 1,
	.most = 2,
	.summary = {"play a station's benches at the far ends of its wires",
		    "在测试台接线的远端扮演工装与样品"},
	.more = {"STATION says with rig = { ports = …, lines = … } where the far ends are; lines "
		 "of "
		 "the kernel's gpio-sim need none.\n"
		 "PROTOCOL declares the specimen that is played. A run meets it with `davy run "
		 "PROTOCOL --station STATION --rig`, at the same --clock.",
		 "STATION 用 rig = { ports = …, lines = … } 给出远端;内核 gpio-sim "
		 "的信号线无须给出。\n"
		 "PROTOCOL 声明所扮演的样品。检验时用 `davy run PROTOCOL --station STATION --rig`,"
		 "--clock 须一致。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct rig_settings),
	.run = rig,
};
