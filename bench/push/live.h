/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process of one destination of kind "mqtt": listens to the controller ({"do":"listen"}, run/controller.h) and shows a broker
 * what goes on. The controller never waits for it, and it never waits for the broker: what comes while there is no room is counted
 * and not sent, but for the last state of each slot, which is sent when there is room again. Nothing that it does or does not do
 * is recorded.
 */
#ifndef DAVY_PUSH_LIVE_H
#define DAVY_PUSH_LIVE_H

#include "push/courier.h"

/* 1: this destination is shown what goes on, and is sent no records; 0: it is not. -1: there is no such destination. */
int live_is(const struct courier_place *place, struct error *err);
/* Until the controller is gone; -1 then, too. */
int live_run(const struct courier_place *place, struct error *err);

#endif
