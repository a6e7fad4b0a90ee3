/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The service manager that started this process, if one did: it is told when the controller serves, and
 * that it is alive, as often as it wants (sd_notify(3); a unit with Type=notify and WatchdogSec=).
 */
#ifndef DAVY_RUN_SERVICE_H
#define DAVY_RUN_SERVICE_H

#include "loop/loop.h"

struct service;

/* Tell it that we serve, and from now on that we live. NULL: nobody wants to know. */
struct service *service_begin(struct loop *loop);
/* All is done and safe. Before the loop goes; accepts NULL. */
void service_end(struct service *service);

#endif
