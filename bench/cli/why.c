/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy why: how a verdict came about, from the top down. Without a measure one branch for each, shortened
 * to what decided; with one all of it, down to the bytes. The tree is put together here as data out of the
 * account, the budgets and the trail (run/trail.h), and is printed as it is or as text (why_text.h).
 */
#include "cli/why_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/budget.h"
#include "cli/chosen.h"
#include "cli/commands.h"
#include "cli/figures.h"
#include "cli/place.h"
#include "run/photo.h"
#include "run/trail.h"

struct why_settings {
	const char *state;
	bool json;
};

static const struct option OPTIONS[] = {
	OPTION_STATE_ROW(struct why_settings),
	OPTION_JSON_ROW(struct why_settings),
	{0},
};

static void add_instruments(struct value *tree, const struct value *devices)
{
	static const char *const KEYS[] = {"device", "driver", "identity"};
	struct value *instruments = value_set(tree, "instruments", value_list());

	for (size_t i = 0; i < value_count(devices); i++) {
		struct value *one = value_add(instruments, value_map());

		for (size_t k = 0; k < sizeof(KEYS) / sizeof(KEYS[0]); k++)
			value_set_text(one, KEYS[k], value_get_text(value_at(devices, i), KEYS[k]));
	}
}

static void add_head(struct value *tree, const struct account *account)
{
	static const char *const FROM_HEAD[] = {
		"protocol", "version",	 "title",     "zh",	     "simulated", "simulated_why",
		"decision", "deviation", "limit_set", "calibration", "order"};
	const char *verdict = value_get_text(account->verdict, "verdict");
	const char *wall = value_get_text(account->anchor, "wall");
	struct buf dut;

	value_set_text(tree, "run", account->id);
	for (size_t i = 0; i < sizeof(FROM_HEAD) / sizeof(FROM_HEAD[0]); i++)
		if (value_get(account->head, FROM_HEAD[i]))
			value_set(tree, FROM_HEAD[i],
				  value_copy(value_get(account->head, FROM_HEAD[i])));
	value_set_bool(tree, "wires", value_get(account->head, "wires") != NULL);
	buf_init(&dut);
	figure_dut(&dut, account->head);
	value_set_text(tree, "dut", dut.size ? dut.data : NULL);
	buf_done(&dut);
	add_instruments(tree, account->devices);
	value_set_text(tree, "began", wall);
	value_set(tree, "verdict", verdict ? value_text(verdict) : value_nil());
	value_set_text(tree, "why", value_get_text(account->verdict, "why"));
	value_set_text(tree, "why_zh", value_get_text(account->verdict, "why_zh"));
	if (value_count(account->adjustments))
		value_set(tree, "adjustments", value_copy(account->adjustments));
	if (value_count(account->photos))
		value_set(tree, "photos", photos_looked_at(account->folder, account->photos));
	if (value_count(account->resumed))
		value_set(tree, "resumed", value_copy(account->resumed));
	if (account->interrupted)
		value_set_bool(tree, "interrupted", true);
	value_set_int(tree, "ended", account->time);
}

/* Measures without what every line has; `bytes`: with their budgets, too. */
static struct value *describe(const struct budget *budget, const struct value *followed, bool bytes)
{
	struct value *measures = value_list();

	for (size_t i = 0; i < value_count(followed); i++) {
		const struct value *measure = value_at(followed, i);
		struct value *one = value_add(measures, value_map());

		for (size_t m = 0; m < value_count(measure); m++)
			if (strcmp(value_key(measure, m), "k") != 0)
				value_set(one, value_key(measure, m),
					  value_copy(value_at(measure, m)));
		value_set(one, "flaws", budget_flaws(budget, measure));
		if (!bytes)
			continue;
		value_set(one, "budget", budget_sources(budget, measure));
		if (value_get(measure, "value"))
			value_set_real(one, "u", budget_standard(measure));
	}
	return measures;
}

static int add_trail(struct value *tree, const struct account *account, struct value *measures,
		     bool whole, struct error *err)
{
	struct trail *trail = trail_read(account->folder, err);
	struct value *cause = NULL;
	int done = trail ? trail_follow(trail, measures, whole, err) : -1;

	if (done == 0)
		done = trail_cause(trail, &cause, err);
	if (cause)
		value_set(tree, "cause", cause);
	if (done == 0 && value_get_bool(value_get(account->head, "order"), "by_hand"))
		value_set(tree, "typed", trail_typed(trail));
	trail_free(trail);
	return done;
}

static int explain(const struct account *account, const char *measure, bool json, struct error *err)
{
	struct value *measures, *tree;
	struct budget budget = {0};
	int done;

	if (!account->head && account->verdict)
		return error_set(err, ERROR_USAGE, "%s: %s", account->id, figure_unbegun());
	measures = chosen_measures(account, measure, err);
	tree = value_map();
	done = measures ? budget_read(&budget, account, err) : -1;
	if (done == 0)
		add_head(tree, account);
	if (done == 0)
		done = add_trail(tree, account, measures, measure != NULL, err);
	if (done == 0) {
		value_set(tree, "measures", describe(&budget, measures, measure != NULL));
		value_set_text(tree, "folder", account->folder);
		value_set_text(tree, "chain", account->chain);
		if (account->record)
			value_set(tree, "record", value_copy(account->record));
		if (account->torn)
			value_set_int(tree, "torn", (int64_t)account->torn);
		if (json)
			json_print(stdout, tree);
		else
			why_print(tree, measure != NULL);
	}
	value_free(measures);
	value_free(tree);
	budget_done(&budget);
	return done;
}

static int why(void *ctx, char **operands, int count, struct error *err)
{
	const struct why_settings *settings = ctx;
	char *state = place_state(settings->state, err);
	char *folder = state ? account_find(state, operands[0], err) : NULL;
	struct account *account = folder ? account_read(folder, err) : NULL;
	int code = -1;

	if (account)
		code = explain(account, count > 1 ? operands[1] : NULL, settings->json, err);
	account_free(account);
	free(folder);
	free(state);
	return code;
}

const struct command COMMAND_WHY = {
	.name = "why",
	.operands = "RUN [MEASURE]",
	.least = 1,
	.most = 2,
	.summary = {"how a verdict came about, down to the bytes and the line that asked",
		    "判定如何得出:直至原始字节与发出请求的程序行"},
	.more = {"RUN is as for `davy show`. Without MEASURE each measure is shown with what "
		 "decided "
		 "it; with one, such as t90 or 't90[1]', its limit, its uncertainty, its readings, "
		 "their samples and the bytes they came from. Everything is read out of the "
		 "journal, "
		 "whose chain is verified; what the journal does not hold is said to be missing.",
		 "RUN 同 `davy show`。不给 MEASURE 时,列出各检验项目及其决定依据;给出时(如 t90 或 "
		 "'t90[1]'),列出其限值、不确定度、读数、采样及其原始字节。一切内容均取自日志,"
		 "其散列链随之校验;日志中没有的环节,如实说明其缺失。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct why_settings),
	.run = why,
};
