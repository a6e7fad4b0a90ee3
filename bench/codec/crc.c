/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check sums, one bit at a time.
 *
 * Frames at a bench are tens of bytes at 9600 baud: a byte takes a millisecond to arrive, so eight
 * shifts need no table. The two polynomials differ in direction: Modbus shifts right and sends its
 * low byte first, the CCITT form shifts left and is sent high byte first. Which byte comes first
 * is the frame's affair and not decided here.
 */
#include "codec/crc.h"

uint16_t crc_modbus(const uint8_t *data, size_t size)
{
	uint16_t crc = 0xFFFF;

	for (size_t i = 0; i < size; i++) {
		crc ^= data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? (crc >> 1) ^ 0xA001 : crc >> 1;
	}
	return crc;
}

uint16_t crc_ccitt(const uint8_t *data, size_t size, uint16_t start)
{
	uint16_t crc = start;

	for (size_t i = 0; i < size; i++) {
		crc ^= (uint16_t)(data[i] << 8);
		for (int bit = 0; bit < 8; bit++)
			crc = (uint16_t)(crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1);
	}
	return crc;
}

uint8_t crc_sum8(const uint8_t *data, size_t size)
{
	return (uint8_t)crc_sum16(data, size);
}

uint8_t crc_negated_sum8(const uint8_t *data, size_t size)
{
	return (uint8_t)-crc_sum8(data, size);
}

uint16_t crc_sum16(const uint8_t *data, size_t size)
{
	uint16_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum = (uint16_t)(sum + data[i]);
	return sum;
}
