/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calibration file (run/calibration.h has the format): one certificate per row (base/csv.h). What a field may not say
 * is refused with its line and column: a wrong uncertainty would go unseen into every verdict.
 *
 * Percent needs care. "0.5 %" is a share of the reading; "0.02 %vol" is absolute although %vol is a
 * percentage, too. For a quantity whose own unit is %, "2 %" could be read either way and is refused:
 * there "2 %rd" is the share. A share of a temperature in °C is refused, because it would depend on
 * where the scale has its zero. An absolute part in °C is a difference, so the offset never counts.
 *
 * Invariant: instrument and quantity together occur once. A file is short, so a look-up walks it.
 */
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/csv.h"
#include "run/calibration.h"

enum column {
	INSTRUMENT,
	QUANTITY,
	VALUE,
	UNIT,
	UNCERTAINTY,
	FACTOR,
	NUMBER,
	DUE,
	REPEATABILITY,
	STANDARD,
	COLUMNS
};
enum { NEEDED = REPEATABILITY }; /* columns; the last two may be missing */

static const char *const COLUMN_NAMES[COLUMNS] = {
	"instrument", "quantity",    "value", "unit",	       "expanded_uncertainty",
	"k",	      "certificate", "due",   "repeatability", "check_standard",
};

static const char HEAD[] = "instrument,quantity,value,unit,expanded_uncertainty,k,certificate,due";

struct calibration {
	size_t count;
	struct certificate *certificates;
	unsigned *lines; /* where each stands in the file */
};

/* The line being read. */
struct row {
	const char *where;
	unsigned line;
	char *field[COLUMNS];
};

__attribute__((format(printf, 4, 5))) static int refuse(const struct row *row, enum column column,
							struct error *err, const char *format, ...)
{
	char *what;
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&what, format, arguments) < 0)
		abort();
	va_end(arguments);
	error_set(err, ERROR_USAGE, "%s:%u: column '%s': %s", row->where, row->line,
		  COLUMN_NAMES[column], what);
	free(what);
	return -1;
}

/* ---- rows ---- */

static int take_fields(struct row *row, const struct csv *csv, struct error *err)
{
	row->line = csv->line;
	for (size_t i = 0; i < COLUMNS; i++)
		row->field[i] = i < csv->count ? csv->field[i] : NULL;
	if (csv->count == COLUMNS || csv->count == NEEDED)
		return 0;
	return error_set(err, ERROR_USAGE, "%s:%u: %zu columns; these %d are needed: %s",
			 row->where, row->line, csv->count, NEEDED, HEAD);
}

static int check_head(const struct row *row, struct error *err)
{
	for (size_t i = 0; i < COLUMNS && row->field[i]; i++)
		if (strcmp(row->field[i], COLUMN_NAMES[i]) != 0)
			return error_set(err, ERROR_USAGE,
					 "%s:%u: column %zu is called '%s' and must be '%s'; the "
					 "head line is %s",
					 row->where, row->line, i + 1, row->field[i],
					 COLUMN_NAMES[i], HEAD);
	return 0;
}

/* ---- what a field says ---- */

static int read_name(const struct row *row, enum column column, char *name, size_t size,
		     struct error *err)
{
	const char *text = row->field[column];

	if (strlen(text) >= size)
		return refuse(row, column, err, "'%s' is longer than %zu bytes", text, size - 1);
	strcpy(name, text);
	return 0;
}

static int read_needed(const struct row *row, enum column column, char *name, size_t size,
		       struct error *err)
{
	if (!*row->field[column])
		return refuse(row, column, err, "is empty and must not be");
	return read_name(row, column, name, size, err);
}

/* A finite number at the start of `text`; NULL when there is none, else what follows it. */
static const char *read_number(const char *text, double *number)
{
	char *end;

	if (!isdigit((unsigned char)text[strspn(text, "+-.")]))
		return NULL; /* nor "inf", nor "nan" */
	*number = strtod(text, &end);
	if (end == text || !isfinite(*number))
		return NULL;
	return end + strspn(end, " \t");
}

static int read_instrument(const struct row *row, struct certificate *certificate,
			   struct error *err)
{
	const char *text = row->field[INSTRUMENT], *name = strchr(text, '/');
	char end;
	unsigned slot;

	if (read_needed(row, INSTRUMENT, certificate->instrument, sizeof(certificate->instrument),
			err) < 0)
		return -1;
	if (name && (sscanf(text, "slot%u%c", &slot, &end) != 2 || end != '/' || slot < 1 ||
		     !name[1] || strchr(name + 1, '/')))
		return refuse(row, INSTRUMENT, err,
			      "'%s': a name, or slotN/name for the one of slot N (from 1)", text);
	return 0;
}

static int read_unit(const struct row *row, struct certificate *certificate, struct error *err)
{
	struct error why;

	if (unit_parse(&certificate->unit, row->field[UNIT], &why) < 0)
		return refuse(row, UNIT, err, "%s", why.text);
	return 0;
}

static int read_value(const struct row *row, struct certificate *certificate, struct error *err)
{
	const char *text = row->field[VALUE], *rest;
	double number;

	if (!*text && !*certificate->quantity)
		return refuse(row, VALUE, err,
			      "is empty: a reference needs its certified value, an instrument "
			      "names what it reads in column 'quantity'");
	if (!*text)
		return 0;
	if (*certificate->quantity)
		return refuse(row, VALUE, err,
			      "'%s': an instrument that reads '%s' has no certified value; leave "
			      "the column empty, or 'quantity' for a reference",
			      text, certificate->quantity);
	rest = read_number(text, &number);
	if (!rest || *rest)
		return refuse(row, VALUE, err, "'%s' is not a number; the unit has its own column",
			      text);
	certificate->has_value = true;
	certificate->value = quantity_of(number, &certificate->unit);
	return 0;
}

static int read_share(const struct row *row, const char *term, const char *symbol, double number,
		      struct certificate *certificate, struct error *err)
{
	if (strcmp(certificate->unit.symbol, "%") == 0 && strcmp(symbol, "%") == 0)
		return refuse(
			row, UNCERTAINTY, err,
			"'%s' of a quantity in %% can mean two things: write %%rd for a share "
			"of the reading",
			term);
	if (unit_is_point(&certificate->unit))
		return refuse(row, UNCERTAINTY, err,
			      "'%s': a share of a temperature in %s means nothing; give it in K",
			      term, certificate->unit.symbol);
	certificate->relative += number / 100;
	return 0;
}

static int read_absolute(const struct row *row, const char *term, const char *symbol, double number,
			 struct certificate *certificate, struct error *err)
{
	struct unit unit;
	struct error why;

	if (unit_parse(&unit, symbol, &why) < 0)
		return refuse(row, UNCERTAINTY, err, "'%s': %s", term, why.text);
	if (!unit_same_kind(&unit, &certificate->unit))
		return refuse(
			row, UNCERTAINTY, err,
			"'%s' does not fit a quantity in '%s': give it in that unit, or in %% "
			"of the reading",
			term, certificate->unit.symbol);
	certificate->absolute += number * unit.scale;
	return 0;
}

static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

static int read_term(const struct row *row, char *term, struct certificate *certificate,
		     struct error *err)
{
	const char *symbol;
	double number;

	term = trim(term);
	symbol = read_number(term, &number);
	if (!symbol || number < 0)
		return refuse(row, UNCERTAINTY, err,
			      "'%s' is no uncertainty: write \"0.5 %%\" of the reading, "
			      "\"0.02 %%vol\" absolute, or both with a + between",
			      term);
	if (strcmp(symbol, "%") == 0 || strcmp(symbol, "%rd") == 0)
		return read_share(row, term, symbol, number, certificate, err);
	return read_absolute(row, term, symbol, number, certificate, err);
}

/* A plus sign between two terms; the one of "1e+3" is none. */
static char *find_plus(char *text)
{
	for (char *plus = strchr(text + 1, '+'); *text && plus; plus = strchr(plus + 1, '+'))
		if (plus[-1] != 'e' && plus[-1] != 'E')
			return plus;
	return NULL;
}

static int read_uncertainty(const struct row *row, struct certificate *certificate,
			    struct error *err)
{
	char *text, *plus;
	int done;

	if (read_needed(row, UNCERTAINTY, certificate->expanded, sizeof(certificate->expanded),
			err) < 0)
		return -1;
	text = xstrdup(row->field[UNCERTAINTY]);
	plus = find_plus(text);
	if (plus)
		*plus = '\0';
	done = read_term(row, text, certificate, err);
	if (done == 0 && plus)
		done = read_term(row, plus + 1, certificate, err);
	free(text);
	if (done == 0 && certificate->absolute == 0 && certificate->relative == 0)
		return refuse(row, UNCERTAINTY, err, "'%s' is zero, which no certificate says",
			      certificate->expanded);
	return done;
}

static int read_factor(const struct row *row, struct certificate *certificate, struct error *err)
{
	const char *rest = read_number(row->field[FACTOR], &certificate->k);

	if (!rest || *rest || certificate->k < 1)
		return refuse(row, FACTOR, err,
			      "'%s' is no coverage factor: a number from 1 on, as the certificate "
			      "says (usually 2)",
			      row->field[FACTOR]);
	return 0;
}

/* Midnight UTC after the day, in seconds; -1 when there is no such day. */
static time_t end_of_day(const char *date)
{
	struct tm day = {0}, check;
	char again[16];
	time_t start;

	if (strlen(date) != 10 || strspn(date, "0123456789-") != 10 ||
	    sscanf(date, "%4d-%2d-%2d", &day.tm_year, &day.tm_mon, &day.tm_mday) != 3)
		return -1;
	day.tm_year -= 1900;
	day.tm_mon -= 1;
	start = timegm(&day);
	gmtime_r(&start, &check);
	strftime(again, sizeof(again), "%Y-%m-%d", &check);
	return strcmp(again, date) == 0 ? start + 24 * 60 * 60 : -1;
}

static int read_due(const struct row *row, struct certificate *certificate, struct error *err)
{
	if (end_of_day(row->field[DUE]) < 0)
		return refuse(row, DUE, err,
			      "'%s' is no day: write the last valid one as YYYY-MM-DD",
			      row->field[DUE]);
	return read_name(row, DUE, certificate->due, sizeof(certificate->due), err);
}

/* As a standard deviation, not expanded; and whose it is. */
static int read_repeatability(const struct row *row, struct certificate *certificate,
			      struct error *err)
{
	const char *text = row->field[REPEATABILITY], *symbol;
	struct unit unit;
	struct error why;
	double number;

	if (!text || !*text)
		return 0;
	certificate->repeatability = NAN;
	if (!strcmp(text, CALIBRATION_UNKNOWN))
		return read_needed(row, STANDARD, certificate->check_standard,
				   sizeof(certificate->check_standard), err);
	symbol = read_number(text, &number);
	if (!symbol || number < 0)
		return refuse(row, REPEATABILITY, err,
			      "'%s' is no standard deviation: write \"0.02 %%vol\"", text);
	if (unit_parse(&unit, symbol, &why) < 0)
		return refuse(row, REPEATABILITY, err, "'%s': %s", text, why.text);
	if (!*certificate->quantity || !unit_same_kind(&unit, &certificate->unit))
		return refuse(row, REPEATABILITY, err, "'%s' does not fit what %s reads", text,
			      certificate->instrument);
	certificate->repeatability = number * unit.scale;
	return read_needed(row, STANDARD, certificate->check_standard,
			   sizeof(certificate->check_standard), err);
}

static int read_certificate(const struct row *row, struct certificate *certificate,
			    struct error *err)
{
	*certificate = (struct certificate){0};
	if (read_instrument(row, certificate, err) < 0 ||
	    read_name(row, QUANTITY, certificate->quantity, sizeof(certificate->quantity), err) <
		    0 ||
	    read_unit(row, certificate, err) < 0 || read_value(row, certificate, err) < 0 ||
	    read_uncertainty(row, certificate, err) < 0 || read_factor(row, certificate, err) < 0 ||
	    read_needed(row, NUMBER, certificate->number, sizeof(certificate->number), err) < 0)
		return -1;
	if (read_due(row, certificate, err) < 0)
		return -1;
	return read_repeatability(row, certificate, err);
}

/* ---- the file ---- */

/* Bytes of `text` that fit into `most` without cutting a character. */
static int whole_characters(const char *text, size_t most)
{
	size_t size = strlen(text);

	if (size <= most)
		return (int)size;
	while (most > 0 && ((unsigned char)text[most] & 0xc0) == 0x80)
		most--;
	return (int)most;
}

static void name_source(const struct calibration *calibration, const struct row *row,
			struct certificate *certificate)
{
	enum { LINE_ROOM = 8 }; /* "/" and as many digits as a file has lines */
	size_t room = sizeof(certificate->source) - sizeof("cert:");
	bool alone = strlen(certificate->number) <= room;

	for (size_t i = 0; i < calibration->count && alone; i++)
		alone = strcmp(calibration->certificates[i].number, certificate->number) != 0;
	if (alone)
		snprintf(certificate->source, sizeof(certificate->source), "cert:%.34s",
			 certificate->number);
	else
		snprintf(certificate->source, sizeof(certificate->source), "cert:%.*s/%u",
			 whole_characters(certificate->number, room - LINE_ROOM),
			 certificate->number, row->line);
}

static int add_row(struct calibration *calibration, const struct row *row, struct error *err)
{
	struct certificate certificate;
	size_t count = calibration->count;

	if (read_certificate(row, &certificate, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (!strcmp(calibration->certificates[i].instrument, certificate.instrument) &&
		    !strcmp(calibration->certificates[i].quantity, certificate.quantity))
			return refuse(row, INSTRUMENT, err,
				      "'%s' with quantity '%s' stands in line %u already; keep the "
				      "one that is valid",
				      certificate.instrument, certificate.quantity,
				      calibration->lines[i]);

	name_source(calibration, row, &certificate);
	calibration->certificates =
		xrealloc(calibration->certificates, (count + 1) * sizeof(certificate));
	calibration->lines = xrealloc(calibration->lines, (count + 1) * sizeof(row->line));
	calibration->certificates[count] = certificate;
	calibration->lines[count] = row->line;
	calibration->count++;
	return 0;
}

static int read_rows(struct calibration *calibration, char *text, const char *where,
		     struct error *err)
{
	struct row row = {.where = where};
	bool head = false;
	struct csv csv;
	int more;

	csv_begin(&csv, text, where);
	while ((more = csv_next(&csv, err)) == 1) {
		if (take_fields(&row, &csv, err) < 0)
			return -1;
		if ((head ? add_row(calibration, &row, err) : check_head(&row, err)) < 0)
			return -1;
		head = true;
	}
	if (more < 0 || head)
		return more;
	return error_set(err, ERROR_USAGE, "%s: no head line; it is %s", where, HEAD);
}

struct calibration *calibration_parse(const char *text, const char *where, struct error *err)
{
	struct calibration *calibration = calibration_none();
	char *copy = xstrdup(text);
	int done = read_rows(calibration, copy, where, err);

	free(copy);
	if (done == 0)
		return calibration;
	calibration_free(calibration);
	return NULL;
}

struct calibration *calibration_none(void)
{
	return xcalloc(1, sizeof(struct calibration));
}

void calibration_free(struct calibration *calibration)
{
	if (!calibration)
		return;
	free(calibration->certificates);
	free(calibration->lines);
	free(calibration);
}

const struct certificate *calibration_at(const struct calibration *calibration, size_t index)
{
	return index < calibration->count ? &calibration->certificates[index] : NULL;
}

static const struct certificate *find(const struct calibration *calibration, const char *instrument,
				      const char *quantity)
{
	for (size_t i = 0; i < calibration->count; i++)
		if (!strcmp(calibration->certificates[i].instrument, instrument) &&
		    !strcmp(calibration->certificates[i].quantity, quantity))
			return &calibration->certificates[i];
	return NULL;
}

const struct certificate *calibration_find(const struct calibration *calibration, int slot,
					   const char *instrument, const char *quantity)
{
	char *of_slot = xprintf("slot%d/%s", slot, instrument);
	const struct certificate *certificate = find(calibration, of_slot, quantity);

	free(of_slot);
	return certificate ? certificate : find(calibration, instrument, quantity);
}

int calibration_other_slot(const struct calibration *calibration, const char *instrument,
			   const char *quantity)
{
	for (size_t i = 0; i < calibration->count; i++) {
		const struct certificate *certificate = &calibration->certificates[i];
		const char *slash = strchr(certificate->instrument, '/');

		if (slash && !strcmp(slash + 1, instrument) &&
		    !strcmp(certificate->quantity, quantity))
			return atoi(certificate->instrument + strlen("slot"));
	}
	return 0;
}

bool calibration_is_over(const char *due, nsec wall)
{
	return wall / SEC(1) >= end_of_day(due); /* in seconds: a far day fits */
}

bool certificate_expired(const struct certificate *certificate, nsec wall)
{
	return calibration_is_over(certificate->due, wall);
}

double certificate_standard(const struct certificate *certificate, double value)
{
	return (certificate->absolute + certificate->relative * fabs(value)) / certificate->k;
}

struct value *certificate_describe(const struct certificate *certificate)
{
	struct value *described = value_map();

	value_set_text(described, "instrument", certificate->instrument);
	if (certificate->quantity[0])
		value_set_text(described, "quantity", certificate->quantity);
	if (certificate->has_value)
		value_set_real(described, "value", quantity_number(&certificate->value));
	value_set_text(described, "unit", certificate->unit.symbol);
	value_set_text(described, "certificate", certificate->number);
	value_set_text(described, "expanded", certificate->expanded);
	value_set_real(described, "k", certificate->k);
	value_set_text(described, "due", certificate->due);
	if (certificate->check_standard[0])
		value_set_text(described, "check_standard", certificate->check_standard);
	if (certificate->check_standard[0] && !isnan(certificate->repeatability))
		value_set_real(described, "repeatability",
			       certificate->repeatability / certificate->unit.scale);
	return described;
}

struct value *calibration_describe(const struct calibration *calibration, int slot)
{
	struct value *described = value_map();

	for (size_t i = 0; i < calibration->count; i++) {
		const struct certificate *certificate = &calibration->certificates[i];
		const char *slash = strchr(certificate->instrument, '/');
		const char *name = slash ? slash + 1 : certificate->instrument;

		if (calibration_find(calibration, slot, name, certificate->quantity) == certificate)
			value_set(described, certificate->source,
				  certificate_describe(certificate));
	}
	return described;
}
