/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON Canonicalization Scheme over value trees.
 *
 * Numbers. ECMAScript wants the fewest digits that read back as the same double, and among those of so many digits
 * the decimal nearest to it. The C library rounds a double to any number of digits correctly, so the
 * first precision at which that reads back is the answer, with one exception: below a power of two the doubles
 * lie twice as dense as above it, so that the nearest decimal may belong to the neighbour below while the
 * next one up still reads back. That one is tried, too.
 *
 * Order. Members are sorted by the UTF-16 code units of their names. That is the order of their bytes in UTF-8
 * except that U+10000 and beyond, which UTF-16 writes with surrogates, come before U+E000 to U+FFFF.
 *
 * The tree is not changed: a map's order is an array beside it.
 */
#include "record/canonical.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/utf8.h"

/* Up to here every integer is a double of its own (2^53). */
#define EXACT_MOST 9007199254740992

/* Decimal digits and where their point stands: 0.DIGITS times ten to the power of `point`. */
struct decimal {
	char digits[20];
	int count;
	int point;
};

static struct decimal decimal_of(double number, int precision)
{
	char text[40];
	struct decimal decimal = {.count = precision};

	snprintf(text, sizeof(text), "%.*e", precision - 1, number);
	decimal.digits[0] = text[0];
	if (precision > 1)
		memcpy(decimal.digits + 1, text + 2, (size_t)precision - 1);
	decimal.point = (int)strtol(strchr(text, 'e') + 1, NULL, 10) + 1;
	return decimal;
}

static bool reads_back(const struct decimal *decimal, double number)
{
	char text[40];

	snprintf(text, sizeof(text), "0.%.*se%d", decimal->count, decimal->digits, decimal->point);
	return strtod(text, NULL) == number;
}

/* The next decimal of so many digits. */
static struct decimal next_up(struct decimal decimal)
{
	int at = decimal.count;

	while (at > 0 && decimal.digits[at - 1] == '9')
		decimal.digits[--at] = '0';
	if (at > 0) {
		decimal.digits[at - 1]++;
	} else {
		decimal.digits[0] = '1';
		decimal.point++;
	}
	return decimal;
}

static struct decimal without_zeros(struct decimal decimal)
{
	while (decimal.count > 1 && decimal.digits[decimal.count - 1] == '0')
		decimal.count--;
	return decimal;
}

/*
 * Among doubles that are not subnormal no two share a decimal of fifteen digits, and each has at most one, so that
 * fifteen may be tried first and their zeros dropped.
 */
static struct decimal shortest(double number)
{
	struct decimal decimal, up;

	for (int precision = fpclassify(number) == FP_SUBNORMAL ? 1 : 15; precision < 17;
	     precision++) {
		decimal = decimal_of(number, precision);
		if (reads_back(&decimal, number))
			return without_zeros(decimal);
		up = next_up(decimal);
		if (reads_back(&up, number))
			return without_zeros(up);
	}
	return without_zeros(decimal_of(number, 17));
}

/* ECMA-262: plain up to 21 digits before the point and six zeros behind it, else with an exponent. */
static int number_print(char *text, const struct decimal *decimal)
{
	const char *digits = decimal->digits;
	int count = decimal->count, point = decimal->point;
	size_t room = CANONICAL_NUMBER_SIZE - 1;

	if (count <= point && point <= 21)
		return snprintf(text, room, "%.*s%.*s", count, digits, point - count,
				"00000000000000000000");
	if (0 < point && point <= 21)
		return snprintf(text, room, "%.*s.%.*s", point, digits, count - point,
				digits + point);
	if (-6 < point && point <= 0)
		return snprintf(text, room, "0.%.*s%.*s", -point, "00000", count, digits);
	if (count == 1)
		return snprintf(text, room, "%ce%+d", digits[0], point - 1);
	return snprintf(text, room, "%c.%.*se%+d", digits[0], count - 1, digits + 1, point - 1);
}

void canonical_number(double number, char text[CANONICAL_NUMBER_SIZE])
{
	struct decimal decimal;

	if (number == 0) {
		strcpy(text, "0");
		return;
	}
	if (number < 0)
		*text++ = '-';
	decimal = shortest(fabs(number));
	number_print(text, &decimal);
}

/* Where the writer stands, for the sentence that refuses. */
struct canonical {
	struct buf *out;
	const char *where;
	const char *names[CANONICAL_DEEPEST]; /* of the members that lead here; NULL: of a list */
	int depth;
	struct error *err;
};

static void add_name(struct buf *path, const char *name)
{
	if (!name)
		return;
	if (path->size)
		buf_add_byte(path, '.');
	buf_add(path, name, utf8_valid_size(name, strnlen(name, 40)));
}

static int refuse(struct canonical *canonical, const char *what)
{
	struct buf path;

	buf_init(&path);
	for (int i = 0; i < canonical->depth; i++)
		add_name(&path, canonical->names[i]);
	error_set(canonical->err, ERROR_USAGE, "%s: %s%s%s", canonical->where, path.data,
		  path.size ? ": " : "", what);
	buf_done(&path);
	return -1;
}

static void write_character(struct buf *out, const char *at, size_t size)
{
	static const char LETTERS[] = "\"\"\\\\\bb\ff\nn\rr\tt";
	unsigned char first = (unsigned char)*at;

	for (const char *pair = LETTERS; *pair; pair += 2)
		if (*at == pair[0]) {
			buf_printf(out, "\\%c", pair[1]);
			return;
		}
	if (first < ' ')
		buf_printf(out, "\\u%04x", first);
	else
		buf_add(out, at, size);
}

static int write_text(struct canonical *canonical, const char *text, size_t size)
{
	if (memchr(text, '\0', size))
		return refuse(canonical, "a text with a NUL character has no place in a record");
	if (utf8_valid_size(text, size) != size)
		return refuse(canonical, "a text is not UTF-8");
	buf_add_byte(canonical->out, '"');
	for (size_t at = 0, step; at < size; at += step) {
		step = utf8_character_size(text + at, size - at);
		write_character(canonical->out, text + at, step);
	}
	buf_add_byte(canonical->out, '"');
	return 0;
}

static int write_real(struct canonical *canonical, double real)
{
	char text[CANONICAL_NUMBER_SIZE];

	if (!isfinite(real))
		return refuse(canonical, isnan(real) ? "not a number (NaN) cannot be written"
						     : "an infinite number cannot be written");
	canonical_number(real, text);
	buf_add_text(canonical->out, text);
	return 0;
}

static int write_integer(struct canonical *canonical, int64_t integer)
{
	if (integer > EXACT_MOST || integer < -EXACT_MOST)
		return refuse(canonical, "an integer beyond 2^53 is no double; write it as text");
	buf_printf(canonical->out, "%lld", (long long)integer);
	return 0;
}

static int write_value(struct canonical *canonical, const struct value *value);

static int enter(struct canonical *canonical)
{
	if (canonical->depth == CANONICAL_DEEPEST)
		return refuse(canonical, "nested too deeply");
	canonical->names[canonical->depth++] = NULL;
	return 0;
}

static int write_list(struct canonical *canonical, const struct value *list)
{
	if (enter(canonical) < 0)
		return -1;
	buf_add_byte(canonical->out, '[');
	for (size_t i = 0; i < list->count; i++) {
		if (i)
			buf_add_byte(canonical->out, ',');
		if (write_value(canonical, list->items[i]) < 0)
			return -1;
	}
	buf_add_byte(canonical->out, ']');
	canonical->depth--;
	return 0;
}

/* The byte as it orders: in UTF-16 the first bytes of four-byte characters stand before 0xee and 0xef. */
static int rank(unsigned char byte)
{
	return byte == 0xee || byte == 0xef ? byte + 0x100 : byte;
}

static int by_code_units(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return rank((unsigned char)*a) - rank((unsigned char)*b);
}

struct member {
	const char *name;
	const struct value *value;
};

static int by_name(const void *a, const void *b)
{
	return by_code_units(((const struct member *)a)->name, ((const struct member *)b)->name);
}

static struct member *members_of(const struct value *map)
{
	struct member *members = xcalloc(map->count, sizeof(*members));

	for (size_t i = 0; i < map->count; i++)
		members[i] = (struct member){map->keys[i], map->items[i]};
	if (map->count)
		qsort(members, map->count, sizeof(*members), by_name);
	return members;
}

static int write_member(struct canonical *canonical, const struct member *member)
{
	canonical->names[canonical->depth - 1] = member->name;
	if (write_text(canonical, member->name, strlen(member->name)) < 0)
		return -1;
	buf_add_byte(canonical->out, ':');
	return write_value(canonical, member->value);
}

static int write_map(struct canonical *canonical, const struct value *map)
{
	if (enter(canonical) < 0)
		return -1;

	struct member *members = members_of(map);
	int result = 0;

	buf_add_byte(canonical->out, '{');
	for (size_t i = 0; i < map->count && result == 0; i++) {
		if (i)
			buf_add_byte(canonical->out, ',');
		result = write_member(canonical, &members[i]);
	}
	buf_add_byte(canonical->out, '}');
	if (result == 0)
		canonical->depth--;
	free(members);
	return result;
}

static int write_value(struct canonical *canonical, const struct value *value)
{
	switch (value->kind) {
	case VALUE_NIL:
		buf_add_text(canonical->out, "null");
		return 0;
	case VALUE_BOOL:
		buf_add_text(canonical->out, value->truth ? "true" : "false");
		return 0;
	case VALUE_INT:
		return write_integer(canonical, value->integer);
	case VALUE_REAL:
		return write_real(canonical, value->real);
	case VALUE_TEXT:
		return write_text(canonical, value->text, value->size);
	case VALUE_LIST:
		return write_list(canonical, value);
	case VALUE_MAP:
		break;
	}
	return write_map(canonical, value);
}

int canonical_write(struct buf *out, const struct value *value, const char *where,
		    struct error *err)
{
	struct canonical canonical = {.out = out, .where = where, .err = err};
	size_t before = out->size;

	if (write_value(&canonical, value) == 0)
		return 0;
	out->size = before;
	out->data[before] = '\0';
	return -1;
}

/* Whole reals become integers, as long as that says the same. */
static void make_whole(struct value *value)
{
	for (size_t i = 0; i < value_count(value); i++)
		make_whole(value->items[i]);
	if (value->kind != VALUE_REAL || fabs(value->real) > EXACT_MOST ||
	    value->real != trunc(value->real))
		return;

	int64_t integer = (int64_t)value->real;

	value->kind = VALUE_INT;
	value->integer = integer;
}

struct value *canonical_parse(const char *text, size_t size, const char *where, struct error *err)
{
	struct value *value = json_parse_reals(text, size, where, err);
	struct buf again;
	int result;

	if (!value)
		return NULL;
	make_whole(value);
	buf_init(&again);
	result = canonical_write(&again, value, where, err);
	if (result == 0 && (again.size != size || memcmp(again.data, text, size) != 0))
		result = error_set(err, ERROR_USAGE, "%s: not in canonical form (RFC 8785)", where);
	buf_done(&again);
	if (result == 0)
		return value;
	value_free(value);
	return NULL;
}

bool canonical_same(const struct value *a, const struct value *b)
{
	struct buf one, other;
	struct error none;
	bool is;

	if (!a || !b)
		return a == b;
	buf_init(&one);
	buf_init(&other);
	is = canonical_write(&one, a, "", &none) == 0 &&
	     canonical_write(&other, b, "", &none) == 0 && one.size == other.size &&
	     memcmp(one.data, other.data, one.size) == 0;
	buf_done(&one);
	buf_done(&other);
	return is;
}
