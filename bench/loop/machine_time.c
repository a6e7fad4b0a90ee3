/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's answers, as they are: nothing here decides what they are worth. */
#include "loop/machine_time.h"

#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

#include "base/nsec.h"

static int64_t milliseconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void read_boot(char boot[40])
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (!file || !fgets(boot, 40, file))
		strcpy(boot, "unknown");
	boot[strcspn(boot, "\n")] = '\0';
	if (file)
		fclose(file);
}

static int zone_at(int64_t wall_ms)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm local;

	return localtime_r(&seconds, &local) ? (int)(local.tm_gmtoff / 60) : 0;
}

void machine_time_read(struct machine_time *time)
{
	struct timex state = {0};
	int kernel = adjtimex(&state);

	read_boot(time->boot);
	time->boot_ms = milliseconds(CLOCK_BOOTTIME);
	time->wall_ms = milliseconds(CLOCK_REALTIME);
	time->zone_minutes = zone_at(time->wall_ms);
	time->is_synchronised = kernel >= 0 && kernel != TIME_ERROR && !(state.status & STA_UNSYNC);
	time->error_ms = kernel >= 0 ? (int64_t)state.maxerror / 1000 : -1;
}
