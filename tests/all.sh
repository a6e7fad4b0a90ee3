#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# all.sh: everything that `make test` promises, added up. The last line is exactly
# "N passed, N failed, N skipped"; the exit status is 0 only when something passed and nothing failed.
#
# Three kinds of tests: build/davy-tests (the claims in C), tests/claims_*.sh (claims about the
# programs and about these tools), and build/davy-tests again under ASan and UBSan, of which only
# failures count, on another processor beside the second kind: that has most of the real time, and leaves one idle.
# Each ends with such a line of its own (tests/totals.sh).
set -u
cd "$(dirname "$0")/.." || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL # the programs under test are nobody's submake

. tests/totals.sh

make -s tests || {
	fail "the build"
	totals_end
}
make -s SANITIZE=1 tests || fail "the build with SANITIZE=1"
count "claims in C" build/davy-tests
begin "claims in C, with ASan and UBSan" build-sanitize/davy-tests
for claims in tests/claims_*.sh; do
	count "$claims" bash "$claims"
done
count_failures_of_begun
totals_end
