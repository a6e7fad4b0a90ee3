/* SPDX-License-Identifier: Apache-2.0 */
/* Integers as the wire has them: least significant byte first, wherever they stand. */
#ifndef DAVY_WIRE_LITTLE_ENDIAN_H
#define DAVY_WIRE_LITTLE_ENDIAN_H

#include <stddef.h>
#include <stdint.h>

static inline void little_put(uint8_t *bytes, size_t size, uint64_t number)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(number >> (8 * i));
}

static inline uint64_t little_get(const uint8_t *bytes, size_t size)
{
	uint64_t number = 0;

	for (size_t i = 0; i < size; i++)
		number |= (uint64_t)bytes[i] << (8 * i);
	return number;
}

#endif
