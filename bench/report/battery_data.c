/* SPDX-License-Identifier: Apache-2.0 */
#include "report/battery_data.h"

#include <inttypes.h>
#include <string.h>

#include "base/csv.h"
#include "report/run_samples.h"
#include "run/series_away.h"
#include "verdict/quantity.h"

struct column {
	int channel; /* of the fixture; -1: it has none */
	double sign; /* of what is written of it */
	struct unit unit;
};

struct battery {
	const struct account *account;
	const struct run_samples *samples;
	struct value *events; /* trail_events */
	struct column voltage, current, ambient;
	nsec within;
	size_t step; /* the event that is looked at next, and how many of before were steps */
	int steps;
};

static const struct value *declared_of(const struct account *account)
{
	return value_get(value_get(account->head, "protocol_data"), "bdf");
}

bool battery_data_is_declared(const struct account *account)
{
	return value_get_text(declared_of(account), "voltage") != NULL;
}

/* The protocol was held against its fixture when it was compiled (run/declarations.c). */
static int find_column(struct column *column, const struct value *declared, const char *name,
		       const char *unit, const struct fixture *fixture, struct error *err)
{
	const char *channel = value_get_text(declared, name);
	bool negative = channel && channel[0] == '-';

	*column = (struct column){.channel = -1, .sign = negative ? -1 : 1};
	if (!channel)
		return 0;
	column->channel = fixture_find_channel(fixture, channel + negative);
	if (column->channel < 0)
		return error_set(err, ERROR_USAGE, "bdf: there is no channel '%s'", channel);
	return unit_parse(&column->unit, unit, err);
}

static const struct series *series_of(const struct battery *battery, const struct column *column)
{
	return &battery->samples->channel[column->channel].series;
}

static double shown(const struct battery *battery, const struct column *column, double value)
{
	const struct unit *own = &battery->samples->fixture->channel[column->channel].unit;

	return column->sign * unit_from_si(&column->unit, unit_to_si(own, value));
}

/* ---- rows ---- */

static nsec apart(nsec a, nsec b)
{
	return a > b ? a - b : b - a;
}

/* The nearest sample of the voltage, of two the one before; NULL: none is near enough. */
static const struct sample *voltage_at(const struct battery *battery, nsec time)
{
	const struct series *series = series_of(battery, &battery->voltage);
	size_t after = series_before(series, time);
	const struct sample *near = after < series->count ? &series->samples[after] : NULL;
	const struct sample *before = after ? &series->samples[after - 1] : NULL;

	if (before && (!near || apart(before->time, time) <= apart(near->time, time)))
		near = before;
	return near && apart(near->time, time) <= battery->within ? near : NULL;
}

static int step_at(struct battery *battery, nsec time)
{
	for (; battery->step < value_count(battery->events); battery->step++) {
		const struct value *event = value_at(battery->events, battery->step);
		const char *kind = value_get_text(event, "kind");

		if (value_get_int(event, "t", 0) > time)
			break;
		battery->steps += kind && !strcmp(kind, "step");
	}
	return battery->steps;
}

static void add_ambient(const struct battery *battery, nsec time, struct buf *out)
{
	const struct series *series;
	size_t count;

	if (battery->ambient.channel < 0)
		return;
	buf_add_byte(out, ',');
	series = series_of(battery, &battery->ambient);
	count = series_before(series, time + 1);
	if (count)
		csv_add_number(out,
			       shown(battery, &battery->ambient, series->samples[count - 1].value));
}

static void add_seconds(struct buf *out, nsec time)
{
	buf_printf(out, "%" PRId64 ".%09" PRId64, time / SEC(1), time % SEC(1));
}

static void add_row(struct battery *battery, const struct sample *current,
		    const struct sample *voltage, struct buf *out)
{
	nsec began = value_get_int(battery->account->anchor, "ns", 0);

	add_seconds(out, current->time);
	buf_add_byte(out, ',');
	csv_add_number(out, shown(battery, &battery->voltage, voltage->value));
	buf_add_byte(out, ',');
	csv_add_number(out, shown(battery, &battery->current, current->value));
	buf_add_byte(out, ',');
	add_seconds(out, began + current->time);
	buf_printf(out, ",%d", step_at(battery, current->time));
	add_ambient(battery, current->time, out);
	buf_add_text(out, value_get_bool(battery->account->head, "simulated") ? ",1\n" : "\n");
}

static int add_rows(struct battery *battery, struct buf *out, struct error *err)
{
	const struct series *series = series_of(battery, &battery->current);
	size_t rows = 0;

	for (size_t i = 0; i < series->count; i++) {
		const struct sample *voltage = voltage_at(battery, series->samples[i].time);

		if (!voltage)
			continue;
		add_row(battery, &series->samples[i], voltage, out);
		rows++;
	}
	if (rows)
		return 0;
	return error_set(err, ERROR_REFUSED,
			 "%s: the journal has no current that was measured together with the "
			 "voltage, as near in time as its protocol asks",
			 battery->account->id);
}

/* ---- the whole ---- */

static void add_head(const struct battery *battery, struct buf *out)
{
	buf_add_text(out, "Test Time / s,Voltage / V,Current / A,Unix Time / s,Step Count / 1");
	if (battery->ambient.channel >= 0)
		buf_add_text(out, ",Ambient Temperature / degC");
	buf_add_text(out, value_get_bool(battery->account->head, "simulated") ? ",SIMULATED / 1\n"
									      : "\n");
}

static int find_columns(struct battery *battery, struct error *err)
{
	const struct value *declared = declared_of(battery->account);
	const struct fixture *fixture = battery->samples->fixture;
	struct quantity within;

	if (!fixture)
		return error_set(err, ERROR_REFUSED, "%s: it ended before anything was measured",
				 battery->account->id);
	if (find_column(&battery->voltage, declared, "voltage", "V", fixture, err) < 0 ||
	    find_column(&battery->current, declared, "current", "A", fixture, err) < 0 ||
	    find_column(&battery->ambient, declared, "ambient", "°C", fixture, err) < 0 ||
	    quantity_parse(&within, value_get_text(declared, "within"), err) < 0)
		return -1;
	battery->within = (nsec)(within.value * 1e9);
	return 0;
}

static int write_all(struct battery *battery, struct buf *out, struct error *err)
{
	if (find_columns(battery, err) < 0)
		return -1;
	add_head(battery, out);
	return add_rows(battery, out, err);
}

static int read_trail(const struct account *account, struct run_samples *samples,
		      struct trail **trail, struct error *err)
{
	struct value *away = series_away(account->folder);
	int here = away ? series_away_refuse(away, account->folder, err) : 0;

	value_free(away);
	*trail = here == 0 ? trail_read(account->folder, err) : NULL;
	return *trail ? run_samples_read(samples, *trail, err) : -1;
}

int battery_data(const struct account *account, struct buf *out, struct error *err)
{
	struct run_samples samples = {0};
	struct battery battery = {.account = account, .samples = &samples};
	struct trail *trail;
	int done = read_trail(account, &samples, &trail, err);

	if (done == 0) {
		battery.events = trail_events(trail);
		done = write_all(&battery, out, err);
	}
	value_free(battery.events);
	run_samples_done(&samples);
	trail_free(trail);
	return done;
}
