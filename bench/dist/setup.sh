#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# setup.sh [build] [test] [rig] [fuzz] [tidy] [valgrind] [package] [lint] [roots] [arm64]: install the Debian packages of
# these groups that are missing.
#
# Works on Debian and Raspberry Pi OS. Silent, quick and without network when nothing is missing;
# otherwise it says what it installs. When it cannot, it says so in one sentence and fails.
set -eu

packages() {
	case $1 in
	build) echo gcc make pkgconf libc6-dev liblua5.4-dev libseccomp-dev libjansson-dev libssl-dev libsqlite3-dev \
		libgpiod-dev libserialport-dev libcurl4-openssl-dev libpq-dev libmosquitto-dev libqrencode-dev ;;
	test) echo libcunit1-dev libmodbus-dev git openssl python3 nodejs postgresql mosquitto mosquitto-clients weasyprint fonts-wqy-microhei poppler-utils \
		zbar-tools qpdf mandoc ;;
	rig) echo linux-source qemu-system-x86 busybox-static flex bison bc libelf-dev cpio xz-utils ;;
	fuzz) echo clang llvm libclang-rt-dev ;;
	tidy) echo clang-format ;;
	valgrind) echo valgrind ;;
	package) echo debhelper dpkg-dev ;;
	lint) echo lintian man-db mandoc bsdextrautils systemd udev ;;
	roots) echo mmdebstrap ;;
	arm64) echo arch-test qemu-user-static qemu-system-arm cpio ;;
	*) give_up "'$1' is no group of packages; known are build, test, rig, fuzz, tidy, valgrind, package, lint, roots and arm64" ;;
	esac
}

give_up() {
	echo "setup: $*" >&2
	exit 1
}

is_installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif [ -t 0 ]; then
		sudo "$@"
	else
		sudo -n "$@"
	fi
}

apt() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q \
		-o Acquire::Retries=3 -o DPkg::Lock::Timeout=120 "$@" >>"$log" 2>&1
}

# The lists may be old or absent; when they cannot be had, those that are there may still do.
install() {
	log=$(mktemp)
	trap 'rm -f "$log"' EXIT
	apt update || :
	apt install -y --no-install-recommends "$@" && return
	give_up "apt-get could not install $* ($(reason)); with a network at hand, run:" \
		"sudo apt-get install $*"
}

reason() {
	grep -E '^(E:|sudo:)' "$log" | tail -n 1 | grep . || echo "no reason given"
}

if ! command -v dpkg-query >/dev/null; then
	echo "setup: this is no Debian, so nothing is installed here; the build will name what it misses" >&2
	exit 0
fi

missing=
for group in "${@:-build}"; do
	names=$(packages "$group")
	for package in $names; do
		is_installed "$package" || missing="$missing $package"
	done
done
missing=${missing# }
[ -n "$missing" ] || exit 0

command -v apt-get >/dev/null ||
	give_up "these packages are missing and there is no apt-get to install them: $missing"
[ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
	give_up "these packages are missing; without sudo only root can install them: $missing"

echo "setup: installing $missing"
# shellcheck disable=SC2086 # one word per package
install $missing
