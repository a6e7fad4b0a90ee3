/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bounds and the guard's other rules as authors write them: what a fixture may say, what a protocol may
 * ask for below it, and what either is refused for, by name and before anything is begun.
 */
#include <stdio.h>
#include <string.h>

#include "run/replay.h"
#include "tests/cell.h"
#include "tests/claims.h"
#include "tests/guard_files.h"

static const char DRIVERS[] = "{'meter':{'id':'meter','bus':'modbus',"
			      "'reads':{'pressure':{'input':0,'as':'f32','unit':'Pa','digit':0.1}},"
			      "'writes':{'drive':{'holding':16,'unit':'Pa','range':'0 .. 500 Pa'},"
			      "'output':{'holding':17,'words':{'off':0,'on':1}}}}}";

#define BENCH(device, rest)                                                                        \
	"{'id':'f','ports':{'bus':{'settings':'9600 8N1'}},"                                       \
	"'devices':{'m':{'driver':'meter','port':'bus','unit':1," device "}}," rest "}"
#define SAFE "'safe':{'drive':'0 Pa','output':'off'}"
#define LINES                                                                                      \
	"'lines':{'v':{'kind':'valve','safe':'closed'},'w':{'kind':'switch','safe':'off'},"        \
	"'lid':{'kind':'contact','debounce':'10 ms'}}"

static void check_fixture(const char *json, const char *why)
{
	struct value *value = said(json), *drivers = said(DRIVERS);
	struct error err = {0};
	struct fixture *fixture = fixture_compile(value, drivers, "f.lua", &err);

	CU_ASSERT(why ? !fixture && strstr(err.text, why) : fixture != NULL);
	if (!fixture && (!why || !strstr(err.text, why)))
		printf("        it said: %s\n", err.text);
	fixture_free(fixture);
	value_free(value);
	value_free(drivers);
}

/* ---- what a fixture says ---- */

static void a_fixture_bounds_its_settings_within_what_instruments_can(void)
{
	check_fixture(BENCH("'bounds':{'drive':'0 .. 300 Pa'}", LINES), NULL);
	check_fixture(BENCH("'bounds':{'drive':'0 .. 500 Pa'}", LINES), NULL);
	check_fixture(BENCH("'bounds':{'drive':'0 .. 501 Pa'}", LINES),
		      "f.lua: device 'm': bounds.drive: '0 .. 501 Pa' is wider than '0 .. 500 Pa', "
		      "which is all that its instrument can");
	check_fixture(BENCH("'bounds':{'drive':'<= 300 Pa'}", LINES), "is wider than");
}

static void a_bound_is_in_the_setting_s_own_numbers(void)
{
	check_fixture(BENCH("'bounds':{'speed':'0 .. 3 Pa'}", LINES),
		      "bounds.speed: the driver has no such write");
	check_fixture(BENCH("'bounds':{'drive':'0 .. 3 V'}", LINES), "bounds.drive: ");
	check_fixture(BENCH("'bounds':{'drive':'on'}", LINES), "'on' is no bound in Pa");
	check_fixture(BENCH("'bounds':{'drive':'± 10 %rd'}", LINES), "is no bound in Pa");
	check_fixture(BENCH("'bounds':{'output':'on'}", LINES), "bounds.output: ");
	check_fixture(BENCH("'bounds':{'drive':'fast'}", LINES), "bounds.drive: ");
}

static void what_is_safe_is_never_out_of_bounds(void)
{
	check_fixture(BENCH(SAFE ",'bounds':{'drive':'1 .. 300 Pa'}", LINES),
		      "bounds.drive: its safe value 0 Pa is outside '1 .. 300 Pa'");
}

static void only_what_has_a_safe_value_is_an_output(void)
{
	check_fixture(BENCH(SAFE ",'longest':{'output':'10 h'},'teardown':['drive']",
			    LINES ",'interlocks':[{'text':'t','needs':'lid','guards':['m.output',"
				  "'m.drive','v']}]"),
		      NULL);
	check_fixture(BENCH("'safe':{'output':'off'},'longest':{'drive':'10 h'}", LINES),
		      "longest: 'drive' has no value under `safe`");
	check_fixture(BENCH("'safe':{'output':'off'},'teardown':['drive']", LINES),
		      "teardown: 'drive' has no value under `safe`");
	check_fixture(BENCH("'safe':{'output':'off'},'longest':{'output':'10 Pa'}", LINES),
		      "longest: ");
	check_fixture(BENCH("'safe':{'output':'off'}", LINES
			    ",'interlocks':[{'text':'t','needs':'lid','guards':['m.drive']}]"),
		      "interlock 1: guards 'm.drive', which is no output");
	check_fixture(BENCH(SAFE, LINES
			    ",'interlocks':[{'text':'t','needs':'lid','guards':['n.drive']}]"),
		      "guards 'n.drive', which is no output");
}

#define FRESH(channel, more)                                                                       \
	BENCH(SAFE, LINES ",'channels':{'p':" channel "},'interlocks':[{'text':'t','needs':'p',"   \
			  "'limit':'<= 5 Pa','guards':['v']," more "}]")

static void a_fresh_reading_is_one_that_can_come_in_time(void)
{
	check_fixture(FRESH("'m.pressure'", "'fresh':'100 ms'"), NULL);
	check_fixture(FRESH("{'from':'m.pressure','every':'1 s'}", "'fresh':'1100 ms'"), NULL);
	check_fixture(FRESH("{'from':'m.pressure','every':'2 s'}", "'fresh':'2 s'"),
		      "interlock 1: fresh: p comes every 2 s, and could not be younger than 2 s");
	check_fixture(FRESH("'m.pressure'", "'fresh':'0 s'"), "fresh must be more than nothing");
	check_fixture(FRESH("'m.pressure'", "'fresh':'5 Pa'"), "fresh: ");
	check_fixture(BENCH(SAFE, LINES ",'interlocks':[{'text':'t','needs':'lid','guards':['v'],"
					"'fresh':'1 s'}]"),
		      "fresh is about a channel's readings");
}

#define READ_BACK(output, contact)                                                                 \
	BENCH(SAFE, "'lines':{'v':{'kind':'valve','safe':'closed'," output "},"                    \
		    "'w':{'kind':'switch','safe':'off','read_back':'b','within':'1 s'},"           \
		    "'a':{'kind':'contact'," contact "},'b':{'kind':'contact'}}")

static void a_contact_that_shows_an_output_is_its_own(void)
{
	check_fixture(READ_BACK("'read_back':'a','within':'100 ms'", "'debounce':'20 ms'"), NULL);
	check_fixture(READ_BACK("'read_back':'w','within':'100 ms'", "'debounce':'20 ms'"),
		      "line 'v': read_back: 'w' is no contact");
	check_fixture(READ_BACK("'read_back':'c','within':'100 ms'", "'debounce':'20 ms'"),
		      "line 'v': read_back: 'c' is no contact");
	check_fixture(READ_BACK("'read_back':'b','within':'100 ms'", "'debounce':'20 ms'"),
		      "read_back: 'b' shows v already");
	check_fixture(READ_BACK("'read_back':'a','within':'20 ms'", "'debounce':'20 ms'"),
		      "read_back needs `within`, how soon the contact follows: longer than its "
		      "debounce of 0.02 s");
	check_fixture(READ_BACK("'read_back':'a'", "'debounce':'20 ms'"),
		      "read_back needs `within`");
	check_fixture(READ_BACK("'within':'100 ms'", "'debounce':'20 ms'"),
		      "`within` says how soon its `read_back` follows");
}

#define FAN(fan, sequence)                                                                         \
	BENCH(SAFE, "'lines':{'fan':{'kind':'switch','safe':'" fan "'},"                           \
		    "'heater':{'kind':'switch','safe':'off'}},'interlocks':[{'text':'t',"          \
		    "'needs':'fan','guards':['heater']}],'safe_sequence':" sequence)

static void what_is_needed_is_not_made_safe_before_what_needs_it(void)
{
	check_fixture(FAN("off", "['heater','fan']"), NULL);
	check_fixture(FAN("on", "['fan','heater']"), NULL);
	check_fixture(
		FAN("off", "['fan','heater']"),
		"interlock 1: the safe sequence makes fan off before what needs it otherwise is "
		"safe: put it behind, or let it be safe as on");
	check_fixture(FAN("off", "[]"), "interlock 1: the safe sequence"); /* by name */
}

static void safe_values_are_sent_in_the_author_s_order_and_lines_first(void)
{
	struct value *drivers = said(DRIVERS);
	struct value *value = said(BENCH(SAFE, LINES ",'safe_sequence':['w','m.output']"));
	struct error err;
	struct fixture *fixture = fixture_compile(value, drivers, "f.lua", &err);

	CU_ASSERT_PTR_NOT_NULL_FATAL(fixture);
	CU_ASSERT_EQUAL(fixture->safe_count, 2);
	CU_ASSERT_EQUAL(fixture->safe_sequence[0], fixture_find_line(fixture, "w"));
	CU_ASSERT_EQUAL(fixture->safe_write_count, 2);
	CU_ASSERT_EQUAL(fixture->safe_write[0].setting, 1); /* output, and then drive */
	CU_ASSERT_EQUAL(fixture->safe_write[1].setting, 0);
	fixture_free(fixture);
	value_free(value);
	value_free(drivers);

	check_fixture(BENCH(SAFE, LINES ",'safe_sequence':['m.output','w']"),
		      "safe_sequence: 'w' stands behind a device's write");
	check_fixture(BENCH(SAFE, LINES ",'safe_sequence':['m.speed']"),
		      "safe_sequence: 'm.speed' is no output");
	check_fixture(BENCH("'safe':{'drive':'0 Pa'}", LINES ",'safe_sequence':['m.output']"),
		      "safe_sequence: 'm.output' is no output");
}

/* ---- what the prelude checks at its line ---- */

static void check_refused(const char *kind, const char *text, const char *why)
{
	struct cell *cell = cell_load(kind, text, "");

	CU_ASSERT(cell_failed(cell, "usage", why));
	cell_free(cell);
}

static void misspelt_rules_of_a_fixture_are_named_with_their_line(void)
{
	check_refused("fixture",
		      "return fixture { id = 'f',\nlines = { v = valve { safe = 'closed', "
		      "readback = 'c' } } }",
		      "t.lua:2: valve has no field 'readback'");
	check_refused("fixture",
		      "return fixture { id = 'f',\ndevices = { d = device { 'x', bound = {} } } }",
		      "t.lua:2: device has no field 'bound'");
	check_refused(
		"fixture",
		"return fixture { id = 'f', interlocks = { { 't', needs = 'a', frish = '1 s' } "
		"} }",
		"interlock 1 has no field 'frish'");
	check_refused(
		"fixture",
		"return fixture { id = 'f', devices = { d = device { 'x', longest = { '1 h' } "
		"} } }",
		"devices.d: longest");
	check_refused("fixture",
		      "return fixture { id = 'f', lines = { c = contact { read_back = 'd' } } }",
		      "contact has no field 'read_back'");
}

#define HEAD "protocol { id = 't', version = 1, language = 1, title = 'T', fixture = 'f',\n"

static void misspelt_bounds_and_hazards_are_named_with_their_line(void)
{
	check_refused("protocol", HEAD "bounds = { '<= 60 °C' } }", "bounds: each has a name");
	check_refused("protocol", HEAD "bounds = { t = 60 } }",
		      "bounds: 't' is a limit in a text, as in ");
	check_refused("protocol", HEAD "bound = { t = '<= 60 °C' } }", "has no field 'bound'");
	check_refused("protocol", HEAD "hazard = 'hot' }", "hazard");
	check_refused("protocol", HEAD "hazard = { zh = 'Z', wait = '1 h' } }",
		      "what the specimen is after the test comes first");
	check_refused("protocol", HEAD "hazard = { 'hot', wait = '1 h' } }",
		      "hazard needs a text: zh");
	check_refused("protocol", HEAD "hazard = { 'hot', zh = 'Z' } }", "hazard needs wait");
	check_refused("protocol", HEAD "hazard = { 'hot', zh = 'Z', wait = '1 V' } }",
		      "hazard: wait: ");
	check_refused("protocol", HEAD "hazard = { 'hot', zh = 'Z', wait = '0 s' } }",
		      "hazard: wait: it must be more than nothing");
	check_refused("protocol", HEAD "hazard = { 'hot', zh = 'Z', waits = '1 h' } }",
		      "hazard has no field 'waits'");
}

/* ---- what a protocol asks for below it ---- */

static void put_guarded(struct bench *bench)
{
	bench_open(bench);
	for (const struct bench_file *file = GUARD_FILES; file->path; file++)
		bench_put(bench, file->path, file->text);
}

static void check_bound(const char *header, const char *why)
{
	struct bench bench;
	struct plan *plan;

	put_guarded(&bench);
	plan = bench_plan(&bench, .header = header);
	CU_ASSERT(why ? bench_refused(&bench, why) : plan != NULL);
	if (!plan && !why)
		printf("        it said: %s\n", bench.error.text);
	plan_free(plan);
	bench_close(&bench);
}

static void a_protocol_asks_for_less_than_its_fixture_allows(void)
{
	check_bound("bounds = { ['meter.drive'] = '0 .. 300 Pa', pressure = '<= 5 kPa' },", NULL);
	check_bound("bounds = { ['meter.drive'] = '0 .. 0.2 kPa', pressure = '1 .. 2000 Pa' },",
		    NULL);
	check_bound("bounds = { ['meter.drive'] = '0 .. 301 Pa' },",
		    "mini.lua: bounds: meter.drive: '0 .. 301 Pa' is wider than '0 .. 300 Pa', the "
		    "hard bound of fixture mini");
	check_bound("bounds = { pressure = '<= 5001 Pa' },",
		    "bounds: pressure: '<= 5001 Pa' is wider than '<= 5 kPa', the hard bound of "
		    "fixture mini (the pressure is known and low");
	check_bound("bounds = { pressure = '>= 1 Pa' },", "is wider than '<= 5 kPa'");
}

static void a_bound_is_asked_of_something_that_is_there(void)
{
	check_bound("bounds = { temperature = '<= 60 °C' },",
		    "bounds: temperature: fixture mini has no channel of this name");
	check_bound("bounds = { ['meter.speed'] = '0 .. 1 Pa' },",
		    "bounds: meter.speed: fixture mini has no such setting");
	check_bound("bounds = { ['pump.drive'] = '0 .. 1 Pa' },",
		    "fixture mini has no such setting");
	check_bound("bounds = { turns = 'on' },", "bounds: turns: 'on' is no bound");
	check_bound("bounds = { pressure = '<= 60 V' },", "bounds: pressure: ");
	check_bound("bounds = { ['meter.drive'] = '1 .. 2 Pa' },",
		    "its safe value 0 Pa is outside '1 .. 2 Pa'");
}

static void a_bound_of_a_channel_needs_an_interlock_to_enforce_it(void)
{
	struct bench bench;

	bench_open(&bench); /* mini itself: nothing needs what the specimen shows */
	CU_ASSERT_PTR_NULL(bench_plan(&bench, .header = "bounds = { shown = '<= 5 kPa' },"));
	CU_ASSERT(bench_refused(&bench,
				"no interlock of fixture mini needs this channel: a script's "
				"own bound is fx.shown:guard \"<= 5 kPa\""));
	bench_close(&bench);
}

#define BODY                                                                                       \
	"    fx.meter:set { drive = '100 Pa' }\n"                                                  \
	"    m.x = fx.pressure:read()\n"                                                           \
	"    wait '6 s'\n"                                                                         \
	"    fx.meter:set { drive = p or '150 Pa' }\n"                                             \
	"    fx.meter:set { drive = '0 Pa' }\n"

static void replays_alike(const struct bench *bench)
{
	struct replay replay;
	struct error err;

	CU_ASSERT_EQUAL(replay_run(bench->journal, bench->program, &replay, &err), 0);
	CU_ASSERT_EQUAL(replay.verdict, bench->end.verdict);
	value_free(replay.summary);
}

static void the_narrower_bound_is_enforced_and_replayed(void)
{
	struct bench bench;

	put_guarded(&bench);
	bench_run(&bench, .body = "    local p = nil\n" BODY);
	CU_ASSERT(bench_ended(&bench, VERDICT_PASS, ""));
	replays_alike(&bench);

	bench_run(&bench, .body = "    local p = nil\n" BODY,
		  .header = "bounds = { ['meter.drive'] = '0 .. 120 Pa' },");
	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR,
			      "meter.drive: 150 Pa is outside 0 .. 120 Pa, the bound that this "
			      "protocol asks for"));
	replays_alike(&bench);

	bench_run(&bench, .body = "    local p = '400 Pa'\n" BODY,
		  .header = "bounds = { ['meter.drive'] = '0 .. 120 Pa' },");
	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "meter.drive: 400 Pa is outside"));
	bench_close(&bench);
}

static void an_interlock_at_the_protocol_s_own_limit_trips_and_says_whose_it_is(void)
{
	struct bench bench;

	put_guarded(&bench);
	bench_run(&bench, .body = "    local p = nil\n" BODY,
		  .header = "bounds = { pressure = '<= 999 Pa' },");

	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR,
			      "meter.drive may not be 100 Pa: interlock: the pressure is known and "
			      "low while the meter drives, but pressure is 1000"));
	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "and this protocol asks for <= 999 Pa"));
	replays_alike(&bench);
	bench_close(&bench);
}

/* PASS by its measures, and the contact welds at the end: replay hears of it from the journal. */
static void a_run_that_cannot_be_made_safe_is_replayed_as_an_error(void)
{
	struct bench bench;

	put_guarded(&bench);
	bench_run(&bench, .fault = "welds",
		  .body = "    fx.fan:on()\n    fx.motor:on()\n    m.x = fx.pressure:read()\n"
			  "    wait '6 s'\n");

	CU_ASSERT(bench_ended(&bench, VERDICT_ERROR, "its contact turns says on: welded"));
	replays_alike(&bench);
	bench_close(&bench);
}

void suite_bounds(void)
{
	suite_begin("bounds");
	claim(a_fixture_bounds_its_settings_within_what_instruments_can);
	claim(a_bound_is_in_the_setting_s_own_numbers);
	claim(what_is_safe_is_never_out_of_bounds);
	claim(only_what_has_a_safe_value_is_an_output);
	claim(a_fresh_reading_is_one_that_can_come_in_time);
	claim(a_contact_that_shows_an_output_is_its_own);
	claim(what_is_needed_is_not_made_safe_before_what_needs_it);
	claim(safe_values_are_sent_in_the_author_s_order_and_lines_first);
	claim(misspelt_rules_of_a_fixture_are_named_with_their_line);
	claim(misspelt_bounds_and_hazards_are_named_with_their_line);
	claim(a_protocol_asks_for_less_than_its_fixture_allows);
	claim(a_bound_is_asked_of_something_that_is_there);
	claim(a_bound_of_a_channel_needs_an_interlock_to_enforce_it);
	claim(the_narrower_bound_is_enforced_and_replayed);
	claim(an_interlock_at_the_protocol_s_own_limit_trips_and_says_whose_it_is);
	claim(a_run_that_cannot_be_made_safe_is_replayed_as_an_error);
}
