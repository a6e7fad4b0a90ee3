/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions out of the bytes of a real line, which come one by one, in pieces and several at once, where
 * a simulated line hands over each question whole.
 */
#ifndef DAVY_RUN_TWIN_EAR_H
#define DAVY_RUN_TWIN_EAR_H

#include <stddef.h>
#include <stdint.h>

#include "base/nsec.h"

struct twin_port;
struct twin_ear;

/* For the devices that are on the port by now, which must live until twin_ear_free. */
struct twin_ear *twin_ear_new(struct twin_port *port);
/* These bytes have come by `now`, of a clock that keeps real time: the line's silences are looked for on it. */
void twin_ear_hear(struct twin_ear *ear, nsec now, const uint8_t *bytes, size_t size);
void twin_ear_free(struct twin_ear *ear); /* accepts NULL */

#endif
