/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A value tree as bytes: one tag byte, then little-endian content (counts and sizes as u32,
 * integers as i64, reals as IEEE 754 bits). Equal trees give equal bytes. Decoding survives any
 * input: depth at most 32, at most 65,536 nodes, sizes checked against what is left, keys unique.
 */
#ifndef DAVY_WIRE_BINARY_H
#define DAVY_WIRE_BINARY_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/value.h"

void binary_encode(struct buf *out, const struct value *value);
/* Decode all `size` bytes as one tree; the caller frees it. */
struct value *binary_decode(const uint8_t *bytes, size_t size, struct error *err);

#endif
