# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What the tests in other Debian roots share: sourced. `roots_can_be_made` ends with one skipped where they cannot, and
# so does `arm64_can_be_run`; `root_for_builds SUITE [ARCHITECTURE]` leaves in $root one that is kept, with this tree as
# /davy and what it takes to build and test it. It is this script's alone until that ends.
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

# Here, or by qemu-user, as Debian's own package tells the kernel where there is a systemd to do it.
arm64_can_be_run() {
	local folder=/proc/sys/fs/binfmt_misc words=/usr/lib/binfmt.d/qemu-aarch64.conf
	[ "$(dpkg --print-architecture)" != arm64 ] || return 0
	sh "$roots/../../bench/dist/setup.sh" arm64 || skip_all "arm64: see above"
	[ -f $folder/register ] || mount -t binfmt_misc binfmt_misc $folder 2>/dev/null ||
		skip_all "arm64: this machine's kernel runs nothing but its own programs (it has no binfmt_misc)"
	grep -qsx 'magic 7f454c460201010000000000000000000200b700' $folder/* || cat $words >$folder/register ||
		skip_all "arm64: this machine's kernel does not take $words"
}

# What of Debian's cross-compiler must lie in a root for arm64 where nothing else of this processor does; apt would
# install it only with half of another system.
cross="gcc-14-aarch64-linux-gnu cpp-14-aarch64-linux-gnu binutils-aarch64-linux-gnu libmpc3 libmpfr6 libgmp10 libisl23
	libjansson4 libstdc++6 libgcc-s1 libsframe1 libctf0"

# As /opt/davy/cc in a root for arm64: a compiler that runs as fast as this machine does, and not a tenth of it.
cross_compiler() {
	local here=$1 debs=$root/opt/davy/debs deb
	[ ! -x "$root/opt/davy/cc" ] || return 0
	mkdir -p "$debs" "$root/opt/davy/cross"
	# shellcheck disable=SC2086 # one word per package
	bash "$roots/root.sh" enter "$root" sh -c "dpkg --add-architecture $here && apt-get -qq update &&
		apt-get -qq -y install --no-install-recommends ccache:$here && cd /opt/davy/debs && chown _apt . &&
		apt-get -qq download libgcc-14-dev-arm64-cross $(printf "%s:$here " $cross)" || return
	for deb in "$debs"/*.deb; do
		dpkg-deb -x "$deb" "$root/opt/davy/cross" || return
	done
	rm -r "$debs"
	[ -e "$root/lib64" ] || ln -s usr/lib64 "$root/lib64"
	printf '%s\n' '#!/bin/sh' 'export LD_LIBRARY_PATH=/opt/davy/cross/usr/lib/x86_64-linux-gnu' \
		'exec /opt/davy/cross/usr/bin/aarch64-linux-gnu-gcc-14 "$@"' >"$root/opt/davy/cc"
	chmod 0755 "$root/opt/davy/cc"
}

# What builds and tests need; where the root's processor is emulated, without what only packages need.
equip() {
	local here
	here=$(dpkg --print-architecture)
	if [ "${1:-$here}" = "$here" ]; then
		bash "$roots/root.sh" enter "$root" sh /davy/bench/dist/setup.sh build test package lint
	else
		bash "$roots/root.sh" enter "$root" sh /davy/bench/dist/setup.sh build test && cross_compiler "$here"
	fi
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
	bash "$roots/root.sh" tree "$root" && equip "${@:2}" && touch "$root/davy-root"
}
