/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a serial port: where it is, how it is set, and whose it is. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "tests/claims.h"
#include "tests/rig/bench.h"
#include "tests/rig/far_end.h"

enum { PAIR = 2 };

/* Does the sentence have this in it? Prints it if not. */
static bool is_said(const struct error *err, const char *part)
{
	if (strstr(err->text, part))
		return true;
	printf("        it was: %s\n", err->text);
	return false;
}

static void opened(const struct near_end *near_end)
{
	if (!near_end->serial)
		printf("        it was: %s\n", near_end->error.text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(near_end->serial);
}

/* ---- how it is set ---- */

static tcflag_t format_of(int fd)
{
	struct termios set;

	CU_ASSERT_EQUAL(tcgetattr(fd, &set), 0);
	return set.c_cflag & (CSIZE | PARENB | PARODD | CSTOPB | HUPCL | CRTSCTS | CLOCAL | CREAD);
}

static void every_format_is_what_the_kernel_says_it_is(void)
{
	static const struct {
		const char *text;
		tcflag_t flags;
		speed_t speed;
	} FORMATS[] = {
		{"9600 8N1", CS8, B9600},
		{"19200 8E1", CS8 | PARENB, B19200},
		{"115200 8N2", CS8 | CSTOPB, B115200},
		{"2400 7E1", CS7 | PARENB, B2400},
		{"4800 7O2", CS7 | PARENB | PARODD | CSTOPB, B4800},
		{"300 8O1", CS8 | PARENB | PARODD, B300},
	};

	for (size_t i = 0; i < sizeof(FORMATS) / sizeof(FORMATS[0]); i++) {
		struct near_end near_end;
		struct far_end far;
		struct termios set;

		far_end_open(&far, PAIR);
		CU_ASSERT_EQUAL(
			serial_settings_parse(&far.wire.settings, FORMATS[i].text, &near_end.error),
			0);
		near_end_open(&near_end, &far);
		opened(&near_end);
		int fd = serial_real_fd(near_end.serial);

		CU_ASSERT_EQUAL(format_of(fd), FORMATS[i].flags | CLOCAL | CREAD);
		tcgetattr(fd, &set);
		CU_ASSERT_EQUAL(cfgetospeed(&set), FORMATS[i].speed);
		CU_ASSERT_EQUAL(set.c_lflag | set.c_oflag, 0);
		CU_ASSERT_EQUAL(set.c_iflag, FORMATS[i].flags & PARENB ? INPCK : 0);
		near_end_close(&near_end);
		far_end_close(&far);
	}
}

static void odd_bauds_are_set(void)
{
	static const int BAUDS[] = {10400, 31250, 74880};

	for (size_t i = 0; i < sizeof(BAUDS) / sizeof(BAUDS[0]); i++) {
		struct near_end near_end;
		struct far_end far;

		far_end_open(&far, PAIR);
		far.wire.settings.baud = BAUDS[i];
		near_end_open(&near_end, &far);
		opened(&near_end);

		CU_ASSERT_EQUAL(rig_baud(serial_real_fd(near_end.serial)), BAUDS[i]);
		CU_ASSERT_EQUAL(format_of(serial_real_fd(near_end.serial)), CS8 | CLOCAL | CREAD);
		near_end_close(&near_end);
		far_end_close(&far);
	}
}

static void a_baud_that_the_port_cannot_do_is_refused(void)
{
	struct near_end near_end;
	struct far_end far;

	far_end_open(&far, PAIR);
	far.wire.settings.baud = 4000000; /* these UARTs end at 115200 */
	near_end_open(&near_end, &far);

	CU_ASSERT_PTR_NULL(near_end.serial);
	CU_ASSERT_EQUAL(near_end.error.kind, ERROR_OS);
	CU_ASSERT(is_said(&near_end.error, "does not take 4000000 8N1"));
	near_end_close(&near_end);
	far_end_close(&far);
}

static void the_port_is_closed_when_another_program_is_executed(void)
{
	struct near_end near_end;
	struct far_end far;

	far_end_open(&far, PAIR);
	near_end_open(&near_end, &far);

	CU_ASSERT(fcntl(serial_real_fd(near_end.serial), F_GETFD) & FD_CLOEXEC);
	CU_ASSERT(fcntl(serial_real_fd(near_end.serial), F_GETFL) & O_NONBLOCK);
	near_end_close(&near_end);
	far_end_close(&far);
}

/* ---- modem lines ---- */

/* Does the kernel drive these lines of a port, whether or not anybody has it open? */
static bool drives(const char *path, const char *line)
{
	char head[16], bytes[8192], *at;
	FILE *file = fopen("/proc/tty/driver/serial", "r");
	size_t size = fread(bytes, 1, sizeof(bytes) - 1, file);

	fclose(file);
	bytes[size] = '\0';
	snprintf(head, sizeof(head), "\n%d: ", atoi(path + strlen("/dev/ttyS")));
	at = strstr(bytes, head);
	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	at[1 + strcspn(at + 1, "\n")] = '\0';
	return strstr(at, line) != NULL;
}

static void open_and_close_as_others_do(const char *path)
{
	int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	struct termios set;

	tcgetattr(fd, &set);
	set.c_cflag |= HUPCL;
	tcsetattr(fd, TCSANOW, &set);
	close(fd);
}

static void modem_lines_stay_as_they_are_when_the_port_is_closed(void)
{
	struct near_end near_end;
	struct far_end far;

	far_end_open(&far, PAIR);
	open_and_close_as_others_do(far.near_path);
	CU_ASSERT_FALSE(drives(far.near_path, "DTR")); /* that is what a hang-up does */

	near_end_open(&near_end, &far);
	CU_ASSERT(drives(far.near_path, "RTS") && drives(far.near_path, "DTR"));
	near_end_close(&near_end);
	CU_ASSERT(drives(far.near_path, "RTS") && drives(far.near_path, "DTR"));

	near_end_open(&near_end, &far);
	CU_ASSERT(drives(far.near_path, "RTS") && drives(far.near_path, "DTR"));
	near_end_close(&near_end);
	CU_ASSERT(drives(far.near_path, "RTS") && drives(far.near_path, "DTR"));
	far_end_close(&far);
}

/* ---- where it is ---- */

static void a_link_is_followed_to_the_port_it_means(void)
{
	struct near_end near_end;
	struct far_end far;

	far_end_open(&far, PAIR);
	mkdir("/tmp/by-id", 0755);
	unlink("/tmp/by-id/usb-meter");
	CU_ASSERT_EQUAL(symlink(far.near_path, "/tmp/by-id/usb-meter"), 0);
	snprintf(far.wire.where, sizeof(far.wire.where), "/tmp/by-id/usb-meter");
	near_end_open(&near_end, &far);

	opened(&near_end);
	CU_ASSERT_STRING_EQUAL(serial_real_identity(near_end.serial), far.near_path);
	far_end_say(&far, "hello", 5);
	far_end_await(&far, &near_end.heard, 5);
	CU_ASSERT_EQUAL(near_end.heard.size, 5);
	near_end_close(&near_end);
	far_end_close(&far);
	unlink("/tmp/by-id/usb-meter");
}

static void refused(const char *where, enum error_kind kind, const char *says)
{
	struct near_end near_end;
	struct far_end far;

	far_end_open(&far, PAIR);
	snprintf(far.wire.where, sizeof(far.wire.where), "%s", where);
	near_end_open(&near_end, &far);
	if (near_end.serial)
		printf("\t%s was opened as %s\n", where, serial_real_identity(near_end.serial));
	CU_ASSERT_PTR_NULL(near_end.serial);
	CU_ASSERT_EQUAL(near_end.error.kind, kind);
	CU_ASSERT(is_said(&near_end.error, says));
	CU_ASSERT_EQUAL(strncmp(near_end.error.text, where, strlen(where)), 0);
	near_end_close(&near_end);
	far_end_close(&far);
}

/* The last such name: the first ones may be given to the next card that is plugged in. */
static void name_without_uart(char *path, size_t size)
{
	path[0] = '\0';
	for (int i = 0; i < 32; i++) {
		char type[64];
		FILE *file;

		snprintf(type, sizeof(type), "/sys/class/tty/ttyS%d/type", i);
		file = fopen(type, "r");
		if (file && fgetc(file) == '0')
			snprintf(path, size, "/dev/ttyS%d", i);
		if (file)
			fclose(file);
	}
	CU_ASSERT_FATAL(path[0] != '\0');
}

static void what_is_no_serial_port_is_refused_by_name(void)
{
	int pty = posix_openpt(O_RDWR | O_NOCTTY);
	char path[64];

	refused("/dev/ttyUSB9", ERROR_LINK, "is the adapter plugged in?");
	name_without_uart(path, sizeof(path));
	refused(path, ERROR_LINK, "there is no port behind it");
	refused("/dev/serial/by-id/usb-nobody", ERROR_LINK, "is the adapter plugged in?");
	refused("usb:0403:6001:A5XK3RJT", ERROR_LINK, "no such adapter is plugged in");
	refused("usb:0403", ERROR_USAGE, "usb:VENDOR:PRODUCT:SERIAL");
	refused("ttyUSB0", ERROR_USAGE, "named by its path");
	refused("/dev/null", ERROR_USAGE, "is no serial port");
	refused("/etc/passwd", ERROR_USAGE, "is no serial port");
	grantpt(pty);
	unlockpt(pty);
	snprintf(path, sizeof(path), "%s", ptsname(pty));
	refused(path, ERROR_USAGE, "is no serial port");
	close(pty);
}

/* ---- whose it is ---- */

/* Another program has the port, one way or the other, until it is killed. */
static pid_t another_has(const char *path, bool locked, bool exclusive)
{
	int said[2];
	char byte;
	pid_t child;

	CU_ASSERT_EQUAL_FATAL(pipe(said), 0);
	fflush(NULL);
	child = fork();
	if (child == 0) {
		int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK);
		struct termios set;

		tcgetattr(fd, &set);
		cfsetspeed(&set, B1200);
		tcsetattr(fd, TCSANOW, &set);
		if (locked)
			flock(fd, LOCK_EX | LOCK_NB);
		if (exclusive)
			ioctl(fd, TIOCEXCL);
		if (write(said[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	CU_ASSERT_EQUAL(read(said[0], &byte, 1), 1);
	close(said[0]);
	close(said[1]);
	return child;
}

static void end_other(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void a_port_of_another_program_is_not_touched(bool locked, bool exclusive)
{
	struct near_end near_end;
	struct far_end far;
	char says[160];
	pid_t other;

	far_end_open(&far, PAIR);
	other = another_has(far.near_path, locked, exclusive);
	int watched = open(far.near_path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	near_end_open(&near_end, &far);
	snprintf(says, sizeof(says),
		 "%s: davy-rig-tests (process %d) has this port: end it, or give the slot another "
		 "port",
		 far.near_path, (int)other);
	CU_ASSERT_PTR_NULL(near_end.serial);
	CU_ASSERT_EQUAL(near_end.error.kind, ERROR_OS);
	CU_ASSERT_STRING_EQUAL(near_end.error.text, says);
	CU_ASSERT_EQUAL(rig_baud(watched), 1200);
	close(watched);
	near_end_close(&near_end);

	end_other(other);
	near_end_open(&near_end, &far);
	CU_ASSERT_PTR_NOT_NULL(near_end.serial);
	near_end_close(&near_end);
	far_end_close(&far);
}

static void a_port_that_another_program_has_locked_is_refused(void)
{
	a_port_of_another_program_is_not_touched(true, false);
}

static void a_port_that_another_program_made_exclusive_is_refused_also_to_root(void)
{
	CU_ASSERT_EQUAL(geteuid(), 0);
	a_port_of_another_program_is_not_touched(false, true);
}

static void other_programs_are_kept_out(void)
{
	struct near_end near_end;
	struct far_end far;
	int fd, exclusive = 0;
	pid_t child;
	int status;

	far_end_open(&far, PAIR);
	near_end_open(&near_end, &far);
	opened(&near_end);

	fd = open(far.near_path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC); /* root may */
	CU_ASSERT_EQUAL(flock(fd, LOCK_EX | LOCK_NB), -1);
	CU_ASSERT_EQUAL(ioctl(fd, TIOCGEXCL, &exclusive), 0);
	CU_ASSERT_EQUAL(exclusive, 1);
	close(fd);
	fflush(NULL);
	child = fork();
	if (child == 0) {
		chmod(far.near_path, 0666);
		if (setuid(1000) < 0)
			_exit(2);
		_exit(open(far.near_path, O_RDWR | O_NOCTTY | O_NONBLOCK) >= 0);
	}
	waitpid(child, &status, 0);
	CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	near_end_close(&near_end);
	far_end_close(&far);
}

static void the_same_port_cannot_be_had_twice(void)
{
	struct near_end first, second;
	struct far_end far;

	far_end_open(&far, PAIR);
	near_end_open(&first, &far);
	near_end_open(&second, &far);

	CU_ASSERT_PTR_NOT_NULL(first.serial);
	CU_ASSERT_PTR_NULL(second.serial);
	CU_ASSERT(is_said(&second.error, "another slot of this bench has this port"));
	near_end_close(&second);
	far_end_say(&far, "still", 5);
	far_end_await(&far, &first.heard, 5);
	CU_ASSERT_EQUAL(first.heard.size, 5);
	near_end_close(&first);
	far_end_close(&far);
}

void suite_serial(void)
{
	suite_begin("serial");
	claim(every_format_is_what_the_kernel_says_it_is);
	claim(odd_bauds_are_set);
	claim(a_baud_that_the_port_cannot_do_is_refused);
	claim(the_port_is_closed_when_another_program_is_executed);
	claim(modem_lines_stay_as_they_are_when_the_port_is_closed);
	claim(a_link_is_followed_to_the_port_it_means);
	claim(what_is_no_serial_port_is_refused_by_name);
	claim(a_port_that_another_program_has_locked_is_refused);
	claim(a_port_that_another_program_made_exclusive_is_refused_also_to_root);
	claim(other_programs_are_kept_out);
	claim(the_same_port_cannot_be_had_twice);
}
