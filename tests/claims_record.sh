#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What the claims in C about records expect is what other programs make of the same definitions.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh

# expected: each digest of tests/merkle_vectors.py stands in tests/test_merkle.c.
expected() {
	local kind digest count=0
	while read -r kind digest; do
		grep -q "$digest" tests/test_merkle.c || { echo "$kind: $digest"; return 1; }
		count=$((count + 1))
	done < <(python3 tests/merkle_vectors.py)
	[ "$count" = 3 ]
}

if command -v python3 >/dev/null; then
	claim "trees of 1 to 200 leaves have the roots and proofs that Python makes of RFC 6962" expected
else
	claim_skip "trees of 1 to 200 leaves have the roots and proofs that Python makes of RFC 6962" \
		"no python3 to make them"
fi
claims_end
