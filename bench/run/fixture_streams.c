/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which devices may speak by themselves on one port: one, beside devices that are asked, and no Modbus.
 *
 * Two that spoke would talk into each other, and nobody could tell whose message is whose. Modbus tells
 * its frames apart by silence, which a device that speaks unasked does not keep. And what is due faster
 * than the line carries it would be late by more with each message.
 */
#include "run/fixture.h"

static int check_speed(const struct fixture_port *port, const struct driver_stream *stream,
		       struct error *err)
{
	size_t size = stream->frame ? frame_layout_most(stream->frame) : 0;
	nsec takes = serial_transmission_time(&port->settings, size);

	if (!stream->every || takes <= stream->every)
		return 0;
	return error_set(
		err, ERROR_USAGE,
		"its '%s' has %zu bytes, which take %.6g s on port '%s' at %d baud, and one is "
		"due every %.6g s",
		stream->name, size, nsec_seconds(takes), port->name, port->settings.baud,
		nsec_seconds(stream->every));
}

static int check_neighbours(const struct fixture *fixture, size_t index, struct error *err)
{
	const struct fixture_device *device = &fixture->device[index];

	for (size_t i = 0; i < fixture->device_count; i++) {
		const struct fixture_device *other = &fixture->device[i];

		if (i == index || other->port != device->port)
			continue;
		if (other->driver->stream_count > 0)
			return error_set(err, ERROR_USAGE,
					 "it and '%s' both speak unasked on port '%s': give each a "
					 "port of its own",
					 other->name, fixture->port[device->port].name);
		if (other->driver->bus == BUS_MODBUS)
			return error_set(err, ERROR_USAGE,
					 "it speaks unasked, and on port '%s' is '%s', a Modbus "
					 "device: give each a port of its own",
					 fixture->port[device->port].name, other->name);
	}
	return 0;
}

static int check_device(const struct fixture *fixture, size_t index, struct error *err)
{
	const struct fixture_device *device = &fixture->device[index];

	for (size_t i = 0; i < device->driver->stream_count; i++)
		if (check_speed(&fixture->port[device->port], &device->driver->stream[i], err) < 0)
			return -1;
	return device->driver->stream_count > 0 ? check_neighbours(fixture, index, err) : 0;
}

int fixture_check_streams(const struct fixture *fixture, struct error *err)
{
	for (size_t i = 0; i < fixture->device_count; i++)
		if (check_device(fixture, i, err) < 0)
			return error_context(err, "device '%s'", fixture->device[i].name);
	return 0;
}
