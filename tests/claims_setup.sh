#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# setup.sh on machines that this one is not: with packages missing, without apt-get, without sudo,
# without network. Stand-ins for dpkg-query, apt-get, id and sudo come first in an empty PATH, so
# that nothing is ever installed here.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh

bin=$scratch/bin

# stand_in NAME BODY
stand_in() {
	printf '#!/bin/sh\n%s\n' "$2" >"$bin/$1"
	chmod +x "$bin/$1"
}

# A machine where all but libmodbus-dev is installed.
machine() {
	rm -rf "$bin"
	mkdir "$bin"
	for tool in sh env mktemp rm grep tail echo cat; do
		ln -s "$(command -v "$tool")" "$bin/$tool"
	done
	stand_in dpkg-query 'for last; do :; done; [ "$last" = libmodbus-dev ] || printf installed'
	stand_in id 'echo 0'
	stand_in apt-get "echo \"\$@\" >>$scratch/apt.log"
	: >"$scratch/apt.log"
}

# setup_says STATUS TEXT GROUP…
setup_says() {
	local wanted=$1 text=$2 output status
	shift 2
	output=$(PATH=$bin sh bench/dist/setup.sh "$@" 2>&1 </dev/null)
	status=$?
	[ "$status" = "$wanted" ] && [ "$output" = "$text" ] || { echo "$status: $output"; return 1; }
}

nothing_missing() {
	machine
	setup_says 0 "" build && [ ! -s "$scratch/apt.log" ]
}

one_missing() {
	machine
	setup_says 0 "setup: installing libmodbus-dev" build test &&
		grep -q 'install -y --no-install-recommends libmodbus-dev$' "$scratch/apt.log"
}

no_apt() {
	machine
	rm "$bin/apt-get"
	setup_says 1 "setup: these packages are missing and there is no apt-get to install them: libmodbus-dev" test
}

no_sudo() {
	machine
	stand_in id 'echo 1000'
	setup_says 1 "setup: these packages are missing; without sudo only root can install them: libmodbus-dev" test
}

with_sudo() {
	machine
	stand_in id 'echo 1000'
	stand_in sudo 'shift; exec "$@"'
	setup_says 0 "setup: installing libmodbus-dev" test &&
		grep -q 'install .*libmodbus-dev$' "$scratch/apt.log"
}

no_network() {
	machine
	stand_in apt-get 'echo "E: Unable to fetch some archives"; exit 100'
	setup_says 1 "setup: installing libmodbus-dev
setup: apt-get could not install libmodbus-dev (E: Unable to fetch some archives); with a network at hand, run: sudo apt-get install libmodbus-dev" test
}

no_debian() {
	machine
	rm "$bin/dpkg-query"
	setup_says 0 "setup: this is no Debian, so nothing is installed here; the build will name what it misses" build
}

unknown_group() {
	machine
	setup_says 1 "setup: 'colour' is no group of packages; known are build, test, rig, fuzz, tidy, valgrind, package, lint, roots and arm64" \
		colour
}

claim "silent, and no apt-get, when nothing is missing" nothing_missing
claim "what is missing is named and installed" one_missing
claim "no apt-get: one sentence" no_apt
claim "neither root nor sudo: one sentence" no_sudo
claim "not root: sudo installs" with_sudo
claim "no network: the reason and what to do" no_network
claim "no Debian: said, and left to the build" no_debian
claim "an unknown group is named" unknown_group
claims_end
