#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# all.sh: everything that `make test` promises, added up. The last line is exactly
# "N passed, N failed, N skipped"; the exit status is 0 only when something passed and nothing failed.
#
# Three kinds of tests: build/davy-tests (the claims in C), tests/claims_*.sh (claims about the
# programs and about these tools), and build/davy-tests again under ASan and UBSan, of which only
# failures count. Each ends with such a line of its own; one that dies or hangs before its line is
# one failure.
set -u
cd "$(dirname "$0")/.." || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL # the programs under test are nobody's submake

passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

fail() {
	echo "FAILED  $*"
	failed=$((failed + 1))
}

finish() {
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
	exit
}

# run NAME COMMAND…: leaves what it counted in $good, $bad and $left_out.
run() {
	local name=$1 totals status
	shift
	echo "== $name"
	timeout "${TEST_PATIENCE:-900}" "$@" </dev/null 2>&1 | tee "$log"
	status=${PIPESTATUS[0]}
	totals=$(tail -n 1 "$log" | grep -xE '[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped') || totals=
	read -r good _ bad _ left_out _ <<<"${totals:-0 passed, 0 failed, 0 skipped}"

	if [ -z "$totals" ]; then
		fail "$name ended with status $status before it had counted its claims"
	elif [ "$status" != 0 ] && [ "$bad" = 0 ]; then
		fail "$name counted no failure, but ended with status $status"
	fi
}

count() {
	run "$@"
	passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left_out))
}

count_failures_only() {
	run "$@"
	failed=$((failed + bad))
}

make -s tests || {
	fail "the build"
	finish
}
count "claims in C" build/davy-tests
for claims in tests/claims_*.sh; do
	count "$claims" bash "$claims"
done

if make -s SANITIZE=1 tests; then
	count_failures_only "claims in C, with ASan and UBSan" build-sanitize/davy-tests
else
	fail "the build with SANITIZE=1"
fi
finish
