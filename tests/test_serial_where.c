/* SPDX-License-Identifier: Apache-2.0 */
/* Finding a serial port by its USB identity, in a sysfs that was made up: no adapter is needed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "port/serial_where.h"
#include "tests/claims.h"

struct sys {
	char folder[64];
};

static void sys_open(struct sys *sys)
{
	char path[128];
	struct error err;

	snprintf(sys->folder, sizeof(sys->folder), "/tmp/davy-sys-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(sys->folder));
	snprintf(path, sizeof(path), "%s/class/tty", sys->folder);
	CU_ASSERT_EQUAL(file_make_folder(path, &err), 0);
}

static void sys_close(struct sys *sys)
{
	struct error err;

	CU_ASSERT_EQUAL(file_remove_folder(sys->folder, &err), 0);
}

static void put(const struct sys *sys, const char *folder, const char *name, const char *text)
{
	char path[256];
	struct error err;

	snprintf(path, sizeof(path), "%s/devices/%s", sys->folder, folder);
	CU_ASSERT_EQUAL(file_make_folder(path, &err), 0);
	snprintf(path, sizeof(path), "%s/devices/%s/%s", sys->folder, folder, name);
	CU_ASSERT_EQUAL(file_write(path, text, strlen(text), &err), 0);
}

/* As the kernel does it: the port's `device` leads to the driver's end of the interface. */
static void put_port(const struct sys *sys, const char *name, const char *device)
{
	char path[256], target[256];
	struct error err;

	snprintf(path, sizeof(path), "%s/class/tty/%s", sys->folder, name);
	CU_ASSERT_EQUAL(file_make_folder(path, &err), 0);
	snprintf(target, sizeof(target), "%s/devices/%s", sys->folder, device);
	CU_ASSERT_EQUAL(file_make_folder(target, &err), 0);
	strcat(path, "/device");
	CU_ASSERT_EQUAL(symlink(target, path), 0);
}

/* An adapter at a socket of the hub, with so many ports from ttyUSB`first` on. */
static void plug(const struct sys *sys, const char *at, const char *product, const char *serial,
		 int first, int ports)
{
	char folder[96], name[16], number[16];

	snprintf(folder, sizeof(folder), "usb1/%s", at);
	put(sys, folder, "idVendor", "0403\n");
	put(sys, folder, "idProduct", product);
	if (serial)
		put(sys, folder, "serial", serial);
	for (int i = 0; i < ports; i++) {
		snprintf(folder, sizeof(folder), "usb1/%s/%s:1.%d", at, at, i);
		snprintf(number, sizeof(number), "%02d\n", i);
		put(sys, folder, "bInterfaceNumber", number);
		snprintf(name, sizeof(name), "ttyUSB%d", first + i);
		snprintf(folder, sizeof(folder), "usb1/%s/%s:1.%d/%s", at, at, i, name);
		put_port(sys, name, folder);
	}
}

static bool says(const struct error *err, enum error_kind kind, const char *part)
{
	if (err->kind == kind && strstr(err->text, part))
		return true;
	printf("        it was: %d: %s\n", err->kind, err->text);
	return false;
}

/* ---- by USB identity ---- */

static void an_adapter_is_found_by_its_serial_number(void)
{
	struct serial_found found;
	struct error err;
	struct sys sys;

	sys_open(&sys);
	plug(&sys, "1-1", "6001\n", "A5XK3RJT\n", 0, 1);
	plug(&sys, "1-2", "6001\n", "B9WW0001\n", 1, 1);

	CU_ASSERT_EQUAL(serial_find("usb:0403:6001:B9WW0001", sys.folder, &found, &err), 0);
	CU_ASSERT_STRING_EQUAL(found.path, "/dev/ttyUSB1");
	CU_ASSERT_STRING_EQUAL(found.usb, "usb 0403:6001 B9WW0001");
	sys_close(&sys);
}

static void the_serial_number_may_be_left_out_when_there_is_one_such_adapter(void)
{
	struct serial_found found;
	struct error err;
	struct sys sys;

	sys_open(&sys);
	plug(&sys, "1-1", "6001\n", "A5XK3RJT\n", 4, 1);
	plug(&sys, "1-2", "6014\n", NULL, 5, 1);

	CU_ASSERT_EQUAL(serial_find("usb:0403:6001", sys.folder, &found, &err), 0);
	CU_ASSERT_STRING_EQUAL(found.path, "/dev/ttyUSB4");
	CU_ASSERT_EQUAL(serial_find("usb:0403:6014", sys.folder, &found, &err), 0);
	CU_ASSERT_STRING_EQUAL(found.usb, "usb 0403:6014");
	sys_close(&sys);
}

static void of_two_such_adapters_none_is_guessed(void)
{
	struct serial_found found;
	struct error err;
	struct sys sys;

	sys_open(&sys);
	plug(&sys, "1-1", "6001\n", "A5XK3RJT\n", 0, 1);
	plug(&sys, "1-2", "6001\n", "B9WW0001\n", 1, 1);

	CU_ASSERT_EQUAL(serial_find("usb:0403:6001", sys.folder, &found, &err), -1);
	CU_ASSERT(says(&err, ERROR_USAGE,
		       "name it by its serial number (there are "
		       "usb:0403:6001:A5XK3RJT (/dev/ttyUSB0), "
		       "usb:0403:6001:B9WW0001 (/dev/ttyUSB1))"));
	sys_close(&sys);
}

static void of_an_adapter_with_two_ports_none_is_guessed(void)
{
	struct serial_found found;
	struct error err;
	struct sys sys;

	sys_open(&sys);
	plug(&sys, "1-1", "6010\n", "FT7ABCDE\n", 0, 2);

	CU_ASSERT_EQUAL(serial_find("usb:0403:6010:FT7ABCDE", sys.folder, &found, &err), -1);
	CU_ASSERT(says(&err, ERROR_USAGE, "name it by its link in /dev/serial/by-path"));
	sys_close(&sys);
}

static void an_absent_adapter_is_told_from_those_that_are_there(void)
{
	struct serial_found found;
	struct error err;
	struct sys sys;

	sys_open(&sys);
	CU_ASSERT_EQUAL(serial_find("usb:0403:6001:X", sys.folder, &found, &err), -1);
	CU_ASSERT(says(&err, ERROR_LINK, "usb:0403:6001:X: no such adapter is plugged in"));
	CU_ASSERT_PTR_NULL(strstr(err.text, "there are"));
	plug(&sys, "1-1", "6001\n", "A5XK3RJT\n", 0, 1);
	CU_ASSERT_EQUAL(serial_find("usb:0403:6001:X", sys.folder, &found, &err), -1);
	CU_ASSERT(says(&err, ERROR_LINK, "(there are usb:0403:6001:A5XK3RJT (/dev/ttyUSB0))"));
	sys_close(&sys);
}

static void what_is_no_usb_identity_is_refused(void)
{
	static const char *const WORDS[] = {
		"usb:",		"usb:0403",	  "usb:0403:",	   "usb:0403:601",
		"usb:403:6001", "usb:0403:6001x", "usb:0403-6001", "usb:04033:6001"};
	struct serial_found found;
	struct error err;

	for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++) {
		CU_ASSERT_EQUAL(serial_find(WORDS[i], "/nowhere", &found, &err), -1);
		CU_ASSERT(says(&err, ERROR_USAGE, "usb:VENDOR:PRODUCT:SERIAL"));
	}
}

/* ---- the same again ---- */

static struct serial_found find(const struct sys *sys, const char *where)
{
	struct serial_found found;
	struct error err;

	CU_ASSERT_EQUAL(serial_find(where, sys->folder, &found, &err), 0);
	return found;
}

static void a_numbered_adapter_is_the_same_in_any_socket(void)
{
	struct serial_found before, now;
	struct sys sys;

	sys_open(&sys);
	plug(&sys, "1-1", "6001\n", "A5XK3RJT\n", 0, 1);
	before = find(&sys, "usb:0403:6001");
	sys_close(&sys);
	sys_open(&sys);
	plug(&sys, "1-4", "6001\n", "A5XK3RJT\n", 7, 1);
	now = find(&sys, "usb:0403:6001");

	CU_ASSERT(serial_is_same(&before, &now));
	sys_close(&sys);
}

static void another_adapter_in_the_same_socket_is_another(void)
{
	struct serial_found before, now;
	struct sys sys;

	sys_open(&sys);
	plug(&sys, "1-1", "6001\n", "A5XK3RJT\n", 0, 1);
	plug(&sys, "1-2", "6001\n", "B9WW0001\n", 1, 1);
	before = find(&sys, "usb:0403:6001:A5XK3RJT");
	now = find(&sys, "usb:0403:6001:B9WW0001");

	CU_ASSERT_FALSE(serial_is_same(&before, &now));
	sys_close(&sys);
}

static void an_adapter_without_a_number_is_known_by_its_socket(void)
{
	struct serial_found before, there, elsewhere;
	struct sys sys;

	sys_open(&sys);
	plug(&sys, "1-1", "7523\n", NULL, 0, 1);
	before = find(&sys, "usb:0403:7523");
	there = find(&sys, "usb:0403:7523");
	CU_ASSERT(serial_is_same(&before, &there));
	plug(&sys, "1-3", "7524\n", NULL, 1, 1);
	elsewhere = find(&sys, "usb:0403:7524");
	snprintf(elsewhere.usb, sizeof(elsewhere.usb), "%s", before.usb);

	CU_ASSERT_FALSE(serial_is_same(&before, &elsewhere));
	sys_close(&sys);
}

static void the_ports_of_one_adapter_are_not_the_same(void)
{
	struct serial_found first = {.usb = "usb 0403:6010 FT7", .numbered = true};
	struct serial_found second = {.usb = "usb 0403:6010 FT7 interface 01", .numbered = true};

	CU_ASSERT(serial_is_same(&first, &first));
	CU_ASSERT_FALSE(serial_is_same(&first, &second));
}

void suite_serial_where(void)
{
	suite_begin("serial where");
	claim(an_adapter_is_found_by_its_serial_number);
	claim(the_serial_number_may_be_left_out_when_there_is_one_such_adapter);
	claim(of_two_such_adapters_none_is_guessed);
	claim(of_an_adapter_with_two_ports_none_is_guessed);
	claim(an_absent_adapter_is_told_from_those_that_are_there);
	claim(what_is_no_usb_identity_is_refused);
	claim(a_numbered_adapter_is_the_same_in_any_socket);
	claim(another_adapter_in_the_same_socket_is_another);
	claim(an_adapter_without_a_number_is_known_by_its_socket);
	claim(the_ports_of_one_adapter_are_not_the_same);
}
