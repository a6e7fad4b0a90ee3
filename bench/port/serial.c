/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every serial port has in common, whatever is behind it: how its settings are written, how
 * long characters take, and the way to the backend.
 *
 * Settings are written "9600 8N1": baud, data bits, parity (N, E or O), stop bits. The limits of
 * the baud are the slowest and the fastest that Linux has a name for (B50, B4000000).
 *
 * Times are computed, not measured: a character is one start bit, the data bits, the parity bit if
 * there is one, and the stop bits. What an adapter adds on the way is not known here.
 */
#include "port/serial.h"

#include <stdio.h>
#include <stdlib.h>

enum { BAUD_LEAST = 50, BAUD_MOST = 4000000 };

int serial_settings_parse(struct serial_settings *settings, const char *text, struct error *err)
{
	char data[2], parity[2], stop[2];
	int baud, end = 0;

	if (sscanf(text, "%7d %1[78]%1[NEO]%1[12]%n", &baud, data, parity, stop, &end) != 4 ||
	    text[end] != '\0')
		return error_set(err, ERROR_USAGE,
				 "'%s' are no serial settings: write baud, data bits, parity and "
				 "stop bits as in '9600 8N1'",
				 text);
	if (baud < BAUD_LEAST || baud > BAUD_MOST)
		return error_set(err, ERROR_USAGE,
				 "serial settings '%s': the baud must be from %d to %d", text,
				 BAUD_LEAST, BAUD_MOST);

	*settings = (struct serial_settings){
		.baud = baud,
		.data_bits = data[0] - '0',
		.parity = parity[0],
		.stop_bits = stop[0] - '0',
	};
	return 0;
}

static int character_bits(const struct serial_settings *settings)
{
	return 1 + settings->data_bits + (settings->parity != 'N') + settings->stop_bits;
}

nsec serial_transmission_time(const struct serial_settings *settings, size_t size)
{
	nsec bits = (nsec)size * character_bits(settings);

	return (bits * SEC(1) + settings->baud - 1) / settings->baud;
}

nsec serial_character_time(const struct serial_settings *settings)
{
	return serial_transmission_time(settings, 1);
}

nsec serial_frame_silence(const struct serial_settings *settings)
{
	if (settings->baud > 19200)
		return USEC(1750);
	return (serial_transmission_time(settings, 7) + 1) / 2;
}

int serial_write(struct serial *serial, const uint8_t *bytes, size_t size, struct error *err)
{
	return serial->backend->write(serial->self, bytes, size, err);
}

void serial_close(struct serial *serial)
{
	if (!serial)
		return;
	serial->backend->close(serial->self);
	free(serial);
}
