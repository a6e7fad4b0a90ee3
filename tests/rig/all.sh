#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# all.sh: everything that `make test-rig` promises: what is claimed inside the rig, its watchdog, and what is left of
# runs when its power is cut, twenty times. The last line is "N passed, N failed, N skipped"; on a machine that cannot
# have a rig it is all skipped, with the reason.
set -u
cd "$(dirname "$0")/../.." || exit 1

skip() {
	echo "SKIPPED the rig: $*"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
}

[ "$(uname -m)" = x86_64 ] || skip "its kernel is built for x86_64, and this machine is $(uname -m)"
sh bench/dist/setup.sh rig || skip "what it is made of cannot be installed here (see above)"
unset MAKEFLAGS MFLAGS MAKELEVEL
make -s rig-tests || {
	echo "FAILED  the build"
	echo "0 passed, 1 failed, 0 skipped"
	exit 1
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0 failed=0 skipped=0

# part NAME COMMAND…: its last totals count; a part that ends without them has failed.
part() {
	local name=$1 good bad left_out
	shift
	"$@" 2>&1 | tee "$log"
	if read -r good _ bad _ left_out _ < <(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$log" | tail -n 1); then
		passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left_out))
	else
		echo "FAILED  $name ended without its totals"
		failed=$((failed + 1))
	fi
}

part "the rig" bash tests/rig/boot.sh --patience "${RIG_PATIENCE:-2400}"
part "its watchdog" bash tests/rig/watchdog.sh
part "cutting its power" bash tests/rig/power_cuts.sh 20
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
