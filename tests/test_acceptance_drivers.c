/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The acceptance bench's drivers, from their files: a scale's answers as the fact sheet has them (D.8; widths of fields are
 * from memory there, so any number of blanks is taken), and what a broken pressure cell
 * says; and of the filter bench the gas module. Then instruments that no fixture here uses yet: gas modules (gas.md, 4.1),
 * a streaming scale (D.8) and flow controllers (gas.md, 4.8); of answers without a golden frame, the sums are by the rule.
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

/* What the driver asks for its first reading, byte for byte. */
static void check_question(struct driver *driver, const uint8_t *golden, size_t size)
{
	struct exchange exchange;

	exchange_read(&exchange, driver, &driver->read[0], 1);
	CU_ASSERT_EQUAL_FATAL(exchange.size, size);
	CU_ASSERT_EQUAL(memcmp(exchange.bytes, golden, size), 0);
}

/* 500 ppm; then more than its range of 5000 ppm, and 500 ppm with a wrong sum. */
static void a_carbon_dioxide_module_beyond_its_range_is_no_reading(void)
{
	static const uint8_t ASKED[] = {0xFF, 0x01, 0x86, 0, 0, 0, 0, 0, 0x79},
			     GOOD[] = {0xFF, 0x86, 0x01, 0xF4, 0x47, 0, 0, 0, 0x3E},
			     BEYOND[] = {0xFF, 0x86, 0xFF, 0xFF, 0x47, 0, 0, 0, 0x35},
			     WRONG[] = {0xFF, 0x86, 0x01, 0xF4, 0x47, 0, 0, 0, 0x3F};
	struct driver *module = driver_of("winsen_co2");
	double number = -1;

	check_question(module, ASKED, sizeof(ASKED));
	CU_ASSERT_EQUAL(read_gas(module, GOOD, &number), 0);
	CU_ASSERT_DOUBLE_EQUAL(number, 500e-6, 1e-12);
	CU_ASSERT_EQUAL(read_gas(module, BEYOND, &number), -1);
	CU_ASSERT_EQUAL(read_gas(module, WRONG, &number), -1);
	driver_free(module);
}

/* 20.9 %vol; the same of carbon monoxide, in hundredths, and more than there can be. */
static void a_module_of_another_gas_is_not_read_as_oxygen(void)
{
	static const uint8_t ASKED[] = {0xFF, 0x01, 0x86, 0, 0, 0, 0, 0, 0x79},
			     GOOD[] = {0xFF, 0x86, 0x00, 0xD1, 0x05, 0x01, 0, 0, 0xA3},
			     OTHER[] = {0xFF, 0x86, 0x00, 0xD1, 0x04, 0x01, 0, 0, 0xA4},
			     HUNDREDTHS[] = {0xFF, 0x86, 0x00, 0xD1, 0x05, 0x02, 0, 0, 0xA2},
			     BEYOND[] = {0xFF, 0x86, 0xFF, 0xFF, 0x05, 0x01, 0, 0, 0x76};
	struct driver *module = driver_of("winsen_o2");
	double number = -1;

	check_question(module, ASKED, sizeof(ASKED));
	CU_ASSERT_EQUAL(read_gas(module, GOOD, &number), 0);
	CU_ASSERT_DOUBLE_EQUAL(number, 0.209, 1e-12);
	CU_ASSERT_EQUAL(read_gas(module, OTHER, &number), -1);
	CU_ASSERT_EQUAL(read_gas(module, HUNDREDTHS, &number), -1);
	CU_ASSERT_EQUAL(read_gas(module, BEYOND, &number), -1);
	driver_free(module);
}

/* The makers' printed example with the sum that their rule gives, and as it is printed. */
static void an_upload_with_the_printed_wrong_sum_is_none(void)
{
	static const uint8_t RIGHT[] = {0xFF, 0x04, 0x03, 0x01, 0x00, 0x25, 0x13, 0x88, 0x38},
			     PRINTED[] = {0xFF, 0x04, 0x03, 0x01, 0x00, 0x25, 0x13, 0x88, 0x25};
	struct driver *module = driver_of("winsen_ze_co");
	const struct frame_layout *upload = module->stream[0].frame;
	double fields[2] = {0};

	CU_ASSERT_EQUAL(frame_match(upload, RIGHT, sizeof(RIGHT)), 1);
	frame_read(upload, RIGHT, fields);
	CU_ASSERT_DOUBLE_EQUAL(fields[module->read[0].field] * module->read[0].scale, 3.7, 1e-12);
	CU_ASSERT_EQUAL(frame_match(upload, PRINTED, sizeof(PRINTED)), -1);
	CU_ASSERT(module->stream[0].silent > 0);
	driver_free(module);
}

static void only_a_stable_line_of_a_streaming_scale_is_a_weighing(void)
{
	static const char *const OTHERS[] = {"US,+00123.45  g", "OL,+99999.99  g",
					     "QT,+00000012 PC", "ST,+00123.45 kg"};
	struct driver *scale = driver_of("and_scale");
	struct capture captures[TEMPLATE_CAPTURES];
	const char *layout = scale->stream[0].layout;
	size_t count;

	CU_ASSERT_FATAL(template_match(layout, "ST,+00123.45  g", captures, &count));
	CU_ASSERT_EQUAL(count, 1);
	CU_ASSERT_DOUBLE_EQUAL(captures[0].number, 123.45, 1e-12);
	CU_ASSERT(template_match(layout, "ST,-00000.02  g", captures, &count));
	CU_ASSERT_DOUBLE_EQUAL(captures[0].number, -0.02, 1e-12);
	for (size_t i = 0; i < sizeof(OTHERS) / sizeof(OTHERS[0]); i++)
		CU_ASSERT_FALSE(template_match(layout, OTHERS[i], captures, &count));
	CU_ASSERT(scale->stream[0].silent > 0);
	driver_free(scale);
}

/*
 * Half of 2 L/min, its length as the document's example has it and as its rule gives; the sum is of all
 * bytes, and the same without the address. Then more than full scale, and a wrong sum.
 */
static void a_flow_beyond_full_scale_is_no_reading(void)
{
	static const uint8_t ASKED[] = {0x20, 0x02, 0x80, 0x03, 0xA0, 0x01, 0x05, 0x00, 0x4B},
			     FIVE[] = {0x00, 0x02, 0x80, 0x05, 0xA0, 0x01, 0x05,
				       0x00, 0x00, 0x80, 0x00, 0x00, 0xAD},
			     SEVEN[] = {0x00, 0x02, 0x80, 0x07, 0xA0, 0x01, 0x05,
					0x00, 0x00, 0x80, 0x00, 0x00, 0xAF},
			     BEYOND[] = {0x00, 0x02, 0x80, 0x07, 0xA0, 0x01, 0x05,
					 0x00, 0x02, 0x00, 0x00, 0x00, 0x31},
			     WRONG[] = {0x00, 0x02, 0x80, 0x07, 0xA0, 0x01, 0x05,
					0x00, 0x00, 0x80, 0x00, 0x00, 0xAE};
	struct driver *controller = driver_of("sevenstar_mfc");
	struct exchange exchange;
	double number = -1;
	struct error err;

	check_question(controller, ASKED, sizeof(ASKED));
	exchange_read(&exchange, controller, &controller->read[0], 1);
	CU_ASSERT_EQUAL(exchange_number(&exchange, FIVE, 13, &number, &err), 0);
	CU_ASSERT_DOUBLE_EQUAL(number, 0.001 / 60, 1e-12);
	CU_ASSERT_EQUAL(exchange_number(&exchange, SEVEN, 13, &number, &err), 0);
	CU_ASSERT_DOUBLE_EQUAL(number, 0.001 / 60, 1e-12);
	CU_ASSERT_EQUAL(exchange_number(&exchange, BEYOND, 13, &number, &err), -1);
	CU_ASSERT_EQUAL(exchange_number(&exchange, WRONG, 13, &number, &err), -1);
	driver_free(controller);
}

static int asked_propar(struct driver *controller, const char *read, const char *asked,
			const char *line, double *number)
{
	struct exchange exchange;
	struct error err;

	exchange_read(&exchange, controller, &controller->read[driver_find_read(controller, read)],
		      1);
	CU_ASSERT_EQUAL(exchange.size, strlen(asked));
	CU_ASSERT_EQUAL(memcmp(exchange.bytes, asked, strlen(asked)), 0);
	return driver_read_line(controller, read, line, number, &err);
}

/*
 * Half of 2 L/min, a little less than nothing, the most that there is; then more than a signed count
 * holds, twice, another node, another index, a refusal, and a piece.
 */
static void a_measure_beyond_what_a_signed_count_holds_is_no_flow(void)
{
	static const char ASKED[] = ":06030401210120\r\n";
	static const char *const NONE[] = {":060302012180E8\r\n", ":0603020121A3D6\r\n",
					   ":06040201213E80\r\n", ":06030201223E80\r\n",
					   ":0403000405\r\n",	  ":06030201213E\r\n"};
	struct driver *controller = driver_of("propar_mfc");
	double number = -1;

	CU_ASSERT_EQUAL(asked_propar(controller, "flow", ASKED, ":06030201213E80\r\n", &number), 0);
	CU_ASSERT_DOUBLE_EQUAL(number, 0.001 / 60, 1e-12);
	CU_ASSERT_EQUAL(asked_propar(controller, "flow", ASKED, ":0603020121FFFF\r\n", &number), 0);
	CU_ASSERT_DOUBLE_EQUAL(number, -0.002 / 32000 / 60, 1e-15);
	CU_ASSERT_EQUAL(asked_propar(controller, "flow", ASKED, ":06030201217FFF\r\n", &number), 0);
	for (size_t i = 0; i < sizeof(NONE) / sizeof(NONE[0]); i++)
		CU_ASSERT_EQUAL(asked_propar(controller, "flow", ASKED, NONE[i], &number), -1);
	CU_ASSERT_EQUAL(asked_propar(controller, "setpoint", ":06030401210121\r\n",
				     ":06030201213E80\r\n", &number),
			0);
	CU_ASSERT_DOUBLE_EQUAL(number, 0.001 / 60, 1e-12);
	driver_free(controller);
}

/* 50 % as the facts have it; the statuses of the manual's answer and of a bad value. */
static void a_setting_holds_only_with_the_status_that_all_is_well(void)
{
	static const char TOLD[] = ":06030101213E80\r\n", WELL[] = ":0403000005\r\n",
			  BAD[] = ":0403000605\r\n";
	struct driver *controller = driver_of("propar_mfc");
	struct exchange exchange;
	double ignored;
	struct error err;

	CU_ASSERT_EQUAL_FATAL(
		exchange_write(&exchange, controller, &controller->write[0], 1, 1, &err), 0);
	CU_ASSERT_EQUAL(exchange.size, strlen(TOLD));
	CU_ASSERT_EQUAL(memcmp(exchange.bytes, TOLD, strlen(TOLD)), 0);
	CU_ASSERT_EQUAL(
		exchange_number(&exchange, (const uint8_t *)WELL, strlen(WELL), &ignored, &err), 0);
	CU_ASSERT_EQUAL(
		exchange_number(&exchange, (const uint8_t *)BAD, strlen(BAD), &ignored, &err), -1);
	CU_ASSERT_EQUAL(exchange_write(&exchange, controller, &controller->write[0], 1, 2.1, &err),
			-1);
	driver_free(controller);
}

/* 2000 mln/min; then 1 mln/min as in the manual's example, and 2000 mls/min, at 20 °C. */
static void a_controller_of_another_capacity_or_state_is_another_instrument(void)
{
	static const char *const OTHERS[] = {":11030201CF3F80000070076D6C6E2F6D696E",
					     ":11030201CF44FA000070076D6C732F6D696E"};
	struct driver *controller = driver_of("propar_mfc");
	const char *is = controller->identity_is;
	struct capture captures[TEMPLATE_CAPTURES];
	size_t count;

	CU_ASSERT_FATAL(template_match(controller->identity.reply, is, captures, &count));
	CU_ASSERT_EQUAL(captures[0].number, 2000);
	for (size_t i = 0; i < sizeof(OTHERS) / sizeof(OTHERS[0]); i++) {
		CU_ASSERT(template_match(controller->identity.reply, OTHERS[i], captures, &count));
		CU_ASSERT_NOT_EQUAL(strncmp(OTHERS[i], is, strlen(is)), 0);
	}
	driver_free(controller);
}

void suite_acceptance_drivers(void)
{
	suite_begin("acceptance_drivers");
	claim(only_a_stable_weight_is_a_reading);
	claim(a_broken_pressure_cell_is_no_reading);
	claim(a_module_of_another_gas_is_not_read_as_carbon_monoxide);
	claim(a_carbon_dioxide_module_beyond_its_range_is_no_reading);
	claim(a_module_of_another_gas_is_not_read_as_oxygen);
	claim(an_upload_with_the_printed_wrong_sum_is_none);
	claim(only_a_stable_line_of_a_streaming_scale_is_a_weighing);
	claim(a_flow_beyond_full_scale_is_no_reading);
	claim(a_measure_beyond_what_a_signed_count_holds_is_no_flow);
	claim(a_setting_holds_only_with_the_status_that_all_is_well);
	claim(a_controller_of_another_capacity_or_state_is_another_instrument);
}
