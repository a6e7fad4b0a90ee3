/* SPDX-License-Identifier: Apache-2.0 */
/* Time: signed nanoseconds, everywhere. */
#ifndef DAVY_BASE_NSEC_H
#define DAVY_BASE_NSEC_H

#include <stdint.h>

typedef int64_t nsec;

#define USEC(n) ((nsec)(n)*1000)
#define MSEC(n) ((nsec)(n)*1000000)
#define SEC(n) ((nsec)(n)*1000000000)
#define NSEC_NEVER INT64_MAX

static inline double nsec_seconds(nsec time)
{
	return (double)time / 1e9;
}

#endif
