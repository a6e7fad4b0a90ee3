/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a result rests on: certificates in the bench's register, entered through a controller (tests/controller_rig.h), and
 * what a plan on real wires makes of them.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "run/registered.h"
#include "tests/claims.h"
#include "tests/controller_rig.h"

/* Members of an entry: the weight of the mini bench, of 1000 Pa. */
#define ALL(value, unit, expanded, k, due)                                                         \
	"'instrument':'weight','certificate':'W-1','value':'" value "','unit':'" unit              \
	"','expanded':'" expanded "','k':'" k "','due':'" due "'"
#define WEIGHT(value, due) ALL(value, "Pa", "2 Pa", "2", due)
#define HEAD                                                                                       \
	"instrument,quantity,value,unit,expanded_uncertainty,k,certificate,due,repeatability,"     \
	"check_standard\n"
#define APPEND(says) "{'do':'append','record':{'kind':'calibration','says':{" says "}}}"

static void enter(struct command *command, const char *request)
{
	command_say(command, request);
	value_free(command_hear(command, "appended"));
}

static struct value *ask(struct command *command)
{
	command_say(command, "{'do':'register'}");
	return command_hear(command, "register");
}

static void a_later_entry_counts_and_the_earlier_one_stays(void)
{
	struct house house;
	struct command command;
	struct value *answer, *newest;
	const struct value *all;
	char *csv;

	house_open(&house);
	command = command_come(&house);
	enter(&command, APPEND(WEIGHT("1000", "2026-06-30")));
	enter(&command, APPEND("'instrument':'meter','quantity':'pressure','unit':'Pa',"
			       "'expanded':'0.5 %','k':'2','certificate':'M \\\"7\\\", a',"
			       "'due':'2027-01-31'"));
	enter(&command, APPEND(WEIGHT("1001.0", "2027-06-30")));

	answer = ask(&command);
	all = value_get(answer, "calibrations");
	newest = registered_newest(all);
	csv = registered_csv(all, NULL);

	CU_ASSERT_EQUAL(value_count(all), 3);
	CU_ASSERT(value_get_int(value_at(all, 0), "seq", 0) <
		  value_get_int(value_at(all, 2), "seq", 0));
	CU_ASSERT_STRING_EQUAL(value_get_text(value_get(value_at(all, 0), "says"), "value"),
			       "1000");
	CU_ASSERT_EQUAL(value_count(newest), 2);
	CU_ASSERT_STRING_EQUAL(csv, HEAD
			       "\"weight\",\"\",\"1001.0\",\"Pa\",\"2 "
			       "Pa\",\"2\",\"W-1\",\"2027-06-30\",\"\",\"\"\n"
			       "\"meter\",\"pressure\",\"\",\"Pa\",\"0.5 %\",\"2\",\"M \"\"7\"\", "
			       "a\",\"2027-01-31\",\"\",\"\"\n");
	free(csv);
	value_free(newest);
	value_free(answer);
	command_go(&command);
	house_close(&house);
}

/* `count` values of the check standard "cell", 19 and 21 by turns, and then `last`. */
static struct value *checks_of(int count, const char *unit, const char *last)
{
	struct value *checks = value_list();

	for (int i = 0; i <= count; i++) {
		struct value *entry = value_add(checks, value_map());
		struct value *says = value_set(entry, "says", value_map());

		value_set_int(entry, "seq", 100 + i);
		value_set_text(says, "standard", "cell");
		value_set_text(says, "value", i == count ? last : i % 2 ? "21" : "19");
		value_set_text(says, "unit", i == count ? unit : "Pa");
	}
	return checks;
}

static void check_repeatability(int count, const char *unit, const char *last, const char *expected)
{
	struct value *calibrations = said("[{'seq':7,'says':{'instrument':'meter',"
					  "'quantity':'pressure','unit':'Pa','expanded':'0.5 %',"
					  "'k':'2','certificate':'M','due':'2027-01-31',"
					  "'check_standard':'cell'}}]");
	struct value *checks = checks_of(count, unit, last);
	char *csv = registered_csv(calibrations, checks);

	CU_ASSERT(csv && strstr(csv, expected));
	free(csv);
	value_free(checks);
	value_free(calibrations);
}

static void an_instruments_repeatability_is_that_of_its_check_standard(void)
{
	/* s² = 20 · 1² / 19 */
	check_repeatability(20, "Pa", "20", "\"1.02597835209 Pa\",\"cell\"\n");
	check_repeatability(18, "Pa", "20", "\"unknown\",\"cell\"\n");
	check_repeatability(20, "Pa", "24", "\"unknown\",\"cell\"\n");
	check_repeatability(20, "kPa", "20", "\"unknown\",\"cell\"\n");
}

static void an_entry_outlives_its_controller(void)
{
	struct house house;
	struct command command;
	struct value *answer;

	house_open(&house);
	command = command_come(&house);
	enter(&command, APPEND(WEIGHT("1000", "2026-06-30")));
	command_go(&command);
	CU_ASSERT_EQUAL(kill(house.pid, SIGTERM), 0);
	CU_ASSERT_EQUAL(house_ended(&house), 0);
	house_start(&house, false);

	command = command_come(&house);
	answer = ask(&command);
	CU_ASSERT_EQUAL(value_count(value_get(answer, "calibrations")), 1);
	value_free(answer);
	command_go(&command);
	house_close(&house);
}

static void check_entry_refused(struct command *command, const char *says, const char *part)
{
	char *request = xprintf("{'do':'append','record':{'kind':'calibration'%s%s%s}}",
				*says ? ",'says':{" : "", says, *says ? "}" : "");

	command_say(command, request);
	CU_ASSERT(command_refused(command, "usage", part));
	free(request);
}

static void an_entry_that_no_run_could_use_is_refused_in_a_sentence(void)
{
	struct house house;
	struct command command;
	struct value *answer;

	house_open(&house);
	command = command_come(&house);

	check_entry_refused(&command, "", "says nothing");
	check_entry_refused(&command, "'instrument':'weight'",
			    "a reference needs its certified value");
	check_entry_refused(&command, WEIGHT("1000", "2026-02-30"), "'2026-02-30' is no day");
	check_entry_refused(&command, WEIGHT("many", "2026-06-30"), "column 'value'");
	check_entry_refused(&command, ALL("1000", "Pa", "2 Pa", "0", "2026-06-30"), "column 'k'");
	check_entry_refused(&command, ALL("1000", "stone", "2 Pa", "2", "2026-06-30"),
			    "column 'unit'");
	check_entry_refused(&command, ALL("1000", "Pa", "good", "2", "2026-06-30"),
			    "column 'expanded_uncertainty'");
	check_entry_refused(&command, WEIGHT("1000", "2026-06-30") ",'colour':'red'",
			    "nothing is called 'colour' here");
	check_entry_refused(&command, WEIGHT("1000", "2026-06-30") ",'lot':7",
			    "'lot' is a text of one line");
	check_entry_refused(&command, WEIGHT("1000", "2026-06-30") ",'lot':'a\\nb'",
			    "'lot' is a text of one line");

	answer = ask(&command);
	CU_ASSERT_EQUAL(value_count(value_get(answer, "calibrations")), 0);
	value_free(answer);
	command_go(&command);
	house_close(&house);
}

/* ---- files ---- */

static void a_certificate_is_kept_under_its_digest(void)
{
	static const char DIGEST[] =
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; /* of "abc" */
	struct house house;
	struct command command;
	struct value *answer;
	const struct value *file;
	struct error err;
	struct buf kept;
	char *request, *path;

	house_open(&house);
	command = command_come(&house);
	bench_put(&house.bench, "papers/W-1.pdf", "abc");
	request = xprintf("{'do':'append','record':{'kind':'calibration','says':{" WEIGHT(
				  "1000", "2026-06-30") "},'path':'%s/papers/W-1.pdf'}}",
			  house.bench.folder);
	enter(&command, request);
	enter(&command, request);

	answer = ask(&command);
	file = value_get(value_get(value_at(value_get(answer, "calibrations"), 1), "says"), "file");
	CU_ASSERT_STRING_EQUAL(value_get_text(file, "sha256"), DIGEST);
	CU_ASSERT_STRING_EQUAL(value_get_text(file, "name"), "W-1.pdf");
	CU_ASSERT_EQUAL(value_get_int(file, "size", 0), 3);
	path = xprintf("%s/files/%s", house.bench.state, DIGEST);
	buf_init(&kept);
	CU_ASSERT_EQUAL(file_read(path, 100, &kept, &err), 0);
	CU_ASSERT_STRING_EQUAL(kept.data, "abc");
	buf_done(&kept);
	value_free(answer);
	free(path);
	free(request);
	command_go(&command);
	house_close(&house);
}

static void a_certificate_that_is_not_there_or_empty_is_refused(void)
{
	struct house house;
	struct command command;
	char *request;

	house_open(&house);
	command = command_come(&house);
	bench_put(&house.bench, "papers/empty.pdf", "");
	request = xprintf("{'do':'append','record':{'kind':'calibration','says':{" WEIGHT(
				  "1000", "2026-06-30") "},'path':'%s/papers/empty.pdf'}}",
			  house.bench.folder);

	command_say(&command, request);
	CU_ASSERT(command_refused(&command, "usage", "an empty file says nothing"));
	command_say(&command, "{'do':'append','record':{'kind':'calibration','says':{" WEIGHT(
				      "1000", "2026-06-30") "},'path':'/nowhere/W-1.pdf'}}");
	CU_ASSERT(command_refused(&command, "bench", "/nowhere/W-1.pdf"));
	free(request);
	command_go(&command);
	house_close(&house);
}

/* ---- plans ---- */

#define STATION MINI_STATION("calibration = 'own.csv', ")
#define REGISTERED(entries) "{'calibrations':[" entries "]}"
#define ENTRY(seq, says) "{'seq':" seq ",'says':{" says "}}"

static void put_own(struct bench *bench)
{
	bench_put(bench, "own.csv",
		  "instrument,quantity,value,unit,expanded_uncertainty,k,certificate,due\n"
		  "weight,,1000,Pa,5 Pa,2,OWN,2027-01-31\n");
}

static void a_plan_on_wires_takes_its_certificates_from_the_register(void)
{
	struct bench bench;
	struct plan *plan;
	const struct certificate *weight;
	struct value *certificates;

	bench_open(&bench);
	put_own(&bench);
	plan = bench_plan(
		&bench, .body = "", .station = STATION, .wires = true,
		.registered = REGISTERED(ENTRY("7", WEIGHT("1000", "2027-06-30") ",'lot':'L9'")));

	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
	CU_ASSERT_STRING_EQUAL(plan->calibration_from, "register");
	CU_ASSERT_STRING_EQUAL(plan->calibration_name, REGISTERED_SOURCE);
	CU_ASSERT_PTR_NOT_NULL(plan_find_source(plan, REGISTERED_SOURCE));
	weight = calibration_find(plan->calibration, 1, "weight", "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(weight);
	CU_ASSERT_STRING_EQUAL(weight->number, "W-1");
	certificates = calibration_describe(plan->calibration, 1);
	registered_describe(certificates, value_get(plan->registered, "calibrations"));
	CU_ASSERT_EQUAL(value_get_int(value_get(certificates, "cert:W-1"), "record", 0), 7);
	CU_ASSERT_STRING_EQUAL(value_get_text(value_get(certificates, "cert:W-1"), "lot"), "L9");
	value_free(certificates);
	plan_free(plan);
	bench_close(&bench);
}

static void an_empty_register_leaves_the_stations_own_file(void)
{
	struct bench bench;
	struct plan *plan;

	bench_open(&bench);
	put_own(&bench);
	plan = bench_plan(&bench, .body = "", .station = STATION, .wires = true,
			  .registered = REGISTERED(""));

	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
	CU_ASSERT_STRING_EQUAL(plan->calibration_from, "station");
	CU_ASSERT_STRING_EQUAL(calibration_find(plan->calibration, 1, "weight", "")->number, "OWN");
	plan_free(plan);
	bench_close(&bench);
}

static void a_simulated_plan_rests_on_no_register(void)
{
	struct bench bench;
	struct plan *plan;

	bench_open(&bench);
	plan = bench_plan(&bench, .body = "",
			  .registered = REGISTERED(ENTRY("7", WEIGHT("1000", "2027-06-30"))));

	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
	CU_ASSERT_STRING_EQUAL(plan->calibration_from, "fixture");
	plan_free(plan);
	bench_close(&bench);
}

static void the_journal_says_where_its_certificates_are_from(void)
{
	struct bench bench;

	bench_open(&bench);
	bench_run(&bench, .body = "m.x = fx.pressure:read()");

	CU_ASSERT(journal_says(bench.journal, "'calibration_from':'fixture'"));
	bench_close(&bench);
}

void suite_register(void)
{
	suite_begin("register");
	claim(a_later_entry_counts_and_the_earlier_one_stays);
	claim(an_instruments_repeatability_is_that_of_its_check_standard);
	claim(an_entry_outlives_its_controller);
	claim(an_entry_that_no_run_could_use_is_refused_in_a_sentence);
	claim(a_certificate_is_kept_under_its_digest);
	claim(a_certificate_that_is_not_there_or_empty_is_refused);
	claim(a_plan_on_wires_takes_its_certificates_from_the_register);
	claim(an_empty_register_leaves_the_stations_own_file);
	claim(a_simulated_plan_rests_on_no_register);
	claim(the_journal_says_where_its_certificates_are_from);
}
