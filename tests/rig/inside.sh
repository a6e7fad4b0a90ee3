#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# inside.sh [SUITE…]: everything that `make test-rig` promises, run inside the rig; with suites' names, those of the
# claims in C alone. The last line is "N passed, N failed, N skipped". Inside the rig nothing is missing, so a
# skipped claim is a failure.
cd "$(dirname "$0")/../.." || exit 1
passed=0 failed=0

# run NAME COMMAND…
run() {
	name=$1 && shift
	echo "== $name"
	"$@" </dev/null >/tmp/claims.log 2>&1 &
	pid=$!
	tail -n +1 -f /tmp/claims.log &
	shown=$!
	wait $pid
	status=$?
	sleep 1.5 # busybox's tail looks once a second
	kill $shown 2>/dev/null
	totals=$(tail -n 1 /tmp/claims.log | grep -xE '[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped')
	if [ -z "$totals" ]; then
		echo "FAILED  $name ended with status $status before it had counted its claims"
		failed=$((failed + 1))
		return
	fi
	# shellcheck disable=SC2086 # three numbers
	set -- $totals
	passed=$((passed + $1)) failed=$((failed + $3 + $5))
	[ "$5" = 0 ] || echo "FAILED  $name: $5 claims were skipped, and the rig has all they need"
	[ "$status" = 0 ] || [ "$3" != 0 ] || {
		echo "FAILED  $name counted no failure, but ended with status $status"
		failed=$((failed + 1))
	}
}

run "claims about real wires, in C" build/davy-rig-tests "$@"
if [ $# = 0 ]; then
	for claims in tests/rig/claims_*.sh; do
		[ -f "$claims" ] && run "$claims" sh "$claims"
	done
fi
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
