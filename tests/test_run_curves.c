/* SPDX-License-Identifier: Apache-2.0 */
/* Which curves a run has, what stands at them, and its series as a table; on the small bench. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/csv.h"
#include "report/run_curves.h"
#include "run/series_away.h"
#include "tests/bench_rig.h"
#include "tests/claims.h"
#include "tests/stream_files.h"

static struct bench bench;
static struct value *curves;
static struct error failure;

static void draw(const char *lang)
{
	value_free(curves);
	curves = run_curves(bench.journal, lang, &failure);
	if (!curves)
		CU_FAIL_FATAL(failure.text);
}

#define DRAW(...)                                                                                  \
	do {                                                                                       \
		bench_open(&bench);                                                                \
		bench_run(&bench, __VA_ARGS__);                                                    \
		draw("en");                                                                        \
	} while (0)

static void end(void)
{
	value_free(curves);
	curves = NULL;
	bench_close(&bench);
}

static const struct value *curve(const char *measure)
{
	for (size_t i = 0; i < value_count(curves); i++)
		if (!strcmp(value_get_text(value_at(curves, i), "measure"), measure))
			return value_at(curves, i);
	return NULL;
}

/* Does the measure's picture have this text, whole? */
static bool shows(const char *measure, const char *text)
{
	const char *svg = value_get_text(curve(measure), "svg");
	char *whole = xprintf(">%s</text>", text);
	bool found = svg && strstr(svg, whole);

	if (!found)
		printf("%s: no '%s'\n", measure, text);
	free(whole);
	return found;
}

static bool has(const char *measure, const char *part)
{
	const char *svg = value_get_text(curve(measure), "svg");

	return svg && strstr(svg, part);
}

/* ---- which ---- */

static void a_mean_has_a_curve_and_one_reading_has_none(void)
{
	DRAW(.body = "m.x = fx.pressure:mean '1 s'\nm.y = fx.pressure:read()",
	     .measures = "y = { 'y', limit = '>= 5 Pa' }");

	CU_ASSERT_EQUAL(value_count(curves), 1);
	CU_ASSERT_PTR_NOT_NULL(curve("x"));
	CU_ASSERT_PTR_NULL(value_get(curve("x"), "key"));
	CU_ASSERT(!strncmp(value_get_text(curve("x"), "svg"), "<svg ", 5));
	end();
}

static void a_run_without_series_has_no_curves(void)
{
	DRAW(.body = "m.x = q '6 Pa'");

	CU_ASSERT_EQUAL(value_count(curves), 0);
	end();
}

static void a_qualification_has_no_curves(void)
{
	DRAW(.qualifies = true);

	CU_ASSERT_EQUAL(value_count(curves), 0);
	end();
}

static void each_key_of_a_measure_has_its_own(void)
{
	DRAW(.body = "m.y['one'] = fx.pressure:mean '1 s'\nm.y['two'] = fx.pressure:mean '1 s'\n"
		     "m.x = q '6 Pa'",
	     .measures = "y = { 'y', limit = '>= 5 Pa', per = 'case' }");

	CU_ASSERT_EQUAL(value_count(curves), 2);
	CU_ASSERT_STRING_EQUAL(value_get_text(value_at(curves, 0), "key"), "one");
	CU_ASSERT_STRING_EQUAL(value_get_text(value_at(curves, 1), "key"), "two");
	end();
}

/* ---- what stands at them ---- */

static void a_value_stands_at_its_axis_with_its_limit(void)
{
	DRAW(.body = "m.x = fx.pressure:mean '1 s'");

	CU_ASSERT(shows("x", "pressure / Pa"));
	CU_ASSERT(shows("x", "≥ 5 Pa"));
	CU_ASSERT(shows("x", "measured value with its expanded uncertainty U"));
	CU_ASSERT(shows("x", "accepted"));
	CU_ASSERT(shows("x", "SIMULATED 仿真"));
	CU_ASSERT(has("x", "; limit &gt;= 5 Pa; PASS</text>"));

	draw("zh");
	CU_ASSERT(shows("x", "限值"));
	CU_ASSERT(shows("x", "合格区"));
	CU_ASSERT(has("x", ";限值 &gt;= 5 Pa;合格</text>"));
	end();
}

static void a_time_stands_at_the_axis_of_time_with_its_limit_and_what_was_waited_for(void)
{
	DRAW(.body = "fx.pressure:mean '1 s'\nfx.valve:open()\n"
		     "m.y = fx.pressure:becomes { '>= 1.1 kPa', within = '5 s' }\nm.x = q '6 Pa'",
	     .measures = "y = { 'y', limit = '<= 2 s' }");

	CU_ASSERT(shows("y", "≤ 2 s"));
	CU_ASSERT(shows("y", "≥ 1100 Pa"));
	CU_ASSERT(shows("y", "level up to which the time counts"));
	CU_ASSERT(shows("y", "valve: open"));
	CU_ASSERT(has("y", " s ± "));

	draw("zh");
	CU_ASSERT(shows("y", "valve:打开"));
	end();
}

static void an_area_is_drawn_without_a_value_that_its_axis_could_not_show(void)
{
	DRAW(.body = "local t = fx.pressure:trace '100 ms'\nwait '1 s'\n"
		     "m.y = t:integral()\nm.x = q '6 Pa'",
	     .measures = "y = { 'y', limit = '>= 5 Pa s' }");

	CU_ASSERT(shows("y", "pressure / Pa"));
	CU_ASSERT_FALSE(has("y", "measured value with"));
	CU_ASSERT_FALSE(has("y", ">accepted<"));
	CU_ASSERT(has("y", "; limit &gt;= 5 Pa s; PASS</text>"));
	end();
}

static void a_deviation_stands_beside_the_reference_that_it_is_from(void)
{
	DRAW(.body = "m.y = (fx.pressure:mean '1 s'):against(fx.reference 'weight')\n"
		     "m.x = q '6 Pa'",
	     .measures = "y = { 'y', limit = '± 20 Pa' }");

	CU_ASSERT(shows("y", "≤ 1020 Pa"));
	CU_ASSERT(shows("y", "≥ 980 Pa"));
	CU_ASSERT(shows("y", "1000 Pa"));
	CU_ASSERT(shows("y", "reference value"));
	CU_ASSERT(has("y", ">Δ "));
	end();
}

static void what_was_calculated_stands_nowhere_even_if_a_reading_is_the_same_number(void)
{
	DRAW(.body = "m.y = fx.shown:mean '1 s' - q '0 Pa'\nm.x = q '6 Pa'",
	     .measures = "y = { 'y', limit = '>= 5 Pa' }");

	CU_ASSERT_FALSE(has("y", "measured value with"));
	CU_ASSERT_FALSE(has("y", "reference value"));
	end();
}

static void what_was_never_reached_is_shown_with_its_reason(void)
{
	DRAW(.body = "m.x = fx.pressure:becomes { '>= 5 kPa', within = '3 s' }");

	CU_ASSERT(shows("x", "pressure / Pa"));
	CU_ASSERT(has("x", "no value: "));
	CU_ASSERT_FALSE(has("x", "measured value with"));
	end();
}

static void only_what_changes_something_is_an_event(void)
{
	DRAW(.body = "local t = fx.pressure:trace '100 ms'\nfx.valve:close()\nwait '1 s'\n"
		     "fx.valve:open()\nfx.valve:open()\nwait '1 s'\nfx.valve:close()\n"
		     "m.x = t:max()");
	const char *svg = value_get_text(curve("x"), "svg"), *at = svg;
	int opens = 0;

	for (; (at = strstr(at, ">valve: open<")); at++)
		opens++;
	CU_ASSERT_EQUAL(opens, 1);
	CU_ASSERT(strstr(svg, ">valve: closed<") > strstr(svg, ">valve: open<"));
	end();
}

/* How many pieces the first line of a picture is drawn in. */
static int pieces(const char *measure)
{
	const char *svg = value_get_text(curve(measure), "svg");
	const char *line = svg ? strstr(svg, "stroke-linejoin") : NULL, *path;
	int count = 0;

	if (!line)
		return 0;
	for (path = strstr(line, " d=\"") + 4; *path != '"'; path++)
		count += *path == 'M';
	return count;
}

static void lost_messages_of_a_stream_are_not_bridged(void)
{
	static const char BODY[] = "local t = fx.ramp:trace '1 s'\nwait '10 s'\nm.x = t:max()";

	bench_open_streams(&bench);
	bench_run(&bench, .body = BODY);
	draw("en");
	CU_ASSERT_EQUAL(pieces("x"), 1);
	end();

	bench_open_streams(&bench);
	bench_run(&bench, .body = BODY, .fault = "forgets");
	draw("en");
	CU_ASSERT(pieces("x") > 5);
	end();

	/* its clock jumps: what lies between is not known, however short it was */
	bench_open_streams(&bench);
	bench_run(&bench, .body = BODY, .fault = "restarts");
	draw("en");
	CU_ASSERT_EQUAL(pieces("x"), 2);
	end();
}

/* Where nobody asked, nothing is known. */
static void between_two_requests_there_is_no_line(void)
{
	DRAW(.body = "local a = fx.shown:mean '1 s'\nwait '20 s'\n"
		     "m.x = (a + fx.shown:mean '1 s') / 2");

	CU_ASSERT_EQUAL(pieces("x"), 2);
	end();
}

/* The small bench, but its lid shuts again a second after it opened. */
static void open_with_a_lid_that_shuts_again(void)
{
	static const char OPENS[] = "w.time < w.lid_opens\n",
			  AGAIN[] = "w.time < w.lid_opens or w.time > w.lid_opens + 1\n";

	bench_open(&bench);
	for (const struct bench_file *file = MINI_FILES; file->path; file++) {
		const char *at = strstr(file->text, OPENS);
		char *text;

		if (!at)
			continue;
		text = xprintf("%.*s%s%s", (int)(at - file->text), file->text, AGAIN,
			       at + strlen(OPENS));
		bench_put(&bench, file->path, text);
		free(text);
	}
}

static void a_contact_that_changed_while_nobody_looked_is_not_drawn_through(void)
{
	static const char MEASURE[] = "y = { 'y', limit = '<= 9 s' }";

	open_with_a_lid_that_shuts_again();
	bench_run(&bench, .fault = "lid_opens", .measures = MEASURE, /* after 5 s */
		  .body = "m.y = fx.lid:becomes { 'off', within = '9 s' }\nm.x = q '6 Pa'");
	draw("en");
	CU_ASSERT_EQUAL(pieces("y"), 1);
	CU_ASSERT(shows("y", "off"));
	end();

	open_with_a_lid_that_shuts_again();
	bench_run(&bench, .fault = "lid_opens", .measures = MEASURE,
		  .body = "local opened = fx.lid:becomes { 'off', within = '9 s' }\nwait '3 s'\n"
			  "m.y = opened + fx.lid:becomes { 'on', within = '1 s' }\nm.x = q '6 Pa'");
	draw("en");
	CU_ASSERT_EQUAL(pieces("y"), 2);
	end();
}

/* ---- the table ---- */

enum { ROWS_MOST = 200 };

/* The values of a channel; how many. Every row is looked at. */
static int read_table(struct buf *table, const char *channel, double value[ROWS_MOST], int *rows)
{
	struct csv csv;
	int count = 0, more;

	*rows = 0;
	csv_begin(&csv, table->data, "table");
	CU_ASSERT_EQUAL_FATAL(csv_next(&csv, &failure), 1);
	CU_ASSERT_STRING_EQUAL(csv.field[0], "channel");
	CU_ASSERT_STRING_EQUAL(csv.field[1], "t_s");
	CU_ASSERT_STRING_EQUAL(csv.field[2], "value");
	CU_ASSERT_STRING_EQUAL(csv.field[3], "unit");
	while ((more = csv_next(&csv, &failure)) == 1) {
		CU_ASSERT_EQUAL_FATAL(csv.count, 4);
		CU_ASSERT_EQUAL(strlen(strchr(csv.field[1], '.')), 10); /* to the nanosecond */
		++*rows;
		if (strcmp(csv.field[0], channel) == 0 && count < ROWS_MOST)
			value[count++] = strtod(csv.field[2], NULL);
	}
	CU_ASSERT_EQUAL(more, 0);
	return count;
}

static int samples_in_journal(void)
{
	struct journal_reader *reader = journal_reader_open(bench.journal, &failure);
	struct journal_item item;
	int count = 0;

	while (reader && journal_reader_next(reader, &item, &failure) > 0)
		count += !item.kind && item.entry == ENTRY_SAMPLE;
	journal_reader_close(reader);
	return count;
}

static void the_table_has_every_sample_with_all_its_digits(void)
{
	double value[ROWS_MOST], mean, sum = 0;
	struct buf table;
	int count, rows;

	bench_open(&bench);
	bench_run(&bench, .body = "m.x = fx.shown:mean '1 s'"); /* asked every 200 ms */
	buf_init(&table);
	if (run_curves_csv(bench.journal, &table, &failure) < 0)
		CU_FAIL_FATAL(failure.text);
	mean = value_get_real(value_at(value_get(bench.end.summary, "measures"), 0), "value", NAN);
	count = read_table(&table, "shown", value, &rows);

	CU_ASSERT_EQUAL(rows, samples_in_journal());
	CU_ASSERT_EQUAL_FATAL(count, 5);
	for (int i = 0; i < count; i++)
		sum += value[i];
	CU_ASSERT_DOUBLE_EQUAL(sum / count, mean, 1e-12 * mean);
	buf_done(&table);
	end();
}

/* ---- what cannot be drawn ---- */

static void a_damaged_journal_gives_a_sentence_and_no_curves(void)
{
	struct buf bytes, table;
	char *at;

	bench_open(&bench);
	bench_run(&bench, .body = "m.x = fx.pressure:mean '1 s'");
	bytes = bench_bytes(bench.journal);
	at = memmem(bytes.data, bytes.size, "\"k\":\"judged\"", 12);
	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	at[6] ^= 1;
	char *path = xprintf("%s/journal", bench.journal);
	FILE *file = fopen(path, "w");

	fwrite(bytes.data, 1, bytes.size, file);
	fclose(file);
	buf_init(&table);
	CU_ASSERT_PTR_NULL(run_curves(bench.journal, "en", &failure));
	CU_ASSERT_PTR_NOT_NULL(strstr(failure.text, "damaged"));
	CU_ASSERT_EQUAL(run_curves_csv(bench.journal, &table, &failure), -1);
	buf_done(&table);
	buf_done(&bytes);
	free(path);
	end();
}

static void of_series_that_left_the_bench_it_says_where_they_are(void)
{
	struct value *away;
	struct buf table;

	bench_open(&bench);
	bench_run(&bench, .body = "m.x = fx.pressure:mean '1 s'");
	away = said("{'record':412,'since':'2026-03-02T08:00:00+08:00','holders':"
		    "[{'receiver':'Laboratory 1','receipt':405}]}");
	CU_ASSERT_EQUAL_FATAL(series_away_make(bench.journal, away, &failure), 0);

	buf_init(&table);
	CU_ASSERT_PTR_NULL(run_curves(bench.journal, "en", &failure));
	CU_ASSERT_PTR_NOT_NULL(strstr(failure.text, "Laboratory 1"));
	CU_ASSERT_EQUAL(run_curves_csv(bench.journal, &table, &failure), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(failure.text, "Laboratory 1"));
	buf_done(&table);
	value_free(away);
	end();
}

void suite_run_curves(void)
{
	suite_begin("run_curves");
	claim(a_mean_has_a_curve_and_one_reading_has_none);
	claim(a_run_without_series_has_no_curves);
	claim(a_qualification_has_no_curves);
	claim(each_key_of_a_measure_has_its_own);
	claim(a_value_stands_at_its_axis_with_its_limit);
	claim(a_time_stands_at_the_axis_of_time_with_its_limit_and_what_was_waited_for);
	claim(an_area_is_drawn_without_a_value_that_its_axis_could_not_show);
	claim(a_deviation_stands_beside_the_reference_that_it_is_from);
	claim(what_was_calculated_stands_nowhere_even_if_a_reading_is_the_same_number);
	claim(what_was_never_reached_is_shown_with_its_reason);
	claim(only_what_changes_something_is_an_event);
	claim(lost_messages_of_a_stream_are_not_bridged);
	claim(between_two_requests_there_is_no_line);
	claim(a_contact_that_changed_while_nobody_looked_is_not_drawn_through);
	claim(the_table_has_every_sample_with_all_its_digits);
	claim(a_damaged_journal_gives_a_sentence_and_no_curves);
	claim(of_series_that_left_the_bench_it_says_where_they_are);
}
