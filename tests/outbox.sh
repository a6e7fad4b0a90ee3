# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What claims about delivery share: sourced behind tests/people.sh, in the root of the sources.

# record SERIAL: receipt of another piece of equipment; its number is printed
record() {
	within 60 "$davy" record receiving --dut ma=MFA150001 --dut serial="$1" --json >"$scratch/recorded" 2>"$scratch/err" || {
		cat "$scratch/err"
		return 1
	}
	sed -n 's/.*"seq":\([0-9]*\).*/\1/p' "$scratch/recorded"
}

drain() { within 120 "$davy" outbox drain >"$scratch/out" 2>"$scratch/err"; }

# counts STATE: how many rows
counts() { "$davy" outbox list --json | sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p"; }

# is STATE N
is() {
	local count
	count=$(counts "$1")
	[ "$count" = "$2" ] && return
	echo "$1: $count, and not $2"
	"$davy" outbox list
	cat "$scratch/err" 2>/dev/null
	return 1
}
