/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine's hardware watchdog (/dev/watchdog): once opened it resets the machine unless it is petted,
 * whatever has become of every process. The last net: it acts where the kernel itself hangs.
 */
#ifndef DAVY_RUN_WATCHDOG_H
#define DAVY_RUN_WATCHDOG_H

#include "base/error.h"

/* After so long without being petted it bites, where its driver lets itself be told (chosen). */
enum { WATCHDOG_SECONDS = 10 };

/*
 * From here on it must be petted. Refused (ERROR_OS) where it could not be closed again without a reset
 * ("nowayout"), since every good run would end in one. A descriptor, or -1.
 */
int watchdog_open(const char *path, struct error *err);
void watchdog_pet(int watchdog);
/* Close it so that it does not bite. Fine with -1. */
void watchdog_dismiss(int watchdog);

#endif
