#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# strain.sh torture|valgrind|emulated [whole|list]: the claims in C in a build under strain (bench/base/strain.h), a fixed
# sample of the suites or the whole. The last line is exactly "N passed, N failed, N skipped"; the exit status
# is 0 only when something passed and nothing failed. SUITES="a b" runs just these; `list` prints those of the whole.
#
# torture: with AddressSanitizer, since what is used after it was collected is seen only there.
# valgrind: davy-tests and every davy-lua that it starts; one error or one definite leak in any of
# them is a failure, whatever the claims say. No suppressions. A valgrind that does not know pidfd_open (Debian 12's)
# cannot watch what the loop starts: suites that need it are skipped and say so.
# emulated: on processors that are (tests/roots/arm64.sh). qemu-user has neither filters of system calls nor limits of
# address space, so davy-lua is built as for valgrind, with neither; as build/, which claims about programs look for.
#
# What is left out of the whole: claims about budgets of processor time, which are thirty times as long here and
# so need thirty times as long to be passed, and claims in real time, which a slow machine cannot keep. They
# run under SANITIZE=1 with all others (tests/all.sh).
set -u
cd "$(dirname "$0")/.." || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL

strain=${1:-} extent=${2:-sample}
patience=1800 # seconds for a suite; of a sample it is named before CI runs out of time
[ "$extent" = whole ] || patience=600
left_out=" hostile_scripts hostile_peers script_hostile run_hostile peer_limits guardian controller_life watchdog "
case $strain in
torture)
	flags="TORTURE=1 SANITIZE=1" build=build-torture-sanitize
	export SLOWNESS=10 # a flood of events comes byte by byte
	sample="script script_tasks script_loader script_world script_kinds peer packet schema serial_fd listener
		journal world run run_ends controller"
	;;
valgrind)
	flags=VALGRIND=1 build=build-valgrind
	export SLOWNESS=30 # as an emulated processor
	sample="buf value json journal packet schema binary serial_fd listener link modbus template frame limit
		expression quantity decision condition judgement evidence script_tasks script_kinds"
	;;
emulated)
	flags="VALGRIND=1 BUILD=build" build=build sample=
	patience=7200
	;;
*)
	echo "strain.sh torture|valgrind|emulated [whole|list]" >&2
	exit 2
	;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

suites_of() {
	[ "$extent" = sample ] && echo "$sample" && return
	for file in tests/test_*.c; do
		name=${file#tests/test_} name=${name%.c}
		case $left_out in *" $name "*) ;; *) echo "$name" ;; esac
	done
}

[ "$extent" != list ] || {
	suites_of
	exit
}

# run_suite NAME: its output in $work/NAME.
run_suite() {
	local watch=()
	[ "$strain" != valgrind ] || watch=(valgrind -q --trace-children=yes
		'--trace-children-skip=/bin/*,/usr/bin/*' --leak-check=full
		"--show-leak-kinds=definite,indirect" "--errors-for-leak-kinds=definite,indirect"
		--error-exitcode=97 --child-silent-after-fork=no "--log-file=$work/$1.%p.log")
	timeout "${TEST_PATIENCE:-$patience}" "${watch[@]}" "$build/davy-tests" "$1" </dev/null >"$work/$1" 2>&1
	echo $? >"$work/$1.status"
}

command -v valgrind >/dev/null || [ "$strain" != valgrind ] || {
	echo "SKIPPED valgrind: it is not installed"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
}
# shellcheck disable=SC2086 # two words
make -s $flags tests || {
	echo "FAILED  the build with $flags"
	echo "0 passed, 1 failed, 0 skipped"
	exit 1
}

# Two at a time, each with a core.
suites=${SUITES:-$(suites_of)}
for suite in $suites; do
	run_suite "$suite" &
	while [ "$(jobs -pr | wc -l)" -ge "$(nproc)" ]; do wait -n; done
done
wait

passed=0 failed=0 skipped=0
for suite in $suites; do
	read -r good _ bad _ left _ < <(grep -xE '[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped' "$work/$suite" ||
		echo "0 passed, 1 failed, 0 skipped")
	if cat "$work/$suite" "$work/$suite".*.log 2>/dev/null | grep -q 'unhandled .* syscall: 434$'; then
		echo "SKIPPED $suite: this valgrind does not know pidfd_open"
		skipped=$((skipped + 1))
		continue
	fi
	status=$(cat "$work/$suite.status")
	# All that it has needs something that is not here: that is said below, and no failure.
	[ "$status $good $bad" != "1 0 0" ] || [ "$left" = 0 ] || status=0
	[ "$status" = 0 ] || [ "$bad" != 0 ] || bad=1
	grep -E '^(FAILED|SKIPPED|  )' "$work/$suite"
	[ "$bad" = 0 ] || echo "FAILED  $suite under $strain: status $status"
	for log in "$work/$suite".*.log; do
		grep -qs '^==' "$log" || continue
		echo "FAILED  $suite: what valgrind says:"
		head -n 40 "$log"
		bad=$((bad + 1))
	done
	passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left))
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
