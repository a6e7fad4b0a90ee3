#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# everything.sh: what `make test-all` promises: everything that can be tested, as long as it takes (many hours: ten
# million executions of each fuzz target alone are most of them). PARTS="test test-rig" chooses some of its parts;
# FUZZ_RUNS is that of tests/fuzz/all.sh. A part that fails does not stop the others. Each part's totals and time are
# printed at the end, and last what they add up to.
cd "$(dirname "$0")/.." || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL
. tests/totals.sh
# shellcheck disable=SC2034 # what hangs says so itself; this is for what does not
patience=${TEST_PATIENCE:-172800}
unset TEST_PATIENCE

all=" test test-rig test-package test-clone test-torture test-valgrind test-trixie test-arm64 test-fuzz "
parts=${PARTS:-$all}
for part in $parts; do
	case $all in *" $part "*) continue ;; esac
	echo "everything.sh: '$part' is no part; there are:$all" >&2
	exit 2
done

for part in $parts; do
	case $part in
	test-fuzz) count "make $part" env FUZZ_RUNS="${FUZZ_RUNS:-10000000}" make "$part" ;;
	test-torture | test-valgrind) count "make $part WHOLE=1" make "$part" WHOLE=1 ;;
	test) count "make $part, a controller killed 200 times" env KILLS=200 make "$part" ;;
	*) count "make $part" make "$part" ;;
	esac
done
totals_table
totals_end
