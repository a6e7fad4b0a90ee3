#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# power_cuts.sh [CUTS]: cut the power of the whole rig at random moments while runs are on, twenty times or so often.
#
# After each cut the next boot must find, on the same disk: every run that was started has exactly one verdict in a
# journal whose chain is whole; each verdict that was told before the cut is still the same; nothing goes on by
# itself; and the records are as they were made, or say that power went, and are whole after the next start. Each cut is one
# claim. The moments come from a seed, which is printed: CUT_SEED repeats them.
set -u
cd "$(dirname "$0")/../.." || exit 1
cuts=${1:-20}
seed=${CUT_SEED:-$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}
RANDOM=$seed
work=$(mktemp -d "${TMPDIR:-/tmp}/davy-cuts.XXXXXX")
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

truncate -s 256M "$work/disk"
mkfs.ext4 -q "$work/disk" || exit 1
: >"$work/told"
echo "$cuts power cuts, CUT_SEED=$seed"

# boot CUT: what it says is in $work/said, what was told of runs is kept for the next
boot() {
	bash tests/rig/boot.sh --disk "$work/disk" --give "$work/told" --patience 240 "$@" sh tests/rig/power_cut.sh \
		>"$work/said" 2>&1
}

judge() {
	if grep -q '^WRONG' "$work/said" || ! grep -q '^looked at' "$work/said"; then
		failed=$((failed + 1))
		echo "FAILED  power cut $1: $2"
		cat "$work/said"
	else
		passed=$((passed + 1))
		grep '^looked at' "$work/said" | sed "s/^/after cut $1: /"
	fi
	grep '^told ' "$work/said" >>"$work/told" || :
}

boot --cut "0.$((RANDOM % 900 + 100))" || :
grep '^told ' "$work/said" >>"$work/told" || :
for cut in $(seq 1 "$cuts"); do
	if [ "$cut" = "$cuts" ]; then
		boot --cut 0.1
	else
		boot --cut "$((RANDOM % 5)).$((RANDOM % 900 + 100))"
	fi
	judge "$cut" "the runs that it cut short are not as they must be"
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
