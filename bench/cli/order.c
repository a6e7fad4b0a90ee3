/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order: the options of davy run, and what they say, checked as far as it can be without the
 * controller, as the map that run/order.c reads. Paths become absolute: the controller stands in another
 * folder. Several slots are several orders, alike but for what --dut says of one slot alone.
 */
#include "cli/order.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/catalogue.h"
#include "cli/photo_source.h"
#include "cli/place.h"
#include "cli/scan_source.h"
#include "run/plan.h"

const struct option RUN_OPTIONS[] = {
	{"slot",
	 OPTION_TEXT,
	 "N[,N]",
	 offsetof(struct run_settings, slots),
	 {"the slot, or several, each with a run of its own; else the lowest free one",
	  "工位,可给多个,各做一次检验;缺省为最小的空闲工位"}},
	{"station",
	 OPTION_TEXT,
	 "FILE",
	 offsetof(struct run_settings, station),
	 {"the real wires to run on; `davy wires FILE` shows whether they are there",
	  "所用真实接线的文件;`davy wires FILE` 查看接线是否就绪"}},
	{"dut",
	 OPTION_PAIR,
	 "[N:]KEY=VALUE",
	 offsetof(struct run_settings, dut),
	 {"something about the device under test (on slot N), as often as needed",
	  "受检样品(工位 N 上)的信息,可多次给出"}},
	{"param",
	 OPTION_PAIR,
	 "K=V",
	 offsetof(struct run_settings, params),
	 {"a parameter of the protocol, as often as needed", "检验程序的参数,可多次给出"}},
	{"retest",
	 OPTION_TEXT,
	 "KIND",
	 offsetof(struct run_settings, retest),
	 {"why there is another run: bench-error, repeated, additional or kept-sample",
	  "复检类别:bench-error 台架故障, repeated 重复测量, additional 加抽样品, "
	  "kept-sample 备样复检"}},
	{"why",
	 OPTION_TEXT,
	 "TEXT",
	 offsetof(struct run_settings, why),
	 {"the reason of a re-test", "复检原因"}},
	{"authorised-by",
	 OPTION_TEXT,
	 "PERSON",
	 offsetof(struct run_settings, authorised_by),
	 {"who has authorised the re-test, by staff number", "复检批准人工号"}},
	{"task",
	 OPTION_PAIR,
	 "KEY=VALUE",
	 offsetof(struct run_settings, task),
	 {"something about the task: customer, inspected, producer, number, kind …",
	  "任务信息: 委托单位 customer、受检单位 inspected、生产单位 producer、任务编号 "
	  "number、检验类别 kind …"}},
	{"order",
	 OPTION_TEXT,
	 "NUMBER",
	 offsetof(struct run_settings, order),
	 {"a stage of this job order, which says the protocol, its limits and the specimens",
	  "执行该任务的一个阶段,检验程序、限值与样品由任务规定"}},
	{"stage",
	 OPTION_TEXT,
	 "NAME",
	 offsetof(struct run_settings, stage),
	 {"which stage of the order", "任务的阶段"}},
	{"limits",
	 OPTION_TEXT,
	 "FILE",
	 offsetof(struct run_settings, limits),
	 {"the laboratory's limit set", "实验室的限值文件"}},
	{"sim",
	 OPTION_MAYBE,
	 "[=FAULT[:SEVERITY]]",
	 offsetof(struct run_settings, sim),
	 {"simulate the bench, with a fault of its world or DEVICE.mute",
	  "仿真运行,可带故障名或 DEVICE.mute"}},
	{"severity",
	 OPTION_REAL,
	 "X",
	 offsetof(struct run_settings, severity),
	 {"how bad the fault is: above 0, and 1 as it is named", "故障程度:大于 0,1 为标称"}},
	{"rig",
	 OPTION_FLAG,
	 NULL,
	 offsetof(struct run_settings, rig),
	 {"the station's real wires, with `davy rig` at their far ends: a simulated run",
	  "真实接线,远端由 `davy rig` 扮演:属仿真运行"}},
	{"seed",
	 OPTION_WHOLE,
	 "N",
	 offsetof(struct run_settings, seed),
	 {"of all that is random in a simulation; else 1", "仿真随机数种子;缺省为 1"}},
	{"clock",
	 OPTION_TEXT,
	 "CLOCK",
	 offsetof(struct run_settings, clock),
	 {"real, virtual, or xN for N times faster (--sim, else virtual; --rig, real or xN)",
	  "real、virtual 或 xN(快 N 倍);--sim 缺省为 virtual,--rig 为 real 或 xN"}},
	{"only",
	 OPTION_TEXT,
	 "STEP",
	 offsetof(struct run_settings, only),
	 {"this step alone; such a run never passes", "只做这一步骤;此类运行不判合格"}},
	{"force",
	 OPTION_FLAG,
	 NULL,
	 offsetof(struct run_settings, force),
	 {"begin although the environment is not as the protocol asks; such a run never passes",
	  "环境条件不符合要求时仍开始;此类运行不判合格"}},
	{"verdict",
	 OPTION_TEXT,
	 "as-found|as-left",
	 offsetof(struct run_settings, verdict),
	 {"where the specimen is adjusted: on which state the verdict rests; else as found",
	  "检验中调校样品时,判定依据调校前(as-found)还是调校后(as-left)的状态;缺省为调校前"}},
	{"certificate",
	 OPTION_FLAG,
	 NULL,
	 offsetof(struct run_settings, certificate),
	 {"its results go into a certificate: approved files and registered certificates only",
	  "结果用于出具证书:仅用经批准的文件与登记簿中的证书"}},
	{"destroys",
	 OPTION_TEXT,
	 "SERIAL",
	 offsetof(struct run_settings, destroys),
	 {"the serial number once more, of a specimen that the test uses up; else a terminal asks",
	  "再次给出破坏性试验样品的出厂编号;缺省时在终端询问"}},
	{"photo",
	 OPTION_PAIR,
	 "[N:]ID=FILE",
	 offsetof(struct run_settings, photos),
	 {"the photo that the protocol will ask for under this id (on slot N), in advance",
	  "预先给出检验程序将要求的照片(工位 N 上),按其 id"}},
	{"photos-from",
	 OPTION_TEXT,
	 "DIR",
	 offsetof(struct run_settings, photos_from),
	 {"where a phone or camera copies its pictures: Enter takes the newest one there",
	  "手机或相机传送照片的文件夹:按 Enter 取其中最新的照片"}},
	{"camera",
	 OPTION_TEXT,
	 "DEVICE",
	 offsetof(struct run_settings, camera),
	 {"a USB camera, as /dev/video0: Enter takes a picture with it",
	  "USB 摄像头,如 /dev/video0:按 Enter 拍摄"}},
	{"reader",
	 OPTION_PAIR,
	 "DRIVER=PORT",
	 offsetof(struct run_settings, readers),
	 {"a reader beside the bench that answers its scans, as yrm100=/dev/ttyUSB0 or "
	  "qr_reader=/dev/ttyUSB0,9600 8N1; else those of the station",
	  "台旁用于应答扫描的读取器,如 yrm100=/dev/ttyUSB0 或 qr_reader=/dev/ttyUSB0,9600 8N1;"
	  "缺省为接线文件所列"}},
	{"brief",
	 OPTION_FLAG,
	 NULL,
	 offsetof(struct run_settings, brief),
	 {"show only the measures that did not pass", "只显示未合格的检验项目"}},
	OPTION_STATE_ROW(struct run_settings),
	OPTION_JSON_ROW(struct run_settings),
	{0},
};

static const struct {
	struct words verdict, severity_twice, severity, severity_alone, clock, sim_only,
		sim_and_rig, no_wires, rig_station, slots, slot_twice, no_slot, another, consumed;
} TEXTS = {
	.another = {"the specimen was named '%s' and confirmed as '%s': nothing was begun",
		    "样品编号为 '%s',确认时给出的是 '%s':检验未开始"},
	.consumed = {"specimen %s was used up by run %s: a destructive test needs a new one. "
		     "Nothing was begun",
		     "样品 %s 已在检验 %s 中耗尽:破坏性试验须用新样品。检验未开始"},
	.verdict = {"--verdict takes as-found or as-left, and '%s' is neither",
		    "--verdict 须为 as-found 或 as-left,'%s' 不是"},
	.severity_twice = {"the severity was given twice: by --sim and by --severity",
			   "故障程度给出了两次:--sim 与 --severity"},
	.severity = {"a severity is above 0 and at most 1, and '%s' is not",
		     "故障程度须大于 0 且不超过 1,'%s' 不是"},
	.severity_alone = {"--severity needs a fault: --sim=FAULT",
			   "--severity 需要故障名:--sim=FAULT"},
	.clock = {"--clock takes real, virtual or xN, N from 1 to 1000000, and '%s' is none of "
		  "them",
		  "--clock 须为 real、virtual 或 xN(N 为 1 至 1000000),'%s' 不是"},
	.sim_only = {"--clock and --seed are for simulated runs: add --sim",
		     "--clock 与 --seed 仅用于仿真:请加 --sim"},
	.sim_and_rig = {"--sim simulates the wires and --rig drives real ones: give one of them",
			"--sim 仿真接线,--rig 使用真实接线:只能给出其一"},
	.no_wires = {"a run needs wires: --sim for simulated ones, or --station FILE for real ones",
		     "检验需要接线:仿真用 --sim,真实接线用 --station FILE"},
	.rig_station = {"--rig is for real wires that `davy rig` plays: name them with --station "
			"FILE",
			"--rig 用于由 `davy rig` 扮演的真实接线:请用 --station FILE 指定"},
	.slots = {"--slot takes the number of a slot, from 1 to %d, or several as in 1,2,3, and "
		  "'%s' is neither",
		  "--slot 须为工位号(1 至 %d),或多个如 1,2,3,'%s' 不是"},
	.slot_twice = {"slot %ld is named twice", "工位 %ld 给出了两次"},
	.no_slot = {"--dut %s is for slot %ld, which --slot does not name",
		    "--dut %s 指定工位 %ld,但 --slot 中没有该工位"},
};

static int read_severity(struct value *order, const struct run_settings *settings, char *fault,
			 struct error *err)
{
	char *colon = fault ? strrchr(fault, ':') : NULL, *end;
	double severity = settings->severity;
	char text[40];

	if (colon && severity != 0)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.severity_twice));
	if (!fault && severity != 0)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.severity_alone));
	if (!colon && severity == 0)
		return 0;
	snprintf(text, sizeof(text), "%.30g", severity);
	if (colon) {
		*colon = '\0';
		snprintf(text, sizeof(text), "%s", colon + 1);
		severity = strtod(colon + 1, &end);
		if (end == colon + 1 || *end)
			severity = 0;
	}
	if (!(severity > 0 && severity <= 1))
		return error_set(err, ERROR_USAGE, say(TEXTS.severity), text);
	value_set_real(order, "severity", severity);
	return 0;
}

static int read_sim(struct value *order, const struct run_settings *settings, struct error *err)
{
	char *fault = settings->sim.text ? xstrdup(settings->sim.text) : NULL;
	int done = read_severity(order, settings, fault, err);

	if (settings->sim.given && settings->rig) {
		free(fault);
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.sim_and_rig));
	}
	if (settings->sim.given &&
	    (settings->photos || settings->photos_from || settings->camera)) {
		free(fault);
		return photo_source_refuse_simulated(err);
	}
	if (settings->sim.given && settings->readers) {
		free(fault);
		return scan_source_refuse_simulated(err);
	}
	value_set_bool(order, "simulated", settings->sim.given || settings->rig);
	if (settings->rig)
		value_set_bool(order, "rig", true);
	value_set_text(order, "fault", fault);
	free(fault);
	return done;
}

static int read_clock(struct value *order, const struct run_settings *settings, struct error *err)
{
	const char *clock = settings->clock;
	char *end;

	if (!settings->station && !settings->sim.given)
		return error_set(err, ERROR_USAGE, "%s",
				 say(settings->rig ? TEXTS.rig_station : TEXTS.no_wires));
	if (!settings->sim.given && !settings->rig && (clock || settings->seed))
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.sim_only));
	if (clock && clock[0] == 'x') {
		double scale = strtod(clock + 1, &end);

		if (end == clock + 1 || *end || !(scale >= 1 && scale <= 1e6))
			return error_set(err, ERROR_USAGE, say(TEXTS.clock), clock);
		value_set_real(order, "scale", scale);
		clock = "scaled";
	} else if (clock && strcmp(clock, "real") != 0 && strcmp(clock, "virtual") != 0) {
		return error_set(err, ERROR_USAGE, say(TEXTS.clock), clock);
	}
	value_set_text(order, "clock", clock);
	return 0;
}

static int set_path(struct value *order, const char *key, const char *path, struct error *err)
{
	char *whole = path ? place_absolute(path) : NULL;

	value_set_text(order, key, whole);
	free(whole);
	if (path && access(path, R_OK) < 0) {
		error_os(err, "--%s %s", key, path);
		err->kind = ERROR_USAGE;
		return -1;
	}
	return 0;
}

/* ---- slots ---- */

/* "1,2,3" as a list of numbers; an empty list where nothing is said. */
static int read_slots(struct value *slots, const char *text, struct error *err)
{
	for (const char *at = text; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
		char *end;
		long slot = strtol(at, &end, 10);

		if (*at < '0' || *at > '9' || (*end && *end != ',') || slot < 1 ||
		    slot > SLOTS_MOST)
			return error_set(err, ERROR_USAGE, say(TEXTS.slots), SLOTS_MOST, text);
		for (size_t i = 0; i < value_count(slots); i++)
			if (value_at(slots, i)->integer == slot)
				return error_set(err, ERROR_USAGE, say(TEXTS.slot_twice), slot);
		value_add(slots, value_int(slot));
	}
	return 0;
}

/* The slot that a key such as "2:serial" is for, or 0; `*key` is moved behind it. */
static long slot_of_key(const char **key)
{
	char *end;
	long slot = **key >= '0' && **key <= '9' ? strtol(*key, &end, 10) : 0;

	if (slot < 1 || *end != ':')
		return 0;
	*key = end + 1;
	return slot;
}

static bool lists(const struct value *slots, long slot)
{
	for (size_t i = 0; i < value_count(slots); i++)
		if (value_at(slots, i)->integer == slot)
			return true;
	return false;
}

static int check_dut(const struct run_settings *settings, const struct value *slots,
		     struct error *err)
{
	for (size_t i = 0; i < value_count(settings->dut); i++) {
		const char *key = value_key(settings->dut, i), *name = key;
		long slot = slot_of_key(&name);

		if (slot && !lists(slots, slot))
			return error_set(err, ERROR_USAGE, say(TEXTS.no_slot), key, slot);
	}
	return 0;
}

/* What is said of all devices under test, and of the one on this slot, which goes before. */
static struct value *dut_of_slot(const struct value *all, long slot)
{
	struct value *dut = value_map();

	for (int own = 0; own < 2; own++) {
		for (size_t i = 0; i < value_count(all); i++) {
			const char *key = value_key(all, i);
			long of = slot_of_key(&key);

			if (of == (own ? slot : 0) && (!own || of))
				value_set_text(dut, key, value_at(all, i)->text);
		}
	}
	return dut;
}

/* ---- orders ---- */

/* Of "B7,B8" what is the serial number on this slot; else the whole, for the controller to refuse. */
static const char *destroyed_here(const char *destroys, const char *serial)
{
	size_t size = serial ? strlen(serial) : 0;

	for (const char *at = destroys; size && at;
	     at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
		if (!strncmp(at, serial, size) && (!at[size] || at[size] == ','))
			return serial;
	return destroys;
}

static int read_retest(struct value *order, const struct run_settings *settings, struct error *err)
{
	static const char *const KINDS[] = {"bench-error", "repeated", "additional", "kept-sample"};
	const char *kind = settings->retest;
	struct value *retest;
	size_t i = 0;

	if (!kind && !settings->why && !settings->authorised_by)
		return 0;
	while (kind && i < sizeof(KINDS) / sizeof(*KINDS) && strcmp(kind, KINDS[i]) != 0)
		i++;
	if (!kind || i == sizeof(KINDS) / sizeof(*KINDS) || !settings->why ||
	    !settings->authorised_by || !settings->why[0] || !settings->authorised_by[0])
		return error_set(err, ERROR_USAGE,
				 "a re-test says --retest bench-error, repeated, additional or "
				 "kept-sample, --why and --authorised-by PERSON");
	retest = value_set(order, "retest", value_map());
	value_set_text(retest, "kind", kind);
	value_set_text(retest, "why", settings->why);
	value_set_text(retest, "authorisedBy", settings->authorised_by);
	return 0;
}

/* As found is what every verdict is. */
static int read_verdict(struct value *order, const char *verdict, struct error *err)
{
	if (!verdict || !strcmp(verdict, "as-found"))
		return 0;
	if (strcmp(verdict, "as-left") != 0)
		return error_set(err, ERROR_USAGE, say(TEXTS.verdict), verdict);
	value_set_bool(order, "as_left", true);
	return 0;
}

static int fill_order(struct value *order, const struct run_settings *settings, long slot,
		      struct error *err)
{
	value_set_int(order, "slot", slot);
	if (settings->dut)
		value_set(order, "dut", dut_of_slot(settings->dut, slot));
	if (settings->params)
		value_set(order, "params", value_copy(settings->params));
	if (settings->task)
		value_set(order, "task", value_copy(settings->task));
	value_set_int(order, "seed", settings->seed ? settings->seed : 1);
	value_set_text(order, "only", settings->only);
	value_set_bool(order, "force", settings->force);
	value_set_bool(order, "certificate", settings->certificate);
	value_set_text(order, "destroys",
		       destroyed_here(settings->destroys,
				      value_get_text(value_get(order, "dut"), "serial")));
	if (set_path(order, "station", settings->station, err) < 0 ||
	    set_path(order, "limits", settings->limits, err) < 0 ||
	    read_verdict(order, settings->verdict, err) < 0 ||
	    read_retest(order, settings, err) < 0 || read_sim(order, settings, err) < 0)
		return -1;
	return read_clock(order, settings, err);
}

static int fill_orders(struct value *orders, const struct run_settings *settings,
		       const char *protocol, struct error *err)
{
	struct value *slots = value_list();
	int done = read_slots(slots, settings->slots, err);

	if (done == 0 && value_count(slots) == 0)
		value_add(slots, value_int(0));
	if (done == 0)
		done = check_dut(settings, slots, err);
	for (size_t i = 0; done == 0 && i < value_count(slots); i++) {
		struct value *order = value_add(orders, value_map());

		value_set_text(order, "protocol", protocol);
		done = fill_order(order, settings, (long)value_at(slots, i)->integer, err);
	}
	value_free(slots);
	return done;
}

/* A run whose check nobody has would await it for good. What cannot be loaded is the controller's to say. */
static int find_check(const char *program, const char *protocol, struct error *err)
{
	struct error ignored;
	struct value *data = catalogue_load(program, "protocol", protocol, &ignored);
	int done = data ? catalogue_has_check(program, protocol, data, err) : 0;

	value_free(data);
	return done;
}

struct value *orders_of_settings(const struct run_settings *settings, const char *name,
				 struct error *err)
{
	char *program = place_program(err);
	char *protocol = program ? catalogue_find_protocol(program, name, err) : NULL;
	struct value *orders = protocol ? value_list() : NULL;

	if (protocol && (find_check(program, protocol, err) < 0 ||
			 fill_orders(orders, settings, protocol, err) < 0)) {
		value_free(orders);
		orders = NULL;
	}
	free(program);
	free(protocol);
	return orders;
}

char *order_remark(const struct value *order)
{
	static const struct words FAULT = {"fault", "故障"};
	const char *fault = value_get_text(order, "fault");

	if (!fault)
		return NULL;
	if (!value_get(order, "severity"))
		return xprintf("%s %s", say(FAULT), fault);
	return xprintf("%s %s (%.3g)", say(FAULT), fault, value_get_real(order, "severity", 1));
}

static const char *confirmed_serial(const struct value *orders, const char *serial)
{
	for (size_t i = 0; i < value_count(orders); i++) {
		const struct value *order = value_at(orders, i);
		const char *own = value_get_text(value_get(order, "dut"), "serial");

		if (own && !strcmp(own, serial))
			return value_get_text(order, "destroys");
	}
	return NULL;
}

bool order_refuses_specimen(const struct value *orders, const struct value *refusal,
			    struct error *err)
{
	const char *serial = value_get_text(refusal, "serial"),
		   *kind = value_get_text(refusal, "kind");
	const char *confirmed = confirmed_serial(orders, serial);

	if (!strcmp(kind, "consumed"))
		error_set(err, ERROR_USAGE, say(TEXTS.consumed), serial,
			  value_get_text(refusal, "by"));
	else if (confirmed)
		error_set(err, ERROR_USAGE, say(TEXTS.another), serial, confirmed);
	return confirmed || !strcmp(kind, "consumed");
}
