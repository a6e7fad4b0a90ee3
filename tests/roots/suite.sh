#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# suite.sh SUITE [ARCHITECTURE]: this tree, built and tested (tests/all.sh) in another Debian. The last line counts the claims.
cd "$(dirname "$0")/../.." || exit 1
. tests/roots/built.sh

roots_can_be_made
suite=$1
root_for_builds "$@" || {
	echo "FAILED  a root of Debian $suite"
	echo "0 passed, 1 failed, 0 skipped"
	exit 1
}
exec bash tests/roots/root.sh enter "$root" sh -c 'cd /davy && . /etc/os-release && echo "$PRETTY_NAME, $(uname -m)" &&
	for library in libgpiod lua5.4 libserialport; do echo "$library $(pkg-config --modversion "$library")"; done &&
	exec bash tests/all.sh'
