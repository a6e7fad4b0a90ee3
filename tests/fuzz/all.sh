#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# all.sh [NAME…]: run the fuzz targets (all, or those named) over their kept corpora and over new inputs. The
# last line is exactly "N passed, N failed, N skipped".
#
# Of new inputs there are FUZZ_RUNS (5000) per target, drawn by the commit, so that one commit always
# has the same sample and every commit another; FUZZ_SEED draws another still. A finding (crash, report of a
# sanitizer, leak, broken promise, hang, great allocation) is kept in build-fuzz/found. Where FUZZ_RUNS
# is given, inputs that show something new are kept in build-fuzz/new and are where the next such run
# begins; FUZZ_KEEP=1 makes the corpus anew of them and it: the smallest for every edge, of 4 KiB at most.
# FUZZ_COVERAGE=1 says how much of the functions under bench/ that a corpus enters it covers (slow).
set -u
cd "$(dirname "$0")/../.." || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL

passed=0 failed=0 skipped=0
build=build-fuzz corpora=tests/fuzz/corpus
runs=${FUZZ_RUNS:-5000}
seed=${FUZZ_SEED:-$(git rev-parse --short=7 HEAD 2>/dev/null || echo 1)}
seed=$((16#${seed} % 2147483647 + 1))
scratch=$(mktemp -d /dev/shm/davy-fuzz-XXXXXX 2>/dev/null || mktemp -d)
trap 'rm -rf "$scratch"' EXIT

export TMPDIR=$scratch
# Where memory came from is told when a finding is run again, without these options: noting it costs a fifth of the speed.
export ASAN_OPTIONS=quarantine_size_mb=1:malloc_context_size=0:max_malloc_fill_size=0:handle_abort=1
export UBSAN_OPTIONS=print_stacktrace=1

finish() {
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" = 0 ]
	exit
}

has_fuzzer() {
	echo 'int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n) { return !d && n; }' |
		clang -x c -fsanitize=fuzzer,address,undefined -o "$scratch/probe" - 2>"$scratch/why"
}

# options NAME: what every run of a target has.
options() {
	echo -timeout=20 -rss_limit_mb=1024 -malloc_limit_mb=128 -artifact_prefix="$build/found/$1-"
	case $1 in
	unit | quantity | limit | expression | calibration | limit_set) echo -dict=tests/fuzz/dict/words.dict ;;
	driver | fixture | station | protocol | image | replay) echo -dict=tests/fuzz/dict/names.dict ;;
	frame | template | listener) echo -dict=tests/fuzz/dict/codecs.dict ;;
	json | talk | journal | chained | canonical | answer | received | audit) echo -dict=tests/fuzz/dict/json.dict ;;
	jws | checkpoint) echo -dict=tests/fuzz/dict/proof.dict ;;
	page) echo -dict=tests/fuzz/dict/pages.dict -timeout=60 ;; # all the steps that a page may take are 15 s here
	esac
}

# figure NAME: a number that libFuzzer printed of the run.
figure() {
	sed -n "s/^stat::$1: *//p" "$scratch/log" | tail -n 1
}

# speed BEGAN: executions per second since then, the start of the program and the corpus among them.
speed() {
	echo $(($(figure number_of_executed_units) * 1000000 / (($(date +%s%N) - $1) / 1000 + 1)))
}

coverage() {
	# shellcheck disable=SC2046 # one option per word
	"$build/fuzz/$1" $(options "$1") -runs=0 -print_coverage=1 "$corpora/$1" 2>&1 | awk '
	/^(UN)?COVERED_FUNC: .*\/bench\// {
		split($0, part, "edges: ")
		split(part[2], edges, "[/ ]")
		if ($1 == "COVERED_FUNC:") { covered += edges[1]; all += edges[2]; functions++ }
	}
	END { if (all) printf ", %d of %d edges (%.0f %%) of the %d functions it enters", covered, all,
		100 * covered / all, functions }'
}

# Its corpus, then so many new inputs; each counts as one.
fuzz() {
	local name=$1 kept status new=$scratch/new/$1 began
	kept=$(find "$corpora/$name" -type f 2>/dev/null | wc -l)
	if [ "$kept" = 0 ]; then
		echo "FAILED  $name: $corpora/$name holds no input"
		failed=$((failed + 1))
		return
	fi
	[ -z "${FUZZ_RUNS:-}" ] || new=$build/new/$name
	mkdir -p "$new"
	began=$(date +%s%N)
	# shellcheck disable=SC2046
	timeout "${FUZZ_PATIENCE:-86400}" "$build/fuzz/$name" $(options "$name") -seed="$seed" \
		-runs=$((kept + $(find "$new" -type f | wc -l) + 1 + runs)) -print_final_stats=1 \
		"$new" "$corpora/$name" \
		>"$scratch/log" 2>&1 </dev/null
	status=$?
	if [ "$status" = 0 ]; then
		passed=$((passed + 1))
		printf '%-12s %s executions, %s per second, %s kept inputs%s%s\n' "$name" \
			"$(figure number_of_executed_units)" "$(speed "$began")" "$kept" \
			"$(sed -n 's/.*DONE *cov: \([0-9]*\) ft: \([0-9]*\).*/, \1 edges and \2 features seen/p' "$scratch/log")" \
			"$([ -z "${FUZZ_COVERAGE:-}" ] || coverage "$name")"
		return
	fi
	failed=$((failed + 1))
	echo "FAILED  $name ended with status $status; the input is in $build/found, again with:" \
		"$build/fuzz/$name INPUT"
	grep -E '^(SUMMARY|Test unit written|.*it does not hold)|runtime error|ERROR: ' "$scratch/log" | head -n 12
}

keep() {
	local name=$1
	mkdir -p "$scratch/small" "$scratch/merged/$name" "$build/new/$name"
	rm -f "$scratch/small"/*
	find "$build/new/$name" -type f -size -4097c -exec cp {} "$scratch/small" \;
	# shellcheck disable=SC2046
	"$build/fuzz/$name" $(options "$name") -merge=1 -use_counters=0 "$scratch/merged/$name" \
		"$corpora/$name" "$scratch/small" >"$scratch/log" 2>&1 || { tail "$scratch/log"; return; }
	# Once a finding, always kept; and what others really sent, whose signatures hold.
	cp "$corpora/$name"/found-* "$corpora/$name"/real-* "$scratch/merged/$name" 2>/dev/null
	rm -rf "${corpora:?}/$name"
	mv "$scratch/merged/$name" "$corpora/$name"
	echo "$name: $(find "$corpora/$name" -type f | wc -l) inputs," \
		"$(cat "$corpora/$name"/* | wc -c) bytes"
}

names=$(printf '%s\n' tests/fuzz/fuzz_*.c | sed 's,.*/fuzz_\(.*\)\.c,\1,')
[ $# = 0 ] || names=$*

if ! has_fuzzer; then
	echo "SKIPPED the fuzz targets: clang with libFuzzer is not here (sh bench/dist/setup.sh fuzz):" \
		"$(tail -n 1 "$scratch/why")"
	skipped=$(wc -w <<<"$names")
	finish
fi
make -s FUZZ=1 fuzzers || {
	echo "FAILED  the build of the fuzz targets"
	failed=1
	finish
}
mkdir -p "$build/found"
for name in $names; do
	if [ -n "${FUZZ_KEEP:-}" ]; then keep "$name"; else fuzz "$name"; fi
done
finish
