#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# newcomer.sh NAME: in a fresh root, as a newcomer (clone.sh), each command of README.md's sections that need no wires,
# word for word. It must end with the exit code that the README gives its verdict; one that is not named here, with 0.
# Left out is what clone.sh's caller runs anyway: `make test`.
cd "$(dirname "$0")" || exit 1
. ./claims.sh
name=$1
cloned=$HOME/davy

# blocks LANGUAGE HEADING: what stands in the code blocks of this language in this section.
blocks() {
	awk -v language="$1" -v heading="## $2" '
	/^## / { inside = $0 == heading }
	/^```/ { if (code) code = 0; else if ($0 == "```" language) { code = 1; next } }
	inside && code' "$cloned/README.md"
}

# code COMMAND: how it must end.
code() {
	case $1 in
	*methane_adjustment*as-left*) echo 0 ;;
	*methane_adjustment*) echo 1 ;;
	*--sim=slow_sensor* | *--sim=aged* | *"first.lua --sim=zero_drift"*) echo 1 ;;
	*--sim=room_warm*) echo 5 ;;
	*) echo 0 ;;
	esac
}

ends_as_said() {
	local status wanted
	wanted=$(code "$1")
	(cd "$cloned" && timeout 1500 bash -c "$1") </dev/null >"$scratch/out" 2>&1
	status=$?
	[ "$status" = "$wanted" ] && return
	tail -n 15 "$scratch/out"
	echo "it ended with $status, not $wanted"
	return 1
}

# types HEADING: every command of that section.
types() {
	local line command count=0
	while IFS= read -r line; do
		command=$(sed 's/ *#.*//' <<<"$line")
		count=$((count + 1))
		case $command in
		"" | "make test") ;;
		*) claim "$name: $command" ends_as_said "$command" ;;
		esac
	done < <(blocks sh "$1")
	claim "$name: README.md's '$1' has commands" [ "$count" -gt 0 ]
}

claim "$name: a clone can be had" git clone -q "$HOME/davy.git" "$cloned"
types "Two commands"
types "What it can do today"
claim "$name: all of it is as it was recorded" ends_as_said "build/davy verify --all"
claim "$name: the last run can be had as a bundle" ends_as_said "build/davy export last --to bundle"
claim "$name: the bundle is whole" ends_as_said "build/davy verify bundle"
blocks lua "A first protocol in ten minutes" >"$cloned/scripts/first.lua"
types "A first protocol in ten minutes"
claims_end
