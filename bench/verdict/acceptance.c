/* SPDX-License-Identifier: Apache-2.0 */
/* Terms are summed through logarithms of factorials, since C(100000, 1000) is no double. */
#include "verdict/acceptance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HALVINGS = 60 };
static const double TIE =
	1e-9; /* probabilities of lots that are so near are the same one, computed */

static double log_choose(double from, double take)
{
	return lgamma(from + 1) - lgamma(take + 1) - lgamma(from - take + 1);
}

static double bounded(double probability)
{
	return probability < 0 ? 0 : probability > 1 ? 1 : probability;
}

int acceptance_check(const struct acceptance *plan, struct error *err)
{
	if (plan->n < 1 || plan->n > ACCEPTANCE_MOST)
		return error_set(err, ERROR_USAGE, "a sample has 1 to %d units, and not %d",
				 ACCEPTANCE_MOST, plan->n);
	if (plan->c < 0 || plan->c >= plan->n)
		return error_set(
			err, ERROR_USAGE,
			"the acceptance number is at least 0 and below the %d units of the "
			"sample, and not %d",
			plan->n, plan->c);
	if (plan->lot && plan->lot < plan->n)
		return error_set(err, ERROR_USAGE,
				 "a sample of %d cannot be drawn from a lot of %lld", plan->n,
				 (long long)plan->lot);
	return 0;
}

/* "3,0" */
static int read_pair(struct acceptance *plan, const char *text)
{
	static const char *const COMMAS[] = {",", "\uff0c"};
	char *end;
	long n = strtol(text, &end, 10), c;

	for (size_t i = 0; i < 2 && end != text; i++) {
		size_t size = strlen(COMMAS[i]);
		char *last;

		if (strncmp(end, COMMAS[i], size) != 0)
			continue;
		c = strtol(end + size, &last, 10);
		if (last == end + size || *last || labs(n) > 1000000 || labs(c) > 1000000)
			return -1;
		plan->n = (int)n;
		plan->c = (int)c;
		return 0;
	}
	return -1;
}

int acceptance_parse(struct acceptance *plan, const char *text, struct error *err)
{
	*plan = (struct acceptance){0};
	if (read_pair(plan, text) < 0)
		return error_set(err, ERROR_USAGE,
				 "a plan is 'n,c', as 3,0: how many units are tested, and how many "
				 "of them may fail at most; '%.40s' is none",
				 text);
	return acceptance_check(plan, err);
}

double acceptance_of_share(const struct acceptance *plan, double share)
{
	double sum = 0;

	if (share <= 0)
		return 1;
	if (share >= 1)
		return 0;
	for (int d = 0; d <= plan->c; d++)
		sum += exp(log_choose(plan->n, d) + d * log(share) + (plan->n - d) * log1p(-share));
	return bounded(sum);
}

double acceptance_of_count(const struct acceptance *plan, int64_t defective)
{
	double good = (double)(plan->lot - defective), bad = (double)defective, sum = 0;

	if (defective <= plan->c)
		return 1;
	for (int d = 0; d <= plan->c; d++)
		if (plan->n - d <= good)
			sum += exp(log_choose(bad, d) + log_choose(good, plan->n - d) -
				   log_choose((double)plan->lot, plan->n));
	return bounded(sum);
}

double acceptance_at(const struct acceptance *plan, double share)
{
	return plan->lot ? acceptance_of_count(plan, llround(share * (double)plan->lot))
			 : acceptance_of_share(plan, share);
}

static double share_of_lot(const struct acceptance *plan, double probability, bool at_least)
{
	int64_t low = 0, high = plan->lot; /* accepted with more than that; with no more */

	while (high - low > 1) {
		int64_t middle = low + (high - low) / 2;
		double is = acceptance_of_count(plan, middle);

		if (at_least ? is >= probability - TIE : is > probability + TIE)
			low = middle;
		else
			high = middle;
	}
	return (double)(at_least ? low : high) / (double)plan->lot;
}

double acceptance_share(const struct acceptance *plan, double probability, bool at_least)
{
	double low = 0, high = 1;

	if (plan->lot)
		return share_of_lot(plan, probability, at_least);
	for (int i = 0; i < HALVINGS; i++) {
		double middle = (low + high) / 2;

		if (acceptance_of_share(plan, middle) > probability)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}
