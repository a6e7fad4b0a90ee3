/* SPDX-License-Identifier: Apache-2.0 */
/* Mutants: which there are of a protocol, what each changes, and who is not given one. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "run/mutant.h"
#include "run/plan.h"
#include "tests/claims.h"

static const char PROTOCOL[] =
	"{\"id\":\"t\",\"version\":1,\"title\":\"T\",\"fixture\":\"f\",\"decision\":\"guarded\","
	"\"params\":{\"hold\":{\"value\":\"15 s\",\"method\":{\"text\":\">= 15 "
	"s\",\"grade\":\"declared\"}}},"
	"\"steps\":[{\"name\":\"Mass\",\"repeats\":1,\"line\":7,\"measures\":{"
	"\"drop\":{\"meaning\":\"d\",\"limit\":{\"text\":\"<= 80 Pa\",\"grade\":\"verbatim\"}},"
	"\"fill\":{\"meaning\":\"f\",\"limit\":{\"text\":\"18 .. 22 MPa\",\"grade\":\"verbatim\"}},"
	"\"warm\":{\"meaning\":\"w\",\"limit\":{\"text\":\"< 40 °C\",\"grade\":\"verbatim\"}},"
	"\"shown\":{\"meaning\":\"s\",\"limit\":{\"text\":\"± 0.1 %vol or ± 10 "
	"%rd\",\"grade\":\"verbatim\"}},"
	"\"none\":{\"meaning\":\"n\",\"limit\":{\"text\":\">= 0 Pa\",\"grade\":\"verbatim\"}},"
	"\"quiet\":{\"meaning\":\"q\",\"limit\":{\"text\":\"off\",\"grade\":\"verbatim\"}}}},"
	"{\"name\":\"Tight\",\"repeats\":1,\"measures\":{}}]}";

static struct value *data_of(const char *text)
{
	struct error err;

	return json_parse(text, strlen(text), "test", &err);
}

static struct protocol *compile(const struct value *data)
{
	struct error err = {0};
	struct protocol *protocol = protocol_compile(data, NULL, "t.lua", &err);

	CU_ASSERT_STRING_EQUAL(err.text, "");
	return protocol;
}

/* The protocol with the mutant of this name; NULL: there is none. The caller frees it. */
static struct protocol *mutate(const char *name)
{
	struct value *data = data_of(PROTOCOL);
	struct protocol *protocol = compile(data), *changed = NULL;
	struct mutant *mutants;
	size_t count = mutants_of(protocol, NULL, &mutants);

	for (size_t i = 0; i < count && !changed; i++) {
		if (strcmp(mutants[i].name, name) != 0)
			continue;
		mutant_change_data(&mutants[i], data);
		changed = compile(data);
		mutant_change_protocol(&mutants[i], changed);
	}
	free(mutants);
	protocol_free(protocol);
	value_free(data);
	return changed;
}

/* Does the measure of the mutant accept this value? %rd is of 2 %vol. */
static bool accepts(const char *name, const char *measure, double number, const char *unit)
{
	struct protocol *protocol = mutate(name);
	const struct protocol_measure *of =
		protocol ? protocol_find_measure(&protocol->step[0], measure) : NULL;
	struct quantity value;
	struct error err;
	bool met = false;

	CU_ASSERT_PTR_NOT_NULL(of);
	if (of && unit_parse(&value.unit, unit, &err) == 0) {
		value = quantity_of(number, &value.unit);
		value.has_reference = true;
		value.reference = 0.02;
		met = limit_met(&of->limit.limit, &value);
	}
	protocol_free(protocol);
	return met;
}

static void one_bound_is_widened_by_half_of_its_value(void)
{
	CU_ASSERT(accepts("Mass: drop upper end widened", "drop", 119, "Pa"));
	CU_ASSERT_FALSE(accepts("Mass: drop upper end widened", "drop", 121, "Pa"));
	CU_ASSERT(accepts("Mass: warm upper end widened", "warm", 59, "°C"));
	CU_ASSERT_FALSE(accepts("Mass: warm upper end widened", "warm", 61, "°C"));
}

static void of_two_ends_one_goes_out_by_half_of_what_lies_between(void)
{
	CU_ASSERT(accepts("Mass: fill upper end widened", "fill", 23.9, "MPa"));
	CU_ASSERT_FALSE(accepts("Mass: fill upper end widened", "fill", 17.9, "MPa"));
	CU_ASSERT(accepts("Mass: fill lower end widened", "fill", 16.1, "MPa"));
	CU_ASSERT_FALSE(accepts("Mass: fill lower end widened", "fill", 22.1, "MPa"));
}

static void of_several_bounds_one_is_widened_on_one_side(void)
{
	CU_ASSERT(accepts("Mass: shown bound 2 upper end widened", "shown", 0.29, "%vol"));
	CU_ASSERT_FALSE(accepts("Mass: shown bound 2 upper end widened", "shown", -0.21, "%vol"));
	CU_ASSERT_FALSE(accepts("Mass: shown bound 1 upper end widened", "shown", 0.21, "%vol"));
}

static void a_bound_at_zero_has_no_half_of_its_value(void)
{
	CU_ASSERT_PTR_NULL(mutate("Mass: none lower end widened"));
}

static void a_limit_is_turned_round(void)
{
	CU_ASSERT_FALSE(accepts("Mass: drop turned round", "drop", 5, "Pa"));
	CU_ASSERT(accepts("Mass: drop turned round", "drop", 500, "Pa"));
	CU_ASSERT_FALSE(accepts("Mass: fill turned round", "fill", 20, "MPa"));
	CU_ASSERT(accepts("Mass: quiet turned round", "quiet", 1, ""));
	CU_ASSERT_FALSE(accepts("Mass: quiet turned round", "quiet", 0, ""));
}

static void a_step_a_measure_a_method_and_the_guard_band_are_left_out(void)
{
	struct protocol *protocol = mutate("Mass: removed");

	CU_ASSERT_EQUAL(protocol->step_count, 2); /* Tight, and the controller's own */
	CU_ASSERT_STRING_EQUAL(protocol->step[0].name, "Tight");
	protocol_free(protocol);
	protocol = mutate("Mass: drop left out");
	CU_ASSERT(protocol_find_measure(&protocol->step[0], "drop")->optional);
	protocol_free(protocol);
	protocol = mutate("Mass: drop taken for evidence");
	CU_ASSERT(protocol_find_measure(&protocol->step[0], "drop")->evidence);
	protocol_free(protocol);
	protocol = mutate("method: hold left out");
	CU_ASSERT_EQUAL(protocol->method_count, 0);
	protocol_free(protocol);
	protocol = mutate("decision: simple for guarded");
	CU_ASSERT_EQUAL(protocol->rule, RULE_SIMPLE);
	protocol_free(protocol);
}

static void a_mutant_says_where_it_is(void)
{
	struct value *data = data_of(PROTOCOL);
	struct protocol *protocol = compile(data);
	struct mutant *mutants;

	CU_ASSERT(mutants_of(protocol, NULL, &mutants) > 0);
	CU_ASSERT_STRING_EQUAL(mutants[0].name, "Mass: removed");
	CU_ASSERT_EQUAL(mutants[0].line, 7);
	free(mutants);
	protocol_free(protocol);
	value_free(data);
}

static void an_order_from_outside_is_given_none(void)
{
	struct value *value = data_of("{\"protocol\":\"/t.lua\",\"simulated\":true,"
				      "\"mutant\":\"Mass: removed\"}");
	struct error err = {0};

	CU_ASSERT_PTR_NULL(order_from_value(value, &err));
	CU_ASSERT_STRING_EQUAL(err.text, "a mutant of a protocol is rehearsed by `davy check "
					 "--mutants`, and ordered by nobody");
	value_free(value);
}

static void a_journal_names_the_mutant(void)
{
	struct mutant mutant = {.name = "Mass: removed"};
	struct value *value = data_of("{\"protocol\":\"/t.lua\",\"simulated\":true}"), *said;
	struct error err = {0};
	struct order *order = order_from_value(value, &err);

	order->mutant = &mutant;
	said = order_to_value(order);
	CU_ASSERT_STRING_EQUAL(value_get_text(said, "mutant"), "Mass: removed");
	value_free(said);
	order_free(order);
	value_free(value);
}

void suite_mutant(void)
{
	suite_begin("mutant");
	claim(one_bound_is_widened_by_half_of_its_value);
	claim(of_two_ends_one_goes_out_by_half_of_what_lies_between);
	claim(of_several_bounds_one_is_widened_on_one_side);
	claim(a_bound_at_zero_has_no_half_of_its_value);
	claim(a_limit_is_turned_round);
	claim(a_step_a_measure_a_method_and_the_guard_band_are_left_out);
	claim(a_mutant_says_where_it_is);
	claim(an_order_from_outside_is_given_none);
	claim(a_journal_names_the_mutant);
}
