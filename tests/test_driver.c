/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drivers: what an author got wrong is refused with the name of the item; questions and answers as
 * bytes for the three buses; what a refusal, an exception or a value out of range says.
 */
#include <string.h>

#include "run/driver.h"
#include "tests/bench_rig.h"
#include "tests/claims.h"

static struct driver *compile(const char *json, struct error *err)
{
	struct value *value = said(json);
	struct driver *driver = driver_compile(value, "test", err);

	value_free(value);
	return driver;
}

static struct driver *sound(const char *json)
{
	struct error err;
	struct driver *driver = compile(json, &err);

	if (!driver)
		CU_FAIL_FATAL(err.text);
	return driver;
}

static void check_refused(const char *json, const char *why)
{
	struct error err = {0};
	struct driver *driver = compile(json, &err);

	CU_ASSERT_PTR_NULL(driver);
	if (!strstr(err.text, why))
		CU_FAIL(err.text);
	driver_free(driver);
}

/* ---- what is refused ---- */

static void an_unknown_bus_is_refused(void)
{
	check_refused("{'id':'d','bus':'can'}",
		      "test: bus is 'modbus', 'line' or 'frame', not 'can'");
}

static void a_register_needs_one_address(void)
{
	check_refused("{'bus':'modbus','reads':{'flow':{'unit':'L/min'}}}",
		      "test: reads.flow: needs one register");
	check_refused("{'bus':'modbus','reads':{'flow':{'input':1,'holding':2}}}",
		      "test: reads.flow: needs one register");
	check_refused("{'bus':'modbus','reads':{'flow':{'input':65536}}}",
		      "test: reads.flow: needs one register");
}

static void an_unknown_layout_is_refused(void)
{
	check_refused("{'bus':'modbus','reads':{'flow':{'input':1,'as':'f99'}}}",
		      "test: reads.flow: ");
}

static void a_register_is_no_byte(void)
{
	check_refused("{'bus':'modbus','reads':{'flow':{'input':1,'as':'i8'}}}",
		      "reads.flow: 'i8': a register has 16 bits");
	check_refused("{'bus':'modbus','writes':{'flow':{'holding':1,'as':'u8','unit':'V',"
		      "'range':'0 .. 9 V'}}}",
		      "writes.flow: 'u8': a register has 16 bits");
}

static void an_unknown_unit_is_refused(void)
{
	check_refused("{'bus':'modbus','reads':{'flow':{'input':1,'unit':'gal'}}}", "gal");
}

static void a_range_that_does_not_parse_is_refused(void)
{
	check_refused("{'bus':'modbus','writes':{'flow':{'holding':1,'unit':'V','range':'big'}}}",
		      "test: writes.flow: ");
}

static void a_range_of_another_dimension_is_refused(void)
{
	check_refused("{'bus':'modbus','writes':{'flow':{'holding':1,'unit':'V',"
		      "'range':'0 .. 5 A'}}}",
		      "test: writes.flow: range");
}

static void an_input_register_cannot_be_written(void)
{
	check_refused("{'bus':'modbus','writes':{'flow':{'input':1}}}",
		      "test: writes.flow: an input register cannot be written");
}

static void a_line_read_needs_question_and_reply(void)
{
	check_refused("{'bus':'line','reads':{'flow':{'reply':'{number}'}}}",
		      "test: reads.flow: needs `ask");
	check_refused("{'bus':'line','reads':{'flow':{'ask':'F?'}}}",
		      "test: reads.flow: needs `reply");
}

static void a_line_read_needs_its_number(void)
{
	check_refused("{'bus':'line','reads':{'flow':{'ask':'F?','reply':'{text}'}}}",
		      "test: reads.flow: ");
	check_refused("{'bus':'line','reads':{'flow':{'ask':'F?','reply':'{number}','field':2}}}",
		      "test: reads.flow: ");
}

static void a_line_write_needs_exactly_one_number(void)
{
	check_refused("{'bus':'line','writes':{'flow':{'tell':'SET'}}}",
		      "test: writes.flow: 'SET' needs exactly one {number:");
}

static void a_frame_needs_a_field_that_is_there(void)
{
	check_refused("{'bus':'frame','reads':{'co':{'ask':'FF 01','reply':'FF u16','field':2}}}",
		      "test: reads.co: the reply layout has no field 2");
	check_refused("{'bus':'frame','reads':{'co':{'ask':'FF 01','reply':'FF u16','field':0}}}",
		      "test: reads.co: ");
}

static void a_scale_of_nothing_is_refused(void)
{
	check_refused("{'bus':'modbus','writes':{'flow':{'holding':1,'scale':0}}}",
		      "test: writes.flow: scale");
}

static void health_names_a_read_and_its_flag(void)
{
	check_refused("{'bus':'modbus','healthy':[{'items':['status'],'without':'hot'}]}",
		      "healthy: 'status' is not a read");
	check_refused(
		"{'bus':'modbus','reads':{'status':{'input':1,'as':'flags','flags':['cold']}},"
		"'healthy':[{'items':['status'],'without':'hot'}]}",
		"'status' has no flag 'hot'");
}

static void health_is_read_from_flags(void)
{
	check_refused("{'bus':'modbus','reads':{'raw':{'input':1,'as':'f32'}},"
		      "'healthy':[{'items':['raw']}]}",
		      "healthy: 'raw' has no flags");
}

static void text_is_no_reading_and_no_setting(void)
{
	check_refused("{'bus':'modbus','reads':{'serial':{'input':1,'as':'string[8]'}}}",
		      "test: reads.serial: a string is no number");
	check_refused("{'bus':'modbus','writes':{'label':{'holding':1,'as':'string[8]'}}}",
		      "test: writes.label: a string is no number");
	driver_free(sound("{'bus':'modbus','identify':{'input':1,'as':'string[8]'}}"));
}

static void a_field_beyond_all_frames_is_refused_of_writes_too(void)
{
	check_refused("{'bus':'frame','writes':{'zero':{'tell':'FF u8','reply':'FF u8',"
		      "'field':257}}}",
		      "test: writes.zero: field is a number from 1 to 256");
	check_refused("{'bus':'frame','writes':{'zero':{'tell':'FF u8','reply':'FF u8',"
		      "'field':0}}}",
		      "test: writes.zero: field is a number from 1 to 256");
}

static void samples_however_far_apart_are_counted_without_overflow(void)
{
	check_refused("{'bus':'frame','streams':{'s':{'layout':'FF FE u16*200','every':'1 s'}},"
		      "'reads':{'flow':{'stream':'s','samples':200,'spacing':'20 d'}}}",
		      "200 samples of 20 d are longer than the 1 s");
	check_refused("{'bus':'frame','streams':{'s':{'layout':'FF FE u16*200','every':'1 s'}},"
		      "'reads':{'flow':{'stream':'s','samples':200,'spacing':'5000 d'}}}",
		      "200 samples of 5000 d are longer than the 1 s");
	driver_free(sound("{'bus':'frame','streams':{'s':{'layout':'FF FE u16*200','every':'1 s'}},"
			  "'reads':{'flow':{'stream':'s','samples':200,'spacing':'5 ms'}}}"));
}

/* ---- Modbus ---- */

static const char METER[] =
	"{'id':'meter','bus':'modbus','reads':{"
	"'content':{'input':4,'as':'f32','unit':'%vol','digit':0.01},"
	"'raw':{'holding':7,'as':'i16','unit':'°C','scale':0.1}},"
	"'writes':{'level':{'holding':16,'as':'u16','unit':'V','scale':0.01,'range':'0 .. 5 V'}}}";

static void a_modbus_read_is_a_frame_for_its_unit(void)
{
	static const uint8_t REQUEST[] = {0x11, 0x04, 0x00, 0x04, 0x00, 0x02, 0x32, 0x9A};
	struct driver *driver = sound(METER);
	struct exchange exchange;

	exchange_read(&exchange, driver, &driver->read[0], 0x11);

	CU_ASSERT_EQUAL_FATAL(exchange.size, sizeof(REQUEST));
	CU_ASSERT_EQUAL(memcmp(exchange.bytes, REQUEST, sizeof(REQUEST)), 0);
	CU_ASSERT_STRING_EQUAL(exchange.what, "content (input register 4)");
	driver_free(driver);
}

/* A reply of unit 1 with these data bytes. */
static size_t reply(const struct exchange *exchange, const uint8_t *data, size_t size, uint8_t *adu)
{
	return modbus_reply_encode(&exchange->request, data, size, adu);
}

static void a_modbus_answer_is_a_number_in_si(void)
{
	static const uint8_t ONE_AND_A_HALF[] = {0x3F, 0xC0, 0x00, 0x00}, COLD[] = {0xFF, 0xCE};
	struct driver *driver = sound(METER);
	uint8_t adu[MODBUS_ADU_MOST];
	struct exchange exchange;
	double number;
	struct error err;

	exchange_read(&exchange, driver, &driver->read[0], 1);
	CU_ASSERT_EQUAL(exchange_number(&exchange, adu, reply(&exchange, ONE_AND_A_HALF, 4, adu),
					&number, &err),
			0);
	CU_ASSERT_DOUBLE_EQUAL(number, 0.015, 1e-15);
	CU_ASSERT_DOUBLE_EQUAL(driver->read[0].resolution, 0.00005, 1e-15);

	exchange_read(&exchange, driver, &driver->read[1], 1);
	CU_ASSERT_EQUAL(
		exchange_number(&exchange, adu, reply(&exchange, COLD, 2, adu), &number, &err), 0);
	CU_ASSERT_DOUBLE_EQUAL(number, 268.15, 1e-9);
	driver_free(driver);
}

static void a_modbus_answer_that_is_no_number_is_refused(void)
{
	static const uint8_t NAN_[] = {0x7F, 0xC0, 0x00, 0x00};
	struct driver *driver = sound(METER);
	uint8_t adu[MODBUS_ADU_MOST];
	struct exchange exchange;
	double number = 7;
	struct error err;

	exchange_read(&exchange, driver, &driver->read[0], 1);
	CU_ASSERT_EQUAL(
		exchange_number(&exchange, adu, reply(&exchange, NAN_, 4, adu), &number, &err), -1);

	CU_ASSERT_STRING_EQUAL(err.text, "content is not a number");
	driver_free(driver);
}

static void a_modbus_exception_is_named(void)
{
	struct driver *driver = sound(METER);
	uint8_t adu[MODBUS_ADU_MOST];
	struct exchange exchange;
	double number;
	struct error err;

	exchange_read(&exchange, driver, &driver->read[0], 1);
	CU_ASSERT_EQUAL(exchange_number(&exchange, adu,
					modbus_exception_encode(&exchange.request, 2, adu), &number,
					&err),
			-1);

	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "exception 2"));
	driver_free(driver);
}

static void a_modbus_write_is_scaled(void)
{
	static const uint8_t REQUEST[] = {0x01, 0x06, 0x00, 0x10, 0x01, 0xF4};
	struct driver *driver = sound(METER);
	struct exchange exchange;
	struct error err;

	CU_ASSERT_EQUAL(exchange_write(&exchange, driver, &driver->write[0], 1, 5, &err), 0);

	CU_ASSERT_EQUAL(memcmp(exchange.bytes, REQUEST, sizeof(REQUEST)), 0);
	driver_free(driver);
}

static void a_write_out_of_range_is_refused_before_a_byte_leaves(void)
{
	struct driver *driver = sound(METER);
	struct exchange exchange;
	struct error err;

	CU_ASSERT_EQUAL(exchange_write(&exchange, driver, &driver->write[0], 1, 5.01, &err), -1);

	CU_ASSERT_EQUAL(err.kind, ERROR_REFUSED);
	CU_ASSERT_STRING_EQUAL(err.text,
			       "level: 5.01 V is outside the instrument's range 0 .. 5 V");
	CU_ASSERT_EQUAL(exchange.size, 0);
	driver_free(driver);
}

static void a_write_that_is_no_number_is_refused(void)
{
	struct driver *driver = sound(METER);
	struct exchange exchange;
	struct error err;

	CU_ASSERT_EQUAL(
		exchange_write(&exchange, driver, &driver->write[0], 1, __builtin_nan(""), &err),
		-1);

	CU_ASSERT_STRING_EQUAL(err.text, "level: not a finite number");
	driver_free(driver);
}

static void a_write_that_does_not_fit_its_register_is_refused(void)
{
	struct driver *driver = sound("{'bus':'modbus','writes':{'n':{'holding':1,'as':'u16'}}}");
	struct exchange exchange;
	struct error err;

	CU_ASSERT_EQUAL(exchange_write(&exchange, driver, &driver->write[0], 1, 70000, &err), -1);
	CU_ASSERT_EQUAL(exchange_write(&exchange, driver, &driver->write[0], 1, -1, &err), -1);

	driver_free(driver);
}

/* ---- lines ---- */

static const char FLOW[] =
	"{'id':'flow','bus':'line','framing':{'ends':'\\r'},'reads':{"
	"'flow':{'ask':'A','reply':'A {} {number} {text}','unit':'L/min'}},"
	"'writes':{'set':{'tell':'AS{number:%.3f}','reply':'OK','unit':'L/min'}},"
	"'refusals':{'ERR 1':'setpoint out of range'}}";

static int read_line(const struct driver *driver, const char *answer, double *number,
		     struct error *err)
{
	struct exchange exchange;

	exchange_read(&exchange, driver, &driver->read[0], 1);
	CU_ASSERT_EQUAL(memcmp(exchange.bytes, "A\r", 2), 0);
	return exchange_number(&exchange, (const uint8_t *)answer, strlen(answer), number, err);
}

static void a_line_answer_gives_its_number(void)
{
	struct driver *driver = sound(FLOW);
	double number;
	struct error err;

	CU_ASSERT_EQUAL(read_line(driver, "A +101.3 6.00 CH4\r", &number, &err), 0);

	CU_ASSERT_DOUBLE_EQUAL(number, 0.0001, 1e-15);
	driver_free(driver);
}

static void a_line_answer_of_another_shape_shows_both(void)
{
	struct driver *driver = sound(FLOW);
	double number;
	struct error err;

	CU_ASSERT_EQUAL(read_line(driver, "B 1 2 x\r", &number, &err), -1);

	CU_ASSERT_STRING_EQUAL(err.text,
			       "'A' was answered by 'B 1 2 x', expected 'A {} {number} {text}'");
	driver_free(driver);
}

static void a_refusal_says_what_it_means(void)
{
	struct driver *driver = sound(FLOW);
	double number;
	struct error err;

	CU_ASSERT_EQUAL(read_line(driver, "ERR 1\r", &number, &err), -1);

	CU_ASSERT_STRING_EQUAL(err.text, "'A' was refused: setpoint out of range");
	driver_free(driver);
}

static void a_line_write_is_built_from_its_template(void)
{
	struct driver *driver = sound(FLOW);
	struct exchange exchange;
	double number;
	struct error err;

	CU_ASSERT_EQUAL(exchange_write(&exchange, driver, &driver->write[0], 1, 0.5, &err), 0);
	CU_ASSERT_EQUAL(exchange.size, 8);
	CU_ASSERT_EQUAL(memcmp(exchange.bytes, "AS0.500\r", 8), 0);

	CU_ASSERT_EQUAL(exchange_number(&exchange, (const uint8_t *)"OK\r", 3, &number, &err), 0);
	CU_ASSERT_EQUAL(exchange_number(&exchange, (const uint8_t *)"NO\r", 3, &number, &err), -1);
	driver_free(driver);
}

/* ---- frames ---- */

static const char GAS[] = "{'id':'gas','bus':'frame','reads':{'content':{"
			  "'ask':'FF 01 86 skip[5] check:neg8[1..7]',"
			  "'reply':'FF 86 u16 skip[4] check:neg8[1..7]',"
			  "'field':1,'unit':'%vol','scale':0.001}}}";

static void a_frame_answer_gives_its_field(void)
{
	static const uint8_t ASK[] = {0xFF, 0x01, 0x86, 0, 0, 0, 0, 0, 0x79};
	static const uint8_t REPLY[] = {0xFF, 0x86, 0x05, 0xDC, 0, 0, 0, 0, 0x99};
	struct driver *driver = sound(GAS);
	struct exchange exchange;
	double number;
	struct error err;

	exchange_read(&exchange, driver, &driver->read[0], 1);
	CU_ASSERT_EQUAL_FATAL(exchange.size, 9);
	CU_ASSERT_EQUAL(memcmp(exchange.bytes, ASK, 9), 0);
	CU_ASSERT_EQUAL(exchange_number(&exchange, REPLY, 9, &number, &err), 0);

	CU_ASSERT_DOUBLE_EQUAL(number, 0.015, 1e-15); /* 1500 counts of 0.001 %vol */
	driver_free(driver);
}

static void a_frame_with_a_wrong_sum_is_refused(void)
{
	static const uint8_t REPLY[] = {0xFF, 0x86, 0x05, 0xDC, 0, 0, 0, 0, 0x98};
	struct driver *driver = sound(GAS);
	struct exchange exchange;
	double number;
	struct error err;

	exchange_read(&exchange, driver, &driver->read[0], 1);

	CU_ASSERT_EQUAL(exchange_number(&exchange, REPLY, 9, &number, &err), -1);
	driver_free(driver);
}

/* ---- words, and what is no reading ---- */

static const char LOAD[] =
	"{'bus':'frame','reads':{'volts':{'ask':'AA','reply':'AA u32le','unit':'V','scale':0.001,"
	"'range':'0 .. 120 V'}},"
	"'writes':{'input':{'tell':'AA 21 u8','reply':'AA','words':{'off':0,'on':1}},"
	"'mode':{'tell':'AA 28 u8','reply':'AA','words':{'CC':0,'CR':3}},"
	"'current':{'tell':'AA 2A u32le','reply':'AA','unit':'A','scale':0.0001}}}";

static void a_word_is_sent_as_its_number(void)
{
	struct driver *driver = sound(LOAD);
	const struct driver_item *mode = &driver->write[driver_find_write(driver, "mode")];
	double number = -1;
	struct error err;

	CU_ASSERT_EQUAL(driver_word(mode, "CR", &number, &err), 0);

	CU_ASSERT_EQUAL(number, 3);
	driver_free(driver);
}

static void a_word_that_the_write_does_not_know_is_refused_with_those_it_knows(void)
{
	struct driver *driver = sound(LOAD);
	double number;
	struct error err;

	CU_ASSERT_EQUAL(
		driver_word(&driver->write[driver_find_write(driver, "mode")], "CX", &number, &err),
		-1);
	CU_ASSERT_STRING_EQUAL(err.text, "mode is CC, CR, not 'CX'");
	CU_ASSERT_EQUAL(driver_word(&driver->write[driver_find_write(driver, "current")], "on",
				    &number, &err),
			-1);
	CU_ASSERT_STRING_EQUAL(err.text, "current is a quantity, not 'on'");
	driver_free(driver);
}

static void words_have_numbers_and_belong_to_writes(void)
{
	check_refused("{'bus':'line','reads':{'f':{'ask':'F','reply':'{number}',"
		      "'words':{'off':0}}}}",
		      "test: reads.f: words are for writes");
	check_refused("{'bus':'line','writes':{'f':{'tell':'F{number}','words':{'off':'0'}}}}",
		      "test: writes.f: words are written { off = 0, on = 1 }");
}

/* An instrument's number for "overflow" or "open" must not be taken for a value. */
static void a_reading_outside_what_the_instrument_can_show_is_no_reading(void)
{
	static const uint8_t FULL[] = {0xAA, 0xC0, 0xD4, 0x01, 0x00}; /* 120 000 */
	static const uint8_t OVER[] = {0xAA, 0xC1, 0xD4, 0x01, 0x00};
	struct driver *driver = sound(LOAD);
	struct exchange exchange;
	double number = 0;
	struct error err;

	exchange_read(&exchange, driver, &driver->read[0], 1);
	CU_ASSERT_EQUAL(exchange_number(&exchange, FULL, 5, &number, &err), 0);
	CU_ASSERT_DOUBLE_EQUAL(number, 120, 1e-9);

	CU_ASSERT_EQUAL(exchange_number(&exchange, OVER, 5, &number, &err), -1);
	CU_ASSERT_EQUAL(err.kind, ERROR_DEVICE);
	CU_ASSERT_STRING_EQUAL(err.text,
			       "volts is 120.001 V, which is no reading: the range is 0 .. 120 V");
	driver_free(driver);
}

void suite_driver(void)
{
	suite_begin("driver");
	claim(an_unknown_bus_is_refused);
	claim(a_register_needs_one_address);
	claim(an_unknown_layout_is_refused);
	claim(a_register_is_no_byte);
	claim(an_unknown_unit_is_refused);
	claim(a_range_that_does_not_parse_is_refused);
	claim(a_range_of_another_dimension_is_refused);
	claim(an_input_register_cannot_be_written);
	claim(a_line_read_needs_question_and_reply);
	claim(a_line_read_needs_its_number);
	claim(a_line_write_needs_exactly_one_number);
	claim(a_frame_needs_a_field_that_is_there);
	claim(a_scale_of_nothing_is_refused);
	claim(health_names_a_read_and_its_flag);
	claim(health_is_read_from_flags);
	claim(text_is_no_reading_and_no_setting);
	claim(a_field_beyond_all_frames_is_refused_of_writes_too);
	claim(samples_however_far_apart_are_counted_without_overflow);
	claim(a_modbus_read_is_a_frame_for_its_unit);
	claim(a_modbus_answer_is_a_number_in_si);
	claim(a_modbus_answer_that_is_no_number_is_refused);
	claim(a_modbus_exception_is_named);
	claim(a_modbus_write_is_scaled);
	claim(a_write_out_of_range_is_refused_before_a_byte_leaves);
	claim(a_write_that_is_no_number_is_refused);
	claim(a_write_that_does_not_fit_its_register_is_refused);
	claim(a_line_answer_gives_its_number);
	claim(a_line_answer_of_another_shape_shows_both);
	claim(a_refusal_says_what_it_means);
	claim(a_line_write_is_built_from_its_template);
	claim(a_frame_answer_gives_its_field);
	claim(a_frame_with_a_wrong_sum_is_refused);
	claim(a_word_is_sent_as_its_number);
	claim(a_word_that_the_write_does_not_know_is_refused_with_those_it_knows);
	claim(words_have_numbers_and_belong_to_writes);
	claim(a_reading_outside_what_the_instrument_can_show_is_no_reading);
}
