#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What adds up parts (totals.sh), runs all of them (everything.sh) and draws some for a commit (sample.sh).
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh

unset PARTS FUZZ_RUNS TEST_PATIENCE

# ---- adding up ----

# adds STATUS LAST COMMANDS: a script of these commands after totals.sh ends so, and with this line.
adds() {
	local status=$1 last=$2 output code
	output=$(bash -c ". tests/totals.sh; $3" 2>&1)
	code=$?
	[ "$code" = "$status" ] && [ "$(tail -n 1 <<<"$output")" = "$last" ] && return
	echo "ended with $code: $output"
	return 1
}

says='says() { echo "$1 passed, $2 failed, $3 skipped"; return "$4"; }; export -f says'
part='count part bash -c'

sums() { adds 0 "7 passed, 0 failed, 3 skipped" "$says; $part 'says 3 0 1 0'; $part 'says 4 0 2 0'; totals_end"; }
goes_on() { adds 1 "4 passed, 2 failed, 0 skipped" "$says; $part 'says 0 2 0 1'; $part 'says 4 0 0 0'; totals_end"; }
last_line_counts() { adds 0 "4 passed, 0 failed, 0 skipped" "$says; $part 'says 1 9 0 0; says 4 0 0 0; echo make: done'; totals_end"; }
dead_part() { adds 1 "3 passed, 1 failed, 0 skipped" "$says; $part 'exit 0'; $part 'says 3 0 0 0'; totals_end"; }
killed_part() { adds 1 "3 passed, 1 failed, 0 skipped" "$says; $part 'says 3 0 0 0; kill -9 \$\$'; totals_end"; }
hung_part() { adds 1 "3 passed, 1 failed, 0 skipped" "$says; patience=0.2; $part 'sleep 60'; patience=9; $part 'says 3 0 0 0'; totals_end"; }
nothing_passed() { adds 1 "0 passed, 0 failed, 4 skipped" "$says; $part 'says 0 0 4 0'; totals_end"; }
only_failures() { adds 1 "2 passed, 1 failed, 0 skipped" "$says; $part 'says 2 0 0 0'; count_failures_only x bash -c 'says 5 1 6 1'; totals_end"; }
beside() { adds 1 "2 passed, 1 failed, 0 skipped" "$says; begin x bash -c 'sleep 0.5; says 5 1 6 1'; $part 'says 2 0 0 0'; count_failures_of_begun; totals_end"; }
dead_beside() { adds 1 "2 passed, 1 failed, 0 skipped" "$says; begin x bash -c 'says 5 0 0 0; kill -9 \$\$'; $part 'says 2 0 0 0'; count_failures_of_begun; totals_end"; }
# What was begun ends with who began it.
none_is_left_over() {
	local pid
	pid=$(bash -c ". tests/totals.sh; $says; begin x bash -c 'echo \$\$ >$scratch/begun; exec sleep 60'; sleep 0.5; $part 'says 2 0 0 0'; totals_end" >/dev/null; cat "$scratch/begun")
	for _ in $(seq 50); do
		kill -0 "$pid" 2>/dev/null || return 0
		sleep 0.1
	done
	kill "$pid"
	return 1
}
nobody_types() { adds 0 "1 passed, 0 failed, 0 skipped" "$says; $part '! read -r word && says 1 0 0 0'; totals_end"; }

table_has_each() {
	local output
	output=$(bash -c ". tests/totals.sh; $says; count one bash -c 'says 3 0 1 0'; count two bash -c 'sleep 1.2; exit 4'; totals_table; totals_end")
	grep -qE '^one +3 passed, 0 failed, 1 skipped in 0 min 0[01] s$' <<<"$output" &&
		grep -qE '^two +0 passed, 1 failed, 0 skipped in 0 min 0[1-3] s$' <<<"$output" || { echo "$output"; return 1; }
}

# At the end, with why, and not what was tried again and passed.
failures_are_told_again() {
	local output
	output=$(bash -c ". tests/totals.sh; $says; count one bash -c 'echo \"FAILED  a thing holds\"; echo \"        it did not\"; says 3 1 0 1'
		count two bash -c 'echo \"FAILED  at first\"; says 1 0 0 0'; fail 'the third'; totals_table; totals_end")
	output=$(sed '1,/^two .* min /d' <<<"$output")
	[ "$output" = $'FAILED  a thing holds\n        it did not\nFAILED  the third\n4 passed, 2 failed, 0 skipped' ] || { echo "$output"; return 1; }
}

# ---- everything ----

# A make that says what it was called with, and fails where it is told to.
mkdir "$scratch/bin"
cat >"$scratch/bin/make" <<-'SH'
	#!/bin/sh
	echo "$* runs=${FUZZ_RUNS-}" >>"$CALLS"
	case $1 in
	"$FAILS") echo "1 passed, 1 failed, 0 skipped"; echo "make: *** Error 1"; exit 2 ;;
	*) echo "1 passed, 0 failed, 0 skipped" ;;
	esac
SH
chmod +x "$scratch/bin/make"
calls=$scratch/calls

everything() {
	: >"$calls"
	env PATH="$scratch/bin:$PATH" CALLS="$calls" FAILS="${FAILS:-}" "$@" bash tests/everything.sh >"$scratch/out" 2>&1
}

called() { diff "$calls" <(printf '%s\n' "$@"); }

everything_is_run() {
	everything env && called "test runs=" "test-rig runs=" "test-package runs=" "test-clone runs=" "test-torture WHOLE=1 runs=" \
		"test-valgrind WHOLE=1 runs=" "test-trixie runs=" "test-arm64 runs=" "test-fuzz runs=10000000" &&
		[ "$(tail -n 1 "$scratch/out")" = "9 passed, 0 failed, 0 skipped" ]
}

a_part_fails() {
	! FAILS=test-rig everything env && [ "$(wc -l <"$calls")" = 9 ] && [ "$(tail -n 1 "$scratch/out")" = "9 passed, 1 failed, 0 skipped" ]
}

parts_are_chosen() { everything PARTS="test-fuzz test" FUZZ_RUNS=7 && called "test-fuzz runs=7" "test runs=7"; }

a_part_that_is_none() { ! everything PARTS="test test-moon" && [ ! -s "$calls" ] && grep -q "'test-moon' is no part" "$scratch/out"; }

# Each target of the Makefile that tests is a part.
no_part_is_missing() {
	diff <(grep -ohE '^test[a-z0-9-]*( test[a-z0-9-]*)*:' Makefile bench/dist/install.mk | tr -d : | tr ' ' '\n' | grep -vxE 'tests|test-all' | sort) \
		<(sed -n 's/^all="\(.*\)"$/\1/p' tests/everything.sh | xargs -n 1 | sort)
}

# ---- the sample ----

# Commits of a tree of their own: what is drawn must hang neither on this history nor on the hour of the test.
commits=$scratch/commits
make_commits() {
	local -x GIT_AUTHOR_DATE=2026-01-01T00:00:00Z GIT_COMMITTER_DATE=2026-01-01T00:00:00Z
	git init -q "$commits" && mkdir -p "$commits/tests/fuzz" && cp tests/sample.sh tests/strain.sh "$commits/tests" &&
		cp tests/test_*.c "$commits/tests" && cp tests/fuzz/fuzz_*.c "$commits/tests/fuzz" || return
	for number in $(seq 120); do
		git -C "$commits" -c user.name=a -c user.email=a@b commit -q --allow-empty -m "$number" || return
	done
}
sample() { bash "$commits/tests/sample.sh" "$@"; }
samples() { git -C "$commits" rev-list HEAD | while read -r commit; do sample "$commit"; done; }

same_commit_same_sample() {
	local first
	first=$(sample) && [ -n "$first" ] && [ "$first" = "$(sample)" ] && [ "$first" = "$(sample "$(git -C "$commits" rev-parse HEAD)")" ] &&
		[ "$first" = "$(sample "$(git -C "$commits" rev-parse --short HEAD)")" ]
}

drawn_evenly() {
	local kind count
	for kind in fuzz torture valgrind package; do
		count=$(grep -c "^make test-$kind " "$scratch/samples")
		[ "$count" -ge 10 ] && [ "$count" -le 45 ] || { echo "$kind: $count of 120"; return 1; }
	done
	[ "$(sort -u "$scratch/samples" | grep -cE 'fuzz|torture|valgrind')" = "$(grep -cE 'fuzz|torture|valgrind' "$scratch/samples")" ]
}

# All targets, most suites and both releases come up among so many.
all_comes_up() {
	words() { sed -n "s/^make test-$1 [A-Z]*='\{0,1\}\([^']*\)'\{0,1\}$/\1/p" "$scratch/samples" | xargs -n 1 | sort -u; }
	diff <(words fuzz) <(printf '%s\n' tests/fuzz/fuzz_*.c | sed 's,.*/fuzz_\(.*\)\.c,\1,' | sort) &&
		[ "$(words package | xargs)" = "bookworm trixie" ] &&
		[ "$(words torture | wc -l)" -gt 70 ] && [ -z "$(comm -23 <(words torture) <(bash tests/strain.sh torture list | sort))" ]
}

a_commit_that_is_none() { ! sample nonsense 2>"$scratch/err" && grep -q 'nonsense is no commit' "$scratch/err"; }

claim "parts are added up" sums
claim "one that fails does not stop the next" goes_on
claim "only a part's last totals count" last_line_counts
claim "one that dies before its totals is a failure" dead_part
claim "so is one that ends with a status that its totals do not explain" killed_part
claim "so is one that hangs" hung_part
claim "where nothing passed, all is not well" nothing_passed
claim "what is run once more counts only its failures" only_failures
claim "what runs beside the others counts its failures, too" beside
claim "and is a failure when it dies" dead_beside
claim "it does not outlive who began it" none_is_left_over
claim "no part can ask anybody" nobody_types
claim "each part's totals and time are told" table_has_each
claim "what failed is told again at the end, with why" failures_are_told_again
claim "make test-all runs everything, the long way" everything_is_run
claim "a part of it that fails does not stop the rest" a_part_fails
claim "PARTS chooses" parts_are_chosen
claim "a part that is none is named, and nothing runs" a_part_that_is_none
claim "every test of the Makefile is a part of it" no_part_is_missing
claim "a hundred commits can be made" make_commits
claim "the same commit draws the same sample" same_commit_same_sample
samples >"$scratch/samples"
claim "others draw others, each kind as often" drawn_evenly
claim "everything that can be drawn is drawn" all_comes_up
claim "a commit that is none is named" a_commit_that_is_none
claims_end
