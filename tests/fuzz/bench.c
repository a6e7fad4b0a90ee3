/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The small fixture: one device on a bus, a valve that a contact shows, an E-stop. It is said in JSON, as
 * a journal has it, since nothing here runs Lua.
 */
#include "tests/fuzz/bench.h"

#include <string.h>

#include "base/json.h"
#include "tests/fuzz/fuzz.h"

static const char FIXTURE[] =
	"{\"id\":\"mini\",\"world\":\"world.lua\",\"estop\":\"stop\",\"title\":\"mini\","
	"\"ports\":{\"bus\":{\"settings\":\"19200 8N1\",\"rs485\":true}},"
	"\"devices\":{\"meter\":{\"driver\":\"meter\",\"port\":\"bus\",\"unit\":3,"
	"\"safe\":{\"flow\":\"0 L/min\",\"output\":\"off\"}}},"
	"\"lines\":{\"valve\":{\"kind\":\"valve\",\"safe\":\"closed\",\"read_back\":\"lid\","
	"\"within\":\"200 "
	"ms\"},\"motor\":{\"kind\":\"switch\",\"safe\":\"off\",\"active\":\"low\"},"
	"\"lid\":{\"kind\":\"contact\",\"debounce\":\"20 ms\"},\"stop\":{\"kind\":\"contact\"},"
	"\"pulses\":{\"kind\":\"pulse\"}},"
	"\"channels\":{\"flow\":\"meter.flow\",\"temperature\":{\"from\":\"meter.temperature\","
	"\"every\":\"1 s\"}},"
	"\"references\":{\"gas\":\"%vol\"}}";

static const char DRIVERS[] =
	"{\"meter\":{\"id\":\"meter\",\"bus\":\"modbus\",\"reads\":{"
	"\"flow\":{\"input\":0,\"as\":\"u16\",\"scale\":0.01,\"unit\":\"L/min\"},"
	"\"temperature\":{\"input\":1,\"as\":\"i16\",\"scale\":0.1,\"unit\":\"°C\"}},"
	"\"writes\":{\"flow\":{\"holding\":0,\"as\":\"u16\",\"scale\":0.01,\"unit\":\"L/min\","
	"\"range\":\"0 .. 10 L/min\"},\"output\":{\"holding\":1,\"words\":{\"off\":0,\"on\":1}}}}}";

static struct value *parse(const char *text)
{
	struct error err;
	struct value *value = json_parse(text, strlen(text), "the small fixture", &err);

	must(value != NULL);
	return value;
}

struct value *bench_fixture_data(void)
{
	return parse(FIXTURE);
}

struct value *bench_drivers_data(void)
{
	return parse(DRIVERS);
}

const struct fixture *bench_fixture(void)
{
	static struct fixture *fixture;
	struct value *value, *drivers;
	struct error err;

	if (fixture)
		return fixture;
	value = bench_fixture_data();
	drivers = bench_drivers_data();
	fixture = fixture_compile(value, drivers, "mini", &err);
	must(fixture != NULL);
	value_free(value);
	value_free(drivers);
	return fixture;
}

void bench_check_image(const struct safe_image *image)
{
	struct value *said = safe_image_to_value(image), *twice;
	struct error err;
	struct safe_image *again = safe_image_from_value(said, "again", &err);

	must(again != NULL);
	twice = safe_image_to_value(again);
	must(value_same(said, twice));
	value_free(twice);
	value_free(said);
	safe_image_free(again);
}

void bench_check_wires(const struct fixture *fixture, const struct station_slot *wires)
{
	struct safe_image *image;
	struct error err;

	must(wires->port_count == fixture->port_count && wires->line_count == fixture->line_count);
	value_free(station_slot_describe(wires));
	image = safe_image_new(fixture, wires, "a run", &err);
	if (!image)
		return;
	must(image->line_count == fixture->safe_count);
	bench_check_image(image);
	safe_image_free(image);
}
