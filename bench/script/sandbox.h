/* SPDX-License-Identifier: Apache-2.0 */
/* The cell a script lives in: from here on the process can talk on its socket, use memory, and end. */
#ifndef DAVY_SCRIPT_SANDBOX_H
#define DAVY_SCRIPT_SANDBOX_H

#include "base/error.h"

/* Close every descriptor but `fd`, set resource limits, load the filter. There is no way back. */
int sandbox_enter(int fd, struct error *err);

#endif
