/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A terminal device becomes a serial port.
 *
 * ONE USER. Two programs on one port steal each other's bytes. So the port is locked (flock, which holds
 * for root as well, and which picocom, minicom and others respect) and made exclusive (TIOCEXCL, which
 * the kernel enforces, though not against root; so it is asked, too). All of that is looked at on a first
 * descriptor, before anything is set: a port that is somebody else's is not touched.
 *
 * SETTINGS go through libserialport, which knows how odd bauds are set; versions up to 0.1.1 leave HUPCL
 * on, so that closing would drop DTR and RTS and reset instruments, and a read without bytes would
 * return 0 like that of a port that is gone. Both are put right afterwards, and all of it is read back,
 * since drivers take what they can and say nothing. With parity, a byte that arrives damaged reads as
 * NUL, never as another digit.
 *
 * Opening raises DTR and RTS when nobody else had the port: the kernel does that before anybody is
 * asked. From then on, and at closing, they stay as they are.
 *
 * RS-485. Where the driver can switch the direction it is told to, unless the device tree has done so;
 * where it cannot, the adapter is trusted to do it.
 */
#include "port/serial_tty.h"

#include <errno.h>
#include <fcntl.h>
#include <libserialport.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/serial.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/nsec.h"

static int in_use(const char *where, const char *path, struct error *err)
{
	char who[96];

	serial_holder(path, who, sizeof(who));
	return error_set(err, ERROR_OS,
			 "%s: %s has this port: end it, or give the slot another port", where, who);
}

/* ---- is it to be had? ---- */

static int not_there(const char *where, struct error *err)
{
	return error_set(err, ERROR_LINK,
			 "%s: there is no port behind it now: is the adapter plugged in?", where);
}

/* The kernel keeps names for ports that are not there; what they have of lines cannot be read. */
static int look(int fd, const char *where, struct error *err)
{
	int lines;

	if (!isatty(fd))
		return errno == EIO ? not_there(where, err)
				    : error_set(err, ERROR_USAGE, "%s: is no serial port", where);
	if (ioctl(fd, TIOCMGET, &lines) < 0 && errno == EIO)
		return not_there(where, err);
	return 0;
}

/* A descriptor that has the lock, on a port whose settings nobody has touched. */
static int claim(const char *where, const char *path, struct error *err)
{
	int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC), exclusive = 0;

	if (fd < 0 && errno == EBUSY)
		return in_use(where, path, err);
	if (fd < 0 && errno == EACCES)
		return error_set(err, ERROR_OS,
				 "%s: this user may not open %s: add the user to the group dialout",
				 where, path);
	if (fd < 0 && (errno == ENOENT || errno == ENXIO || errno == ENODEV || errno == EIO))
		return not_there(where, err);
	if (fd < 0)
		return error_os(err, "%s: cannot be opened", where);
	if (look(fd, where, err) < 0) {
		close(fd);
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) < 0 ||
	    (ioctl(fd, TIOCGEXCL, &exclusive) == 0 && exclusive)) {
		close(fd);
		return in_use(where, path, err);
	}
	return fd;
}

/* ---- settings ---- */

static int say_library(const char *where, const char *what, enum sp_return failed,
		       struct error *err)
{
	char *why = failed == SP_ERR_FAIL ? sp_last_error_message() : NULL;

	error_set(err, ERROR_OS, "%s: %s%s%s", where, what, why ? ": " : "", why ? why : "");
	sp_free_error_message(why);
	return -1;
}

static enum sp_return set_config(struct sp_port *port, const struct serial_settings *settings,
				 struct sp_port_config *config)
{
	enum sp_return done;

	sp_set_config_baudrate(config, settings->baud);
	sp_set_config_bits(config, settings->data_bits);
	sp_set_config_parity(config, settings->parity == 'E'   ? SP_PARITY_EVEN
				     : settings->parity == 'O' ? SP_PARITY_ODD
							       : SP_PARITY_NONE);
	sp_set_config_stopbits(config, settings->stop_bits);
	/* a new configuration of libserialport 0.1.1 has chance in this field */
	sp_set_config_xon_xoff(config, SP_XONXOFF_DISABLED);
	done = sp_set_config(port, config);
	return done == SP_OK ? sp_get_config(port, config) : done;
}

/* 2.5 %: more, and the last bits of a character are read as their neighbours. */
static bool is_near(int baud, int wanted)
{
	return 40LL * llabs((long long)baud - wanted) <= wanted;
}

static int configure(struct sp_port *port, const struct serial_wire *wire, struct error *err)
{
	const struct serial_settings *settings = &wire->settings;
	struct sp_port_config *config;
	char what[80];
	enum sp_return done;
	int baud = 0;

	if (sp_new_config(&config) != SP_OK)
		return say_library(wire->where, "no memory", SP_ERR_MEM, err);
	done = set_config(port, settings, config);
	if (done == SP_OK)
		done = sp_get_config_baudrate(config, &baud);
	sp_free_config(config);

	snprintf(what, sizeof(what), "does not take %d %d%c%d", settings->baud, settings->data_bits,
		 settings->parity, settings->stop_bits);
	if (done != SP_OK)
		return say_library(wire->where, what, done, err);
	if (!is_near(baud, settings->baud))
		return error_set(err, ERROR_OS, "%s: %s: its driver made %d baud of it",
				 wire->where, what, baud);
	return 0;
}

/* What libserialport leaves open; then everything is looked at again. */
static int finish(int fd, const struct serial_wire *wire, struct error *err)
{
	const struct serial_settings *settings = &wire->settings;
	tcflag_t wanted =
		(settings->data_bits == 7 ? CS7 : CS8) | (settings->parity == 'N' ? 0 : PARENB) |
		(settings->parity == 'O' ? PARODD : 0) | (settings->stop_bits == 2 ? CSTOPB : 0);
	struct termios set;

	if (tcgetattr(fd, &set) < 0)
		return error_os(err, "%s: its settings cannot be read", wire->where);
	set.c_iflag = settings->parity == 'N' ? 0 : INPCK;
	set.c_oflag = 0;
	set.c_lflag = 0;
	set.c_cflag |= CLOCAL | CREAD;
	set.c_cflag &= ~(tcflag_t)(HUPCL | CRTSCTS);
	set.c_cc[VMIN] = 1;
	set.c_cc[VTIME] = 0;
	if (tcsetattr(fd, TCSANOW, &set) < 0 || tcgetattr(fd, &set) < 0)
		return error_os(err, "%s: cannot be set", wire->where);
	if ((set.c_cflag & (CSIZE | PARENB | PARODD | CSTOPB | CRTSCTS | HUPCL)) != wanted ||
	    set.c_lflag != 0)
		return error_set(err, ERROR_OS, "%s: its driver does not do %d%c%d", wire->where,
				 settings->data_bits, settings->parity, settings->stop_bits);
	return 0;
}

static int set_direction(int fd, const struct serial_wire *wire, struct error *err)
{
	struct serial_rs485 direction;

	if (!wire->rs485 || ioctl(fd, TIOCGRS485, &direction) < 0 ||
	    (direction.flags & SER_RS485_ENABLED))
		return 0;
	direction.flags |= SER_RS485_ENABLED | SER_RS485_RTS_ON_SEND;
	direction.flags &= ~(__u32)SER_RS485_RTS_AFTER_SEND;
	if (ioctl(fd, TIOCSRS485, &direction) < 0 && errno != ENOTTY && errno != EINVAL)
		return error_os(err, "%s: its RS-485 direction cannot be switched", wire->where);
	return 0;
}

/* ---- opening ---- */

/* Between looking and opening, plugs were pulled and links moved: is what was opened what was meant? */
static int check_identity(int fd, const struct serial_wire *wire, const struct serial_found *found,
			  struct error *err)
{
	struct serial_found again;
	struct stat opened, named;

	if (serial_find(wire->where, "/sys", &again, err) < 0)
		return -1;
	if (fstat(fd, &opened) < 0 || stat(again.path, &named) < 0 ||
	    opened.st_rdev != named.st_rdev || !serial_is_same(found, &again))
		return error_set(err, ERROR_LINK,
				 "%s: it became another port while it was being opened",
				 wire->where);
	return 0;
}

/* `claimed` has the lock until libserialport has opened the port itself. */
static int open_port(struct sp_port *port, int claimed, const struct serial_wire *wire,
		     const struct serial_found *found, struct error *err)
{
	enum sp_return done;
	int fd;

	flock(claimed, LOCK_UN);
	done = sp_open(port, SP_MODE_READ_WRITE);
	if (done != SP_OK)
		return say_library(wire->where, "cannot be opened", done, err);
	sp_get_port_handle(port, &fd);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return in_use(wire->where, found->path, err);
	ioctl(fd, TIOCEXCL);
	if (check_identity(fd, wire, found, err) < 0 || configure(port, wire, err) < 0 ||
	    finish(fd, wire, err) < 0 || set_direction(fd, wire, err) < 0)
		return -1;
	tcflush(fd, TCIFLUSH);
	/* libserialport closes its own one with the port */
	fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return fd < 0 ? error_os(err, "%s: cannot be kept open", wire->where) : fd;
}

int serial_tty_open(const struct serial_wire *wire, struct serial_found *found, struct error *err)
{
	struct sp_port *port;
	int claimed, fd = -1;

	if (serial_find(wire->where, "/sys", found, err) < 0)
		return -1;
	claimed = claim(wire->where, found->path, err);
	if (claimed < 0)
		return -1;
	if (sp_get_port_by_name(found->path, &port) == SP_OK) {
		fd = open_port(port, claimed, wire, found, err);
		sp_close(port); /* which lets others in again since version 0.1.2 */
		sp_free_port(port);
		if (fd >= 0)
			ioctl(fd, TIOCEXCL);
	} else {
		error_set(err, ERROR_USAGE, "%s: is no serial port", wire->where);
	}
	close(claimed);
	return fd;
}

void serial_tty_close(int fd, const struct serial_settings *settings)
{
	enum { PATIENCE_MS = 100, ADAPTER_MS = 20 };
	int waiting = 0, ms;

	if (fd < 0)
		return;
	if (ioctl(fd, TIOCOUTQ, &waiting) == 0 && waiting > 0) {
		ms = (int)(serial_transmission_time(settings, (size_t)waiting) / MSEC(1)) +
		     ADAPTER_MS;
		for (ms = ms < PATIENCE_MS ? ms : PATIENCE_MS; ms > 0 && waiting > 0; ms--)
			if (poll(NULL, 0, 1) < 0 || ioctl(fd, TIOCOUTQ, &waiting) < 0)
				break;
		tcflush(fd, TCOFLUSH);
	}
	close(fd);
}
