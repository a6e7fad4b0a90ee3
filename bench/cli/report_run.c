/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts of a run. What was measured comes out of the record that the bench signed; out of the journal comes only what the
 * record has no place for, names in Chinese and readings, after its chain has been found to be the one in the record. Nothing
 * is computed here: numbers are shown with the texts that the bench shows everywhere (run/measure_shown.h).
 */
#include "cli/report_run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/bracketed.h"
#include "cli/figures.h"
#include "cli/report_laboratory.h"
#include "cli/report_record.h"
#include "record/event.h"
#include "verdict/decision.h"

static const struct {
	struct words no_record, other_journal;
} TEXTS = {
	.no_record =
		{"%s has no record yet, and what is not signed is not reported; the controller "
		 "makes it when it starts",
		 "%s 尚无检验记录,未签名者不出报告;控制器启动时会补做"},
	.other_journal =
		{"the journal of %s is not the one in its record; `davy verify` says what does "
		 "not fit",
		 "%s 的日志与检验记录不符;见 `davy verify`"},
};

/* ---- names ---- */

static const struct value *step_named(const struct account *account, const char *name)
{
	const struct value *steps = value_get(account->head, "steps");

	for (size_t i = 0; name && i < value_count(steps); i++) {
		const char *own = value_get_text(value_at(steps, i), "name");

		if (own && !strcmp(own, name))
			return value_at(steps, i);
	}
	return NULL;
}

static const char *step_title(const struct account *account, const char *step)
{
	return say_either(step, value_get_text(step_named(account, step), "zh"));
}

/* What the measure is called where a person reads: its meaning, else its name. */
static const char *measure_title(const struct account *account, const char *step, const char *name)
{
	const struct value *declared =
		value_get(value_get(step_named(account, step), "measures"), name ? name : "");
	const char *meaning = value_get_text(declared, "meaning");

	return say_either(meaning ? meaning : name, value_get_text(declared, "zh"));
}

/* ---- pairs of name and value, as records keep them ---- */

static const char *pair_value(const struct value *pairs, const char *name)
{
	for (size_t i = 0; i < value_count(pairs); i++) {
		const char *own = value_get_text(value_at(pairs, i), "name");

		if (own && !strcmp(own, name))
			return value_get_text(value_at(pairs, i), "value");
	}
	return NULL;
}

/* Those that templates know by name, and `all`. */
static struct value *known_pairs(const struct value *pairs, const char *const *names)
{
	struct value *map = value_map(), *all;

	for (; *names; names++)
		report_set(map, *names, pair_value(pairs, *names));
	all = value_set(map, "all", value_list());
	for (size_t i = 0; i < value_count(pairs); i++) {
		struct value *one = value_add(all, value_map());

		report_set(one, "name", value_get_text(value_at(pairs, i), "name"));
		report_set(one, "value", value_get_text(value_at(pairs, i), "value"));
	}
	return map;
}

/* ---- measures ---- */

static void set_limit(struct value *one, const struct value *limit)
{
	static const char *const NAMES[] = {"limit", "standard", "clause", "edition",
					    "grade", "source",	 NULL};

	for (const char *const *name = NAMES; *name; name++)
		report_set(one, !strcmp(*name, "limit") ? "requirement" : *name,
			   value_get_text(limit, *name));
}

static struct value *verdict_of(const struct value *judged)
{
	char *why = figure_why(judged);
	struct value *map = report_verdict(value_get_text(judged, "verdict"), why);

	free(why);
	return map;
}

static struct value *describe_measure(const struct account *account, const struct value *item,
				      const struct value *laboratory)
{
	const char *step = value_get_text(item, "step"), *name = value_get_text(item, "measure");
	const char *adjustment = value_get_text(item, "adjustment");
	const struct value *limit = value_get(item, "limit");
	const struct value *conformance = value_get(item, "conformance");
	const struct value *coverage = value_get(item, "coverage");
	struct value *one = value_map();

	report_set(one, "step", step_title(account, step));
	report_set(one, "name", name);
	report_set(one, "key", value_get_text(item, "key"));
	report_set(one, "title", measure_title(account, step, name));
	report_set(one, "adjustment", adjustment);
	set_limit(one, limit);
	report_set(one, "acceptance", value_get_text(item, "acceptance"));
	report_set(one, "value", value_get_text(item, "display"));
	if (!value_get_text(item, "display"))
		report_set(one, "value",
			   say_either(value_get_text(item, "found"),
				      value_get_text(item, "found_zh")));
	if (!value_get_text(limit, "limit"))
		report_set(one, "requirement", say_either(value_get_text(item, "expected"), NULL));
	value_set(one, "coverage",
		  coverage && value_get(item, "U") ? value_copy(coverage) : value_nil());
	value_set(one, "conformance",
		  conformance ? value_printf("%.4f", value_get_real(item, "conformance", NAN))
			      : value_nil());
	value_set(one, "verdict", verdict_of(item));
	value_set_bool(one, "accredited",
		       report_is_accredited(laboratory, value_get_text(limit, "standard"), name));
	value_set(one, "curve", value_nil());
	return one;
}

static const struct value *reports_of(const struct value *event)
{
	return value_get(value_at(value_get(event, "sensorElementList"), 0), "sensorReport");
}

/* Measures of one step stand together, wherever in it they were judged. */
static struct value *step_list(struct value *steps, const char *title)
{
	struct value *step;

	for (size_t i = 0; i < value_count(steps); i++) {
		const char *own = value_get_text(value_at(steps, i), "name");

		if (own && !strcmp(own, title))
			return (struct value *)value_get(value_at(steps, i), "measures");
	}
	step = value_add(steps, value_map());
	report_set(step, "name", title);
	return value_set(step, "measures", value_list());
}

static void add_measures(struct value *facts, const struct account *account,
			 const struct value *event, const struct value *laboratory)
{
	const struct value *reports = reports_of(event);
	struct value *all = value_set(facts, "measures", value_list());
	struct value *steps = value_set(facts, "steps", value_list());
	bool some = false, others = false;

	for (size_t i = 0; i < value_count(reports); i++) {
		struct value *item = event_extension(value_at(reports, i), "item");
		struct value *one = value_add(all, describe_measure(account, item, laboratory));
		bool accredited = value_get_bool(one, "accredited");

		value_set_int(one, "number", (int64_t)i + 1);
		value_add(step_list(steps, step_title(account, value_get_text(item, "step"))),
			  value_copy(one));
		some = some || accredited;
		others = others || !accredited;
		value_free(item);
	}
	value_set_bool(facts, "some_accredited", some);
	value_set_bool(facts, "some_not_accredited", others);
}

static void add_not_reached(struct value *facts, const struct account *account,
			    const struct value *run)
{
	const struct value *missing = value_get(run, "notReached");
	struct value *list = value_set(facts, "not_reached", value_list());

	for (size_t i = 0; i < value_count(missing); i++) {
		const char *step = value_get_text(value_at(missing, i), "step");
		const char *name = value_get_text(value_at(missing, i), "measure");
		struct value *one = value_add(list, value_map());

		report_set(one, "step", step_title(account, step));
		report_set(one, "title", measure_title(account, step, name));
		report_set(one, "name", name);
	}
}

/* ---- what it was measured with ---- */

/* A list of maps with these members of each. */
static void add_rows(struct value *facts, const char *name, const struct value *from,
		     const char *const *members)
{
	struct value *list = value_set(facts, name, value_list());

	for (size_t i = 0; i < value_count(from); i++) {
		struct value *one = value_add(list, value_map());

		for (const char *const *key = members; *key; key++) {
			const struct value *value = value_get(value_at(from, i), *key);

			value_set(one, *key,
				  value && (value->kind != VALUE_TEXT || value->size)
					  ? value_copy(value)
					  : value_nil());
		}
	}
}

static void add_gases(struct value *facts, const struct value *run)
{
	const struct value *gases = value_get(run, "gases");
	struct value *list = value_set(facts, "gases", value_list());

	for (size_t i = 0; i < value_count(gases); i++) {
		const struct value *gas = value_at(gases, i);
		struct value *one = value_add(list, value_map());
		const char *unit = value_get_text(gas, "unit");

		report_set(one, "line", value_get_text(gas, "line"));
		report_set(one, "cylinder", value_get_text(gas, "cylinder"));
		value_set(one, "volume",
			  value_printf("%.4g %s", value_get_real(gas, "volume", NAN),
				       unit ? unit : ""));
		value_set(one, "time", value_printf("%.4g s", value_get_real(gas, "seconds", NAN)));
	}
}

static void add_equipment(struct value *facts, const struct value *run)
{
	static const char *const DEVICE[] = {"device", "driver", "identity", NULL};
	static const char *const CERTIFICATE[] = {"instrument", "quantity", "certificate",
						  "value",	"unit",	    "expanded",
						  "k",		"due",	    NULL};
	static const char *const SOURCE[] = {"name", "sha256", NULL};
	static const char *const ADJUSTED[] = {"what", "by", "at", NULL};
	static const char *const EARLIER[] = {"run", "verdict", "seq", NULL};

	add_rows(facts, "devices", value_get(run, "devices"), DEVICE);
	add_rows(facts, "certificates", value_get(run, "certificates"), CERTIFICATE);
	add_rows(facts, "files", value_get(run, "sources"), SOURCE);
	add_rows(facts, "adjustments", value_get(run, "adjustments"), ADJUSTED);
	add_rows(facts, "earlier", value_get(run, "earlier"), EARLIER);
	add_gases(facts, run);
}

/* ---- how it stands ---- */

/* A sentence that was made to stand behind another one, without what joins them. */
static const char *without_lead(const char *text)
{
	static const char *const LEADS[] = {"; ", ";"};

	for (size_t i = 0; i < sizeof(LEADS) / sizeof(LEADS[0]); i++)
		if (!strncmp(text, LEADS[i], strlen(LEADS[i])))
			return text + strlen(LEADS[i]);
	return text;
}

static bool says_of_specimen(const struct value *verdict)
{
	const char *word = value_get_text(verdict, "word");

	return word && (!strcmp(word, verdict_name(VERDICT_PASS)) ||
			!strcmp(word, verdict_name(VERDICT_FAIL)));
}

/* What the page concludes: the run's verdict, unless the checks of its fixture do not let it count. */
static void conclude(struct value *facts, const struct value *bracket)
{
	struct value *conclusion =
		value_add(value_set(facts, "conclusion", value_list()), value_map());
	const char *standing = value_get_text(bracket, "standing");
	struct value *told;
	struct buf text;

	value_set(conclusion, "verdict", value_copy(value_get(facts, "verdict")));
	value_set(facts, "bracket", value_nil());
	if (!standing || !strcmp(standing, bracket_name(BRACKET_GOOD)))
		return;
	buf_init(&text);
	bracketed_add(&text, bracket);
	told = value_set(facts, "bracket", value_map());
	report_set(told, "standing", standing);
	report_set(told, "check", value_get_text(bracket, "check"));
	report_set(told, "text", without_lead(text.data));
	if (says_of_specimen(value_get(facts, "verdict")))
		value_set(conclusion, "verdict",
			  report_verdict(verdict_name(VERDICT_INCONCLUSIVE), NULL));
	buf_done(&text);
}

static int add_conclusion(struct value *facts, const char *state, const struct book_event *event,
			  struct error *err)
{
	struct run_brackets *brackets =
		bracketed_asks(event->event) ? bracketed_read(state, err) : NULL;
	struct value *one = value_map();

	if (bracketed_asks(event->event) && !brackets) {
		value_free(one);
		return -1;
	}
	bracketed_set(one, brackets, event->seq);
	conclude(facts, value_get(one, "bracket"));
	run_brackets_free(brackets);
	value_free(one);
	return 0;
}

/* ---- the run ---- */

static void add_run(struct value *facts, const struct account *account, const struct value *run)
{
	static const char *const TEXT[] = {
		"run",	"protocol",  "standard", "deviation", "decision",    "wires",	   "fault",
		"only", "limit_set", "davy",	 "clock",     "calibration", "comparison", NULL};
	struct value *map = value_set(facts, "run", value_map());
	struct buf text;

	for (const char *const *name = TEXT; *name; name++)
		report_set(map, *name, value_get_text(run, *name));
	report_set(map, "title",
		   say_either(value_get_text(run, "title"), value_get_text(run, "zh")));
	value_set_int(map, "version", value_get_int(run, "version", 0));
	value_set_int(map, "slot", value_get_int(run, "slot", 1));
	value_set_int(map, "attempt", value_get_int(run, "attempt", 1));
	report_set_time(map, "began", value_get_text(run, "began"));
	report_set_time(map, "ended", value_get_text(run, "ended"));
	buf_init(&text);
	figure_duration(&text, account->time);
	report_set(map, "duration", text.data);
	buf_done(&text);
	value_set(facts, "warnings", value_list());
	for (size_t i = 0; i < value_count(value_get(run, "warnings")); i++)
		value_add((struct value *)value_get(facts, "warnings"),
			  value_copy(value_at(value_get(run, "warnings"), i)));
}

static void add_journal(struct value *facts, const struct account *account, const struct value *run)
{
	struct value *map = (struct value *)value_get(facts, "evidence");
	const struct value *journal = value_get(run, "journal");

	report_set(map, "run", account->id);
	report_set(map, "journal_sha256", value_get_text(journal, "sha256"));
	report_set(map, "journal_chain", account->chain);
	value_set_int(map, "journal_bytes", value_get_int(journal, "bytes", 0));
}

static int same_run(const struct account *account, const struct value *run, struct error *err)
{
	const char *chain = value_get_text(value_get(run, "journal"), "chain");

	if (!chain)
		return error_set(err, ERROR_USAGE, say(TEXTS.no_record), account->id);
	if (!account->verdict || strcmp(chain, account->chain) != 0)
		return error_set(err, ERROR_REFUSED, say(TEXTS.other_journal), account->id);
	return 0;
}

static void add_all(struct value *facts, const struct account *account,
		    const struct book_event *event, const struct value *run)
{
	static const char *const DUT[] = {"serial", "ma",    "model", "maker", "tag",
					  "rated",  "batch", "made",  "seal",  NULL};
	static const char *const TASK[] = {"number", "kind",   "customer", "inspected", "producer",
					   "place",  "sample", "received", "condition", NULL};
	bool simulated = value_get_bool(run, "simulated");

	value_set_bool(facts, "simulated", simulated);
	value_set_bool(facts, "uncontrolled", !simulated && !value_get_bool(run, "controlled"));
	value_set(facts, "verdict", verdict_of(run));
	value_set(facts, "dut", known_pairs(value_get(run, "dut"), DUT));
	value_set(facts, "task", known_pairs(value_get(run, "task"), TASK));
	add_run(facts, account, run);
	add_measures(facts, account, event->event, value_get(facts, "lab"));
	add_not_reached(facts, account, run);
	add_equipment(facts, run);
	add_journal(facts, account, run);
}

struct value *report_run_facts(const char *state, const struct account *account,
			       const struct book_event *event, const struct report_wish *wish,
			       struct error *err)
{
	struct value *run = event_extension(event->event, "run"), *facts = value_map();
	int done = same_run(account, run, err);

	if (done == 0)
		done = report_record_facts(facts, state, event, wish, err);
	if (done == 0)
		add_all(facts, account, event, run);
	if (done == 0)
		done = add_conclusion(facts, state, event, err);
	value_free(run);
	if (done == 0)
		return facts;
	value_free(facts);
	return NULL;
}
