# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What the tests in other Debian roots share: sourced. `roots_can_be_made` ends with one skipped where they cannot;
# `root_for_builds SUITE [ARCHITECTURE]` leaves in $root one that is kept, with this tree as /davy and what it takes to
# build and test it. It is this script's alone until that ends.
set -u
roots=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${DAVY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/davy}

skip_all() {
	echo "SKIPPED $*"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
}

roots_can_be_made() {
	command -v apt-get >/dev/null || skip_all "other Debian roots: this machine has no apt-get to fetch them with"
	[ "$(id -u)" = 0 ] || skip_all "other Debian roots: only root can make and enter them"
	sh "$roots/../../bench/dist/setup.sh" roots || skip_all "other Debian roots: see above"
	unshare --mount --pid --fork true 2>/dev/null || skip_all "other Debian roots: this machine allows no namespaces"
}

root_for_builds() {
	root=$cache/$1${2:+-$2}
	mkdir -p "$cache"
	exec 8>"$root.lock"
	flock 8
	# one that was cut short while it was made is made again
	if [ ! -f "$root/davy-root" ]; then
		rm -rf "$root"
		bash "$roots/root.sh" make "$1" "$root" ${2:+"$2"} || return
	fi
	bash "$roots/root.sh" tree "$root" &&
		bash "$roots/root.sh" enter "$root" sh /davy/bench/dist/setup.sh build test package lint &&
		touch "$root/davy-root"
}
