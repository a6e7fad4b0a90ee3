/* SPDX-License-Identifier: Apache-2.0 */
/*
 * davy history: the life of a piece of equipment, as this bench's log has it, or as the benches of a laboratory do. This
 * program does not know the network: davy-push reads the laboratory's store and verifies what came; here it is shown.
 *
 * It ends with 1 where records cannot both be, and with 5 where some could not be verified.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/figures.h"
#include "cli/history.h"
#include "cli/laboratory_store.h"
#include "cli/place.h"
#include "record/event.h"

struct life_settings {
	const char *state, *from;
	bool json;
};

static const struct option OPTIONS[] = {
	{"from",
	 OPTION_TEXT,
	 "DESTINATION",
	 offsetof(struct life_settings, from),
	 {"over the laboratory's store, a destination of kind postgresql",
	  "查询实验室汇总库(postgresql 类目的地)"}},
	OPTION_STATE_ROW(struct life_settings),
	OPTION_JSON_ROW(struct life_settings),
	{0},
};

static const struct {
	struct words title, none, bench, number, what, at, became, specimen, came, conflict, is_cut,
		own_clocks, verified;
} TEXTS = {
	.title = {"%s, of %zu benches", "%s(来自 %zu 台检验台)"},
	.none = {"nothing is known of it there", "库中没有它的记录"},
	.bench = {"bench", "检验台"},
	.number = {"record", "记录"},
	.what = {"run or step", "检验或环节"},
	.at = {"at", "时间"},
	.became = {"verdict, and what became of it", "判定及其后处置"},
	.specimen = {"specimen", "样品"},
	.came = {"came there", "入库时间"},
	.conflict = {"CANNOT BOTH BE (no verdict: find out which is wrong):",
		     "不能同时成立(并非判定,请查明何者有误):"},
	.is_cut = {"there is more than is read at once: ask for one piece by its identity "
		   "(eq/MA/…/SN/…)",
		   "记录过多,未能一次读完:请用完整身份标识(eq/MA/…/SN/…)查询"},
	.own_clocks = {"by their own clocks, of which not both were synchronised",
		       "以各自时钟为准,且两者未都同步"},
	.verified = {"every record shown was verified again on arrival: its bench's signature, and "
		     "what it was made behind where that came, too; that none is missing no store "
		     "can prove",
		     "所列记录均已在取回时重新验证:检验台签名,以及与相邻记录的衔接;"
		     "但汇总库无法证明没有缺"
		     "漏"},
};

static const struct {
	const char *what;
	struct words words;
} CONFLICTS[] = {
	{"same_time",
	 {"two benches had it in runs that overlap", "两台检验台在同一时间对它进行了检验"}},
	{"after_end",
	 {"it had been destroyed, disposed of or used up by a test, and is in use afterwards",
	  "已销毁、报废或在破坏性试验中用掉,其后又在使用"}},
	{"other_piece",
	 {"the same tag was read on two pieces of equipment", "同一电子标签出现在两件设备上"}},
	{"differs", {"what is read on it differs", "读出的内容不一致"}},
};

/* ---- showing ---- */

/* Of what stands in the store anybody may have written it: it is made harmless for a terminal. */
static void add_cell(struct buf *cell, const char *text)
{
	buf_add_text(cell, text ? text : "");
	columns_clean(cell->data);
}

static void add_row(struct table *table, const struct value *one)
{
	const char *specimen = value_get_text(one, "specimen");
	const char *piece = specimen ? strstr(specimen, "/eq/") : NULL;
	struct buf what, became, readable, bench, came;
	char number[24];

	buf_init(&bench);
	buf_init(&came);
	buf_init(&what);
	buf_init(&became);
	buf_init(&readable);
	snprintf(number, sizeof(number), "%lld", (long long)value_get_int(one, "seq", 0));
	history_what(&what, one);
	figure_provenance(&became, value_get_bool(one, "simulated"));
	history_fate(&became, one);
	event_readable(&readable, piece ? piece + strlen("/eq/") : specimen ? specimen : "");
	columns_clean(what.data);
	columns_clean(became.data);
	columns_clean(readable.data);
	add_cell(&bench, value_get_text(one, "bench"));
	add_cell(&came, value_get_text(one, "cameAt"));
	table_add(table,
		  (const char *const[]){bench.data, number, what.data, value_get_text(one, "at"),
					became.data, readable.data, came.data});
	buf_done(&bench);
	buf_done(&came);
	buf_done(&what);
	buf_done(&became);
	buf_done(&readable);
}

static void print_life(const struct value *life)
{
	struct table *table = table_new(7);

	table_has_head(table);
	table_add(table, (const char *const[]){say(TEXTS.bench), say(TEXTS.number), say(TEXTS.what),
					       say(TEXTS.at), say(TEXTS.became),
					       say(TEXTS.specimen), say(TEXTS.came)});
	for (size_t i = 0; i < value_count(life); i++)
		add_row(table, value_at(life, i));
	if (value_count(life))
		table_print(table, 2, stdout);
	table_free(table);
}

static void print_line(char *line)
{
	columns_clean(line);
	columns_print(stdout, line);
	free(line);
}

static void add_side(struct buf *text, const struct value *side)
{
	const char *uri = value_get_text(side, "specimen");
	const char *piece = uri ? strstr(uri, "/eq/") : NULL;

	buf_printf(text, "%s %s %lld, %s, ", value_get_text(side, "bench"), say(TEXTS.number),
		   (long long)value_get_int(side, "seq", 0), value_get_text(side, "at"));
	event_readable(text, piece ? piece + strlen("/eq/") : uri ? uri : "");
}

static void print_conflict(const struct value *one)
{
	const char *what = value_get_text(one, "what"), *field = value_get_text(one, "field");
	const struct value *says = value_get(one, "says"), *clocks = value_get(one, "clocks");
	struct buf text;

	buf_init(&text);
	buf_add_text(&text, "  ✗ ");
	for (size_t i = 0; i < sizeof(CONFLICTS) / sizeof(*CONFLICTS); i++)
		if (!strcmp(CONFLICTS[i].what, what))
			buf_add_text(&text, say(CONFLICTS[i].words));
	if (value_get_text(one, "tag"))
		buf_printf(&text, " (%s)", value_get_text(one, "tag"));
	if (field && value_count(says) == 2)
		buf_printf(&text, " — %s: %s / %s", field, value_at(says, 0)->text,
			   value_at(says, 1)->text);
	buf_add_text(&text, ": ");
	add_side(&text, value_get(one, "a"));
	buf_add_text(&text, " / ");
	add_side(&text, value_get(one, "b"));
	if (clocks)
		buf_printf(&text, " (%s)", say(TEXTS.own_clocks));
	print_line(buf_detach(&text));
}

static void print_far(const char *equipment, const struct value *told)
{
	const struct value *life = value_get(told, "life"), *list = value_get(told, "conflicts");

	print_line(xprintf(say(TEXTS.title), equipment, value_count(value_get(told, "benches"))));
	print_life(life);
	if (!value_count(life))
		printf("  %s\n", say(TEXTS.none));
	if (value_count(list))
		printf("%s\n", say(TEXTS.conflict));
	for (size_t i = 0; i < value_count(list); i++)
		print_conflict(value_at(list, i));
	laboratory_store_print_open(told);
	if (value_get_bool(told, "isCut"))
		printf("%s\n", say(TEXTS.is_cut));
	if (value_count(life))
		columns_print(stdout, say(TEXTS.verified));
}

/* ---- the command ---- */

static int show_far(const char *state, const char *equipment, const struct life_settings *settings,
		    struct error *err)
{
	struct value *told;
	int code = laboratory_store_read(state, settings->from, equipment, &told, err);

	if (!told)
		return code;
	code = value_count(value_get(told, "conflicts")) ? EXIT_IS_FAIL
	       : laboratory_store_is_open(told)		 ? EXIT_IS_INCONCLUSIVE
							 : EXIT_IS_PASS;
	if (settings->json)
		json_print(stdout, told);
	else
		print_far(equipment, told);
	value_free(told);
	return code;
}

static int show_own(const char *state, const char *equipment, bool json, struct error *err)
{
	struct value *list = history_of_specimen(state, equipment, err), *all;

	if (!list)
		return -1;
	all = value_map();
	value_set(all, "dut", list);
	if (json) {
		json_print(stdout, all);
	} else {
		history_print(list);
		if (!value_count(list))
			printf("%s\n", say(TEXTS.none));
	}
	value_free(all);
	return EXIT_IS_PASS;
}

static int run_history(void *ctx, char **operands, int count, struct error *err)
{
	const struct life_settings *settings = ctx;
	char *state = place_state(settings->state, err);
	int code = -1;

	(void)count;
	if (state)
		code = settings->from ? show_far(state, operands[0], settings, err)
				      : show_own(state, operands[0], settings->json, err);
	free(state);
	return code;
}

const struct command COMMAND_HISTORY = {
	.name = "history",
	.operands = "DUT",
	.least = 1,
	.most = 1,
	.summary = {"the life of a piece of equipment, here or over all benches of a laboratory",
		    "一件设备的全部经历:本台,或全实验室各台"},
	.more = {"DUT is a serial number, an identity (eq/MA/…/SN/…) or, over a laboratory, the "
		 "number of a tag. With --from each record is verified again when it arrives, and "
		 "what cannot both be is shown with its records: no verdict. It ends with 1 where "
		 "there is such a thing, with 5 where something could not be verified.",
		 "DUT 可为出厂编号、身份标识(eq/MA/…/SN/…);查询全实验室时也可为电子标签号。用 "
		 "--from "
		 "时每条记录取回后重新验证,不能同时成立的记录逐对列出,并非判定。有此情况时退出码为 "
		 "1,有记录未通过验证时为 5。"},
	.options = OPTIONS,
	.settings_size = sizeof(struct life_settings),
	.run = run_history,
};
