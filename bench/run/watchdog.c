/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's watchdog interface (Documentation/watchdog/watchdog-api.rst): any byte pets it, and a 'V'
 * right before the descriptor is closed stops it, unless it was built or loaded never to be stopped.
 * That cannot be asked through the descriptor, and asking after opening it would be too late; the
 * driver's folder in /sys says so beforehand.
 */
#include "run/watchdog.h"

#include <fcntl.h>
#include <linux/watchdog.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/alloc.h"

enum { MISC_MAJOR = 10, OLD_WATCHDOG_MINOR = 130 };

/* /dev/watchdog is another name of watchdog0. */
static char *nowayout_file(const struct stat *device)
{
	unsigned int major = major(device->st_rdev), minor = minor(device->st_rdev);

	if (major == MISC_MAJOR && minor == OLD_WATCHDOG_MINOR)
		return xstrdup("/sys/class/watchdog/watchdog0/nowayout");
	return xprintf("/sys/dev/char/%u:%u/nowayout", major, minor);
}

static bool never_stops(const char *path)
{
	struct stat device;
	char *file, answer = '0';
	int fd;

	if (stat(path, &device) < 0 || !S_ISCHR(device.st_mode))
		return false;
	file = nowayout_file(&device);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	free(file);
	if (fd < 0)
		return false;
	if (read(fd, &answer, 1) != 1)
		answer = '0';
	close(fd);
	return answer == '1';
}

int watchdog_open(const char *path, struct error *err)
{
	int seconds = WATCHDOG_SECONDS;
	int watchdog;

	if (never_stops(path))
		return error_set(
			err, ERROR_OS,
			"%s: this watchdog can never be stopped again (nowayout) and would "
			"reset the machine after every run: load its driver without that",
			path);
	watchdog = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
	if (watchdog < 0)
		return error_os(err, "%s: the watchdog cannot be opened", path);
	ioctl(watchdog, WDIOC_SETTIMEOUT, &seconds); /* one that has its own time keeps it */
	return watchdog;
}

void watchdog_pet(int watchdog)
{
	ssize_t ignored = write(watchdog, "p", 1);

	(void)ignored; /* what does not hear this bites, and that is what it is for */
}

void watchdog_dismiss(int watchdog)
{
	ssize_t ignored;

	if (watchdog < 0)
		return;
	ignored = write(watchdog, "V", 1);
	(void)ignored;
	close(watchdog);
}
