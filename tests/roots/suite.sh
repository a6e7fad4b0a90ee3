#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# suite.sh SUITE [valgrind]: this tree, built and tested (tests/all.sh) in another Debian, whose journals are then
# compared with this one's (journals.sh); or all of its claims in C under that one's valgrind, since Debian 12's cannot
# watch what the loop starts (tests/strain.sh). The last line counts the claims.
cd "$(dirname "$0")/../.." || exit 1
. tests/roots/built.sh
. tests/totals.sh

roots_can_be_made
# shellcheck disable=SC2034 # of all of tests/all.sh
patience=7200
root_for_builds "$1" || {
	fail "a root of Debian $1"
	totals_end
}
if [ "${2:-}" = valgrind ]; then
	bash tests/roots/root.sh enter "$root" sh /davy/bench/dist/setup.sh valgrind || {
		fail "valgrind in Debian $1"
		totals_end
	}
	count "$1, under valgrind" bash tests/roots/root.sh enter "$root" env -C /davy SUITES="${SUITES:-}" bash tests/strain.sh valgrind whole
	totals_end
fi
# shellcheck disable=SC2016 # there, not here
count "$1" bash tests/roots/root.sh enter "$root" sh -c 'cd /davy && . /etc/os-release && echo "$PRETTY_NAME, $(uname -m)" &&
	for library in libgpiod lua5.4 libserialport; do echo "$library $(pkg-config --modversion "$library")"; done &&
	exec bash tests/all.sh'
count "journals of both" bash tests/roots/journals.sh "$root"
totals_end
