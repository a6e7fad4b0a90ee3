/* SPDX-License-Identifier: Apache-2.0 */
/* What is shown live: which topic, what it says, and that what is played never looks real. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "push/telemetry.h"
#include "tests/claims.h"

/* JSON with apostrophes. */
static struct value *parsed(const char *text)
{
	struct error err;
	char *json = strdup(text);
	struct value *value;

	for (char *at = json; *at; at++)
		*at = *at == '\'' ? '"' : *at;
	value = json_parse(json, strlen(json), "test", &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(value);
	free(json);
	return value;
}

static bool take(struct telemetry *telemetry, const char *text, struct value **state)
{
	struct value *event = parsed(text);
	bool taken = telemetry_take(telemetry, "B07", event, state);

	value_free(event);
	return taken;
}

static void is_payload(const struct value *payload, const char *text)
{
	struct value *expected = parsed(text);
	struct buf bytes;

	buf_init(&bytes);
	json_write(&bytes, payload);
	if (!value_same(payload, expected))
		puts(bytes.data);
	CU_ASSERT(value_same(payload, expected));
	buf_done(&bytes);
	value_free(expected);
}

static void a_reading_goes_under_its_bench_slot_and_channel(void)
{
	struct telemetry telemetry;
	struct value *state = NULL;

	CU_ASSERT(take(&telemetry,
		       "{'event':'reading','t':5,'slot':3,'played':false,'channel':'flow',"
		       "'value':1.5,'unit':'L/min'}",
		       &state));
	CU_ASSERT_STRING_EQUAL(telemetry.topic.data, "davy/B07/3/reading/flow");
	CU_ASSERT(!telemetry.is_state && !telemetry.is_played);
	is_payload(telemetry.payload,
		   "{'evidence':false,'simulated':false,'bench':'B07','slot':3,'t':5,'value':1.5,"
		   "'unit':'L/min','channel':'flow'}");
	telemetry_done(&telemetry);
	CU_ASSERT_PTR_NULL(state);
}

static void what_is_played_stands_below_another_root_and_says_so(void)
{
	struct telemetry telemetry;
	struct value *state = NULL;

	CU_ASSERT(take(&telemetry,
		       "{'event':'output','t':5,'slot':64,'played':true,'line':'valve',"
		       "'level':'open','safe':false}",
		       &state));
	CU_ASSERT_STRING_EQUAL(telemetry.topic.data, "davy-simulated/B07/64/output/valve");
	CU_ASSERT(telemetry.is_played && value_get_bool(telemetry.payload, "simulated"));
	CU_ASSERT_EQUAL(strncmp(telemetry.topic.data, "davy/", 5) == 0, false);
	telemetry_done(&telemetry);
}

static void what_does_not_say_whether_it_is_played_is_shown_to_nobody(void)
{
	static const char *const EVENTS[] = {
		"{'event':'reading','slot':3,'channel':'flow','value':1.5}",
		"{'event':'reading','slot':3,'played':'no','channel':'flow','value':1.5}",
		"{'event':'reading','slot':0,'played':false,'channel':'flow','value':1.5}",
		"{'event':'reading','slot':257,'played':false,'channel':'flow','value':1.5}",
		"{'event':'reading','slot':1,'played':false,'value':1.5}",
		"{'event':'note','slot':1,'played':false,'text':'well'}",
		"{'event':'bytes','slot':1,'played':false,'hex':'00'}",
		"{'event':'refused','why':'busy'}",
		"{'slot':1,'played':false}",
		"[]",
	};
	struct telemetry telemetry;
	struct value *state = NULL;

	for (size_t i = 0; i < sizeof(EVENTS) / sizeof(EVENTS[0]); i++) {
		CU_ASSERT(!take(&telemetry, EVENTS[i], &state));
		telemetry_done(&telemetry);
	}
	CU_ASSERT_PTR_NULL(state);
}

static void a_slot_s_state_is_brought_up_to_date_and_begins_anew_with_each_run(void)
{
	struct telemetry telemetry;
	struct value *state = NULL, *payload;

	CU_ASSERT(take(&telemetry,
		       "{'event':'started','slot':1,'played':true,'run':'sim-x','protocol':'x',"
		       "'title':'X','steps':2,'warnings':['w']}",
		       &state));
	CU_ASSERT(telemetry.is_state && !telemetry.payload);
	telemetry_done(&telemetry);
	CU_ASSERT(take(&telemetry,
		       "{'event':'step','slot':1,'played':true,'step':'Zero','number':1}", &state));
	telemetry_done(&telemetry);
	CU_ASSERT(take(&telemetry, "{'event':'waits','slot':1,'played':true,'for':'gas'}", &state));
	telemetry_done(&telemetry);
	payload = telemetry_state_payload("B07", 1, true, state);
	is_payload(payload,
		   "{'evidence':false,'simulated':true,'bench':'B07','slot':1,'state':'waiting',"
		   "'run':'sim-x','protocol':'x','title':'X','steps':2,'step':'Zero','number':1,"
		   "'for':'gas'}");
	value_free(payload);
	CU_ASSERT(take(&telemetry,
		       "{'event':'verdict','slot':1,'played':true,'summary':{'run':'sim-x',"
		       "'protocol':'x','verdict':'FAIL','dut':{'serial':'7'},'measures':[]}}",
		       &state));
	telemetry_done(&telemetry);
	is_payload(state, "{'state':'ended','run':'sim-x','protocol':'x','verdict':'FAIL'}");
	value_free(state);
}

/* '+', '#' and '/' mean something to a broker. */
static void a_name_never_makes_another_topic(void)
{
	struct telemetry telemetry;
	struct value *state = NULL;

	CU_ASSERT(take(&telemetry,
		       "{'event':'reading','slot':1,'played':false,'channel':'a/#+$b','value':1}",
		       &state));
	CU_ASSERT_STRING_EQUAL(telemetry.topic.data, "davy/B07/1/reading/a____b");
	telemetry_done(&telemetry);
	CU_ASSERT(telemetry_is_name("B07") && telemetry_is_name("lab-1_b.2"));
	CU_ASSERT(!telemetry_is_name("") && !telemetry_is_name(NULL) && !telemetry_is_name("a/b"));
	CU_ASSERT(!telemetry_is_name("#") && !telemetry_is_name("+"));
	CU_ASSERT(!telemetry_is_name("B07B07B07B07B07B07B07B07B07B07B07B07B07B07"));
}

static void a_bench_says_that_it_is_no_evidence_and_what_was_lost(void)
{
	struct value *payload = telemetry_bench_payload("B07", true, 12);
	struct buf topic;

	CU_ASSERT(!value_get_bool(payload, "evidence") && value_get(payload, "evidence"));
	CU_ASSERT_EQUAL(value_get_int(payload, "lost", 0), 12);
	CU_ASSERT(strstr(value_get_text(payload, "notice"), "不是证据") != NULL);
	value_free(payload);
	buf_init(&topic);
	telemetry_state_topic(&topic, "B07", 0, false);
	CU_ASSERT_STRING_EQUAL(topic.data, "davy/B07/state");
	buf_done(&topic);
}

void suite_telemetry(void)
{
	suite_begin("telemetry");
	claim(a_reading_goes_under_its_bench_slot_and_channel);
	claim(what_is_played_stands_below_another_root_and_says_so);
	claim(what_does_not_say_whether_it_is_played_is_shown_to_nobody);
	claim(a_slot_s_state_is_brought_up_to_date_and_begins_anew_with_each_run);
	claim(a_name_never_makes_another_topic);
	claim(a_bench_says_that_it_is_no_evidence_and_what_was_lost);
}
