/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single sampling by attributes: of a lot n units are drawn and tested, and the lot is accepted where at most c of them do not
 * conform. Its operating characteristic is the probability that a lot is accepted, by how many of its units do not conform:
 *
 *   of a lot of N units with D that do not conform   P = sum over d = 0 … c of C(D, d) C(N - D, n - d) / C(N, n)
 *   of a lot so large that N is of no account,
 *   a share p of which does not conform              P = sum over d = 0 … c of C(n, d) p^d (1 - p)^(n - d)
 *
 * the hypergeometric and the binomial distribution, which text-books call characteristics of type A and type B (D. C. Montgomery,
 * Introduction to Statistical Quality Control, on single sampling). n and c are the user's, from the rule that he applies; none is proposed here.
 */
#ifndef DAVY_VERDICT_ACCEPTANCE_H
#define DAVY_VERDICT_ACCEPTANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum { ACCEPTANCE_MOST = 1000 }; /* units of a sample */

struct acceptance {
	int n, c;
	int64_t lot; /* N; 0: so large that it is of no account */
};

/* "3,0", or with a Chinese comma. Refused in a sentence: what is none, c not below n, n beyond ACCEPTANCE_MOST. */
int acceptance_parse(struct acceptance *plan, const char *text, struct error *err);
/* n within 1 … ACCEPTANCE_MOST, 0 <= c < n, and no more drawn than the lot has? */
int acceptance_check(const struct acceptance *plan, struct error *err);

/* The probability that a lot is accepted a share of which, 0 to 1, does not conform. Not of a lot of N. */
double acceptance_of_share(const struct acceptance *plan, double share);
/* … so many of whose N units do not conform. */
double acceptance_of_count(const struct acceptance *plan, int64_t defective);
/* The same of either: of a lot of N that of the whole count nearest to the share. */
double acceptance_at(const struct acceptance *plan, double share);

/*
 * The share of units that do not conform at which a lot is accepted with this probability (between 0 and 1). Of a lot of N, where
 * shares are steps: the smallest at which the probability is no more than that, and with `at_least` the largest at which it is no less.
 */
double acceptance_share(const struct acceptance *plan, double probability, bool at_least);

#endif
