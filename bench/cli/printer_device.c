/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/printer_device.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "cli/words.h"

enum {
	ANSWER_MS = 500,    /* a printer answers within some ten */
	STALLED_MS = 20000, /* for which it may take nothing: a cutter, a hot head that rests */
	CHUNK = 4096,
};
#define SERIAL "serial:"

static const struct {
	struct words no_device, no_printer, serial, busy, stalled, gone;
} TEXTS = {
	.no_device = {"%s: the printer cannot be opened: %s. Is it plugged in and on, and is the "
		      "user in the group lp?",
		      "%s:打印机打不开:%s。请检查接线与电源,以及用户是否属于 lp 组"},
	.no_printer = {"%s is no printer: a device as /dev/usb/lp0 is wanted",
		       "%s 不是打印机:应为 /dev/usb/lp0 之类的设备"},
	.serial = {"%s is a serial port, and an instrument may be behind it, which would take what "
		   "is printed for orders: where it is a printer, say serial:%s",
		   "%s 是串口,其后可能接有仪器,打印内容会被当作指令;确为打印机时请写 serial:%s"},
	.busy = {"%s: another program is using the printer", "%s:打印机正被其他程序占用"},
	.stalled = {"%s: the printer has taken nothing for %d s, and what it prints is not whole: "
		    "look at paper, cover and plug, and print again",
		    "%s:打印机 %d 秒内未接收数据,打印内容不完整;请检查纸张、上盖与接线后重新打印"},
	.gone = {"%s: the printer has gone while it printed, and what it printed is not whole: %s",
		 "%s:打印中失去打印机,打印内容不完整:%s"},
};

static void become_raw(int fd)
{
	struct termios settings;

	if (tcgetattr(fd, &settings) < 0)
		return; /* not serial */
	cfmakeraw(&settings);
	tcsetattr(fd, TCSANOW, &settings);
}

static int check_device(const struct printer_device *printer, bool may_be_serial, struct error *err)
{
	struct stat status;

	if (fstat(printer->fd, &status) < 0 || !S_ISCHR(status.st_mode))
		return error_set(err, ERROR_USAGE, say(TEXTS.no_printer), printer->name);
	if (!may_be_serial && isatty(printer->fd))
		return error_set(err, ERROR_USAGE, say(TEXTS.serial), printer->name, printer->name);
	if (flock(printer->fd, LOCK_EX | LOCK_NB) < 0)
		return error_set(err, ERROR_OS, say(TEXTS.busy), printer->name);
	return 0;
}

/* Only their bytes are no text any more. */
int printer_open(struct printer_device *printer, const char *device, bool is_known,
		 struct error *err)
{
	bool is_serial = !strncmp(device, SERIAL, strlen(SERIAL));

	printer->name = is_serial ? device + strlen(SERIAL) : device;
	printer->fd = open(printer->name, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (printer->fd < 0 && errno == EBUSY)
		return error_set(err, ERROR_OS, say(TEXTS.busy), printer->name);
	if (printer->fd < 0)
		return error_set(err, ERROR_OS, say(TEXTS.no_device), printer->name,
				 strerror(errno));
	if (check_device(printer, is_known || is_serial, err) < 0) {
		close(printer->fd);
		return -1;
	}
	become_raw(printer->fd);
	return 0;
}

void printer_close(struct printer_device *printer)
{
	close(printer->fd);
}

/* Until it takes more. */
static int await_room(const struct printer_device *printer, struct error *err)
{
	struct pollfd ready = {.fd = printer->fd, .events = POLLOUT};
	int count;

	do
		count = poll(&ready, 1, STALLED_MS);
	while (count < 0 && errno == EINTR);
	if (count == 0)
		return error_set(err, ERROR_TIMEOUT, say(TEXTS.stalled), printer->name,
				 STALLED_MS / 1000);
	if (count < 0 || ready.revents & (POLLERR | POLLHUP | POLLNVAL))
		return error_set(err, ERROR_LINK, say(TEXTS.gone), printer->name,
				 strerror(count < 0 ? errno : ENODEV));
	return 0;
}

int printer_tell(const struct printer_device *printer, const struct buf *bytes, struct error *err)
{
	size_t sent = 0;

	while (sent < bytes->size) {
		size_t left = bytes->size - sent;
		ssize_t count;

		if (await_room(printer, err) < 0)
			return -1;
		count = write(printer->fd, bytes->data + sent, left < CHUNK ? left : CHUNK);
		if (count > 0)
			sent += (size_t)count;
		else if (count < 0 && errno != EAGAIN && errno != EINTR)
			return error_set(err, ERROR_LINK, say(TEXTS.gone), printer->name,
					 strerror(errno));
	}
	return await_room(printer, err); /* what is closed before that is lost */
}

bool printer_hear(const struct printer_device *printer, uint8_t *byte)
{
	struct pollfd ready = {.fd = printer->fd, .events = POLLIN};

	return poll(&ready, 1, ANSWER_MS) > 0 && read(printer->fd, byte, 1) == 1;
}

void printer_forget(const struct printer_device *printer)
{
	uint8_t bytes[64];

	while (read(printer->fd, bytes, sizeof(bytes)) > 0)
		;
}
