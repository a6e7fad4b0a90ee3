/* SPDX-License-Identifier: Apache-2.0 */
/* An order is checked whole before it is recorded: a stage that no specimen has, or that waits for itself, could never be done. */
#include "record/job_order.h"

#include <string.h>

#include "base/spelling.h"
#include "record/job_result.h"
#include "record/job_standing.h"
#include "record/register.h"
#include "record/roster.h"
#include "verdict/duration.h"

static const struct register_member TEXTS[] = {
	{"number", true}, {"limits", false}, {"note", false},
	{"by", false},	  {"why", false},    {NULL, false},
};
static const char *const OTHERS[] = {"specimens",   "stages",	 "party",   "form", "people",
				     "certificate", "rehearsal", "results", NULL};

static const struct register_member STAGE[] = {
	{"name", true},	 {"protocol", true}, {"limits", false},	 {"after", false}, {"least", false},
	{"most", false}, {"storage", false}, {"verdict", false}, {NULL, false},
};
static const char *const STAGE_OTHERS[] = {"params", "of", "dut", "reidentify", NULL};

/* Names and texts. */
static int check_texts(const struct value *map, const char *what, struct error *err)
{
	if (!map)
		return 0;
	if (map->kind != VALUE_MAP)
		return error_set(err, ERROR_USAGE, "'%s' has named texts", what);
	for (size_t i = 0; i < value_count(map); i++)
		if (value_at(map, i)->kind != VALUE_TEXT || value_at(map, i)->size > JOB_TEXT_MOST)
			return error_set(err, ERROR_USAGE,
					 "%s: '%.40s' is a text of at most %d bytes", what,
					 value_key(map, i), JOB_TEXT_MOST);
	return 0;
}

static int check_flag(const struct value *map, const char *name, struct error *err)
{
	const struct value *flag = value_get(map, name);

	return !flag || flag->kind == VALUE_BOOL
		       ? 0
		       : error_set(err, ERROR_USAGE, "'%s' is true or false", name);
}

/* ---- specimens ---- */

/* Two of one serial number are told apart by their certificates alone. */
static bool is_same_specimen(const struct value *a, const struct value *b)
{
	const char *one = value_get_text(a, "ma"), *other = value_get_text(b, "ma");

	return spelling_same(value_get_text(a, "serial"), value_get_text(b, "serial")) &&
	       (!one || !other || spelling_same(one, other));
}

static int check_specimen(const struct value *specimens, size_t index, struct error *err)
{
	const struct value *specimen = value_at(specimens, index);
	const char *serial = value_get_text(specimen, "serial");

	if (specimen->kind != VALUE_MAP || check_texts(specimen, "specimens", err) < 0)
		return error_set(err, ERROR_USAGE, "specimen %zu has named texts", index + 1);
	if (!serial || spelling_is_blank(serial))
		return error_set(err, ERROR_USAGE, "specimen %zu has no 'serial'", index + 1);
	for (size_t i = 0; i < index; i++)
		if (is_same_specimen(value_at(specimens, i), specimen))
			return error_set(err, ERROR_USAGE, "specimens %zu and %zu are one, %.60s",
					 i + 1, index + 1, serial);
	return 0;
}

static int check_specimens(const struct value *specimens, struct error *err)
{
	if (!specimens || specimens->kind != VALUE_LIST || !value_count(specimens) ||
	    value_count(specimens) > JOB_SPECIMENS_MOST)
		return error_set(err, ERROR_USAGE, "an order has 1 to %d specimens",
				 JOB_SPECIMENS_MOST);
	for (size_t i = 0; i < value_count(specimens); i++)
		if (check_specimen(specimens, i, err) < 0)
			return -1;
	return 0;
}

static bool has_serial(const struct value *specimens, const char *serial)
{
	for (size_t i = 0; i < value_count(specimens); i++)
		if (spelling_same(value_get_text(value_at(specimens, i), "serial"), serial))
			return true;
	return false;
}

/* ---- stages ---- */

static bool is_stage(const struct value *stages, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(value_get_text(value_at(stages, i), "name"), name))
			return true;
	return false;
}

static int check_interval(const struct value *stage, struct error *err)
{
	const char *least = value_get_text(stage, "least"), *most = value_get_text(stage, "most");
	nsec shortest = 0, longest = INT64_MAX;

	if ((least || most || value_get_bool(stage, "reidentify")) &&
	    !value_get_text(stage, "after"))
		return error_set(
			err, ERROR_USAGE,
			"an interval, and that it is identified again, are counted from the "
			"stage that it comes 'after'");
	if ((least && duration_parse(&shortest, least, err) < 0) ||
	    (most && duration_parse(&longest, most, err) < 0))
		return -1;
	return shortest <= longest
		       ? 0
		       : error_set(err, ERROR_USAGE, "'least' (%s) is more than 'most' (%s)", least,
				   most);
}

static int check_of(const struct value *of, const struct value *specimens, struct error *err)
{
	if (!of)
		return 0;
	if (of->kind != VALUE_LIST || !value_count(of))
		return error_set(err, ERROR_USAGE, "'of' is a list of serial numbers");
	for (size_t i = 0; i < value_count(of); i++)
		if (value_at(of, i)->kind != VALUE_TEXT ||
		    !has_serial(specimens, value_at(of, i)->text))
			return error_set(err, ERROR_USAGE,
					 "'of': no specimen has the serial number "
					 "'%.60s'",
					 value_at(of, i)->kind == VALUE_TEXT ? value_at(of, i)->text
									     : "?");
	return 0;
}

static int check_told(const struct value *stage, const struct value *name,
		      const struct value *specimens, struct error *err)
{
	for (size_t i = 0; i < value_count(specimens); i++) {
		const struct value *specimen = value_at(specimens, i);

		if (job_stage_is_of(stage, value_get_text(specimen, "serial")) &&
		    !value_get_text(specimen, name->text))
			return error_set(err, ERROR_USAGE, "'dut': specimen %zu has no '%.40s'",
					 i + 1, name->text);
	}
	return 0;
}

/* What a protocol is told of each specimen of the stage, the order must know of each. */
static int check_dut(const struct value *stage, const struct value *specimens, struct error *err)
{
	const struct value *dut = value_get(stage, "dut");

	if (dut && dut->kind != VALUE_LIST)
		return error_set(err, ERROR_USAGE, "'dut' is a list of names");
	for (size_t i = 0; i < value_count(dut); i++) {
		const struct value *name = value_at(dut, i);

		if (name->kind != VALUE_TEXT)
			return error_set(err, ERROR_USAGE, "'dut' is a list of names");
		if (check_told(stage, name, specimens, err) < 0)
			return -1;
	}
	return 0;
}

/* On which state of an adjusted specimen its verdict rests; whether the protocol adjusts, whoever runs it finds out. */
static int check_verdict(const struct value *stage, struct error *err)
{
	const char *verdict = value_get_text(stage, "verdict");

	if (!verdict || !strcmp(verdict, "as-found") || !strcmp(verdict, "as-left"))
		return 0;
	return error_set(err, ERROR_USAGE, "'verdict' is as-found or as-left, not '%.40s'",
			 verdict);
}

/* A stage comes after one that stands before it, so that none waits for itself. */
static int check_stage(const struct value *stages, size_t index, const struct value *specimens,
		       struct error *err)
{
	const struct value *stage = value_at(stages, index);
	const char *after;

	if (register_check_members(STAGE, STAGE_OTHERS, stage, err) < 0 ||
	    check_texts(value_get(stage, "params"), "params", err) < 0 ||
	    check_flag(stage, "reidentify", err) < 0 ||
	    check_of(value_get(stage, "of"), specimens, err) < 0 ||
	    check_dut(stage, specimens, err) < 0 || check_interval(stage, err) < 0 ||
	    check_verdict(stage, err) < 0)
		return -1;
	after = value_get_text(stage, "after");
	if (is_stage(stages, index, value_get_text(stage, "name")))
		return error_set(err, ERROR_USAGE, "there is a stage of this name already");
	if (after && !is_stage(stages, index, after))
		return error_set(err, ERROR_USAGE, "no stage before it is called '%.60s'", after);
	return 0;
}

static int check_stages(const struct value *stages, const struct value *specimens,
			struct error *err)
{
	if (!stages || stages->kind != VALUE_LIST || !value_count(stages) ||
	    value_count(stages) > JOB_STAGES_MOST)
		return error_set(err, ERROR_USAGE, "an order has 1 to %d stages", JOB_STAGES_MOST);
	for (size_t i = 0; i < value_count(stages); i++)
		if (check_stage(stages, i, specimens, err) < 0) {
			const char *name = value_get_text(value_at(stages, i), "name");

			return error_context(err, "stage %zu (%.60s)", i + 1, name ? name : "?");
		}
	return 0;
}

/* ---- the order ---- */

static int check_says(const struct value *says, struct error *err)
{
	static const char *const GROUPS[] = {"party", "form", "people"};

	if (register_check_members(TEXTS, OTHERS, says, err) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(GROUPS) / sizeof(GROUPS[0]); i++)
		if (check_texts(value_get(says, GROUPS[i]), GROUPS[i], err) < 0)
			return -1;
	if (check_flag(says, "certificate", err) < 0 || check_flag(says, "rehearsal", err) < 0)
		return -1;
	if (value_get_bool(says, "certificate") && value_get_bool(says, "rehearsal"))
		return error_set(err, ERROR_USAGE, "a rehearsal is none for a certificate");
	if (check_specimens(value_get(says, "specimens"), err) < 0)
		return -1;
	if (check_stages(value_get(says, "stages"), value_get(says, "specimens"), err) < 0)
		return -1;
	return job_result_check(says, err);
}

/* What replaces another says why, and keeps what its results rest on. */
static int check_replaced(struct bench_log *log, const struct value *says, struct error *err)
{
	const char *number = value_get_text(says, "number"), *why = value_get_text(says, "why");
	struct job_standing *standing = job_standing_of(log, number, err);
	const struct value *order = standing ? job_standing_order(standing) : NULL;
	int done = standing ? 0 : -1;

	if (order && (!why || !*why))
		done = error_set(
			err, ERROR_REFUSED,
			"order %.60s is recorded already: what stands in its place says why "
			"('why')",
			number);
	else if (order)
		done = job_result_keeps(order, says, job_standing_runs(standing),
					job_standing_identifications(standing), err);
	job_standing_free(standing);
	return done;
}

int admit_job_order(struct bench_log *log, const struct value *request, const struct moment *now,
		    struct admitted *admitted, struct error *err)
{
	const struct value *says = value_get(request, "says");
	const struct roster *roster = bench_log_roster(log, err);

	if (!roster || check_says(says, err) < 0 || check_replaced(log, says, err) < 0)
		return -1;
	if (roster_administrator(roster) &&
	    roster_knows(roster, value_get_text(says, "by"), now->wall.ms, err) < 0)
		return -1;
	admitted->subjects[0] = REGISTER_SUBJECT(ENTRY_JOB_ORDER);
	return register_take(log, request, admitted, err);
}

struct value *job_order_list(struct bench_log *log, struct error *err)
{
	return register_last_of_each(log, ENTRY_JOB_ORDER, "number", err);
}
