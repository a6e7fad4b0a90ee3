/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each message carries, as a table of forms: one per frame type, and for START, REQUEST and
 * ASK one per mode, verb and operation. bench/script/README.md says what the fields mean.
 *
 * A payload must have every field that its form requires, each of its kind, and none that the form
 * does not know: a misspelt optional field would otherwise quietly measure something else. A field
 * that is nil counts as absent. An empty Lua table is neither list nor map, so either stands for
 * both.
 *
 * What is inside a list or a map, and whether a text is an expression or a limit, is not checked
 * here: those who use it read it with functions that say what is wrong with it.
 */
#include "wire/schema.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { FIELDS_MOST = 13, SHARED_MOST = 3 };

struct field {
	const char *name;
	unsigned kinds; /* set of 1 << enum value_kind */
	bool optional;
};

struct form {
	enum frame_type type;
	const char *word; /* of START, REQUEST, ASK; else NULL */
	struct field fields[FIELDS_MOST];
};

#define KIND(kind) (1u << VALUE_##kind)

/* How the tables below spell a field; a MAYBE field may be absent. */
/* clang-format off */
#define BOOL(name) {name, KIND(BOOL), false}
#define INT(name) {name, KIND(INT), false}
#define REAL(name) {name, KIND(REAL) | KIND(INT), false}
#define TEXT(name) {name, KIND(TEXT), false}
#define LIST(name) {name, KIND(LIST), false}
#define MAP(name) {name, KIND(MAP), false}
#define MAYBE_BOOL(name) {name, KIND(BOOL), true}
#define MAYBE_TEXT(name) {name, KIND(TEXT), true}
#define MAYBE_LIST(name) {name, KIND(LIST), true}
#define MAYBE_MAP(name) {name, KIND(MAP), true}
#define MAYBE_ANY(name) {name, ~0u, true}
/* clang-format on */

/* Which field chooses the form, and the fields that all forms of the type share. */
static const struct choice {
	enum frame_type type;
	const char *field;
	struct field shared[SHARED_MOST];
} CHOICES[] = {
	{FRAME_START, "mode", {TEXT("mode")}},
	{FRAME_REQUEST, "verb", {TEXT("verb"), MAYBE_TEXT("where"), MAYBE_TEXT("via")}},
	{FRAME_ASK, "op", {TEXT("op"), TEXT("device")}},
};

/* clang-format off */
static const struct form FORMS[] = {
	{FRAME_SOURCE, NULL, {TEXT("name"), INT("part"), BOOL("last"), TEXT("text")}},

	{FRAME_START, "load", {TEXT("kind"), TEXT("source"), MAYBE_MAP("params"), MAYBE_MAP("dut"),
			       MAYBE_BOOL("simulated")}},
	{FRAME_START, "run", {TEXT("protocol"), TEXT("fixture"), MAP("params"), MAP("dut"),
			      BOOL("simulated"), INT("seed"), MAYBE_TEXT("only"),
			      MAYBE_BOOL("labelled"), MAP("channels"), MAP("lines"),
			      MAP("devices"), LIST("references"), MAYBE_MAP("mutant")}},
	{FRAME_START, "world", {TEXT("world"), MAP("simulators"), INT("seed"), MAYBE_TEXT("fault"),
				REAL("severity"), MAP("dut"), LIST("inputs"), MAP("outputs")}},

	{FRAME_RESULT, NULL, {BOOL("ok"), MAYBE_ANY("value"), MAYBE_TEXT("why")}},
	{FRAME_ADVANCE, NULL, {INT("to")}},
	{FRAME_LINES, NULL, {MAP("lines")}},

	{FRAME_ASK, "read", {LIST("index")}},
	{FRAME_ASK, "write", {INT("index"), REAL("number")}},
	{FRAME_ASK, "answer", {INT("index"), LIST("captures")}},
	{FRAME_ASK, "frame", {INT("index"), LIST("fields")}},
	{FRAME_ASK, "operator", {TEXT("id")}},

	{FRAME_REQUEST, "wait", {TEXT("for"), MAYBE_TEXT("interruption")}},
	{FRAME_REQUEST, "read", {TEXT("channel")}},
	{FRAME_REQUEST, "is", {TEXT("channel"), TEXT("limit")}},
	{FRAME_REQUEST, "mean", {TEXT("channel"), TEXT("over")}},
	{FRAME_REQUEST, "settles", {TEXT("channel"), TEXT("within"), TEXT("over"),
				    MAYBE_TEXT("patience")}},
	{FRAME_REQUEST, "becomes", {TEXT("channel"), TEXT("limit"), TEXT("within"),
				     MAYBE_TEXT("every")}},
	{FRAME_REQUEST, "holds", {TEXT("channel"), TEXT("limit"), TEXT("over"),
				   MAYBE_TEXT("every")}},
	{FRAME_REQUEST, "last_before", {TEXT("channel"), TEXT("limit"), TEXT("of"),
					MAYBE_TEXT("within"), MAYBE_TEXT("every")}},
	{FRAME_REQUEST, "trace", {TEXT("channel"), MAYBE_TEXT("every")}},
	{FRAME_REQUEST, "trace_min", {INT("trace"), MAYBE_TEXT("after")}},
	{FRAME_REQUEST, "trace_max", {INT("trace"), MAYBE_TEXT("after")}},
	{FRAME_REQUEST, "trace_mean", {INT("trace"), MAYBE_TEXT("after")}},
	{FRAME_REQUEST, "trace_integral", {INT("trace"), MAYBE_TEXT("after"), MAYBE_TEXT("from"),
					   MAYBE_TEXT("to")}},
	{FRAME_REQUEST, "trace_slope", {INT("trace"), MAYBE_TEXT("after")}},
	{FRAME_REQUEST, "trace_minutes", {INT("trace"), TEXT("from"), TEXT("to"), TEXT("of")}},
	{FRAME_REQUEST, "trace_time_to", {INT("trace"), REAL("fraction"), TEXT("origin"),
					  MAYBE_TEXT("start"), MAYBE_TEXT("finish")}},
	{FRAME_REQUEST, "guard", {TEXT("channel"), TEXT("limit")}},
	{FRAME_REQUEST, "act", {TEXT("line"), BOOL("on")}},
	{FRAME_REQUEST, "set", {TEXT("device"), MAP("values")}},
	{FRAME_REQUEST, "reference", {TEXT("name")}},
	{FRAME_REQUEST, "pulse_widths", {TEXT("channel")}},
	{FRAME_REQUEST, "confirm", {TEXT("text"), MAYBE_TEXT("zh"), MAYBE_TEXT("id"),
				    MAYBE_TEXT("unit")}},
	{FRAME_REQUEST, "enter", {TEXT("text"), MAYBE_TEXT("zh"), MAYBE_TEXT("id"),
				  MAYBE_TEXT("unit")}},
	{FRAME_REQUEST, "adjust", {TEXT("what")}},
	{FRAME_REQUEST, "scan", {TEXT("text"), MAYBE_TEXT("zh"), MAYBE_TEXT("id"),
				 MAYBE_TEXT("unit")}},
	{FRAME_REQUEST, "photograph", {TEXT("text"), MAYBE_TEXT("zh"), TEXT("id")}},
	{FRAME_REQUEST, "consecutive", {TEXT("step"), LIST("measures")}},
	{FRAME_REQUEST, "take", {LIST("names")}},
	{FRAME_REQUEST, "give", {INT("of"), BOOL("left")}},
	{FRAME_REQUEST, "in_step", {TEXT("name")}},
	{FRAME_REQUEST, "step_begin", {TEXT("step"), INT("repeat")}},
	{FRAME_REQUEST, "step_end", {TEXT("step"), INT("repeat")}},

	{FRAME_MEASURE, NULL, {TEXT("step"), TEXT("measure"), MAYBE_TEXT("key"), MAYBE_TEXT("from"),
			       MAYBE_BOOL("state"), MAYBE_TEXT("why"), MAYBE_TEXT("where")}},
	{FRAME_NOTE, NULL, {TEXT("text")}},
	{FRAME_OUT, NULL, {INT("reached"), MAP("lines"), MAYBE_LIST("pulses"), MAYBE_LIST("streams")}},
	{FRAME_FAILED, NULL, {TEXT("text"), TEXT("kind")}},
};
/* clang-format on */

static const char *const MUST_NOT_BE[] = {
	[VALUE_BOOL] = "must not be a bool", [VALUE_INT] = "must not be an int",
	[VALUE_REAL] = "must not be a real", [VALUE_TEXT] = "must not be a text",
	[VALUE_LIST] = "must not be a list", [VALUE_MAP] = "must not be a map",
};

static bool is_empty_table(const struct value *value)
{
	return (value->kind == VALUE_LIST || value->kind == VALUE_MAP) && value->count == 0;
}

static bool field_accepts(const struct field *field, const struct value *value)
{
	if (is_empty_table(value))
		return field->kinds & (KIND(LIST) | KIND(MAP));
	return field->kinds & (1u << value->kind);
}

static bool fields_have(const struct field *fields, size_t most, const char *name)
{
	for (size_t i = 0; i < most && fields[i].name; i++)
		if (strcmp(fields[i].name, name) == 0)
			return true;
	return false;
}

/* A word that a process sent may go into a sentence when it is one. */
static bool is_word(const char *text)
{
	size_t size = 0;

	while (isalnum((unsigned char)text[size]) || text[size] == '_')
		size++;
	return size > 0 && size <= 40 && text[size] == '\0';
}

/* Every sentence names the message: "REQUEST read: 'channel' is missing". */
static int refuse(struct error *err, const struct form *form, const char *field, const char *why)
{
	return error_set(err, ERROR_DEVICE, "%s%s%s: '%s' %s", frame_type_name(form->type),
			 form->word ? " " : "", form->word ? form->word : "",
			 is_word(field) ? field : "?", why);
}

static int check_needed(const struct form *form, const struct field *fields, size_t most,
			const struct value *payload, struct error *err)
{
	for (size_t i = 0; i < most && fields[i].name; i++) {
		const struct value *value = value_get(payload, fields[i].name);
		bool absent = !value || value->kind == VALUE_NIL;

		if (absent && !fields[i].optional)
			return refuse(err, form, fields[i].name, "is missing");
		if (!absent && !field_accepts(&fields[i], value))
			return refuse(err, form, fields[i].name, MUST_NOT_BE[value->kind]);
	}
	return 0;
}

static int check_form(const struct form *form, const struct choice *choice,
		      const struct value *payload, struct error *err)
{
	for (size_t i = 0; i < value_count(payload); i++) {
		const char *key = value_key(payload, i);

		if (!fields_have(form->fields, FIELDS_MOST, key) &&
		    !(choice && fields_have(choice->shared, SHARED_MOST, key)))
			return refuse(err, form, key, "is not a field of this message");
	}
	if (choice && check_needed(form, choice->shared, SHARED_MOST, payload, err) < 0)
		return -1;
	return check_needed(form, form->fields, FIELDS_MOST, payload, err);
}

static const struct choice *choice_of(enum frame_type type)
{
	for (size_t i = 0; i < sizeof(CHOICES) / sizeof(CHOICES[0]); i++)
		if (CHOICES[i].type == type)
			return &CHOICES[i];
	return NULL;
}

/* `word` is NULL for a type that has one form. */
static const struct form *form_of(enum frame_type type, const char *word)
{
	for (size_t i = 0; i < sizeof(FORMS) / sizeof(FORMS[0]); i++)
		if (FORMS[i].type == type && (!word || strcmp(FORMS[i].word, word) == 0))
			return &FORMS[i];
	return NULL;
}

static bool has(const struct value *payload, const char *name)
{
	const struct value *value = value_get(payload, name);

	return value && value->kind != VALUE_NIL;
}

/* What no table of fields can say. */
static int check_rules(const struct form *form, const struct value *payload, struct error *err)
{
	if (form->type == FRAME_RESULT && !value_get_bool(payload, "ok") && !has(payload, "why"))
		return refuse(err, form, "why", "is missing, and the request failed");
	if (form->type == FRAME_MEASURE &&
	    has(payload, "from") + has(payload, "state") + has(payload, "why") != 1)
		return refuse(err, form, "from", "or 'state' or 'why' must be there, and one only");
	return 0;
}

static int check_map(enum frame_type type, const struct value *payload, struct error *err)
{
	const struct choice *choice = choice_of(type);
	const char *word = choice ? value_get_text(payload, choice->field) : NULL;
	const struct form none = {.type = type};

	if (payload->kind != VALUE_MAP)
		return error_set(err, ERROR_DEVICE, "%s: carries no map", frame_type_name(type));
	if (choice && !word)
		return refuse(err, &none, choice->field, "is missing");

	const struct form *form = form_of(type, word);

	if (!form)
		return error_set(err, ERROR_DEVICE, "%s: there is no %s '%s'",
				 frame_type_name(type), choice->field, is_word(word) ? word : "?");
	if (check_form(form, choice, payload, err) < 0)
		return -1;
	return check_rules(form, payload, err);
}

int schema_check(enum frame_type type, const struct value *payload, struct error *err)
{
	switch (type) {
	case FRAME_STOP:
	case FRAME_CANCEL:
	case FRAME_IDLE:
	case FRAME_MORE:
	case FRAME_DONE:
		if (payload->kind != VALUE_NIL)
			return error_set(err, ERROR_DEVICE, "%s: carries nothing, and here it does",
					 frame_type_name(type));
		return 0;
	case FRAME_ANSWER:
		return 0;
	case FRAME_DATA:
		if (payload->kind != VALUE_MAP)
			return error_set(err, ERROR_DEVICE, "DATA: carries no map");
		return 0;
	default:
		return check_map(type, payload, err);
	}
}
