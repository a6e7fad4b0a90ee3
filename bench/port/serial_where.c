/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding a serial port.
 *
 * A path is followed to the device it means, since libserialport refuses links. "usb:0403:6001:A5XK3RJT"
 * is looked for among the ports of sysfs: DIR/class/tty/NAME/device is the driver's end of a port, and
 * one of the folders above it describes the USB device when there is one (idVendor, idProduct, serial).
 * An adapter with several ports has one such folder for all; the interface's number tells them apart.
 *
 * libserialport lists ports, too, but it opens some of them to do so, whoever is using them.
 */
#include "port/serial_where.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"

/* A USB device as `where` names it, or as sysfs describes it. */
struct usb {
	char vendor[8], product[8], serial[96], interface[8];
};

/* ---- sysfs ---- */

/* The one line of FOLDER/NAME; "" when there is none. */
static bool read_word(const char *folder, const char *name, char *text, size_t size)
{
	char path[PATH_MAX];
	ssize_t got = -1;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		got = read(fd, text, size - 1);
		close(fd);
	}
	text[got > 0 ? got : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return text[0] != '\0';
}

/*
 * The USB device above a port; false when it hangs on no such bus. `place` is that device's folder, or
 * the port's own.
 */
static bool describe(const char *sys, const char *name, struct usb *usb, char place[PATH_MAX])
{
	char path[PATH_MAX], folder[PATH_MAX], root[PATH_MAX];
	char *end;

	memset(usb, 0, sizeof(*usb));
	place[0] = '\0';
	snprintf(path, sizeof(path), "%s/class/tty/%s/device", sys, name);
	if (!realpath(path, folder) || !realpath(sys, root))
		return false;
	snprintf(place, PATH_MAX, "%s", folder);
	while (strlen(folder) > strlen(root)) {
		if (!usb->interface[0])
			read_word(folder, "bInterfaceNumber", usb->interface,
				  sizeof(usb->interface));
		if (read_word(folder, "idVendor", usb->vendor, sizeof(usb->vendor)) &&
		    read_word(folder, "idProduct", usb->product, sizeof(usb->product))) {
			read_word(folder, "serial", usb->serial, sizeof(usb->serial));
			snprintf(place, PATH_MAX, "%s", folder);
			return true;
		}
		end = strrchr(folder, '/');
		if (!end)
			return false;
		*end = '\0';
	}
	return false;
}

static void tell(struct serial_found *found, const struct usb *usb, const char *place)
{
	bool first = !usb->interface[0] || !strcmp(usb->interface, "00");

	snprintf(found->place, sizeof(found->place), "%.255s", place);
	found->numbered = usb->serial[0] != '\0';
	if (!usb->vendor[0])
		return;
	snprintf(found->usb, sizeof(found->usb), "usb %s:%s%s%s%s%s", usb->vendor, usb->product,
		 usb->serial[0] ? " " : "", usb->serial, first ? "" : " interface ",
		 first ? "" : usb->interface);
}

/* ---- by USB identity ---- */

static bool is_hex4(const char *text, char end)
{
	for (int i = 0; i < 4; i++)
		if (!isxdigit((unsigned char)text[i]))
			return false;
	return text[4] == end || text[4] == '\0';
}

static int parse_usb(const char *where, struct usb *usb, struct error *err)
{
	const char *text = where + 4;

	memset(usb, 0, sizeof(*usb));
	if (!is_hex4(text, ':') || text[4] == '\0' || !is_hex4(text + 5, ':') ||
	    strlen(text) >= sizeof(usb->serial))
		return error_set(
			err, ERROR_USAGE,
			"%s: a USB adapter is written usb:VENDOR:PRODUCT:SERIAL, with four "
			"hexadecimal digits for the first two, as in usb:0403:6001:A5XK3RJT",
			where);
	memcpy(usb->vendor, text, 4);
	memcpy(usb->product, text + 5, 4);
	if (text[9] == ':')
		snprintf(usb->serial, sizeof(usb->serial), "%s", text + 10);
	return 0;
}

static bool matches(const struct usb *wanted, const struct usb *there)
{
	return !strcasecmp(wanted->vendor, there->vendor) &&
	       !strcasecmp(wanted->product, there->product) &&
	       (!wanted->serial[0] || !strcmp(wanted->serial, there->serial));
}

/* What the search through all ports has come upon. */
struct hits {
	int count;
	bool same_device; /* they are ports of one adapter */
	struct usb first;
	struct buf all;	   /* those that match, for a sentence */
	struct buf others; /* those that do not */
};

static void list_one(struct buf *list, const struct usb *usb, const char *name)
{
	buf_printf(list, "%susb:%s:%s%s%s (/dev/%s)", list->size ? ", " : "", usb->vendor,
		   usb->product, usb->serial[0] ? ":" : "", usb->serial, name);
}

static void look_at(struct hits *hits, const struct usb *wanted, const char *sys, const char *name,
		    struct serial_found *found)
{
	char place[PATH_MAX];
	struct usb usb;

	if (!describe(sys, name, &usb, place))
		return;
	if (!matches(wanted, &usb)) {
		list_one(&hits->others, &usb, name);
		return;
	}
	list_one(&hits->all, &usb, name);
	if (hits->count++ > 0) {
		hits->same_device = hits->same_device && !strcmp(hits->first.serial, usb.serial);
		return;
	}
	hits->first = usb;
	hits->same_device = true;
	snprintf(found->path, sizeof(found->path), "/dev/%.100s", name);
	tell(found, &usb, place);
}

static int conclude(const struct hits *hits, const char *where, struct error *err)
{
	if (hits->count == 1)
		return 0;
	if (hits->count == 0)
		return error_set(err, ERROR_LINK, "%s: no such adapter is plugged in%s%.300s%s",
				 where, hits->others.size ? " (there are " : "",
				 hits->others.size ? hits->others.data : "",
				 hits->others.size ? ")" : "");
	if (hits->same_device)
		return error_set(
			err, ERROR_USAGE,
			"%s: there is more than one such port, and their serial numbers do "
			"not tell them apart: name it by its link in /dev/serial/by-path or "
			"/dev/serial/by-id (there are %.200s)",
			where, hits->all.data);
	return error_set(err, ERROR_USAGE,
			 "%s: there is more than one such adapter: name it by its serial number "
			 "(there are %.240s)",
			 where, hits->all.data);
}

static int find_usb(const char *where, const char *sys, struct serial_found *found,
		    struct error *err)
{
	struct hits hits = {0};
	struct usb wanted;
	char folder[PATH_MAX];
	char **names;
	size_t count;
	int done;

	if (parse_usb(where, &wanted, err) < 0)
		return -1;
	snprintf(folder, sizeof(folder), "%s/class/tty", sys);
	if (file_list(folder, &names, &count, err) < 0)
		return error_context(err, "%s", where);
	buf_init(&hits.all);
	buf_init(&hits.others);
	for (size_t i = 0; i < count; i++) {
		look_at(&hits, &wanted, sys, names[i], found);
		free(names[i]);
	}
	free(names);
	done = conclude(&hits, where, err);
	buf_done(&hits.all);
	buf_done(&hits.others);
	return done;
}

/* ---- by path ---- */

static int find_path(const char *where, const char *sys, struct serial_found *found,
		     struct error *err)
{
	char path[PATH_MAX], place[PATH_MAX];
	struct stat status;
	struct usb usb;

	if (where[0] != '/')
		return error_set(err, ERROR_USAGE,
				 "%s: a serial port is named by its path, as in /dev/ttyUSB0 or "
				 "/dev/serial/by-id/…, or by its USB identity, as in "
				 "usb:0403:6001:A5XK3RJT",
				 where);
	if (!realpath(where, path)) {
		if (errno == ENOENT || errno == ENOTDIR)
			return error_set(
				err, ERROR_LINK,
				"%s: there is no such port now: is the adapter plugged in?", where);
		return error_os(err, "%s: cannot be followed", where);
	}
	if (stat(path, &status) < 0 || !S_ISCHR(status.st_mode) ||
	    strlen(path) >= sizeof(found->path))
		return error_set(err, ERROR_USAGE, "%s: is no serial port", where);
	snprintf(found->path, sizeof(found->path), "%s", path);
	describe(sys, strrchr(path, '/') + 1, &usb, place);
	tell(found, &usb, place);
	return 0;
}

int serial_find(const char *where, const char *sys, struct serial_found *found, struct error *err)
{
	memset(found, 0, sizeof(*found));
	return !strncmp(where, "usb:", 4) ? find_usb(where, sys, found, err)
					  : find_path(where, sys, found, err);
}

bool serial_is_same(const struct serial_found *before, const struct serial_found *now)
{
	if (strcmp(before->usb, now->usb) != 0)
		return false;
	if (before->numbered)
		return true;
	return !strcmp(before->place, now->place) &&
	       (before->usb[0] || !strcmp(before->path, now->path));
}

/* ---- who has it ---- */

/* Has this process the file open? Of another user's processes nothing can be seen. */
static bool has_open(const char *process, const char *path)
{
	char folder[64], link[PATH_MAX], target[PATH_MAX];
	struct error ignored;
	char **names;
	size_t count;
	bool has = false;

	snprintf(folder, sizeof(folder), "/proc/%.20s/fd", process);
	if (file_list(folder, &names, &count, &ignored) < 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		ssize_t size;

		snprintf(link, sizeof(link), "%s/%.20s", folder, names[i]);
		size = readlink(link, target, sizeof(target) - 1);
		target[size > 0 ? size : 0] = '\0';
		has = has || !strcmp(target, path);
		free(names[i]);
	}
	free(names);
	return has;
}

/* A process that has it, as a name in /proc; this one only when there is no other. */
static bool find_holder(const char *path, char process[24])
{
	struct error ignored;
	char self[24];
	char **names;
	size_t count;
	bool seen = false;

	snprintf(self, sizeof(self), "%d", (int)getpid());
	if (file_list("/proc", &names, &count, &ignored) < 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!seen && isdigit((unsigned char)names[i][0]) && strcmp(names[i], self) != 0 &&
		    has_open(names[i], path)) {
			snprintf(process, 24, "%.20s", names[i]);
			seen = true;
		}
		free(names[i]);
	}
	free(names);
	if (!seen)
		snprintf(process, 24, "%s", self);
	return seen || has_open(self, path);
}

bool serial_holder(const char *path, char *text, size_t size)
{
	char process[24], folder[64], name[64];

	if (!find_holder(path, process)) {
		snprintf(text, size, "another program");
		return false;
	}
	if (atoi(process) == getpid()) {
		snprintf(text, size, "another slot of this bench");
		return true;
	}
	snprintf(folder, sizeof(folder), "/proc/%s", process);
	read_word(folder, "comm", name, sizeof(name));
	snprintf(text, size, "%s (process %s)", name, process);
	return true;
}
