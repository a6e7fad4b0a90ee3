/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy show RUN --budget: each measure with its budget (cli/budget.h), as tables or as data. What a reading
 * says against itself stands above the rows.
 */
#include "cli/show_budget.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "cli/budget.h"
#include "cli/chosen.h"
#include "cli/columns.h"
#include "cli/figures.h"

static const struct {
	struct words none, not_evaluated, incomplete, limit, accepts, conformance, why;
} TEXTS = {
	.none = {"no value was judged", "无示值"},
	.not_evaluated = {"no source of uncertainty is known: the value alone was compared",
			  "无已知不确定度来源:仅以示值比较"},
	.incomplete = {"INCOMPLETE", "不完整"},
	.limit = {"limit", "限值"},
	.accepts = {"accepted", "接受限"},
	.conformance = {"probability of conformance", "合格概率"},
	.why = {"why", "原因"},
};

/* ---- for people ---- */

static void print_detail(const char *name, const char *text)
{
	char *line;

	if (!text || !*text)
		return;
	line = xprintf("        %s: %s", name, text);
	columns_clean(line);
	columns_print(stdout, line);
	free(line);
}

static void print_measure(const struct budget *budget, const struct value *measure)
{
	struct value *rows = budget_sources(budget, measure);
	struct value *flaws = budget_flaws(budget, measure);
	char *why = figure_why(measure);
	struct buf text;

	buf_init(&text);
	buf_add_text(&text, "    ");
	figure_judged(&text, measure);
	columns_print(stdout, text.data);
	buf_clear(&text);
	figure_limit(&text, measure);
	print_detail(say(TEXTS.limit), text.data);
	print_detail(say(TEXTS.accepts), value_get_text(measure, "acceptance"));
	print_detail(say(TEXTS.why), why);
	free(why);
	for (size_t i = 0; i < value_count(flaws); i++)
		print_detail(say(TEXTS.incomplete), value_at(flaws, i)->text);
	buf_clear(&text);
	if (budget_conformance(&text, measure))
		print_detail(say(TEXTS.conformance), text.data);
	if (value_count(rows))
		budget_print(measure, rows, 8);
	else
		printf("        %s\n",
		       say(value_get(measure, "value") ? TEXTS.not_evaluated : TEXTS.none));
	buf_done(&text);
	value_free(rows);
	value_free(flaws);
}

static void print_text(const struct budget *budget, const struct value *chosen)
{
	const char *step = "";
	struct buf line;

	buf_init(&line);
	figure_provenance(&line, value_get_bool(budget->account->head, "simulated"));
	printf("%s%s\n", line.data, budget->account->id);
	buf_done(&line);
	for (size_t i = 0; i < value_count(chosen); i++) {
		const char *next = value_get_text(value_at(chosen, i), "step");

		if (next && strcmp(next, step) != 0) {
			char *clean = xstrdup(next);

			columns_clean(clean);
			printf("\n  %s\n", clean);
			free(clean);
			step = next;
		}
		print_measure(budget, value_at(chosen, i));
	}
	printf("\n");
	columns_print(stdout, budget_signs());
}

/* ---- for programs ---- */

static void print_json(const struct budget *budget, const struct value *chosen)
{
	const struct account *account = budget->account;
	const char *verdict = value_get_text(account->verdict, "verdict");
	struct value *object = value_map(), *measures;

	value_set_text(object, "run", account->id);
	value_set_text(object, "protocol", value_get_text(account->head, "protocol"));
	value_set_bool(object, "simulated", value_get_bool(account->head, "simulated"));
	value_set(object, "verdict", verdict ? value_text(verdict) : value_nil());
	measures = value_set(object, "measures", value_list());
	for (size_t i = 0; i < value_count(chosen); i++) {
		const struct value *measure = value_at(chosen, i);
		struct value *one = value_add(measures, value_map());

		for (size_t m = 0; m < value_count(measure); m++)
			if (strcmp(value_key(measure, m), "k") &&
			    strcmp(value_key(measure, m), "t"))
				value_set(one, value_key(measure, m),
					  value_copy(value_at(measure, m)));
		if (value_get(measure, "value"))
			value_set_real(one, "u", budget_standard(measure));
		value_set(one, "budget", budget_sources(budget, measure));
		value_set(one, "flaws", budget_flaws(budget, measure));
	}
	value_set_text(object, "chain", account->chain);
	json_print(stdout, object);
	value_free(object);
}

int show_budget(const struct account *account, const char *measure, bool json, struct error *err)
{
	struct value *chosen = chosen_measures(account, measure, err);
	struct budget budget = {0};
	int done = chosen ? budget_read(&budget, account, err) : -1;

	if (done == 0 && json)
		print_json(&budget, chosen);
	else if (done == 0)
		print_text(&budget, chosen);
	value_free(chosen);
	budget_done(&budget);
	return done;
}
