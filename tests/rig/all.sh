#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# all.sh [PART…]: everything that `make test-rig` promises: what is claimed inside the rig, each part in a boot of its
# own, its watchdog, a run that rests while its power is cut, and what is left of runs when it is cut twenty times. The
# last line is "N passed, N failed, N skipped"; on a machine that cannot have a rig it is all skipped, with the reason.
# Inside the rig nothing is missing, so a claim that is skipped there has failed. RIG_ROOT=DIR takes the programs in
# DIR/davy and the libraries of that Debian root.
#
# The rig's processors are emulated, on a machine that others may use as well, and what it does in real time can be
# held up by both. A part that fails is therefore tried once more, which is said; what fails twice has failed.
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
passed=0 failed=0 again=""

# try COMMAND…: its last totals are in good and bad; a part that ends without them, or not as they say, has failed.
try() {
	local status left_out
	"$@" 2>&1 | tee "$log"
	status=${PIPESTATUS[0]}
	if ! read -r good _ bad _ left_out _ < <(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$log" | tail -n 1); then
		echo "FAILED  it ended with status $status before it had counted its claims"
		good=0 bad=1
	elif [ "$bad" = 0 ] && [ "$left_out" = 0 ] && [ "$status" != 0 ]; then
		echo "FAILED  it counted no failure, but ended with status $status"
		bad=1
	elif [ "$left_out" != 0 ]; then
		echo "FAILED  $left_out claims were skipped, and the rig has all they need"
		bad=$((bad + left_out))
	fi
}

# part NAME COMMAND…
part() {
	local name=$1
	shift
	echo "== $name"
	try "$@"
	if [ "$bad" != 0 ]; then
		echo "== $name, once more"
		again="$again $name"
		try "$@"
	fi
	passed=$((passed + good)) failed=$((failed + bad))
}

inside() {
	bash tests/rig/boot.sh --patience 900 ${RIG_ROOT:+--root "$RIG_ROOT"} "$@"
}

parts=("$@")
[ $# -gt 0 ] || parts=(in-C tests/rig/claims_*.sh watchdog interruption power)
for name in "${parts[@]}"; do
	case $name in
	in-C) part "$name" inside build/davy-rig-tests ;;
	watchdog | interruption) part "$name" bash "tests/rig/$name.sh" ;;
	power) part "$name" bash tests/rig/power_cuts.sh 20 ;;
	*) part "$(basename "$name" .sh)" inside sh "$name" ;;
	esac
done
[ -z "$again" ] || echo "these had failed once, and were tried again:$again"
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
