/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events of a life. With DAVY_EVENTS=FOLDER in the environment each event that passes here is left there as a
 * document, and each that is refused as another, for the GS1 schema (tests/claims_event.sh).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "record/event.h"
#include "tests/claims.h"

#define ID "urn:uuid:019ca8d2-53d2-7a10-8c1e-6f0f1b6a2d01"
#define THING "https://lab.example.cn/eq/MA/MFC000000/SN/2024-051733"

static const struct wall_time WHEN = {1772418682418, 480};

/* Leave it for the schema: `name` begins with "good" or "bad". */
static void leave(const struct value *event, const char *name)
{
	const char *folder = getenv("DAVY_EVENTS");
	struct value *list, *document;
	struct buf text;
	struct error err;
	char *path;

	if (!folder)
		return;
	list = value_list();
	value_add(list, value_copy(event));
	document = event_document(list, ID, &WHEN);
	buf_init(&text);
	json_write(&text, document);
	path = xprintf("%s/%s.json", folder, name);
	CU_ASSERT_EQUAL(file_write(path, text.data, text.size, &err), 0);
	free(path);
	buf_done(&text);
	value_free(document);
}

static bool is_good(const struct value *event, const char *name)
{
	struct error err;

	if (event_check(event, &err) < 0) {
		printf("        %s: %s\n", name, err.text);
		return false;
	}
	leave(event, name);
	return true;
}

/* A whole inspection, as the facts of it would be put down. */
static struct value *inspection(void)
{
	struct value *event = event_new(LIFE_INSPECTING, ID, &WHEN, THING);
	static const char MORE[] =
		"{\"disposition\":\"non_conformant\","
		"\"persistentDisposition\":{\"set\":[\"no_pedigree_match\",\"mismatch_class\"]},"
		"\"readPoint\":{\"id\":\"https://lab.example.cn/bench/B07\"},"
		"\"bizLocation\":{\"id\":\"https://lab.example.cn/site/main\"},"
		"\"bizTransactionList\":[{\"type\":\"testres\",\"bizTransaction\":\"https://"
		"lab.example.cn/task/1\"}],"
		"\"sourceList\":[{\"type\":\"possessing_party\",\"source\":\"https://"
		"lab.example.cn/party/mine-0231\"}],"
		"\"certificationInfo\":[\"https://lab.example.cn/cert/1\"],"
		"\"sensorElementList\":[{\"sensorMetadata\":{\"startTime\":\"2026-03-02T10:12:00."
		"000+08:00\","
		"\"endTime\":\"2026-03-02T10:12:45.000+08:00\",\"deviceID\":\"https://"
		"lab.example.cn/device/1\","
		"\"rawData\":\"ni:///"
		"sha-256;a1a1\"},\"sensorReport\":[{\"type\":\"Pressure\",\"value\":412,"
		"\"uom\":\"PAL\",\"mse:display\":\"412\",\"mse:verdict\":\"fail\"},"
		"{\"type\":\"mse:MarkingCheck\",\"booleanValue\":false}]}],"
		"\"mse:record\":{\"mse:seq\":412}}";
	struct error err;
	struct value *more = json_parse(MORE, strlen(MORE), "claim", &err);

	for (size_t i = 0; i < value_count(more); i++)
		value_set(event, value_key(more, i), value_copy(value_at(more, i)));
	value_free(more);
	return event;
}

static void every_step_of_a_life_is_an_event(void)
{
	for (int step = LIFE_REGISTRATION; step <= LIFE_DISPOSAL; step++) {
		struct value *event = event_new((enum life_step)step, ID, &WHEN, THING);
		char name[64];

		snprintf(name, sizeof(name), "good-%s", life_step_name((enum life_step)step));
		CU_ASSERT(is_good(event, name));
		CU_ASSERT_EQUAL(life_step_find(life_step_name((enum life_step)step)), step);
		value_free(event);
	}
	CU_ASSERT_EQUAL(life_step_find("sampling"), 0);
}

static void a_whole_inspection_and_its_correction_are_events(void)
{
	struct value *event = inspection(), *declaration;

	CU_ASSERT(is_good(event, "good-whole"));
	declaration = value_set(event, "errorDeclaration", value_map());
	value_set_text(declaration, "declarationTime", "2026-03-04T09:00:00.000+08:00");
	value_set_text(declaration, "reason", "incorrect_data");
	value_set_text(declaration, "mse:why", "2 号点标准气瓶号录入错误");
	value_add(value_set(declaration, "correctiveEventIDs", value_list()),
		  value_text("urn:uuid:019cb2f3-7c00-7c55-9a01-112233445566"));
	CU_ASSERT(is_good(event, "good-correction"));
	value_free(event);
}

static void a_registration_says_what_was_made(void)
{
	struct value *event = event_new(LIFE_REGISTRATION, ID, &WHEN, THING), *made;

	made = value_set(event, "ilmd", value_map());
	value_set_text(made, "mse:model", "ZYX45");
	value_set_text(made, "mse:productName", "隔绝式化学氧自救器");
	CU_ASSERT(is_good(event, "good-made"));
	value_free(event);
}

/* Put the JSON `json` at this member: "a.b" inside a, "a.0.b" in its first entry. */
static void change(struct value *event, const char *path, const char *json)
{
	char *copy = xstrdup(path), *rest, *name = strtok_r(copy, ".", &rest), *next;
	struct value *at = event, *given;
	struct error err;

	for (; (next = strtok_r(NULL, ".", &rest)); name = next)
		at = (struct value *)(at->kind == VALUE_LIST ? value_at(at, (size_t)atoi(name))
							     : value_get(at, name));
	given = json_parse(json, strlen(json), "claim", &err);
	if (!given)
		CU_FAIL_FATAL(err.text);
	if (at->kind == VALUE_LIST) {
		value_free(at->items[atoi(name)]);
		at->items[atoi(name)] = given;
	} else {
		value_set(at, name, given);
	}
	free(copy);
}

/* `by_schema`: the schema refuses it, too. */
static void what_a_platform_stumbles_over_is_refused(void)
{
	static const struct {
		const char *path, *json, *part;
		bool by_schema;
	} CASES[] = {
		{"bizStep", "\"inspectng\"", "bizStep: 'inspectng' is no business step", true},
		{"recordNo", "\"1\"", "'recordNo' is no member of EPCIS here", true},
		{"other:recordNo", "\"1\"", "'other:recordNo' is no member", false},
		{"mse:", "1", "'mse:' is no member", true},
		{"epcList", "[\"MFC000000\"]", "is no URI", true},
		{"epcList", "[\"https://lab.example.cn/自救器\"]", "a character that no URI has",
		 true},
		{"epcList", "[\"https://lab.example.cn/a b\"]", "a character that no URI has",
		 true},
		{"epcList", "[\"https://lab.example.cn/%4\"]", "without its two digits", true},
		{"epcList", "[]", "an empty one", false},
		{"epcList", "[\"urn:a:b\",\"urn:a:b\"]", "one thing twice", true},
		{"eventTimeZoneOffset", "\"08:00\"", "no offset of a time zone", true},
		{"eventTimeZoneOffset", "\"+09:00\"", "different zones", false},
		{"eventTime", "\"2026-03-02T10:31:22\"", "is no time", true},
		{"eventTime", "\"2026-02-30T10:31:22.000+08:00\"", "is no time", true},
		{"ilmd", "{\"mse:model\":\"x\"}", "only for what comes into being", true},
		{"sensorElementList.0.sensorReport.0.value", "\"412\"", "it is no number", true},
		{"sensorElementList.0.sensorReport.0.uom", "\"kPa\"", "'kPa' is no unit code",
		 false},
		{"sensorElementList.0.sensorReport.0.type", "\"Presure\"", "no measurement", true},
		{"sensorElementList.0.sensorReport.0.x", "1", "'x' is no member", true},
		{"sensorElementList.0.sensorReport.0", "{\"type\":\"Pressure\",\"value\":1}",
		 "without its unit", false},
		{"sensorElementList.0.sensorMetadata.deviceID", "\"7\"", "is no URI", true},
		{"disposition", "\"counterfeit\"", "is no disposition", true},
		{"disposition", "\"mse:suspected_counterfeit\"", "is no disposition", false},
		{"persistentDisposition", "{}", "neither sets nor unsets", true},
		{"certificationInfo", "{\"id\":\"urn:a:b\"}", "is no URI", true},
		{"eventID", "\"412\"", "eventID", true},
		{"eventID", "\"urn:uuid:019ca8d2-53d2-4a10-8c1e-6f0f1b6a2d01\"", "eventID", false},
		{"errorDeclaration", "{\"reason\":\"incorrect_data\"}",
		 "'declarationTime' is missing", true},
		{"errorDeclaration",
		 "{\"declarationTime\":\"2026-03-04T09:00:00.000+08:00\",\"reason\":\"typo\"}",
		 "no reason of an error", true},
		{"errorDeclaration",
		 "{\"declarationTime\":\"2026-03-04T09:00:00.000+08:00\",\"reason\":\"did_not_"
		 "occur\","
		 "\"correctiveEventIDs\":[\"" ID "\"]}",
		 "what did not occur has no corrective event", false},
		{"action", "\"REMOVE\"", "no action", true},
		{"type", "\"AggregationEvent\"", "not 'ObjectEvent'", true},
		{"readPoint", "\"https://lab.example.cn\"", "it is no object", true},
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct value *event = inspection();
		struct error err = {0};
		char name[64];

		change(event, CASES[i].path, CASES[i].json);
		CU_ASSERT_EQUAL(event_check(event, &err), -1);
		if (!strstr(err.text, CASES[i].part))
			printf("        %s: %s\n", CASES[i].path, err.text);
		CU_ASSERT_PTR_NOT_NULL(strstr(err.text, CASES[i].part));
		snprintf(name, sizeof(name), "%s-%02zu", CASES[i].by_schema ? "bad" : "stricter",
			 i);
		leave(event, name);
		value_free(event);
	}
}

static void what_every_event_says_may_not_be_missing(void)
{
	static const struct {
		const char *name;
		bool by_schema;
	} NEEDED[] = {{"type", true},
		      {"action", true},
		      {"bizStep", false},
		      {"eventID", false},
		      {"epcList", true},
		      {"eventTime", true},
		      {"eventTimeZoneOffset", true}};

	for (size_t i = 0; i < sizeof(NEEDED) / sizeof(NEEDED[0]); i++) {
		struct value *whole = event_new(LIFE_STORING, ID, &WHEN, THING);
		struct value *event = value_map();
		struct error err;
		char name[64], part[64];

		for (size_t j = 0; j < value_count(whole); j++)
			if (strcmp(value_key(whole, j), NEEDED[i].name) != 0)
				value_set(event, value_key(whole, j),
					  value_copy(value_at(whole, j)));
		CU_ASSERT_EQUAL(event_check(event, &err), -1);
		snprintf(part, sizeof(part), "'%s' is missing", NEEDED[i].name);
		CU_ASSERT_PTR_NOT_NULL(strstr(err.text, part));
		snprintf(name, sizeof(name), "%s-without-%s",
			 NEEDED[i].by_schema ? "bad" : "stricter", NEEDED[i].name);
		leave(event, name);
		value_free(event);
		value_free(whole);
	}
}

static void what_is_no_event_is_refused(void)
{
	struct value *event = event_new(LIFE_STORING, ID, &WHEN, THING), *list = value_list();
	struct error err;

	CU_ASSERT_EQUAL(event_check(list, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text, "an event: it is no object");
	value_set(event, "eventTime", value_int(7));
	CU_ASSERT_EQUAL(event_check(event, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text, "an event: eventTime: it is no time");
	value_set(event, "eventTime", value_bytes("2026\0x", 6));
	CU_ASSERT_EQUAL(event_check(event, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text, "an event: eventTime: it is no time");
	value_free(event);
	event = event_new(LIFE_STORING, ID, &WHEN, THING);
	for (int i = 0; i < EVENT_ENTRIES_MOST + 1; i++)
		value_add(list, value_printf("urn:a:%d", i));
	value_set(event, "epcList", list);
	CU_ASSERT_EQUAL(event_check(event, &err), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "more than 5000"));
	value_free(event);
}

static void an_identity_is_a_uri_and_reads_as_what_it_says(void)
{
	static const struct {
		const char *certificate, *serial, *uri, *readable;
	} CASES[] = {
		{"MFC000000", "2024-051733", THING, THING},
		{"MFC000000", "批 3/甲",
		 "https://lab.example.cn/eq/MA/MFC000000/SN/%E6%89%B9%203%2F%E7%94%B2",
		 "https://lab.example.cn/eq/MA/MFC000000/SN/批%203%2F甲"},
		{"A",
		 "\xE2\x80\xAE"
		 "9\xFF",
		 "https://lab.example.cn/eq/MA/A/SN/%E2%80%AE9%FF",
		 "https://lab.example.cn/eq/MA/A/SN/%E2%80%AE9%FF"},
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct buf uri, text;

		buf_init(&uri);
		buf_init(&text);
		event_identity(&uri, "https://lab.example.cn/", CASES[i].certificate,
			       CASES[i].serial);
		CU_ASSERT_STRING_EQUAL(uri.data, CASES[i].uri);
		event_readable(&text, uri.data);
		CU_ASSERT_STRING_EQUAL(text.data, CASES[i].readable);
		buf_done(&uri);
		buf_done(&text);
	}
}

void suite_event(void)
{
	suite_begin("events of a life");
	claim(every_step_of_a_life_is_an_event);
	claim(a_whole_inspection_and_its_correction_are_events);
	claim(a_registration_says_what_was_made);
	claim(what_a_platform_stumbles_over_is_refused);
	claim(what_every_event_says_may_not_be_missing);
	claim(what_is_no_event_is_refused);
	claim(an_identity_is_a_uri_and_reads_as_what_it_says);
}
