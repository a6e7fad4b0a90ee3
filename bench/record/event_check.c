/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is this an event that a platform takes and a court can read? Each map has a table of its members and of the rule that
 * each must meet; a member that is in no table must belong to the extension namespace, whose content is ours.
 *
 * Words are those of CBV 2.0, as far as a test bench has use for them.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "record/event.h"
#include "record/event_id.h"
#include "record/uom.h"

typedef int rule_fn(const struct value *value, struct error *err);

struct member {
	const char *name;
	rule_fn *rule;
	bool needed;
};

static int refuse(struct error *err, const char *what)
{
	return error_set(err, ERROR_USAGE, "%s", what);
}

static bool is_text(const struct value *value)
{
	return value->kind == VALUE_TEXT && strlen(value->text) == value->size;
}

/* ---- words ---- */

static bool is_one_of(const struct value *value, const char *const *words)
{
	if (!is_text(value))
		return false;
	while (*words && strcmp(*words, value->text) != 0)
		words++;
	return *words != NULL;
}

static int is_extension(const char *name)
{
	return !strncmp(name, "mse:", 4) && name[4];
}

static int word_of(const struct value *value, const char *const *words, const char *what,
		   struct error *err)
{
	if (is_one_of(value, words))
		return 0;
	return error_set(err, ERROR_USAGE, "'%.60s' is no %s of CBV 2.0",
			 value->kind == VALUE_TEXT ? value->text : "(not a text)", what);
}

static int check_type(const struct value *value, struct error *err)
{
	return is_text(value) && !strcmp(value->text, "ObjectEvent")
		       ? 0
		       : refuse(err, "it is not 'ObjectEvent'");
}

static int check_action(const struct value *value, struct error *err)
{
	static const char *const WORDS[] = {"ADD", "OBSERVE", "DELETE", NULL};

	return word_of(value, WORDS, "action", err);
}

static int check_biz_step(const struct value *value, struct error *err)
{
	static const char *const WORDS[] = {
		"commissioning", "receiving", "accepting",	 "storing",    "installing",
		"collecting",	 "holding",   "inspecting",	 "sampling",   "sensor_reporting",
		"repairing",	 "replacing", "decommissioning", "destroying", "shipping",
		"mse:issuing",	 NULL};

	return word_of(value, WORDS, "business step", err);
}

static int check_disposition(const struct value *value, struct error *err)
{
	static const char *const WORDS[] = {"active",
					    "available",
					    "conformant",
					    "damaged",
					    "destroyed",
					    "disposed",
					    "expired",
					    "in_progress",
					    "inactive",
					    "mismatch_class",
					    "mismatch_instance",
					    "needs_replacement",
					    "no_pedigree_match",
					    "non_conformant",
					    "recalled",
					    "unavailable",
					    "unknown",
					    NULL};

	return word_of(value, WORDS, "disposition", err);
}

static int check_measurement(const struct value *value, struct error *err)
{
	static const char *const WORDS[] = {"Dimensionless",
					    "ElectricCharge",
					    "ElectricCurrent",
					    "Energy",
					    "Force",
					    "Frequency",
					    "Illuminance",
					    "Length",
					    "Mass",
					    "MassConcentration",
					    "Power",
					    "Pressure",
					    "RelativeHumidity",
					    "Resistance",
					    "Temperature",
					    "Time",
					    "Voltage",
					    "Volume",
					    "VolumeFlowRate",
					    "VolumeFraction",
					    NULL};

	if (is_text(value) && is_extension(value->text))
		return 0;
	return word_of(value, WORDS, "measurement", err);
}

static int check_unit(const struct value *value, struct error *err)
{
	if (is_text(value) && uom_is_code(value->text))
		return 0;
	return error_set(err, ERROR_USAGE,
			 "'%.40s' is no unit code of UN/ECE Recommendation 20 that davy writes",
			 value->kind == VALUE_TEXT ? value->text : "(not a text)");
}

static int check_reason(const struct value *value, struct error *err)
{
	static const char *const WORDS[] = {"did_not_occur", "incorrect_data", NULL};

	return word_of(value, WORDS, "reason of an error", err);
}

/* ---- plain values ---- */

static int check_text(const struct value *value, struct error *err)
{
	return is_text(value) ? 0 : refuse(err, "it is no text");
}

static int check_number(const struct value *value, struct error *err)
{
	return value->kind == VALUE_INT || value->kind == VALUE_REAL
		       ? 0
		       : refuse(err,
				"it is no number; the digits that were shown stand in mse:display");
}

static int check_truth(const struct value *value, struct error *err)
{
	return value->kind == VALUE_BOOL ? 0 : refuse(err, "it is neither true nor false");
}

static bool is_hex(char c)
{
	return c && strchr("0123456789ABCDEFabcdef", c);
}

/* RFC 3986 in ASCII, with a scheme and something behind it. */
static int check_uri(const struct value *value, struct error *err)
{
	static const char ALLOWED[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
		"-._~:/?#[]@!$&'()*+,;=%";
	const char *text = is_text(value) ? value->text : "";
	size_t scheme = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789+-.");

	if (scheme == 0 || text[0] < 'a' || text[scheme] != ':' || !text[scheme + 1])
		return error_set(err, ERROR_USAGE,
				 "'%.60s' is no URI; write an identity as one, such as "
				 "https://lab.example/eq/MA/MFC000000/SN/1",
				 text);
	if (text[strspn(text, ALLOWED)])
		return error_set(err, ERROR_USAGE,
				 "'%.60s' has a character that no URI has; Chinese and blanks are "
				 "percent-encoded",
				 text);
	for (const char *percent = strchr(text, '%'); percent; percent = strchr(percent + 1, '%'))
		if (!is_hex(percent[1]) || !is_hex(percent[2]))
			return error_set(err, ERROR_USAGE,
					 "'%.60s' has a '%%' without its two digits", text);
	return 0;
}

static int check_time(const struct value *value, struct error *err)
{
	struct wall_time time;

	return is_text(value) ? wall_time_parse(&time, value->text, err)
			      : refuse(err, "it is no time");
}

static int check_zone(const struct value *value, struct error *err)
{
	char text[64];
	struct wall_time time;

	snprintf(text, sizeof(text), "2000-01-01T00:00:00%.20s", is_text(value) ? value->text : "");
	return wall_time_parse(&time, text, err) < 0
		       ? refuse(err, "it is no offset of a time zone, such as +08:00")
		       : 0;
}

static int check_id(const struct value *value, struct error *err)
{
	struct event_ids ids = {0};

	return event_id_continue(&ids, is_text(value) ? value->text : "", err);
}

/* ---- lists and maps ---- */

static int check_each(const struct value *list, rule_fn *rule, struct error *err)
{
	if (list->kind != VALUE_LIST || value_count(list) == 0)
		return refuse(err, "it is no list, or an empty one");
	if (value_count(list) > EVENT_ENTRIES_MOST)
		return error_set(err, ERROR_USAGE, "it has more than %d entries",
				 EVENT_ENTRIES_MOST);
	for (size_t i = 0; i < value_count(list); i++) {
		if (rule(value_at(list, i), err) < 0)
			return error_context(err, "the %zu. of it", i + 1);
		for (size_t j = 0; j < i; j++)
			if (value_same(value_at(list, i), value_at(list, j)))
				return refuse(err, "it has one thing twice");
	}
	return 0;
}

static const struct member *member_of(const struct member *members, const char *name)
{
	for (; members->name; members++)
		if (!strcmp(members->name, name))
			return members;
	return NULL;
}

static int check_members(const struct value *map, const struct member *members, struct error *err)
{
	if (map->kind != VALUE_MAP)
		return refuse(err, "it is no object");
	for (size_t i = 0; i < value_count(map); i++) {
		const char *name = value_key(map, i);
		const struct member *member = member_of(members, name);

		if (!member && !is_extension(name))
			return error_set(err, ERROR_USAGE,
					 "'%.60s' is no member of EPCIS here; members of one's own "
					 "begin with 'mse:'",
					 name);
		if (member && member->rule(value_at(map, i), err) < 0)
			return error_context(err, "%s", name);
	}
	for (; members->name; members++)
		if (members->needed && !value_get(map, members->name))
			return error_set(err, ERROR_USAGE, "'%s' is missing", members->name);
	return 0;
}

static int check_uris(const struct value *value, struct error *err)
{
	return check_each(value, check_uri, err);
}

static int check_uri_or_uris(const struct value *value, struct error *err)
{
	return value->kind == VALUE_LIST ? check_uris(value, err) : check_uri(value, err);
}

static int check_place(const struct value *value, struct error *err)
{
	static const struct member MEMBERS[] = {{"id", check_uri, true}, {0}};

	return check_members(value, MEMBERS, err);
}

static int check_dispositions(const struct value *value, struct error *err)
{
	return check_each(value, check_disposition, err);
}

static int check_persistent(const struct value *value, struct error *err)
{
	static const struct member MEMBERS[] = {
		{"set", check_dispositions}, {"unset", check_dispositions}, {0}};

	if (check_members(value, MEMBERS, err) < 0)
		return -1;
	return value_count(value) ? 0 : refuse(err, "it neither sets nor unsets anything");
}

static int check_transaction_type(const struct value *value, struct error *err)
{
	static const char *const WORDS[] = {"testprd", "testres", "cert", NULL};

	return word_of(value, WORDS, "type of transaction", err);
}

static int check_transaction(const struct value *value, struct error *err)
{
	static const struct member MEMBERS[] = {
		{"type", check_transaction_type, true}, {"bizTransaction", check_uri, true}, {0}};

	return check_members(value, MEMBERS, err);
}

static int check_transactions(const struct value *value, struct error *err)
{
	return check_each(value, check_transaction, err);
}

static int check_source_type(const struct value *value, struct error *err)
{
	static const char *const WORDS[] = {"owning_party", "possessing_party", "location", NULL};

	return word_of(value, WORDS, "type of source", err);
}

static int check_source(const struct value *value, struct error *err)
{
	static const struct member MEMBERS[] = {
		{"type", check_source_type, true}, {"source", check_uri, true}, {0}};

	return check_members(value, MEMBERS, err);
}

static int check_sources(const struct value *value, struct error *err)
{
	return check_each(value, check_source, err);
}

static int check_ilmd(const struct value *value, struct error *err)
{
	static const struct member MEMBERS[] = {{0}};

	return check_members(value, MEMBERS, err);
}

/* ---- measurements ---- */

static int check_metadata(const struct value *value, struct error *err)
{
	static const struct member MEMBERS[] = {{"time", check_time},
						{"startTime", check_time},
						{"endTime", check_time},
						{"deviceID", check_uri},
						{"deviceMetadata", check_uri},
						{"rawData", check_uri},
						{"bizRules", check_uri},
						{"dataProcessingMethod", check_uri},
						{0}};

	return check_members(value, MEMBERS, err);
}

static int check_report(const struct value *value, struct error *err)
{
	static const struct member MEMBERS[] = {{"type", check_measurement, true},
						{"value", check_number},
						{"minValue", check_number},
						{"maxValue", check_number},
						{"meanValue", check_number},
						{"sDev", check_number},
						{"uom", check_unit},
						{"time", check_time},
						{"booleanValue", check_truth},
						{"stringValue", check_text},
						{"uriValue", check_uri},
						{"chemicalSubstance", check_uri},
						{"deviceID", check_uri},
						{"deviceMetadata", check_uri},
						{"rawData", check_uri},
						{"dataProcessingMethod", check_uri},
						{0}};
	static const char *const NUMBERS[] = {"value", "minValue", "maxValue", "meanValue", "sDev"};

	if (check_members(value, MEMBERS, err) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(NUMBERS) / sizeof(NUMBERS[0]); i++)
		if (value_get(value, NUMBERS[i]) && !value_get(value, "uom"))
			return refuse(err, "it has a number without its unit (uom)");
	return 0;
}

static int check_reports(const struct value *value, struct error *err)
{
	return check_each(value, check_report, err);
}

static int check_element(const struct value *value, struct error *err)
{
	static const struct member MEMBERS[] = {
		{"sensorMetadata", check_metadata}, {"sensorReport", check_reports, true}, {0}};

	return check_members(value, MEMBERS, err);
}

static int check_elements(const struct value *value, struct error *err)
{
	return check_each(value, check_element, err);
}

/* ---- corrections, and the whole ---- */

static int check_ids(const struct value *value, struct error *err)
{
	return check_each(value, check_id, err);
}

static int check_declaration(const struct value *value, struct error *err)
{
	static const struct member MEMBERS[] = {{"declarationTime", check_time, true},
						{"reason", check_reason, true},
						{"correctiveEventIDs", check_ids},
						{0}};

	if (check_members(value, MEMBERS, err) < 0)
		return -1;
	if (!strcmp(value_get_text(value, "reason"), "did_not_occur") &&
	    value_get(value, "correctiveEventIDs"))
		return refuse(err, "what did not occur has no corrective event");
	return 0;
}

/* What concerns two members. */
static int check_together(const struct value *event, struct error *err)
{
	const char *action = value_get_text(event, "action"), *zone;
	const char *time = value_get_text(event, "eventTime");

	if (value_get(event, "ilmd") && strcmp(action, "ADD") != 0)
		return refuse(err, "ilmd is only for what comes into being (action ADD)");
	zone = value_get_text(event, "eventTimeZoneOffset");
	if (strcmp(time + strlen(time) - strlen(zone), zone) != 0)
		return refuse(err, "eventTime and eventTimeZoneOffset are of different zones");
	return 0;
}

int event_check(const struct value *event, struct error *err)
{
	static const struct member MEMBERS[] = {{"type", check_type, true},
						{"action", check_action, true},
						{"bizStep", check_biz_step, true},
						{"disposition", check_disposition},
						{"persistentDisposition", check_persistent},
						{"eventID", check_id, true},
						{"eventTime", check_time, true},
						{"eventTimeZoneOffset", check_zone, true},
						{"epcList", check_uris, true},
						{"readPoint", check_place},
						{"bizLocation", check_place},
						{"bizTransactionList", check_transactions},
						{"sourceList", check_sources},
						{"certificationInfo", check_uri_or_uris},
						{"sensorElementList", check_elements},
						{"ilmd", check_ilmd},
						{"errorDeclaration", check_declaration},
						{0}};

	if (check_members(event, MEMBERS, err) < 0 || check_together(event, err) < 0)
		return error_context(err, "an event");
	return 0;
}
