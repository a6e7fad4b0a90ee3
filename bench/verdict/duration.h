/* SPDX-License-Identifier: Apache-2.0 */
/* A time written with its unit ("300 ms", "10 h"), as nanoseconds. */
#ifndef DAVY_VERDICT_DURATION_H
#define DAVY_VERDICT_DURATION_H

#include "base/error.h"
#include "base/nsec.h"

/* Fails on anything but a time between 0 and about 30 years, quoting the text. */
int duration_parse(nsec *time, const char *text, struct error *err);

#endif
