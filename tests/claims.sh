# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What tests/claims_*.sh share: sourced, then `claim "sentence" command…` once per claim, a scratch
# folder in $scratch, and `claims_end` last. A claim holds when its command succeeds; what the
# command prints is shown only when it fails. `within SECONDS COMMAND…` is timeout, on an emulated processor
# $SLOWNESS times as long, and says what hung.
set -u
claims_passed=0 claims_failed=0 claims_skipped=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

claim() {
	local sentence=$1 output
	shift
	if output=$("$@" 2>&1); then
		echo "ok      $sentence"
		claims_passed=$((claims_passed + 1))
	else
		echo "FAILED  $sentence"
		echo "        ${output//$'\n'/$'\n'        }"
		claims_failed=$((claims_failed + 1))
	fi
}

within() {
	local seconds=$(($1 * ${SLOWNESS:-1})) status
	shift
	timeout "$seconds" "$@"
	status=$?
	[ "$status" != 124 ] || echo "after $seconds s it had not come to an end: $*" >&2
	return "$status"
}

claim_skip() {
	echo "SKIPPED $1: $2"
	claims_skipped=$((claims_skipped + 1))
}

# stop_controller STATE: whoever has it is told to end, and has ended; where nobody has it all is well.
stop_controller() {
	for _ in $(seq 50); do
		flock -n "$1/controller.lock" true && return
		kill "$(cat "$1/controller.lock")" 2>/dev/null
		sleep 0.2
	done
	echo "the controller of $1 does not end"
	return 1
}

# can_print WHAT COMMAND…: is here what makes a PDF, and what the claims look at it with? Else WHAT is skipped, and why.
can_print() {
	local what=$1 tool
	shift
	if [ "${SLOWNESS:-1}" != 1 ]; then
		claim_skip "$what" "an emulated processor takes longer for a page than a bench lets its printing take"
		return 1
	fi
	sh bench/dist/setup.sh test >/dev/null && /usr/bin/python3 -c 'import weasyprint' 2>/dev/null || set -- WeasyPrint
	for tool; do
		command -v "$tool" >/dev/null && continue
		claim_skip "$what" "$tool is not there and cannot be installed"
		return 1
	done
}

# What a command printed into $scratch/out, or into another file there.
says() {
	grep -qF -- "$1" "$scratch/${2:-out}" && return
	tail -n 40 "$scratch/${2:-out}" "$scratch/err" 2>/dev/null | cut -c1-300
	echo "that does not say: $1"
	return 1
}

# refused CODE PART COMMAND…: ends with that code and one sentence, and says nothing else.
refused() {
	local code=$1 part=$2
	shift 2
	"$@" >"$scratch/out" 2>"$scratch/err"
	[ $? = "$code" ] || { tail -n 40 "$scratch/out" "$scratch/err" | cut -c1-300; return 1; }
	says "$part" err && [ "$(grep -c '^davy: ' "$scratch/err")" = 1 ] && [ ! -s "$scratch/out" ]
}

claims_end() {
	echo "$claims_passed passed, $claims_failed failed, $claims_skipped skipped"
	[ "$claims_failed" = 0 ]
	exit
}
