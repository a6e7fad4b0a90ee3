#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# kernel.sh: the rig's kernel, built once from Debian's linux-source package; prints where it is.
#
# tinyconfig and what kernel.config names. About five minutes on two cores. It is kept in the cache
# folder ($DAVY_CACHE, else $XDG_CACHE_HOME/davy, else ~/.cache/davy) under a name made of what it was
# made of, and a build that was cut short leaves nothing there.
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${DAVY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/davy}

archive=$(find /usr/src -maxdepth 1 -name 'linux-source-*.tar.xz' | sort -V | tail -n 1)
[ -n "$archive" ] || {
	echo "kernel.sh: no kernel source in /usr/src: sh bench/dist/setup.sh rig installs Debian's linux-source" >&2
	exit 1
}
version=$(dpkg-query -S "$archive" | cut -d: -f1 | xargs dpkg-query -W -f '${Version}')
key=$({ echo "$version"; uname -m; cat "$here/kernel.config"; } | sha256sum | cut -c1-16)
kernel=$cache/kernel-$key
[ -f "$kernel" ] && {
	echo "$kernel"
	exit 0
}

echo "kernel.sh: building the rig's kernel ($version), once: about five minutes on two cores" >&2
mkdir -p "$cache"
work=$(mktemp -d "${TMPDIR:-/tmp}/davy-kernel.XXXXXX")
trap 'rm -rf "$work"' EXIT
tar -C "$work" --strip-components=1 -xf "$archive"
cd "$work"
{
	make -s tinyconfig
	words=$(grep -v '^#' "$here/kernel.config")
	# shellcheck disable=SC2086 # one word per option
	for option in $words; do
		scripts/config --enable "$option"
	done
	# 1 console, and pairs enough for the battery bench's seven ports with some to spare
	scripts/config --set-val SERIAL_8250_NR_UARTS 32 --set-val SERIAL_8250_RUNTIME_UARTS 32
	make -s olddefconfig
	for option in $words; do
		grep -q "^CONFIG_$option=y" .config || echo "kernel.sh: this kernel has no $option" >&2
	done
	make -s -j"$(nproc)" bzImage
} >"$work/log" 2>&1 </dev/null || {
	tail -n 20 "$work/log" >&2
	echo "kernel.sh: the kernel could not be built; the last lines of its build stand above" >&2
	exit 1
}
grep '^kernel.sh' "$work/log" >&2 || :
cp arch/x86/boot/bzImage "$kernel.part"
mv "$kernel.part" "$kernel"
echo "$kernel"
