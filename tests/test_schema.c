/* SPDX-License-Identifier: Apache-2.0 */
/* Which payloads are messages, and what is said of those that are not. */
#include <string.h>

#include "base/json.h"
#include "tests/claims.h"
#include "wire/schema.h"

/* The sentence about this payload (written as JSON), or "" when it is a message. */
static const char *verdict_on(enum frame_type type, const char *json)
{
	static struct error err;
	struct value *payload = json_parse(json, strlen(json), "payload", &err);

	if (!payload)
		return err.text;
	err.text[0] = '\0';
	schema_check(type, payload, &err);
	value_free(payload);
	return err.text;
}

#define CHECK(type, json, sentence) CU_ASSERT_STRING_EQUAL(verdict_on(type, json), sentence)
#define ACCEPTED(type, json) CHECK(type, json, "")

static void each_message_of_the_controller_is_accepted(void)
{
	ACCEPTED(FRAME_SOURCE, "{\"name\":\"a.lua\",\"part\":1,\"last\":true,\"text\":\"\"}");
	ACCEPTED(FRAME_START, "{\"mode\":\"load\",\"kind\":\"driver\",\"source\":\"a.lua\"}");
	ACCEPTED(FRAME_START,
		 "{\"mode\":\"run\",\"protocol\":\"a\",\"fixture\":\"b\",\"params\":{},\"dut\":{},"
		 "\"simulated\":true,\"seed\":1,\"channels\":{},\"lines\":{},\"devices\":{},"
		 "\"references\":[]}");
	ACCEPTED(
		FRAME_START,
		"{\"mode\":\"world\",\"world\":\"a\",\"simulators\":{},\"seed\":1,\"severity\":1.0,"
		"\"dut\":{},\"inputs\":[],\"outputs\":{}}");
	ACCEPTED(FRAME_RESULT, "{\"ok\":true,\"value\":{\"reading\":12}}");
	ACCEPTED(FRAME_STOP, "null");
	ACCEPTED(FRAME_ADVANCE, "{\"to\":100000000}");
	ACCEPTED(FRAME_LINES, "{\"lines\":{\"inlet\":true}}");
	ACCEPTED(FRAME_ASK, "{\"device\":\"flow\",\"op\":\"read\",\"index\":[1,2]}");
}

static void each_message_of_a_script_is_accepted(void)
{
	ACCEPTED(FRAME_REQUEST, "{\"verb\":\"wait\",\"for\":\"[30 s]\",\"where\":\"a.lua:3\"}");
	ACCEPTED(FRAME_REQUEST,
		 "{\"verb\":\"confirm\",\"text\":\"Close the lid.\",\"zh\":\"合上盖子。\"}");
	ACCEPTED(FRAME_CANCEL, "null");
	ACCEPTED(FRAME_MEASURE, "{\"step\":\"s\",\"measure\":\"m\",\"from\":\"r1 - r2\"}");
	ACCEPTED(FRAME_NOTE, "{\"text\":\"lid closed\"}");
	ACCEPTED(FRAME_OUT, "{\"reached\":0,\"lines\":{}}");
	ACCEPTED(FRAME_ANSWER, "{\"values\":[1,2]}");
	ACCEPTED(FRAME_DATA, "{\"id\":\"x\"}");
	ACCEPTED(FRAME_IDLE, "null");
	ACCEPTED(FRAME_MORE, "null");
	ACCEPTED(FRAME_DONE, "null");
	ACCEPTED(FRAME_FAILED, "{\"text\":\"a.lua:1: nil\",\"kind\":\"script\"}");
}

static void a_missing_field_is_named(void)
{
	CHECK(FRAME_REQUEST, "{\"verb\":\"read\"}", "REQUEST read: 'channel' is missing");
	CHECK(FRAME_REQUEST, "{\"where\":\"a.lua:3\"}", "REQUEST: 'verb' is missing");
	CHECK(FRAME_ASK, "{\"op\":\"read\",\"index\":[1]}", "ASK read: 'device' is missing");
}

static void a_field_of_the_wrong_kind_is_named(void)
{
	CHECK(FRAME_REQUEST, "{\"verb\":\"act\",\"line\":\"inlet\",\"on\":1}",
	      "REQUEST act: 'on' must not be an int");
}

static void a_field_that_is_nil_counts_as_absent(void)
{
	CHECK(FRAME_NOTE, "{\"text\":null}", "NOTE: 'text' is missing");
	ACCEPTED(FRAME_RESULT, "{\"ok\":true,\"why\":null}");
}

static void a_misspelt_optional_field_is_refused(void)
{
	CHECK(FRAME_REQUEST,
	      "{\"verb\":\"settles\",\"channel\":\"c\",\"within\":\"w\",\"over\":\"o\","
	      "\"paitence\":"
	      "\"p\"}",
	      "REQUEST settles: 'paitence' is not a field of this message");
}

static void a_field_of_another_verb_is_refused(void)
{
	CHECK(FRAME_REQUEST, "{\"verb\":\"read\",\"channel\":\"c\",\"limit\":\"< 3 Pa\"}",
	      "REQUEST read: 'limit' is not a field of this message");
}

static void an_unknown_verb_is_refused(void)
{
	CHECK(FRAME_REQUEST, "{\"verb\":\"shout\"}", "REQUEST: there is no verb 'shout'");
	CHECK(FRAME_START, "{\"mode\":\"walk\"}", "START: there is no mode 'walk'");
	CHECK(FRAME_ASK, "{\"op\":\"erase\"}", "ASK: there is no op 'erase'");
}

static void what_a_process_sent_is_quoted_only_when_it_is_a_word(void)
{
	CHECK(FRAME_REQUEST, "{\"verb\":\"read\\nPASS\"}", "REQUEST: there is no verb '?'");
	CHECK(FRAME_NOTE, "{\"text\":\"\",\"a b\":1}", "NOTE: '?' is not a field of this message");
}

static void an_empty_lua_table_is_a_list_and_a_map(void)
{
	ACCEPTED(FRAME_OUT, "{\"reached\":0,\"lines\":[]}");
	CHECK(FRAME_OUT, "{\"reached\":0,\"lines\":[1]}", "OUT: 'lines' must not be a list");
	CHECK(FRAME_NOTE, "{\"text\":{}}", "NOTE: 'text' must not be a map");
}

static void a_whole_number_is_a_real(void)
{
	ACCEPTED(FRAME_ASK, "{\"device\":\"flow\",\"op\":\"write\",\"index\":1,\"number\":3}");
}

static void a_failed_request_says_why(void)
{
	CHECK(FRAME_RESULT, "{\"ok\":false}", "RESULT: 'why' is missing, and the request failed");
	ACCEPTED(FRAME_RESULT, "{\"ok\":false,\"why\":\"no such channel\"}");
}

static void a_measure_comes_from_one_source(void)
{
	CHECK(FRAME_MEASURE, "{\"step\":\"s\",\"measure\":\"m\"}",
	      "MEASURE: 'from' or 'state' or 'why' must be there, and one only");
	CHECK(FRAME_MEASURE, "{\"step\":\"s\",\"measure\":\"m\",\"from\":\"r1\",\"why\":\"late\"}",
	      "MEASURE: 'from' or 'state' or 'why' must be there, and one only");
}

static void a_message_that_is_no_map_is_refused(void)
{
	CHECK(FRAME_NOTE, "[\"text\"]", "NOTE: carries no map");
	CHECK(FRAME_DATA, "3", "DATA: carries no map");
	CHECK(FRAME_IDLE, "{}", "IDLE: carries nothing, and here it does");
}

void suite_schema(void)
{
	suite_begin("schema");
	claim(each_message_of_the_controller_is_accepted);
	claim(each_message_of_a_script_is_accepted);
	claim(a_missing_field_is_named);
	claim(a_field_of_the_wrong_kind_is_named);
	claim(a_field_that_is_nil_counts_as_absent);
	claim(a_misspelt_optional_field_is_refused);
	claim(a_field_of_another_verb_is_refused);
	claim(an_unknown_verb_is_refused);
	claim(what_a_process_sent_is_quoted_only_when_it_is_a_word);
	claim(an_empty_lua_table_is_a_list_and_a_map);
	claim(a_whole_number_is_a_real);
	claim(a_failed_request_says_why);
	claim(a_measure_comes_from_one_source);
	claim(a_message_that_is_no_map_is_refused);
}
