/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check sums, four bits at a time: a stream of blocks is half a kilobyte a second for hours, and a table
 * of sixteen is what half a byte adds to the sum. Entry n of a table is n put through four steps of its
 * polynomial, as the claims work out. The polynomials differ in direction: those of Modbus and of PNG
 * shift right, the CCITT form shifts left. Modbus sends its low byte first, the others their high byte; that is the frame's
 * affair and not decided here.
 */
#include "codec/crc.h"

/* A001 hexadecimal, lowest bit first. */
static const uint16_t MODBUS[16] = {
	0x0000, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401,
	0xA001, 0x6C00, 0x7800, 0xB401, 0x5000, 0x9C01, 0x8801, 0x4400,
};

/* 1021 hexadecimal, highest bit first. */
static const uint16_t CCITT[16] = {
	0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50A5, 0x60C6, 0x70E7,
	0x8108, 0x9129, 0xA14A, 0xB16B, 0xC18C, 0xD1AD, 0xE1CE, 0xF1EF,
};

/* EDB88320 hexadecimal, lowest bit first. */
static const uint32_t CRC_32[16] = {
	0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
	0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
	0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
};

uint16_t crc_modbus(const uint8_t *data, size_t size)
{
	uint16_t crc = 0xFFFF;

	for (size_t i = 0; i < size; i++) {
		crc ^= data[i];
		crc = (uint16_t)(crc >> 4 ^ MODBUS[crc & 0xF]);
		crc = (uint16_t)(crc >> 4 ^ MODBUS[crc & 0xF]);
	}
	return crc;
}

uint16_t crc_ccitt(const uint8_t *data, size_t size, uint16_t start)
{
	uint16_t crc = start;

	for (size_t i = 0; i < size; i++) {
		crc ^= (uint16_t)(data[i] << 8);
		crc = (uint16_t)(crc << 4 ^ CCITT[crc >> 12]);
		crc = (uint16_t)(crc << 4 ^ CCITT[crc >> 12]);
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

uint32_t crc_32(const uint8_t *data, size_t size)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < size; i++) {
		crc ^= data[i];
		crc = crc >> 4 ^ CRC_32[crc & 15];
		crc = crc >> 4 ^ CRC_32[crc & 15];
	}
	return ~crc;
}
