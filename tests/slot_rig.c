/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A slot in virtual time. Each deed starts something, runs the loop until its done function quits it,
 * and leaves what came of it in the rig; time passes only inside.
 */
#include "tests/slot_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "tests/claims.h"

static void sample(void *ctx, int channel, const struct bench_sample *sample)
{
	struct slot_rig *rig = ctx;

	rig->samples[channel]++;
	rig->value[channel] = sample->value;
}

static void samples(void *ctx, int channel, const struct bench_sample *samples, size_t count)
{
	struct slot_rig *rig = ctx;

	rig->samples[channel] += (int)count;
	rig->value[channel] = samples[count - 1].value;
}

static void pulse(void *ctx, int line, double high, double low)
{
	(void)ctx;
	(void)line;
	(void)high;
	(void)low;
}

static void output(void *ctx, int line, bool level)
{
	struct slot_rig *rig = ctx;

	buf_printf(&rig->outputs, "%s=%d ", rig->plan->fixture->line[line].name, level);
}

static void tripped(void *ctx, enum verdict verdict, const char *why)
{
	struct slot_rig *rig = ctx;

	rig->tripped = verdict;
	snprintf(rig->why, sizeof(rig->why), "%s", why);
	if (!rig->slot->up)
		loop_quit(rig->loop);
}

static void done(void *ctx, const struct error *err)
{
	struct slot_rig *rig = ctx;

	rig->error = err ? *err : (struct error){0};
	loop_quit(rig->loop);
}

static void run(struct slot_rig *rig)
{
	struct error err;

	CU_ASSERT_EQUAL(loop_run(rig->loop, &err), 0);
}

#define SCALE 10

static void open_slot(struct slot_rig *rig, const char *fault)
{
	static const struct slot_handlers HANDLERS = {sample, samples, pulse, output, tripped};
	struct source_file sources[PLAN_SOURCES];
	struct value *start = plan_world_start(rig->plan);
	struct error err;
	struct slot_settings settings = {
		.loop = rig->loop,
		.clock = rig->clock,
		.journal = rig->journal,
		.fixture = rig->plan->fixture,
		.number = 1,
		.supply = rig->plan->supply,
		.account = rig->account,
		.program = rig->bench.program,
		.cpu = -1,
		.grid = rig->plan->grid,
		.world_start = start,
		.simulators = rig->plan->simulators,
		.sources = sources,
		.source_count = plan_world_sources(rig->plan, sources),
		.line_fault = fault && strchr(fault, '.') ? fault : NULL,
	};

	rig->slot = slot_open(&settings, &HANDLERS, rig, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(rig->slot);
	if (clock_kind(rig->clock) == CLOCK_KIND_SCALED) { /* as wires_open does */
		rig->slot->wire_clock = loop_real_clock(rig->loop);
		rig->slot->wire_scale = SCALE;
	}
	slot_start(rig->slot, done);
	value_free(start);
}

static void begin(struct slot_rig *rig, const char *fault, const struct bench_file *files,
		  const struct value *connections, enum clock_kind kind)
{
	struct error err;
	char *folder;

	memset(rig, 0, sizeof(*rig));
	buf_init(&rig->outputs);
	bench_open(&rig->bench);
	if (kind == CLOCK_KIND_SCALED)
		bench_be_patient(&rig->bench);
	for (; files && files->path; files++)
		bench_put(&rig->bench, files->path, files->text);
	rig->plan = bench_plan(&rig->bench, .fault = fault);
	if (!rig->plan)
		CU_FAIL_FATAL(rig->bench.error.text);
	if (connections)
		rig->plan->supply =
			gas_supply_new(rig->plan->fixture, connections, 1, PLAN_STATED_EPOCH);
	rig->gases = gas_ledger_new();
	rig->account = gas_account_open(rig->gases);

	rig->loop = loop_new(&err);
	rig->writer = writer_new(rig->loop, &err);
	rig->clock = clock_new(rig->loop, kind, kind == CLOCK_KIND_SCALED ? SCALE : 1);
	folder = xprintf("%s/runs/slot", rig->bench.state);
	rig->journal = journal_create(rig->writer, folder, 0, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(rig->journal);
	snprintf(rig->bench.journal, sizeof(rig->bench.journal), "%s", folder);
	free(folder);
	open_slot(rig, fault);
}

static void open_rig(struct slot_rig *rig, const char *fault, const struct bench_file *files,
		     const struct value *connections, enum clock_kind kind)
{
	begin(rig, fault, files, connections, kind);
	run(rig);
}

void slot_rig_open(struct slot_rig *rig, const char *fault, const struct bench_file *files)
{
	open_rig(rig, fault, files, NULL, CLOCK_KIND_VIRTUAL);
}

void slot_rig_open_supplied(struct slot_rig *rig, const struct bench_file *files,
			    const struct value *connections)
{
	open_rig(rig, NULL, files, connections, CLOCK_KIND_VIRTUAL);
}

void slot_rig_open_in_real_time(struct slot_rig *rig, const struct bench_file *files)
{
	open_rig(rig, NULL, files, NULL, CLOCK_KIND_REAL);
}

void slot_rig_open_scaled(struct slot_rig *rig, const struct bench_file *files)
{
	open_rig(rig, NULL, files, NULL, CLOCK_KIND_SCALED);
}

void slot_rig_close(struct slot_rig *rig)
{
	slot_close(rig->slot);
	gas_ledger_free(rig->gases);
	journal_close(rig->journal);
	writer_free(rig->writer);
	timer_stop(&rig->alarm);
	clock_free(rig->clock);
	loop_free(rig->loop);
	plan_free(rig->plan);
	buf_done(&rig->outputs);
	bench_close(&rig->bench);
}

int slot_rig_act(struct slot_rig *rig, const char *line, bool on)
{
	slot_act(rig->slot, fixture_find_line(rig->plan->fixture, line), on, done, rig);
	run(rig);
	return rig->error.kind ? -1 : 0;
}

int slot_rig_set(struct slot_rig *rig, const char *name, const char *write, double number)
{
	int device = fixture_find_device(rig->plan->fixture, name);
	const struct driver *driver = rig->plan->fixture->device[device].driver;

	slot_set(rig->slot, device, driver_find_write(driver, write), number, done, rig);
	run(rig);
	return rig->error.kind ? -1 : 0;
}

void slot_rig_make_safe(struct slot_rig *rig)
{
	slot_make_safe(rig->slot, done, rig);
	run(rig);
}

static void alarm_rings(void *ctx)
{
	struct slot_rig *rig = ctx;

	loop_quit(rig->loop);
}

void slot_rig_wait(struct slot_rig *rig, nsec time)
{
	timer_start(&rig->alarm, rig->clock, clock_now(rig->clock) + time, TIMER_WAIT, alarm_rings,
		    rig);
	run(rig);
}

void slot_rig_begin(struct slot_rig *rig, const char *fault, const struct bench_file *files,
		    nsec time)
{
	begin(rig, fault, files, NULL, CLOCK_KIND_VIRTUAL);
	slot_rig_wait(rig, time);
}

void slot_rig_settle(struct slot_rig *rig)
{
	clock_hold(rig->clock);
	journal_sync(rig->journal, clock_now(rig->clock), done, rig);
	run(rig);
	clock_release(rig->clock);
}

bool slot_rig_level(const struct slot_rig *rig, const char *line)
{
	return gpio_get(rig->slot->line[fixture_find_line(rig->plan->fixture, line)].gpio);
}

bool slot_rig_tripped(const struct slot_rig *rig, enum verdict verdict, const char *part)
{
	if (rig->tripped == verdict && strstr(rig->why, part))
		return true;
	printf("        it was: %d: %s\n", rig->tripped, rig->why);
	return false;
}

bool slot_rig_refused(const struct slot_rig *rig, const char *part)
{
	if (rig->error.kind == ERROR_REFUSED && strstr(rig->error.text, part))
		return true;
	printf("        it was: %d: %s\n", rig->error.kind, rig->error.text);
	return false;
}
