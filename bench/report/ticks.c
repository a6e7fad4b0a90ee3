/* SPDX-License-Identifier: Apache-2.0 */
#include "report/ticks.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* More steps from 0 than this, and an axis counts from an offset: its numbers have six digits at most. */
#define FARTHEST 1e5
/* Numbers from one to the other stand as they are. */
#define SMALLEST 1e-3
#define LARGEST 1e5

/* What a double may lack of a whole number of steps. */
#define NOISE 1e-9

static int count_of(double low, double high, double step)
{
	return (int)(floor(high / step + NOISE) - ceil(low / step - NOISE)) + 1;
}

/* The least with few enough ticks, unless that leaves none to be compared with another. */
static double step_of(double low, double high, int about)
{
	static const double NICE[] = {1, 2, 5};
	double decade = pow(10, floor(log10((high - low) / about))), before = decade;

	for (;; decade *= 10) {
		for (int i = 0; i < 3; i++) {
			int count = count_of(low, high, NICE[i] * decade);

			if (count <= about)
				return count < 2 ? before : NICE[i] * decade;
			before = NICE[i] * decade;
		}
	}
}

void ticks_make(struct ticks *ticks, double low, double high, int about)
{
	double step = step_of(low, high, about), greatest = fmax(fabs(low), fabs(high));

	*ticks = (struct ticks){.step = step};
	ticks->first = ceil(low / step - NOISE);
	ticks->count = count_of(low, high, step);
	if (greatest / step > FARTHEST) {
		double decade = pow(10, ceil(log10(high - low)));

		ticks->offset = round((low + high) / 2 / decade) * decade;
		greatest = fmax(fabs(low - ticks->offset), fabs(high - ticks->offset));
	}
	if (greatest < SMALLEST || greatest >= LARGEST)
		ticks->exponent = 3 * (int)floor(log10(greatest) / 3 + NOISE);
	ticks->decimals = (int)fmax(0, -floor(log10(step) - (double)ticks->exponent + NOISE));
}

double ticks_at(const struct ticks *ticks, int index)
{
	return (ticks->first + index) * ticks->step;
}

void ticks_label(const struct ticks *ticks, int index, char label[TICKS_LABEL])
{
	double value = (ticks_at(ticks, index) - ticks->offset) / pow(10, ticks->exponent);

	snprintf(label, TICKS_LABEL, "%.*f", ticks->decimals, value);
	if (label[0] == '-' && strspn(label + 1, "0.") == strlen(label + 1))
		memmove(label, label + 1, strlen(label));
}
