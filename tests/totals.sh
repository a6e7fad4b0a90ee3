# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What adds up parts, each of which ends with a line "N passed, N failed, N skipped": sourced. `count NAME COMMAND…`
# runs one, and the next after it, whatever became of it; `totals_end` prints the sum in the same words and ends, with 0
# only when something passed and nothing failed. One that dies, or hangs for $patience seconds, before its line is one
# failure; so is one whose line counts none but which ends as if there were. Of `count_failures_only` nothing else
# counts. `begin NAME COMMAND…` starts one beside what is counted next; `count_failures_of_begun` waits for it, and prints
# then what it said. With `totals_table` before the end, each part's line and its time are printed once more, and
# what failed with the first lines of why: of an hour's output often nobody sees more than the end.
set -u
passed=0 failed=0 skipped=0 patience=${TEST_PATIENCE:-1800} totals_table=()
totals_log=$(mktemp)
totals_failures=$(mktemp)
begun_log=$(mktemp) begun='' begun_name=''
trap 'rm -f "$totals_log" "$totals_failures" "$begun_log"; [ -z "$begun" ] || kill "$begun" 2>/dev/null' EXIT

fail() {
	echo "FAILED  $*" | tee -a "$totals_failures"
	failed=$((failed + 1))
}

# run_part NAME COMMAND…: leaves what it counted in $good, $bad and $left_out.
run_part() {
	local name=$1 began=$SECONDS status why=
	shift
	echo "== $name"
	timeout -k 10 "$patience" "$@" </dev/null 2>&1 | tee "$totals_log"
	status=${PIPESTATUS[0]}
	if ! read -r good _ bad _ left_out _ < <(grep -xE '[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped' "$totals_log" | tail -n 1); then
		good=0 bad=1 left_out=0 why="ended with status $status before it had counted its claims"
	elif [ "$status" != 0 ] && [ "$bad" = 0 ]; then
		bad=1 why="counted no failure, but ended with status $status"
	fi
	[ -z "$why" ] || echo "FAILED  $name $why" | tee -a "$totals_log"
	[ "$bad" = 0 ] || grep -A 4 '^FAILED' "$totals_log" | grep -E '^(FAILED| )' | cut -c1-300 | head -n 50 >>"$totals_failures"
	totals_table+=("$(printf '%-44s %s passed, %s failed, %s skipped in %d min %02d s' "$name" "$good" "$bad" "$left_out" \
		$(((SECONDS - began) / 60)) $(((SECONDS - began) % 60)))")
}

count() {
	run_part "$@"
	passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left_out))
}

count_failures_only() {
	run_part "$@"
	failed=$((failed + bad))
}

begin() {
	begun_name=$1
	shift
	timeout -k 10 "$patience" "$@" </dev/null >"$begun_log" 2>&1 &
	begun=$!
}

count_failures_of_begun() {
	local status
	wait "$begun"
	status=$?
	begun=
	# shellcheck disable=SC2016 # by bash, of what follows
	count_failures_only "$begun_name" bash -c 'cat "$0"; exit "$1"' "$begun_log" "$status"
}

totals_table() {
	echo
	printf '%s\n' ${totals_table[@]+"${totals_table[@]}"}
	cat "$totals_failures"
}

totals_end() {
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
	exit
}
