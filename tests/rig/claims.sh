# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# What tests/rig/claims_*.sh share, for busybox: sourced, then `claim "sentence" command…` once per claim, and
# `claims_end` last. A claim holds when its command succeeds; what that prints is shown only when it fails. It is
# tests/claims.sh for a shell that has no bash.
cd "$(dirname "$0")/../.." || exit 1
davy=$PWD/build/davy
probe="$PWD/build/davy-rig-tests --probe"
scratch=$(mktemp -d)
export DAVY_STATE="$scratch/state" LANG=C
passed=0 failed=0

# A script that has to clear up says how: it is called after each claim, with "held" or "failed".
after_claim() { :; }

claim() {
	sentence=$1
	shift
	if "$@" >"$scratch/said" 2>&1; then
		echo "ok      $sentence"
		passed=$((passed + 1))
		after_claim held
	else
		echo "FAILED  $sentence"
		sed 's/^/        /' "$scratch/said"
		failed=$((failed + 1))
		after_claim failed
	fi
}

claims_end() {
	echo "$passed passed, $failed failed, 0 skipped"
	[ "$failed" = 0 ]
	exit
}

# chip LABEL COUNT: a chip of so many lines, LABEL-0 and on, all pulled down; one that claims before these made is
# taken as they left it.
chip() { [ -d "/sys/kernel/config/gpio-sim/$1" ] || $probe chip "$1" "$2" >/dev/null; }

# wires LABEL: the folder of the chip's wires, where the simulator drives and shows them.
wires() {
	config=/sys/kernel/config/gpio-sim/$1
	echo "/sys/devices/platform/$(cat "$config/dev_name")/$(cat "$config/b0/chip_name")"
}

# The wires of the chip whose folder is $lines.
pull() { echo "pull-$2" >"$lines/sim_gpio$1/pull"; }
level() { cat "$lines/sim_gpio$1/value"; }

# What a command printed into $scratch/out, or into another file there.
says() {
	grep -qF -- "$1" "$scratch/${2:-out}" && return
	cat "$scratch/${2:-out}"
	echo "that does not say: $1"
	return 1
}

says_not() {
	grep -qF -- "$1" "$scratch/out" || return 0
	echo "that says: $1"
	return 1
}

# Nobody is needed to make anything safe any more.
no_image() {
	[ -z "$(ls "$DAVY_STATE/safe" 2>/dev/null)" ] && return
	ls -l "$DAVY_STATE/safe"
	return 1
}
