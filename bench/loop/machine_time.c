/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's answers, as they are: nothing here decides what they are worth. */
#include "loop/machine_time.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

#include "loop/loop.h"

static _Atomic int64_t stated_at_boot_ms; /* 0: nobody has said anything */

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

static bool is_synchronised(int64_t *error_ms)
{
	struct timex state = {0};
	int kernel = adjtimex(&state);

	*error_ms = kernel >= 0 ? (int64_t)state.maxerror / 1000 : -1;
	return kernel >= 0 && kernel != TIME_ERROR && !(state.status & STA_UNSYNC);
}

void machine_time_state(int64_t wall_at_boot_ms)
{
	atomic_store(&stated_at_boot_ms, wall_at_boot_ms);
}

void machine_time_read(struct machine_time *time)
{
	int64_t stated = atomic_load(&stated_at_boot_ms);

	read_boot(time->boot);
	time->boot_ms = milliseconds(CLOCK_BOOTTIME);
	time->is_synchronised = is_synchronised(&time->error_ms);
	time->is_stated = stated && !time->is_synchronised;
	time->wall_ms = time->is_stated ? stated + time->boot_ms : milliseconds(CLOCK_REALTIME);
	time->zone_minutes = zone_at(time->wall_ms);
}

nsec loop_wall_time(void)
{
	int64_t stated = atomic_load(&stated_at_boot_ms), ignored;
	struct timespec now;

	if (stated && !is_synchronised(&ignored))
		return MSEC(stated) + loop_boot_time();
	clock_gettime(CLOCK_REALTIME, &now);
	return SEC(now.tv_sec) + now.tv_nsec;
}
