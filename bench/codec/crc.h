/* SPDX-License-Identifier: Apache-2.0 */
/* Check sums of the serial protocols that Davy speaks. Pure functions. */
#ifndef DAVY_CODEC_CRC_H
#define DAVY_CODEC_CRC_H

#include <stddef.h>
#include <stdint.h>

/* Modbus over serial line V1.02, 6.2.2: polynomial A001 (reflected 8005), start FFFF. */
uint16_t crc_modbus(const uint8_t *data, size_t size);
/* CRC-16/XMODEM-like forms: polynomial 1021, given start, not reflected. */
uint16_t crc_ccitt(const uint8_t *data, size_t size, uint16_t start);
/* Sum of bytes modulo 256, and its two's complement. */
uint8_t crc_sum8(const uint8_t *data, size_t size);
uint8_t crc_negated_sum8(const uint8_t *data, size_t size);
/* CRC-32 of PNG (ISO/IEC 15948, annex D): polynomial EDB88320 (reflected 04C11DB7), start and end inverted. */
uint32_t crc_32(const uint8_t *data, size_t size);
uint16_t crc_sum16(const uint8_t *data, size_t size);

#endif
