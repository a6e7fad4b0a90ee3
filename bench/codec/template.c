/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Templates of lines.
 *
 * A template is read from left to right as items: a literal character, a run of blanks, a word, a
 * text, a number. Matching walks the template and the line together. Each item knows where it ends
 * without trying: a number where strtod stops or after its layout's digits, a word and a text at the
 * next literal character or blank of the template. Nothing is ever taken back, so a line costs its
 * length, whatever the template; the price is that a text cannot hold the character that follows it.
 *
 * A word or a text right before another placeholder would have no end and is refused by
 * template_check. Templates are short and are parsed anew at every use; an ill-formed one matches
 * nothing.
 *
 * Numbers are read and printed in the C locale, which the program never leaves.
 */
#include "codec/template.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/hex.h"
#include "codec/layout.h"

enum item_kind { ITEM_END = 1, ITEM_LITERAL, ITEM_BLANKS, ITEM_WORD, ITEM_TEXT, ITEM_NUMBER };

struct number_format {
	char kind; /* f d e; NUL: none was given */
	bool zeros;
	int width;
	int digits; /* negative: not given */
};

struct item {
	enum item_kind kind;
	const char *start; /* in the template */
	size_t size;
	char literal;
	struct number_format format;
	struct layout layout; /* of a number in hexadecimal digits; size 0: a decimal one */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static size_t blanks_at(const char *text)
{
	return strspn(text, " \t");
}

/*
 * Reading a template
 */

/* At most two digits, so that a width cannot fill the memory. */
static int format_number(const char **at)
{
	int number = 0;

	for (int i = 0; i < 2 && isdigit((unsigned char)**at); i++)
		number = 10 * number + (*(*at)++ - '0');
	return number;
}

/* "%[0][width][.digits][fde]"; a whole number has no digits behind its point. */
static int format_parse(struct number_format *format, const char *at, const char *end)
{
	*format = (struct number_format){.digits = -1};
	if (*at++ != '%')
		return -1;
	if (*at == '0') {
		format->zeros = true;
		at++;
	}
	format->width = format_number(&at);
	if (*at == '.') {
		at++;
		format->digits = format_number(&at);
	}
	if (!*at || !strchr("fde", *at) || at + 1 != end)
		return -1;
	format->kind = *at;
	return format->kind == 'd' && format->digits >= 0 ? -1 : 0;
}

/* "i16": a number's layout; a text has none here, and flags are no number. */
static int digits_parse(struct layout *layout, const char *at, const char *end)
{
	size_t length = (size_t)(end - at);
	struct error ignored;
	char name[8];

	if (length >= sizeof(name))
		return -1;
	memcpy(name, at, length);
	name[length] = '\0';
	if (layout_parse(layout, name, &ignored) == 0 && layout->kind != LAYOUT_FLAGS &&
	    layout->kind != LAYOUT_STRING)
		return 0;
	return -1;
}

static int placeholder_parse(struct item *item, struct error *err)
{
	const char *name = item->start + 1;
	const char *end = strchr(name, '}');

	if (!end)
		return error_set(err, ERROR_USAGE, "'%s' has no closing brace", item->start);
	size_t length = (size_t)(end - name);
	item->size = length + 2;

	if (length == 0)
		item->kind = ITEM_WORD;
	else if (length == 4 && !strncmp(name, "text", 4))
		item->kind = ITEM_TEXT;
	else if (length == 6 && !strncmp(name, "number", 6))
		item->kind = ITEM_NUMBER;
	else if (!strncmp(name, "number:", 7) && !format_parse(&item->format, name + 7, end))
		item->kind = ITEM_NUMBER;
	else if (!strncmp(name, "number:", 7) && !digits_parse(&item->layout, name + 7, end))
		item->kind = ITEM_NUMBER;
	else
		return error_set(
			err, ERROR_USAGE,
			"'%.*s' is no placeholder; known are {} {text} {number}, a number "
			"printed as {number:%%.3f} and one in hexadecimal digits, {number:u16}",
			(int)item->size, item->start);
	return 0;
}

/* The item that starts here. */
static int item_read(struct item *item, const char *at, struct error *err)
{
	*item = (struct item){.kind = ITEM_LITERAL, .start = at, .size = 1, .literal = *at};

	if (!*at) {
		item->kind = ITEM_END;
		item->size = 0;
	} else if (is_blank(*at)) {
		item->kind = ITEM_BLANKS;
		item->size = blanks_at(at);
	} else if ((at[0] == '{' || at[0] == '}') && at[1] == at[0]) {
		item->size = 2;
	} else if (at[0] == '{') {
		return placeholder_parse(item, err);
	} else if (at[0] == '}') {
		return error_set(err, ERROR_USAGE,
				 "a closing brace without its opening; "
				 "a brace itself is written }}");
	}
	return 0;
}

static bool item_captures(const struct item *item)
{
	return item->kind == ITEM_TEXT || item->kind == ITEM_NUMBER;
}

/* Does the item's end depend on what follows it in the template? */
static bool item_is_open(const struct item *item)
{
	return item->kind == ITEM_TEXT || item->kind == ITEM_WORD;
}

static bool item_is_placeholder(const struct item *item)
{
	return item_is_open(item) || item->kind == ITEM_NUMBER;
}

static int check_items(const char *text, size_t *captures, struct error *err)
{
	struct item item, next;

	*captures = 0;
	for (int result = item_read(&item, text, err);; item = next) {
		if (result < 0)
			return -1;
		if (item.kind == ITEM_END)
			return 0;

		result = item_read(&next, item.start + item.size, err);
		if (result == 0 && item_is_open(&item) && item_is_placeholder(&next))
			return error_set(err, ERROR_USAGE,
					 "'%.*s' is followed by another placeholder, so its end is "
					 "not known",
					 (int)item.size, item.start);
		if (item_captures(&item) && ++*captures > TEMPLATE_CAPTURES)
			return error_set(err, ERROR_USAGE, "a template has at most %d captures",
					 TEMPLATE_CAPTURES);
	}
}

int template_check(const char *text, size_t *captures, struct error *err)
{
	if (check_items(text, captures, err) < 0)
		return error_context(err, "template '%s'", text);
	return 0;
}

/*
 * Matching. Each function moves the line past what it matched.
 */

static void capture_text(struct capture *capture, const char *text, size_t size)
{
	size_t kept = size < TEMPLATE_TEXT ? size : TEMPLATE_TEXT - 1;

	for (size_t i = 0; i < kept; i++)
		capture->text[i] = hex_printable((uint8_t)text[i]);
	capture->text[kept] = '\0';
}

static bool is_decimal(const char *text)
{
	if (*text == '+' || *text == '-')
		text++;
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		return false;
	return isdigit((unsigned char)text[*text == '.']);
}

static int digit_of(char c)
{
	if (!isxdigit((unsigned char)c))
		return -1;
	return isdigit((unsigned char)c) ? c - '0' : toupper((unsigned char)c) - 'A' + 10;
}

static bool match_digits(const char **line, const struct layout *layout, struct capture *capture)
{
	uint8_t bytes[sizeof(uint32_t)];

	for (size_t i = 0; i < layout->size; i++) {
		int high = digit_of((*line)[2 * i]);
		int low = high < 0 ? -1 : digit_of((*line)[2 * i + 1]);

		if (low < 0)
			return false;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	capture->number = layout_read(layout, bytes);
	if (!isfinite(capture->number))
		return false;

	capture->is_number = true;
	capture_text(capture, *line, 2 * layout->size);
	*line += 2 * layout->size;
	return true;
}

static bool match_number(const char **line, struct capture *capture)
{
	const char *start = *line + blanks_at(*line);
	char *end;

	if (!is_decimal(start))
		return false;
	capture->number = strtod(start, &end);
	if (!isfinite(capture->number))
		return false;

	capture->is_number = true;
	capture_text(capture, start, (size_t)(end - start));
	*line = end;
	return true;
}

static bool ends_here(char c, enum item_kind kind, const struct item *next)
{
	if (!c)
		return true;
	if (next->kind == ITEM_LITERAL && c == next->literal)
		return true;
	return is_blank(c) && (next->kind == ITEM_BLANKS || kind == ITEM_WORD);
}

static bool match_open(const char **line, const struct item *item, struct capture *capture)
{
	const char *end = *line;
	struct item next;
	struct error ignored;

	if (item_read(&next, item->start + item->size, &ignored) < 0 || item_is_placeholder(&next))
		return false;
	while (!ends_here(*end, item->kind, &next))
		end++;
	if (item->kind == ITEM_WORD && end == *line)
		return false;

	if (item->kind == ITEM_TEXT)
		capture_text(capture, *line, (size_t)(end - *line));
	*line = end;
	return true;
}

static bool match_item(const char **line, const struct item *item, struct capture *capture)
{
	size_t blanks = blanks_at(*line);

	switch (item->kind) {
	case ITEM_LITERAL:
		return *(*line)++ == item->literal;
	case ITEM_BLANKS:
		*line += blanks;
		return blanks > 0;
	case ITEM_NUMBER:
		return item->layout.size ? match_digits(line, &item->layout, capture)
					 : match_number(line, capture);
	case ITEM_TEXT:
	case ITEM_WORD:
		return match_open(line, item, capture);
	case ITEM_END:
		break;
	}
	return **line == '\0';
}

bool template_match(const char *text, const char *line, struct capture *captures, size_t *count)
{
	struct error ignored;
	struct item item;

	*count = 0;
	if (*text != '{')
		line += blanks_at(text) ? 0 : blanks_at(line);
	do {
		struct capture capture = {0};

		if (item_read(&item, text, &ignored) < 0 || !match_item(&line, &item, &capture))
			return false;
		if (item_captures(&item)) {
			if (*count == TEMPLATE_CAPTURES)
				return false;
			captures[(*count)++] = capture;
		}
		text += item.size;
	} while (item.kind != ITEM_END);
	return true;
}

/*
 * Building
 */

/* Without an exponent where that is exact: few instruments understand "3.2e+04". */
static void print_shortest(struct buf *out, double number)
{
	char text[64];

	for (int digits = 0; digits <= 20 && fabs(number) < 1e16; digits++) {
		snprintf(text, sizeof(text), "%.*f", digits, number);
		if (strtod(text, NULL) == number) {
			buf_add_text(out, text);
			return;
		}
	}
	buf_printf(out, "%.17g", number);
}

static int print_number(struct buf *out, const struct number_format *format, double number,
			struct error *err)
{
	if (!isfinite(number) || (format->kind == 'd' && fabs(number) >= 9e18))
		return error_set(err, ERROR_USAGE, "%g cannot be written as a number", number);

	switch (format->kind) {
	case 'f':
		buf_printf(out, format->zeros ? "%0*.*f" : "%*.*f", format->width, format->digits,
			   number);
		break;
	case 'e':
		buf_printf(out, format->zeros ? "%0*.*e" : "%*.*e", format->width, format->digits,
			   number);
		break;
	case 'd':
		buf_printf(out, format->zeros ? "%0*lld" : "%*lld", format->width, llround(number));
		break;
	default:
		print_shortest(out, number);
	}
	return 0;
}

static int print_digits(struct buf *out, const struct layout *layout, double number,
			struct error *err)
{
	uint8_t bytes[sizeof(uint32_t)];

	if (!isfinite(number))
		return error_set(err, ERROR_USAGE, "%g cannot be written as a number", number);
	if (layout_write(layout, number, bytes, err) < 0)
		return -1;
	for (size_t i = 0; i < layout->size; i++)
		buf_printf(out, "%02X", bytes[i]);
	return 0;
}

static int build_item(struct buf *out, const struct item *item, const double *number,
		      struct error *err)
{
	switch (item->kind) {
	case ITEM_NUMBER:
		if (!number)
			return error_set(err, ERROR_USAGE, "there are fewer numbers than places");
		return item->layout.size ? print_digits(out, &item->layout, *number, err)
					 : print_number(out, &item->format, *number, err);
	case ITEM_WORD:
	case ITEM_TEXT:
		return error_set(err, ERROR_USAGE, "'%.*s' cannot be built, only matched",
				 (int)item->size, item->start);
	case ITEM_LITERAL:
		buf_add_byte(out, (uint8_t)item->literal);
		return 0;
	default:
		buf_add(out, item->start, item->size);
		return 0;
	}
}

static int build_items(struct buf *out, const char *text, const double *numbers, size_t count,
		       struct error *err)
{
	size_t used = 0;
	struct item item;

	for (const char *at = text;; at += item.size) {
		if (item_read(&item, at, err) < 0)
			return -1;
		if (item.kind == ITEM_END)
			break;
		if (build_item(out, &item, used < count ? &numbers[used] : NULL, err) < 0)
			return -1;
		used += item.kind == ITEM_NUMBER;
	}
	if (used != count)
		return error_set(err, ERROR_USAGE, "%zu numbers were given for %zu places", count,
				 used);
	return 0;
}

int template_build(struct buf *out, const char *text, const double *numbers, size_t count,
		   struct error *err)
{
	struct buf line;

	buf_init(&line);
	int result = build_items(&line, text, numbers, count, err);
	if (result == 0)
		buf_add(out, line.data, line.size);
	buf_done(&line);
	return result < 0 ? error_context(err, "template '%s'", text) : 0;
}
