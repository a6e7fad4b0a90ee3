/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the tree share; nobody else includes it. */
#ifndef DAVY_RECORD_MERKLE_NODE_H
#define DAVY_RECORD_MERKLE_NODE_H

#include <stdint.h>

#include "base/hash.h"

/* The node above two; `node` may be one of them. */
void merkle_node(const uint8_t left[HASH_SIZE], const uint8_t right[HASH_SIZE],
		 uint8_t node[HASH_SIZE]);

#endif
