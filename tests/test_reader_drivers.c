/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readers of tags and codes, and a module that says by itself what it measures, from their drivers' files. The frames of the
 * YRM100 are of its maker's document and of modules on the wire (battery-and-platform.md, D.12); of the CO2 module,
 * gas.md, 4.7.
 */
#include <stdio.h>
#include <string.h>

#include "tests/claims.h"
#include "tests/driver_files.h"
#include "tests/reader_frames.h"

/* A tag of an R200 on the wire, besides the printed one. */
static const uint8_t ON_WIRE[] = {0xBB, 0x02, 0x22, 0x00, 0x11, 0xC4, 0x30, 0x00,
				  0xE2, 0x00, 0x00, 0x1D, 0x73, 0x15, 0x01, 0x65,
				  0x21, 0x40, 0x8F, 0xC6, 0xB8, 0x3E, 0xC2, 0x7E};

static int scanned(const struct driver *driver, const void *bytes, size_t size, char *text,
		   struct error *err)
{
	return driver_scanned(driver, &driver->scan[0], bytes, size, text, err);
}

static void check_asked(struct driver *driver, const struct driver_item *item,
			const uint8_t *golden, size_t size)
{
	struct exchange exchange;

	exchange_read(&exchange, driver, item, 1);
	CU_ASSERT_EQUAL_FATAL(exchange.size, size);
	CU_ASSERT_EQUAL(memcmp(exchange.bytes, golden, size), 0);
}

static void a_tag_is_asked_for_as_its_reader_wants_it(void)
{
	static const uint8_t ONE[] = {0xBB, 0x00, 0x22, 0x00, 0x00, 0x22, 0x7E},
			     WHO[] = {0xBB, 0x00, 0x03, 0x00, 0x01, 0x00, 0x04, 0x7E};
	struct driver *reader = driver_of("yrm100");

	check_asked(reader, &reader->scan[0], ONE, sizeof(ONE));
	check_asked(reader, &reader->identity, WHO, sizeof(WHO));
	driver_free(reader);
}

static void a_tag_is_the_number_that_it_says(void)
{
	struct driver *reader = driver_of("yrm100");
	char text[SCAN_TEXT];
	struct error err;

	CU_ASSERT_EQUAL(scanned(reader, TAG, sizeof(TAG), text, &err), 0);
	CU_ASSERT_STRING_EQUAL(text, "30751FEB705C5904E3D50D70");
	CU_ASSERT_EQUAL(scanned(reader, ON_WIRE, sizeof(ON_WIRE), text, &err), 0);
	CU_ASSERT_STRING_EQUAL(text, "E200001D7315016521408FC6");
	driver_free(reader);
}

/* Of a tag of 128 bits; the sum is by the rule. */
static void a_tag_is_as_long_as_its_frame_says(void)
{
	uint8_t longer[sizeof(TAG) + 4];
	struct driver *reader = driver_of("yrm100");
	char text[SCAN_TEXT];
	uint8_t sum = 0;
	struct error err;

	memcpy(longer, TAG, 20);
	memset(longer + 20, 0xA5, 4);
	memcpy(longer + 24, TAG + 20, 4);
	longer[4] += 4;
	for (size_t i = 1; i < sizeof(longer) - 2; i++)
		sum += longer[i];
	longer[sizeof(longer) - 2] = sum;
	CU_ASSERT_EQUAL(scanned(reader, longer, sizeof(longer), text, &err), 0);
	CU_ASSERT_STRING_EQUAL(text, "30751FEB705C5904E3D50D70A5A5A5A5");
	driver_free(reader);
}

static void a_damaged_tag_is_no_other_tag(void)
{
	struct driver *reader = driver_of("yrm100");
	char text[SCAN_TEXT];
	uint8_t bytes[sizeof(TAG)];
	struct error err;

	for (size_t i = 0; i < sizeof(TAG); i++) {
		memcpy(bytes, TAG, sizeof(bytes));
		bytes[i] ^= 0x04;
		CU_ASSERT_EQUAL(scanned(reader, bytes, sizeof(bytes), text, &err), -1);
	}
	for (size_t size = 1; size < sizeof(TAG); size++)
		CU_ASSERT_EQUAL(scanned(reader, TAG, size, text, &err), -1);
	driver_free(reader);
}

/* The answer is taken as one, at once, and says why there is no tag; its damage is none. */
static void no_tag_is_an_answer_and_no_tag(void)
{
	struct driver *reader = driver_of("yrm100");
	struct exchange exchange;
	char text[SCAN_TEXT];
	struct error err;

	exchange_read(&exchange, reader, &reader->scan[0], 1);
	CU_ASSERT_EQUAL(exchange_text(&exchange, NO_TAG, sizeof(NO_TAG), text, sizeof(text), &err),
			-1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "no tag"));
	CU_ASSERT_EQUAL(exchange_text(&exchange, TAG, sizeof(TAG), text, sizeof(text), &err), 0);
	CU_ASSERT_STRING_EQUAL(text, "30751FEB705C5904E3D50D70");
	CU_ASSERT_EQUAL(scanned(reader, NO_TAG, sizeof(NO_TAG), text, &err), -1);
	driver_free(reader);
}

/* As modules send it; with the sum that is printed in the maker's document. */
static void a_reader_names_itself_by_its_own_rule(void)
{
	uint8_t version[sizeof(VERSION)];
	struct driver *reader = driver_of("yrm100");
	struct exchange exchange;
	char text[SCAN_TEXT];
	struct error err;

	memcpy(version, VERSION, sizeof(version));
	exchange_read(&exchange, reader, &reader->identity, 1);
	CU_ASSERT_EQUAL(
		exchange_text(&exchange, version, sizeof(version), text, sizeof(text), &err), 0);
	CU_ASSERT_STRING_EQUAL(text, "M100 26dBm V1.0");
	CU_ASSERT_EQUAL(strncmp(text, reader->identity_is, strlen(reader->identity_is)), 0);
	version[sizeof(version) - 2] = 0x22;
	CU_ASSERT_EQUAL(
		exchange_text(&exchange, version, sizeof(version), text, sizeof(text), &err), -1);
	driver_free(reader);
}

static int code_of(struct driver *reader, const char *line, char *text)
{
	struct error err;

	return scanned(reader, line, strlen(line), text, &err);
}

static void a_code_is_its_whole_line_whatever_it_holds(void)
{
	static const char *const GOOD[] = {"MAK200012", "https://example.com/q?a={1}&b= 2",
					   "{\"SelfRescueModel\":\"ZYX45\"}", " 化学氧自救器 "},
				 *const BAD[] = {"", "MA\t1", "MA\x1b[2J", "\xD7\xD4\xBE\xC8"};
	struct driver *reader = driver_of("qr_reader");
	char text[SCAN_TEXT], line[128], end = reader->ends[0];

	for (size_t i = 0; i < sizeof(GOOD) / sizeof(GOOD[0]); i++) {
		snprintf(line, sizeof(line), "%s%c", GOOD[i], end);
		CU_ASSERT_EQUAL(code_of(reader, line, text), 0);
		CU_ASSERT_STRING_EQUAL(text, GOOD[i]);
	}
	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
		snprintf(line, sizeof(line), "%s%c", BAD[i], end);
		CU_ASSERT_EQUAL(code_of(reader, line, text), -1);
	}
	driver_free(reader);
}

/* The blank before an answer is some modules' own. */
static void a_count_of_ten_ppm_is_one(void)
{
	static const char *const LINES[] = {"Z 00521 z 00518", " Z 00521 z 00518"};
	struct driver *module = driver_of("gss_co2");
	struct capture captures[TEMPLATE_CAPTURES];
	size_t count;

	for (size_t i = 0; i < 2; i++) {
		CU_ASSERT_FATAL(
			template_match(module->stream[0].layout, LINES[i], captures, &count));
		CU_ASSERT_DOUBLE_EQUAL(captures[module->read[0].field].number *
					       module->read[0].scale,
				       strcmp(module->read[0].name, "raw") ? 5210 : 5180, 1e-9);
	}
	CU_ASSERT_FALSE(template_match(module->stream[0].layout, "Z 00521", captures, &count));
	CU_ASSERT(module->stream[0].silent > 0);
	driver_free(module);
}

static void a_module_whose_counts_are_worth_another_is_another_instrument(void)
{
	static const char *const SAYS[] = {" . 00010\r\n", ". 00010\r\n", ". 00001\r\n",
					   ". 00100\r\n"};
	static const uint8_t ASKED[] = {'.', '\r', '\n'};
	struct driver *module = driver_of("gss_co2");
	struct exchange exchange;
	char text[64];
	struct error err;

	check_asked(module, &module->identity, ASKED, sizeof(ASKED));
	exchange_read(&exchange, module, &module->identity, 1);
	for (size_t i = 0; i < 4; i++) {
		CU_ASSERT_EQUAL(exchange_text(&exchange, (const uint8_t *)SAYS[i], strlen(SAYS[i]),
					      text, sizeof(text), &err),
				0);
		CU_ASSERT_EQUAL(!strncmp(text, module->identity_is, strlen(module->identity_is)),
				i < 2);
	}
	driver_free(module);
}

void suite_reader_drivers(void)
{
	suite_begin("reader_drivers");
	claim(a_tag_is_asked_for_as_its_reader_wants_it);
	claim(a_tag_is_the_number_that_it_says);
	claim(a_tag_is_as_long_as_its_frame_says);
	claim(a_damaged_tag_is_no_other_tag);
	claim(no_tag_is_an_answer_and_no_tag);
	claim(a_reader_names_itself_by_its_own_rule);
	claim(a_code_is_its_whole_line_whatever_it_holds);
	claim(a_count_of_ten_ppm_is_one);
	claim(a_module_whose_counts_are_worth_another_is_another_instrument);
}
