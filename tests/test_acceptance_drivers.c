/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The acceptance bench's drivers, from their files: a scale's answers as the fact sheet has them (D.8; widths of fields are
 * from memory there, so any number of blanks is taken), and what a broken pressure cell
 * says; and of the filter bench the gas module.
 */
#include <stdio.h>
#include <string.h>

#include "tests/claims.h"
#include "tests/driver_files.h"

static void check_no_weight(struct driver *scale, const char *line)
{
	double number = -1;
	struct error err = {0};

	CU_ASSERT_EQUAL(driver_read_line(scale, "mass", line, &number, &err), -1);
	CU_ASSERT(err.text[0]);
}

static void only_a_stable_weight_is_a_reading(void)
{
	struct driver *scale = driver_of("sics_scale");
	double number = -1;
	struct error err;

	CU_ASSERT_EQUAL(driver_read_line(scale, "mass", "S S     100.00 g\r\n", &number, &err), 0);
	CU_ASSERT_DOUBLE_EQUAL(number, 0.1, 1e-12);
	CU_ASSERT_EQUAL(driver_read_line(scale, "mass", "S S -1.5 g\r\n", &number, &err), 0);
	CU_ASSERT_DOUBLE_EQUAL(number, -0.0015, 1e-12);
	check_no_weight(scale, "S D     100.00 g\r\n");
	check_no_weight(scale, "S I\r\n");
	check_no_weight(scale, "S +\r\n");
	check_no_weight(scale, "S -\r\n");
	check_no_weight(scale, "ES\r\n");
	check_no_weight(scale, "S S     100.00 kg\r\n");
	driver_free(scale);
}

/* 5000 Pa, then 1e9 and not a number. */
static void a_broken_pressure_cell_is_no_reading(void)
{
	static const uint8_t GOOD[] = {0x45, 0x9C, 0x40, 0x00}, FAR[] = {0x4E, 0x6E, 0x6B, 0x28},
			     NONE[] = {0x7F, 0xC0, 0x00, 0x00};
	struct driver *module = driver_of("pressure_module");
	struct exchange exchange;
	uint8_t adu[MODBUS_ADU_MOST];
	double number = -1;
	struct error err;
	size_t size;

	exchange_read(&exchange, module, &module->read[0], 1);
	size = modbus_reply_encode(&exchange.request, GOOD, 4, adu);
	CU_ASSERT_EQUAL(exchange_number(&exchange, adu, size, &number, &err), 0);
	CU_ASSERT_DOUBLE_EQUAL(number, 5000, 1e-9);
	size = modbus_reply_encode(&exchange.request, FAR, 4, adu);
	CU_ASSERT_EQUAL(exchange_number(&exchange, adu, size, &number, &err), -1);
	size = modbus_reply_encode(&exchange.request, NONE, 4, adu);
	CU_ASSERT_EQUAL(exchange_number(&exchange, adu, size, &number, &err), -1);
	driver_free(module);
}

static int read_gas(struct driver *module, const uint8_t answer[9], double *number)
{
	struct exchange exchange;
	struct error err;

	exchange_read(&exchange, module, &module->read[0], 1);
	return exchange_number(&exchange, answer, 9, number, &err);
}

/* 200 ppm of CO; the same of another gas, in tenths, and with a wrong sum. */
static void a_module_of_another_gas_is_not_read_as_carbon_monoxide(void)
{
	static const uint8_t GOOD[] = {0xFF, 0x86, 0x00, 0xC8, 0x04, 0x00, 0x00, 0x00, 0xAE},
			     OTHER[] = {0xFF, 0x86, 0x00, 0xC8, 0x05, 0x00, 0x00, 0x00, 0xAD},
			     TENTHS[] = {0xFF, 0x86, 0x00, 0xC8, 0x04, 0x01, 0x00, 0x00, 0xAD},
			     WRONG[] = {0xFF, 0x86, 0x00, 0xC9, 0x04, 0x00, 0x00, 0x00, 0xAE};
	struct driver *module = driver_of("winsen_co");
	double number = -1;

	CU_ASSERT_EQUAL(read_gas(module, GOOD, &number), 0);
	CU_ASSERT_DOUBLE_EQUAL(number, 200e-6, 1e-12);
	CU_ASSERT_EQUAL(read_gas(module, OTHER, &number), -1);
	CU_ASSERT_EQUAL(read_gas(module, TENTHS, &number), -1);
	CU_ASSERT_EQUAL(read_gas(module, WRONG, &number), -1);
	driver_free(module);
}

void suite_acceptance_drivers(void)
{
	suite_begin("acceptance_drivers");
	claim(only_a_stable_weight_is_a_reading);
	claim(a_broken_pressure_cell_is_no_reading);
	claim(a_module_of_another_gas_is_not_read_as_carbon_monoxide);
}
