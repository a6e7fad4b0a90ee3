/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Acts in real time: what leaves its safe level is on the disk before the wire moves, and the way back waits for nothing.
 * The bench is that of guard_files.h.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "tests/claims.h"
#include "tests/guard_files.h"
#include "tests/slot_rig.h"

static void open_rig(struct slot_rig *rig)
{
	slot_rig_open_in_real_time(rig, GUARD_FILES);
	CU_ASSERT_EQUAL(rig->tripped, 0);
}

/* No file grows beyond that. The writer's thread takes no SIGXFSZ: it sees EFBIG, as it would ENOSPC. */
static void allow_bytes(rlim_t most)
{
	struct rlimit limit;

	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = most;
	setrlimit(RLIMIT_FSIZE, &limit);
}

/* The disk takes nothing more of this journal, which says already what a script asks for. */
static void fill_disk(struct slot_rig *rig)
{
	char *path = xprintf("%s/journal", rig->bench.journal);
	struct stat status = {0};

	slot_rig_settle(rig);
	CU_ASSERT_EQUAL(stat(path, &status), 0);
	CU_ASSERT(status.st_size > 0);
	allow_bytes((rlim_t)status.st_size);
	journal_line(rig->journal, clock_now(rig->clock), "request", value_map());
	free(path);
}

static bool failed_as(const struct slot_rig *rig, const char *begins)
{
	return rig->error.kind == ERROR_OS && !strncmp(rig->error.text, begins, strlen(begins)) &&
	       strstr(rig->error.text, "cannot write");
}

static void a_line_leaves_its_safe_level_only_with_the_journal_on_the_disk(void)
{
	struct slot_rig rig;

	open_rig(&rig);
	fill_disk(&rig);
	slot_rig_act(&rig, "fan", true);
	allow_bytes(RLIM_INFINITY);

	CU_ASSERT(failed_as(&rig, "fan stays safe, since nothing would tell of it"));
	CU_ASSERT_FALSE(slot_rig_level(&rig, "fan"));
	CU_ASSERT_EQUAL(rig.outputs.size, 0);

	CU_ASSERT_EQUAL(slot_rig_act(&rig, "fan", true), 0);
	CU_ASSERT(slot_rig_level(&rig, "fan"));
	slot_rig_close(&rig);
}

static void its_way_back_waits_for_no_disk(void)
{
	struct slot_rig rig;

	open_rig(&rig);
	CU_ASSERT_EQUAL(slot_rig_act(&rig, "fan", true), 0);
	fill_disk(&rig);
	CU_ASSERT_EQUAL(slot_rig_act(&rig, "fan", false), 0);
	allow_bytes(RLIM_INFINITY);

	CU_ASSERT_FALSE(slot_rig_level(&rig, "fan"));
	slot_rig_close(&rig);
}

static void so_it_is_with_a_setting(void)
{
	struct slot_rig rig;

	open_rig(&rig);
	fill_disk(&rig);
	slot_rig_set(&rig, "meter", "drive", 50);
	CU_ASSERT(failed_as(&rig, "meter.drive stays safe, since nothing would tell of it"));
	CU_ASSERT_EQUAL(slot_rig_set(&rig, "meter", "drive", 0), 0);
	allow_bytes(RLIM_INFINITY);

	CU_ASSERT_EQUAL(slot_rig_set(&rig, "meter", "drive", 50), 0);
	fill_disk(&rig);
	CU_ASSERT_EQUAL(slot_rig_set(&rig, "meter", "drive", 60), 0); /* it is away already */
	CU_ASSERT_EQUAL(slot_rig_set(&rig, "meter", "drive", 0), 0);
	allow_bytes(RLIM_INFINITY);
	slot_rig_close(&rig);
}

static void note_error(void *ctx, const struct error *err)
{
	*(struct error *)ctx = err ? *err : (struct error){0};
}

static void so_it_is_with_bytes_that_may_set_anything(void)
{
	static const uint8_t BYTES[] = {1, 2, 3};
	struct slot_rig rig;

	open_rig(&rig);
	fill_disk(&rig);
	slot_pour(rig.slot, 0, BYTES, sizeof(BYTES), note_error, &rig.error);
	slot_rig_wait(&rig, MSEC(200));
	allow_bytes(RLIM_INFINITY);
	CU_ASSERT(failed_as(&rig, "raw bytes on bus were not sent, since nothing would tell"));

	slot_pour(rig.slot, 0, BYTES, sizeof(BYTES), note_error, &rig.error);
	slot_rig_wait(&rig, MSEC(200));
	CU_ASSERT_EQUAL(rig.error.kind, 0);
	slot_rig_close(&rig);
}

static void note_refusal(void *ctx, const struct error *err)
{
	*(bool *)ctx = err && err->kind == ERROR_REFUSED;
}

static void what_waits_for_the_disk_is_overtaken_by_the_way_back(void)
{
	bool refused = false;
	struct slot_rig rig;

	open_rig(&rig);
	slot_act(rig.slot, fixture_find_line(rig.plan->fixture, "fan"), true, note_refusal,
		 &refused);
	CU_ASSERT_EQUAL(slot_rig_act(&rig, "fan", false), 0);
	slot_rig_wait(&rig, MSEC(50));

	CU_ASSERT(refused);
	CU_ASSERT_FALSE(slot_rig_level(&rig, "fan"));
	CU_ASSERT_EQUAL(rig.outputs.size, 0);
	slot_rig_close(&rig);
}

static void a_slot_that_is_closed_forgets_what_waits(void)
{
	bool refused = false;
	struct slot_rig rig;

	open_rig(&rig);
	slot_act(rig.slot, fixture_find_line(rig.plan->fixture, "fan"), true, note_refusal,
		 &refused);
	slot_close(rig.slot);
	rig.slot = NULL;
	slot_rig_wait(&rig, MSEC(50));

	CU_ASSERT_FALSE(refused);
	CU_ASSERT_EQUAL(rig.outputs.size, 0);
	slot_rig_close(&rig);
}

void suite_slot_acts(void)
{
	suite_begin("slot_acts");
	claim(a_line_leaves_its_safe_level_only_with_the_journal_on_the_disk);
	claim(its_way_back_waits_for_no_disk);
	claim(so_it_is_with_a_setting);
	claim(so_it_is_with_bytes_that_may_set_anything);
	claim(what_waits_for_the_disk_is_overtaken_by_the_way_back);
	claim(a_slot_that_is_closed_forgets_what_waits);
}
