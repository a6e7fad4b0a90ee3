/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an attempt came to, as the controller is told (record/outbox_request.h, "report"): canonical JSON can say it, and
 * OUTBOX_ITEMS_MOST of them fit into one line, whatever the receiver has answered. Pure.
 */
#ifndef DAVY_PUSH_REPORT_H
#define DAVY_PUSH_REPORT_H

#include <stdint.h>

#include "base/value.h"
#include "push/kind.h"

/* Of the record `seq`; the caller frees it. */
struct value *push_report(const struct push_attempt *attempt, int64_t seq);

#endif
