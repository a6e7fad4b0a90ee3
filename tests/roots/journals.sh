#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# journals.sh ROOT: the same rehearsals by this machine's build/davy and by that in ROOT/davy, another Debian, maybe for
# another processor: their journals are the same bytes, and each replays what the other has written. The last line
# counts the claims.
cd "$(dirname "$0")/../.." || exit 1
. tests/claims.sh
root=$1
there=$root$scratch # one path for both: a journal says where its files were
mkdir -p "$there"
trap 'rm -rf "$scratch" "$there"' EXIT
cp -r scripts fixtures "$scratch"
cp -r scripts fixtures "$there"

in_root() { bash tests/roots/root.sh enter "$root" sh -c "cd /davy && $*"; }
order="--seed 7 --limits $scratch/scripts/limits/example.json --brief"

# journal FOLDER: the one that was written there.
journal() { find "$1" -path '*/runs/*/journal'; }

# same_bytes PROTOCOL --sim[=FAULT] CODE
same_bytes() {
	local protocol=$scratch/scripts/$1.lua state=$scratch/state/$1${2#--sim}
	timeout 600 build/davy run "$protocol" $order "$2" --state "$state"
	[ $? = "$3" ] && in_root "timeout 1800 build/davy run $protocol $order $2 --state $state"
	[ $? = "$3" ] && [ "$(stat -c %s "$(journal "$state")")" -gt 10000 ] && cmp "$(journal "$state")" "$(journal "$root$state")"
}

# Each from the other's bytes, whatever they are.
replays_what_came() {
	local run
	run=$(basename "$(dirname "$(journal "$scratch/state/$1")")")
	mkdir -p "$root$scratch/came/$1/runs" "$scratch/came/$1/runs" &&
		cp -r "$scratch/state/$1/runs/$run" "$root$scratch/came/$1/runs/" &&
		cp -r "$root$scratch/state/$1/runs/$run" "$scratch/came/$1/runs/" &&
		in_root "timeout 1800 build/davy replay $run --state $scratch/came/$1" &&
		timeout 600 build/davy replay "$run" --state "$scratch/came/$1"
}

# fault FILE: the first by which the product of a protocol fails, or its bench; some condition a product and judge nothing.
fault() { awk '/faults = \{/ { on = 1 } on && /= \{ "FAIL"/ { print $1; exit }' "$1"; }

make -s programs || exit 1
what=$(bash tests/roots/root.sh enter "$root" sh -c '. /etc/os-release && echo "$PRETTY_NAME on $(uname -m)"')
echo "this machine: $(. /etc/os-release && echo "$PRETTY_NAME") on $(uname -m); the other: $what"
for file in scripts/*/*.lua; do
	protocol=${file#scripts/} fault=$(fault "$file")
	protocol=${protocol%.lua}
	claim "$protocol rehearsed has the same journal on both, byte for byte" same_bytes "$protocol" --sim 0
	[ -z "$fault" ] || claim "and with $fault, by which it fails" same_bytes "$protocol" "--sim=$fault" 1
done
for protocol in gas/methane_transmitter self_rescuer/capacity battery/pack; do
	claim "each replays the other's journal of $protocol" replays_what_came "$protocol"
done
claims_end
