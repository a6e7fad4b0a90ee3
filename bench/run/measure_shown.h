/* SPDX-License-Identifier: Apache-2.0 */
/* A measure's value as text, as people read it and as records keep it beside the number. */
#ifndef DAVY_RUN_MEASURE_SHOWN_H
#define DAVY_RUN_MEASURE_SHOWN_H

#include "base/buf.h"
#include "base/value.h"

/* Append "2.05 %vol ± 0.03 %vol", or "on", of what judged_describe() gave; nothing where it has no value. */
void measure_shown(struct buf *out, const struct value *measure);

#endif
