/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantities in Lua: a value to calculate and compare with, and the text of the expression that led
 * to it. A literal is "[30 Pa]", a reading "r12", and arithmetic joins texts: "(r12 - r15)". Only the
 * text leaves this process; the controller evaluates it again from the readings it holds, with their
 * uncertainties, so the value here is never what is judged.
 *
 * Texts of arithmetic are in parentheses, but a sum on the left of a sum, and a product on the left of
 * a product, are joined without new ones: adding up in a loop makes the text longer, not deeper.
 *
 * Texts ("5 Pa") may stand for quantities anywhere. Bare numbers may scale one; they may be added to or
 * compared with one only where its unit is the number one.
 */
#include "script/quantity_lua.h"

#include <lauxlib.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "script/host.h"
#include "verdict/expression.h"
#include "verdict/gas_state.h"

#define QUANTITY "quantity" /* also its name in error sentences */
enum { DEPTH_MOST = EXPRESSION_MOST_DEPTH / 2 };

enum form { FORM_TERM = 1, FORM_SUM, FORM_PRODUCT };

struct lua_quantity {
	struct quantity quantity;
	enum form form;
	int depth; /* of parentheses in its text, the user value */
};

/* ---- making ---- */

/* Takes the text on top of the stack. */
static void push_quantity(lua_State *L, const struct quantity *quantity, enum form form, int depth)
{
	struct lua_quantity *made = lua_newuserdatauv(L, sizeof(*made), 1);

	*made = (struct lua_quantity){*quantity, form, depth};
	lua_insert(L, -2);
	lua_setiuservalue(L, -2, 1);
	luaL_setmetatable(L, QUANTITY);
}

static struct lua_quantity *quantity_test(lua_State *L, int index)
{
	return luaL_testudata(L, index, QUANTITY);
}

const struct quantity *quantity_at(lua_State *L, int index)
{
	struct lua_quantity *found = quantity_test(L, index);

	return found ? &found->quantity : NULL;
}

const char *quantity_text(lua_State *L, int index)
{
	const char *text;

	if (!quantity_test(L, index))
		return NULL;
	lua_getiuservalue(L, index, 1);
	text = lua_tostring(L, -1);
	lua_pop(L, 1); /* its quantity keeps it */
	return text;
}

int quantity_push_literal(lua_State *L, const char *text, struct error *err)
{
	struct quantity quantity;

	if (quantity_parse(&quantity, text, err) < 0)
		return -1;
	lua_pushfstring(L, "[%s]", text);
	push_quantity(L, &quantity, FORM_TERM, 1);
	return 0;
}

int quantity_push_reading(lua_State *L, lua_Integer id, double number, const char *unit,
			  struct error *err)
{
	struct quantity quantity;
	struct unit parsed;

	if (unit_parse(&parsed, unit, err) < 0)
		return -1;
	quantity = quantity_of(number, &parsed);
	lua_pushfstring(L, "r%I", (LUAI_UACINT)id);
	push_quantity(L, &quantity, FORM_TERM, 1);
	return 0;
}

static void push_number_text(lua_State *L, double number)
{
	char text[40];

	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, number);
		if (strtod(text, NULL) == number)
			break;
	}
	lua_pushstring(L, text);
}

/* Push a bare number as a quantity of the unit one. */
static void push_number(lua_State *L, double number)
{
	struct unit one;
	struct quantity quantity;
	struct error err;

	if (!isfinite(number))
		host_raise(L, "a quantity cannot be calculated with a number that is not finite");
	if (unit_parse(&one, "1", &err) < 0)
		host_raise(L, "%s", err.text);
	quantity = quantity_of(number, &one);
	push_number_text(L, number);
	push_quantity(L, &quantity, FORM_TERM, 1);
}

/* ---- operands ---- */

static bool is_plain_number(const struct quantity *quantity)
{
	static const signed char none[UNIT_DIMENSIONS];

	return quantity->unit.scale == 1 && !memcmp(quantity->unit.dimension, none, sizeof(none));
}

/* Make the operand at `index` a quantity in place. `scales`: a bare number is welcome. */
static struct lua_quantity *operand(lua_State *L, int index, int other, bool scales)
{
	struct lua_quantity *found = quantity_test(L, index);
	const struct quantity *beside = quantity_at(L, other);
	struct error err;

	if (found)
		return found;
	if (lua_type(L, index) == LUA_TNUMBER) {
		if (!scales && beside && !is_plain_number(beside))
			host_raise(L,
				   "a bare number cannot be added to or compared with %s: give it "
				   "its unit, as in q \"%g %s\"",
				   quantity_text(L, other), lua_tonumber(L, index),
				   beside->unit.symbol);
		push_number(L, lua_tonumber(L, index));
	} else if (lua_type(L, index) == LUA_TSTRING) {
		if (quantity_push_literal(L, lua_tostring(L, index), &err) < 0)
			host_raise(L, "%s", err.text);
	} else {
		host_raise(L, "a %s is no quantity%s", luaL_typename(L, index),
			   lua_isnil(L, index) ? ": the value before was not reached" : "");
	}
	lua_replace(L, index);
	return quantity_test(L, index);
}

/* ---- arithmetic ---- */

typedef int operation_fn(struct quantity *, const struct quantity *, const struct quantity *,
			 struct error *);

static void check_size(lua_State *L, size_t size, int depth)
{
	if (size > EXPRESSION_MOST_BYTES || depth > DEPTH_MOST)
		host_raise(L,
			   "this value is calculated from too much (its expression passes %s): "
			   "use ch:mean, a trace or q.mean",
			   depth > DEPTH_MOST ? "100 levels" : "16384 bytes");
}

/* Push "(left op right)"; the operands' texts are at indices 3 and 4. */
static void push_joined(lua_State *L, bool open_left, const char *symbol)
{
	size_t left_size, right_size;
	const char *left = lua_tolstring(L, 3, &left_size);
	const char *right = lua_tolstring(L, 4, &right_size);
	luaL_Buffer text;

	check_size(L, left_size + right_size + 8, 0);
	luaL_buffinit(L, &text);
	luaL_addchar(&text, '(');
	if (open_left)
		luaL_addlstring(&text, left + 1, left_size - 2);
	else
		luaL_addlstring(&text, left, left_size);
	luaL_addstring(&text, symbol);
	luaL_addlstring(&text, right, right_size);
	luaL_addchar(&text, ')');
	luaL_pushresult(&text);
}

static int calculate(lua_State *L, operation_fn *operation, const char *symbol, enum form form)
{
	bool scales = form == FORM_PRODUCT;
	struct lua_quantity *left, *right;
	struct quantity result;
	struct error err;
	int depth;

	lua_settop(L, 2);
	left = operand(L, 1, 2, scales);
	right = operand(L, 2, 1, scales);
	if (operation(&result, &left->quantity, &right->quantity, &err) < 0)
		return host_raise(L, "%s", err.text);

	depth = left->form == form ? left->depth : left->depth + 1;
	if (right->depth + 1 > depth)
		depth = right->depth + 1;
	check_size(L, 0, depth);
	lua_getiuservalue(L, 1, 1);
	lua_getiuservalue(L, 2, 1);
	push_joined(L, left->form == form, symbol);
	push_quantity(L, &result, form, depth);
	return 1;
}

/* lua: a + b */
static int quantity_lua_add(lua_State *L)
{
	return calculate(L, quantity_add, " + ", FORM_SUM);
}

/* lua: a - b */
static int quantity_lua_sub(lua_State *L)
{
	return calculate(L, quantity_subtract, " - ", FORM_SUM);
}

/* lua: a * b */
static int quantity_lua_mul(lua_State *L)
{
	return calculate(L, quantity_multiply, " * ", FORM_PRODUCT);
}

/* lua: a / b */
static int quantity_lua_div(lua_State *L)
{
	return calculate(L, quantity_divide, " / ", FORM_PRODUCT);
}

/* lua: -a */
static int quantity_lua_unm(lua_State *L)
{
	struct lua_quantity *of = luaL_checkudata(L, 1, QUANTITY);
	struct quantity result;
	struct error err;

	if (quantity_negate(&result, &of->quantity, &err) < 0)
		return host_raise(L, "%s", err.text);
	check_size(L, 0, of->depth + 1);
	lua_pushfstring(L, "-%s", quantity_text(L, 1));
	push_quantity(L, &result, FORM_TERM, of->depth + 1);
	return 1;
}

/* ---- comparison ---- */

static int compare(lua_State *L)
{
	struct error err;
	int order;

	operand(L, 1, 2, false);
	operand(L, 2, 1, false);
	if (quantity_compare(&order, quantity_at(L, 1), quantity_at(L, 2), &err) < 0)
		host_raise(L, "%s", err.text);
	return order;
}

/* lua: a < b */
static int quantity_lua_lt(lua_State *L)
{
	lua_pushboolean(L, compare(L) < 0);
	return 1;
}

/* lua: a <= b */
static int quantity_lua_le(lua_State *L)
{
	lua_pushboolean(L, compare(L) <= 0);
	return 1;
}

/* lua: a == b */
static int quantity_lua_eq(lua_State *L)
{
	lua_pushboolean(L, quantity_at(L, 1) && quantity_at(L, 2) && compare(L) == 0);
	return 1;
}

/* ---- methods ---- */

/* lua: tostring(a) -> "30 Pa" */
static int quantity_lua_tostring(lua_State *L)
{
	struct lua_quantity *of = luaL_checkudata(L, 1, QUANTITY);
	char text[80];

	quantity_print(&of->quantity, 6, text, sizeof(text));
	lua_pushstring(L, text);
	return 1;
}

/* lua: a .. b */
static int quantity_lua_concat(lua_State *L)
{
	luaL_tolstring(L, 1, NULL);
	luaL_tolstring(L, 2, NULL);
	lua_concat(L, 2);
	return 1;
}

/* lua: a:number(unit) -> the bare number, in its own unit or the one named */
static int quantity_lua_number(lua_State *L)
{
	struct lua_quantity *of = luaL_checkudata(L, 1, QUANTITY);
	const char *symbol = luaL_optstring(L, 2, of->quantity.unit.symbol);
	struct unit unit;
	struct error err;

	if (unit_parse(&unit, symbol, &err) < 0)
		return host_raise(L, "%s", err.text);
	if (!unit_same_kind(&unit, &of->quantity.unit))
		return host_raise(L, "%s is not a quantity in %s", quantity_text(L, 1), symbol);
	if (lua_isnoneornil(L, 2))
		lua_pushnumber(L, quantity_number(&of->quantity));
	else
		lua_pushnumber(L, quantity_in(&of->quantity, &unit));
	return 1;
}

/* lua: a:unit() -> "Pa" */
static int quantity_lua_unit(lua_State *L)
{
	struct lua_quantity *of = luaL_checkudata(L, 1, QUANTITY);

	lua_pushstring(L, of->quantity.unit.symbol);
	return 1;
}

/* ---- another state ---- */

/* Replace the table at index 3 by its temperature at 3 and its pressure at 4. */
static void spread_room(lua_State *L)
{
	static const char WANTED[] =
		"at takes a state and { temperature = …, pressure = … } of the room";

	if (!lua_istable(L, 3))
		host_raise(L, WANTED);
	for (lua_pushnil(L); lua_next(L, 3); lua_pop(L, 1)) {
		const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";

		if (strcmp(key, "temperature") != 0 && strcmp(key, "pressure") != 0)
			host_raise(L, "%s; it does not know '%s'", WANTED, key);
	}
	lua_getfield(L, 3, "pressure");
	lua_getfield(L, 3, "temperature");
	lua_replace(L, 3);
	if (lua_isnil(L, 3) || lua_isnil(L, 4))
		host_raise(L, "%s; the %s is missing", WANTED,
			   lua_isnil(L, 3) ? "temperature" : "pressure");
}

static const char *const FUNCTIONS_OF[] = {
	[GAS_STPD] = "stpd", [GAS_ATPD] = "atpd", [GAS_BTPS] = "btps"};

/* lua: gas:at("STPD", { temperature = t, pressure = p }) -> the same gas in that state */
static int quantity_lua_at(lua_State *L)
{
	struct lua_quantity *gas = luaL_checkudata(L, 1, QUANTITY);
	const char *name = luaL_checkstring(L, 2);
	enum gas_state state = gas_state_find(name);
	int depth = gas->depth;
	struct quantity result;
	struct error err;

	lua_settop(L, 3);
	if (!state)
		host_raise(L, "'%s' is no state of a gas: STPD, ATPD, BTPS", name);
	spread_room(L);
	for (int i = 3; i <= 4; i++) {
		struct lua_quantity *of = operand(L, i, i, false);

		depth = of->depth > depth ? of->depth : depth;
	}
	if (gas_state_convert(&result, &gas->quantity, state, quantity_at(L, 3), quantity_at(L, 4),
			      &err) < 0)
		return host_raise(L, "%s", err.text);

	lua_pushfstring(L, "%s(%s, %s, %s)", FUNCTIONS_OF[state], quantity_text(L, 1),
			quantity_text(L, 3), quantity_text(L, 4));
	check_size(L, lua_rawlen(L, -1), depth + 1);
	push_quantity(L, &result, FORM_TERM, depth + 1);
	return 1;
}

/* ---- functions over several ---- */

static const struct quantity *nth_argument(void *ctx, uint64_t id)
{
	return quantity_at(ctx, (int)id);
}

/* Spread a list given as the only argument over the stack; all arguments become quantities. */
static int spread_arguments(lua_State *L, const char *name)
{
	int count = lua_gettop(L);

	if (count == 1 && lua_istable(L, 1)) {
		count = (int)lua_rawlen(L, 1);
		luaL_checkstack(L, count + 8, "too many values");
		for (int i = 1; i <= count; i++)
			lua_rawgeti(L, 1, i);
		lua_remove(L, 1);
	}
	if (count == 0)
		host_raise(L, "q.%s needs at least one value", name);
	luaL_checkstack(L, 8, "too many values");
	for (int i = 1; i <= count; i++)
		operand(L, i, i, false);
	return count;
}

/* Push "name(r1, r2, …)", with the arguments' own texts or, numbered, their places. */
static void push_call(lua_State *L, const char *name, int count, bool numbered)
{
	luaL_Buffer text;
	char place[16];

	luaL_buffinit(L, &text);
	luaL_addstring(&text, name);
	for (int i = 1; i <= count; i++) {
		luaL_addstring(&text, i == 1 ? "(" : ", ");
		snprintf(place, sizeof(place), "r%d", i);
		luaL_addstring(&text, numbered ? place : quantity_text(L, i));
	}
	luaL_addchar(&text, ')');
	luaL_pushresult(&text);
}

/* Upvalue 1: the name of the function in expressions. */
static int call_function(lua_State *L)
{
	const char *name = lua_tostring(L, lua_upvalueindex(1));
	int count = spread_arguments(L, name), depth = 0;
	struct quantity result;
	struct error err;

	for (int i = 1; i <= count; i++)
		if (quantity_test(L, i)->depth > depth)
			depth = quantity_test(L, i)->depth;
	push_call(L, name, count, true);
	check_size(L, lua_rawlen(L, -1), depth + 1);
	if (expression_evaluate(&result, lua_tostring(L, -1), nth_argument, L, &err) < 0)
		return host_raise(L, "q.%s: %s", name, err.text);

	push_call(L, name, count, false);
	check_size(L, lua_rawlen(L, -1), depth + 1);
	push_quantity(L, &result, FORM_TERM, depth + 1);
	return 1;
}

/* lua: q "30 Pa" -> quantity; q(30, "Pa") -> quantity */
static int quantity_lua_call(lua_State *L)
{
	struct error err;
	int done;

	if (lua_type(L, 2) == LUA_TNUMBER) {
		if (!isfinite(lua_tonumber(L, 2)))
			return host_raise(L, "a quantity must be finite, and %s is not",
					  lua_tostring(L, 2));
		push_number_text(L, lua_tonumber(L, 2));
		lua_pushfstring(L, "%s %s", lua_tostring(L, -1), luaL_checkstring(L, 3));
		done = quantity_push_literal(L, lua_tostring(L, -1), &err);
	} else {
		done = quantity_push_literal(L, luaL_checkstring(L, 2), &err);
	}
	return done < 0 ? host_raise(L, "%s", err.text) : 1;
}

/* ---- tables ---- */

static const luaL_Reg METAMETHODS[] = {
	{"__add", quantity_lua_add},
	{"__sub", quantity_lua_sub},
	{"__mul", quantity_lua_mul},
	{"__div", quantity_lua_div},
	{"__unm", quantity_lua_unm},
	{"__lt", quantity_lua_lt},
	{"__le", quantity_lua_le},
	{"__eq", quantity_lua_eq},
	{"__concat", quantity_lua_concat},
	{"__tostring", quantity_lua_tostring},
	{NULL, NULL},
};

static const luaL_Reg METHODS[] = {
	{"number", quantity_lua_number},
	{"unit", quantity_lua_unit},
	{"at", quantity_lua_at},
	{NULL, NULL},
};

static const char *const FUNCTIONS[] = {"mean", "stdev", "min", "max", "range", "abs", "within"};

static void push_function(lua_State *L, const char *name)
{
	lua_pushstring(L, name);
	lua_pushcclosure(L, call_function, 1);
}

static void open_metatable(lua_State *L)
{
	luaL_newmetatable(L, QUANTITY);
	luaL_setfuncs(L, METAMETHODS, 0);
	luaL_newlib(L, METHODS);
	push_function(L, "against"); /* shown:against(certified) */
	lua_setfield(L, -2, "against");
	lua_setfield(L, -2, "__index");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_pop(L, 1);
}

/* lua: q.name = value: refused */
static int quantity_lua_frozen(lua_State *L)
{
	return host_raise(L, "q cannot be changed: declare a local of your own");
}

void quantity_open(lua_State *L)
{
	open_metatable(L);
	lua_newtable(L); /* q */
	lua_newtable(L); /* its metatable */
	lua_newtable(L);
	for (size_t i = 0; i < sizeof(FUNCTIONS) / sizeof(FUNCTIONS[0]); i++) {
		push_function(L, FUNCTIONS[i]);
		lua_setfield(L, -2, FUNCTIONS[i]);
	}
	lua_setfield(L, -2, "__index");
	lua_pushcfunction(L, quantity_lua_call);
	lua_setfield(L, -2, "__call");
	lua_pushcfunction(L, quantity_lua_frozen);
	lua_setfield(L, -2, "__newindex");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_setmetatable(L, -2);
	lua_setglobal(L, "q");
}
