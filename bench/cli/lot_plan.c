/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The curve is drawn with one row for each share and a bar as long as the probability, in ASCII: every terminal, in whatever language,
 * has it as wide as it is meant. Rows go as far as lots are accepted now and then.
 */
#include "cli/lot_plan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "cli/columns.h"
#include "cli/words.h"

enum { BAR = 40, NAME = 24, ROWS_MOST = 21 };
static const double HARDLY = 0.005; /* the curve ends there */

static const struct {
	struct words title, large, lot, axis, bar, with, share, most, least, sentence, gross, fine,
		same;
} TEXTS = {
	.title = {"Plan n = %d, c = %d: %d tested, accepted where at most %d fail",
		  "抽样方案 n = %d,c = %d:检验 %d 台,不合格数不超过 %d 则接收"},
	.large = {"a large lot (binomial)", "批量很大(二项分布)"},
	.lot = {"a lot of %lld (hypergeometric)", "批量 %lld(超几何分布)"},
	.axis = {"nonconforming in the lot", "批中不合格品率"},
	.bar = {"probability that the lot is accepted", "接收概率"},
	.with = {"accepted with", "接收概率"},
	.share = {"nonconforming in the lot", "批中不合格品率"},
	.most = {"up to ", "不超过 "},
	.least = {"from ", "自 "},
	.sentence = {"Of a lot in which %s do not conform, the probability of acceptance is still "
		     "%.3g %%; of one in which %s do not, still %.2g %%. ",
		     "批中 %s 不合格时,接收概率仍为 %.3g %%;%s 不合格时,仍为 %.2g %%。"},
	.same = {"Of a lot in which %s do not conform, the probability of acceptance is still "
		 "%.3g %%. ",
		 "批中 %s 不合格时,接收概率仍为 %.3g %%。"},
	.gross = {"So this sample can only expose gross fraud; that it is accepted does not say "
		  "that the lot is good.",
		  "因此该样本量只能揭露严重造假;判为接收并不说明该批合格。"},
	.fine = {"That it is accepted says no more of the lot than this.",
		 "判为接收,对该批所能说明的仅限于此。"},
};

/* "63.2 %", or of a lot "38/60 (63.3 %)" */
static char *share_text(const struct acceptance *plan, double share)
{
	if (!plan->lot)
		return xprintf("%.3g %%", 100 * share);
	return xprintf("%lld/%lld (%.3g %%)", llround(share * (double)plan->lot),
		       (long long)plan->lot, 100 * share);
}

char *lot_plan_sentence(const struct acceptance *plan)
{
	double half = acceptance_share(plan, 0.5, false);
	double twentieth = acceptance_share(plan, 0.05, false);
	double at_half = 100 * acceptance_at(plan, half);
	double at_twentieth = 100 * acceptance_at(plan, twentieth);
	char *often = share_text(plan, half), *seldom = share_text(plan, twentieth);
	char *first, *whole;

	first = half < twentieth && at_twentieth > 0
			? xprintf(say(TEXTS.sentence), often, at_half, seldom, at_twentieth)
			: xprintf(say(TEXTS.same), often, at_half);
	whole = xprintf("%s%s", first, say(twentieth > 0.5 ? TEXTS.gross : TEXTS.fine));
	free(first);
	free(often);
	free(seldom);
	return whole;
}

/* ---- the curve ---- */

/* A round step of at most so many rows until lots are hardly accepted any more; of a lot a whole number of its units. */
static double step_of(const struct acceptance *plan)
{
	static const double STEPS[] = {0.0005, 0.001, 0.002, 0.005, 0.01, 0.02};
	double last = acceptance_share(plan, 0.01, false);

	if (plan->lot)
		return ceil(last * (double)plan->lot / (ROWS_MOST - 1)) / (double)plan->lot;
	for (size_t i = 0; i < sizeof(STEPS) / sizeof(STEPS[0]); i++)
		if (last / STEPS[i] <= ROWS_MOST - 1)
			return STEPS[i];
	return 0.05;
}

static void draw_row(const struct acceptance *plan, double share)
{
	double is = acceptance_at(plan, share);
	char *name = share_text(plan, share), bar[BAR + 1];
	int size = (int)lround(is * BAR);

	memset(bar, ' ', BAR);
	memset(bar, '#', (size_t)size);
	bar[BAR] = '\0';
	printf("%24s |%s| %5.1f %%\n", name, bar, 100 * is);
	free(name);
}

static void draw_curve(const struct acceptance *plan)
{
	double step = step_of(plan);
	struct buf head;

	buf_init(&head);
	for (size_t used = columns_of(say(TEXTS.axis)); used < NAME; used++)
		buf_add_byte(&head, ' ');
	buf_printf(&head, "%s |%s", say(TEXTS.axis), say(TEXTS.bar));
	puts(head.data);
	buf_done(&head);
	for (int i = 0; i <= ROWS_MOST && i * step < 1 + step / 2; i++) {
		draw_row(plan, i * step);
		if (acceptance_at(plan, i * step) < HARDLY)
			break;
	}
}

static const struct {
	double probability;
	const char *name;
	bool at_least;
} POINTS[] = {{0.95, "95 %", true}, {0.5, "50 %"}, {0.1, "10 %"}, {0.05, "5 %"}};
enum { POINT_COUNT = sizeof(POINTS) / sizeof(POINTS[0]) };

static void print_points(const struct acceptance *plan)
{
	struct table *table = table_new(2);

	table_has_head(table);
	table_add(table, (const char *const[]){say(TEXTS.with), say(TEXTS.share)});
	for (int i = 0; i < POINT_COUNT; i++) {
		double share = acceptance_share(plan, POINTS[i].probability, POINTS[i].at_least);
		char *text = share_text(plan, share);
		char *cell = xprintf("%s%s",
				     !plan->lot		  ? ""
				     : POINTS[i].at_least ? say(TEXTS.most)
							  : say(TEXTS.least),
				     text);

		table_add(table, (const char *const[]){POINTS[i].name, cell});
		free(cell);
		free(text);
	}
	table_print(table, 0, stdout);
	table_free(table);
}

static void print_json(const struct acceptance *plan)
{
	struct value *object = value_map(), *points;
	char *sentence = lot_plan_sentence(plan);

	value_set_int(object, "n", plan->n);
	value_set_int(object, "c", plan->c);
	if (plan->lot)
		value_set_int(object, "lot", plan->lot);
	points = value_set(object, "points", value_list());
	for (int i = 0; i < POINT_COUNT; i++) {
		struct value *one = value_add(points, value_map());

		value_set_real(one, "accepted", POINTS[i].probability);
		value_set_real(one, "nonconforming",
			       acceptance_share(plan, POINTS[i].probability, POINTS[i].at_least));
	}
	value_set_text(object, "says", sentence);
	json_print(stdout, object);
	free(sentence);
	value_free(object);
}

void lot_plan_print(const struct acceptance *plan, bool json)
{
	char *text;

	if (json) {
		print_json(plan);
		return;
	}
	printf(say(TEXTS.title), plan->n, plan->c, plan->n, plan->c);
	fputs(words_are_chinese() ? ";" : "; ", stdout);
	if (plan->lot)
		printf(say(TEXTS.lot), (long long)plan->lot);
	else
		fputs(say(TEXTS.large), stdout);
	fputs("\n\n", stdout);
	draw_curve(plan);
	putchar('\n');
	print_points(plan);
	putchar('\n');
	text = lot_plan_sentence(plan);
	columns_print(stdout, text);
	free(text);
}
