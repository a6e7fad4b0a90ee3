/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is left of a series when its shape is taken away, and what honest noise would hardly ever
 * do. Each test has a null hypothesis that an honest series fulfils, says nothing where it cannot
 * know whether that holds, and gives the decimal logarithm of how improbable, at most, what it saw
 * is under it: 0 where it has nothing to say.
 *
 * Noise is the second difference d[i] = x[i] - 2 x[i-1] + x[i-2], in counts, the steps in which the
 * instrument tells a value: a level and a straight line leave nothing in it, a smooth shape little.
 * Its deviation is estimated by the median of |d| (Rousseeuw and Croux 1993: 1.4826 MAD), which
 * steps and switching do not move; white noise of deviation s gives d that of sqrt(6) s. Of
 * `second`, what is beyond three deviations and what bends over 17 neighbours are taken away: two
 * runs of one protocol have the same steps and bends by right.
 */
#ifndef DAVY_VERDICT_NOISE_H
#define DAVY_VERDICT_NOISE_H

#include <stdbool.h>
#include <stddef.h>

struct noise {
	double *counts; /* values in counts */
	double *second; /* second differences without the shape; [0] and [1] are 0 */
	size_t count;
	double step;	  /* SI, of a count */
	double coarser;	  /* it is so many times what the instrument is said to resolve */
	double deviation; /* of one value, in counts */
	bool is_noisy;	  /* one count or more of it: values are not the same by rounding alone */
	/*
	 * As far as 1024 of them tell, d is that of white noise or of a drift: the correlation of
	 * neighbours is between -0.8 and -0.3 (white noise -2/3, a random walk -1/2), none of those
	 * 3 to 512 apart is beyond five deviations. A sine, a ramp or a repeating pattern is not.
	 */
	bool is_random;
};

/*
 * `step`, SI, above 0: what the instrument resolves; where all values are multiples of a coarser
 * step, that one is taken. The caller calls noise_done.
 */
void noise_make(struct noise *noise, const double *values, size_t count, double step);
void noise_done(struct noise *noise);
/* The deviation of one value, from second differences; 0 of none. */
double noise_deviation(const double *second, size_t count);

/*
 * Terminal digits (Mosimann, Wiseman and Edelman 1995; Pitt and Hill 2016). H0: random noise of at
 * least ten counts: the last digit is then uniform to 2 exp(-2 (pi/10)^2 10^2) < 1e-8 and
 * independent of the one before. Pearson's chi square, 9 degrees of freedom, of 200 values or more;
 * its tail by Chernoff's bound. Of an instrument that does not tell all the counts between
 * (differences of 1 to 9 counts are not all there) nothing is said. `*digit`: the most frequent
 * one, `*share` of all.
 */
double noise_digits(const struct noise *noise, int *digit, double *share);

/*
 * The same noise twice. H0: independent noise in both, so that the correlation r of their second
 * differences has the variance of Bartlett 1946, at most 2/n (1.94/n for white noise); tail by
 * Fisher's z = atanh(r) of n/2 values. `other` is shifted: its value i + shift is held against i.
 * The longest part in which each 64 values agree with r > 0.5 is looked for; the choice of the part
 * is paid for by (n/64)^2. Says nothing unless both are noisy and random.
 */
struct noise_match {
	size_t first, length; /* of the one; 0: none */
	double r;
};
double noise_same(const struct noise *one, const struct noise *other, long shift,
		  struct noise_match *match);

#endif
