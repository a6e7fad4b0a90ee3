#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# watchdog.sh: a bench with a watchdog. A run that ends well leaves it asleep; where controller and guardian are both
# gone it resets the machine. The rig has the kernel's own (softdog).
set -u
cd "$(dirname "$0")/../.." || exit 1
said=$(mktemp)
trap 'rm -f "$said"' EXIT
passed=0 failed=0

bash tests/rig/boot.sh --patience 240 sh tests/rig/watchdog_bites.sh >"$said" 2>&1
status=$?

claim() { # "SENTENCE" COMMAND…
	if "${@:2}"; then
		echo "ok      $1"
		passed=$((passed + 1))
	else
		echo "FAILED  $1"
		cat "$said"
		failed=$((failed + 1))
	fi
}

# 120: the machine has ended without a word of its first process
is_reset() {
	grep -q '^nobody is left' "$said" && ! grep -q '^and the machine is still there' "$said" && [ $status = 120 ]
}

claim "a run that ends well leaves the watchdog asleep" grep -q '^the run is over' "$said"
claim "where nobody is left to make outputs safe, the watchdog resets the machine" is_reset
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
