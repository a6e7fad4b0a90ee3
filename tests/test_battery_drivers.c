/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The battery bench's drivers, from their files, against frames and lines from outside this code: the
 * golden frames of the fact sheet on batteries (D.2; the first, mode, input and CC agree with the vendor's
 * sample code), a question to a thermocouple module (D.4), a battery tester's answers (D.6).
 */
#include <stdio.h>
#include <string.h>

#include "tests/claims.h"
#include "tests/driver_files.h"

/* "AA 00 20 01 .. CB": bytes, zeros for the two dots, and the sum. */
static void golden(const char *text, uint8_t frame[26])
{
	unsigned byte;
	size_t count = 0;
	int used;

	memset(frame, 0, 26);
	for (; *text; text += used) {
		if (!strncmp(text, " ..", 3)) {
			count = 25;
			used = 3;
			continue;
		}
		CU_ASSERT_FATAL(count < 26 && sscanf(text, "%2x%n", &byte, &used) == 1);
		frame[count++] = (uint8_t)byte;
	}
}

static void check_write(struct driver *driver, const char *name, double number, const char *text)
{
	const struct driver_item *item = &driver->write[driver_find_write(driver, name)];
	struct exchange exchange;
	uint8_t frame[26];
	struct error err;

	golden(text, frame);
	CU_ASSERT_EQUAL(exchange_write(&exchange, driver, item, 1, number, &err), 0);
	CU_ASSERT_EQUAL(exchange.size, 26);
	CU_ASSERT_EQUAL(memcmp(exchange.bytes, frame, 26), 0);
}

static double word(struct driver *driver, const char *write, const char *text)
{
	double number = -1;
	struct error err;

	CU_ASSERT_EQUAL(
		driver_word(&driver->write[driver_find_write(driver, write)], text, &number, &err),
		0);
	return number;
}

static void the_load_is_told_in_its_golden_frames(void)
{
	struct driver *load = driver_of("it8500");

	check_write(load, "remote", word(load, "remote", "on"), "AA 00 20 01 .. CB");
	check_write(load, "mode", word(load, "mode", "CC"), "AA 00 28 00 .. D2");
	check_write(load, "current", 1.0, "AA 00 2A 10 27 .. 0B");
	check_write(load, "minimum", 2.75, "AA 00 4E BE 0A .. C0");
	check_write(load, "input", word(load, "input", "on"), "AA 00 21 01 .. CC");
	check_write(load, "input", word(load, "input", "off"), "AA 00 21 00 .. CB");
	driver_free(load);
}

static double state(struct driver *load, const char *name, const uint8_t *reply)
{
	struct exchange exchange;
	double number = -1;
	struct error err;

	exchange_read(&exchange, load, &load->read[driver_find_read(load, name)], 1);
	CU_ASSERT_EQUAL(exchange_number(&exchange, reply, 26, &number, &err), 0);
	return number;
}

/* 3.312 V, 1.0002 A, 3.313 W, remote and on, CC. */
static void the_load_s_golden_state_is_read(void)
{
	struct driver *load = driver_of("it8500");
	uint8_t reply[26], ask[26];
	struct exchange exchange;

	golden("AA 00 5F F0 0C 00 00 12 27 00 00 F1 0C 00 00 0C 40 00 00 00 00 00 00 00 00 87",
	       reply);
	CU_ASSERT_DOUBLE_EQUAL(state(load, "voltage", reply), 3.312, 1e-9);
	CU_ASSERT_DOUBLE_EQUAL(state(load, "current", reply), 1.0002, 1e-9);
	CU_ASSERT_DOUBLE_EQUAL(state(load, "power", reply), 3.313, 1e-9);

	golden("AA 00 5F .. 09", ask);
	exchange_read(&exchange, load, &load->read[0], 1);
	CU_ASSERT_EQUAL(memcmp(exchange.bytes, ask, 26), 0);
	golden("AA 00 6A .. 14", ask);
	exchange_read(&exchange, load, &load->identity, 1);
	CU_ASSERT_EQUAL(memcmp(exchange.bytes, ask, 26), 0);
	driver_free(load);
}

static void the_load_s_no_is_an_error(void)
{
	struct driver *load = driver_of("it8500");
	const struct driver_item *input = &load->write[driver_find_write(load, "input")];
	struct exchange exchange;
	uint8_t reply[26];
	double ignored;
	struct error err;

	CU_ASSERT_EQUAL(exchange_write(&exchange, load, input, 1, 1, &err), 0);
	golden("AA 00 12 80 .. 3C", reply);
	CU_ASSERT_EQUAL(exchange_number(&exchange, reply, 26, &ignored, &err), 0);
	golden("AA 00 12 C0 .. 7C", reply); /* not possible now */
	CU_ASSERT_EQUAL(exchange_number(&exchange, reply, 26, &ignored, &err), -1);
	driver_free(load);
}

/* A reading as the manual prints it; overflow and fault are numbers there, and never readings. */
static void a_battery_tester_s_overflow_and_fault_are_no_readings(void)
{
	struct driver *tester = driver_of("hioki_bt3562");
	double number = -1;
	struct error err;

	CU_ASSERT_EQUAL(
		driver_read_line(tester, "resistance", "289.68E-3, 1.3921E+0\r\n", &number, &err),
		0);
	CU_ASSERT_DOUBLE_EQUAL(number, 0.28968, 1e-12);
	CU_ASSERT_EQUAL(
		driver_read_line(tester, "voltage", "289.68E-3, 1.3921E+0\r\n", &number, &err), 0);
	CU_ASSERT_DOUBLE_EQUAL(number, 1.3921, 1e-12);
	CU_ASSERT_EQUAL(
		driver_read_line(tester, "resistance", "+10.0000E+8, 1.3921E+0\r\n", &number, &err),
		-1);
	CU_ASSERT_EQUAL(
		driver_read_line(tester, "voltage", "+10.0000E+9, +1.00000E+10\r\n", &number, &err),
		-1);
	driver_free(tester);
}

static void an_open_thermocouple_is_no_reading(void)
{
	static const uint8_t ASK[] = {0x01, 0x03, 0x00, 0x20, 0x00, 0x01};
	struct driver *module = driver_of("cwt_tc");
	struct exchange exchange;
	uint8_t adu[MODBUS_ADU_MOST];
	double number = -1;
	struct error err;
	size_t size;

	exchange_read(&exchange, module, &module->read[0], 1);
	CU_ASSERT_EQUAL(memcmp(exchange.bytes, ASK, sizeof(ASK)), 0);
	size = modbus_reply_encode(&exchange.request, (const uint8_t[]){0x00, 0xEB}, 2, adu);
	CU_ASSERT_EQUAL(exchange_number(&exchange, adu, size, &number, &err), 0);
	CU_ASSERT_DOUBLE_EQUAL(number, 273.15 + 23.5, 1e-9);

	size = modbus_reply_encode(&exchange.request, (const uint8_t[]){0x27, 0x10}, 2, adu);
	CU_ASSERT_EQUAL(exchange_number(&exchange, adu, size, &number, &err), -1);
	driver_free(module);
}

void suite_battery_drivers(void)
{
	suite_begin("battery_drivers");
	claim(the_load_is_told_in_its_golden_frames);
	claim(the_load_s_golden_state_is_read);
	claim(the_load_s_no_is_an_error);
	claim(a_battery_tester_s_overflow_and_fault_are_no_readings);
	claim(an_open_thermocouple_is_no_reading);
}
