/* SPDX-License-Identifier: Apache-2.0 */
/* The photo of a simulated run: a picture of the words SIMULATED 模拟, and of nothing else. */
#ifndef DAVY_RUN_PHOTO_SIMULATED_H
#define DAVY_RUN_PHOTO_SIMULATED_H

#include "base/buf.h"

/* Append it as a PNG; the same bytes each time. */
void photo_simulated(struct buf *png);

#endif
