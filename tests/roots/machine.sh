#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# machine.sh ROOT BUILD COMMAND…: COMMAND in an emulated arm64 machine with two processors, a gigabyte of memory and
# nothing else: Debian's own kernel (ROOT/boot), its busybox (ROOT/opt/davy), this tree as it lies in ROOT/davy without
# its history, the programs of ROOT/davy/BUILD as /davy/build, and the libraries of ROOT that these are linked with. It
# runs in /davy as root; what it prints is printed, and its exit status is ours. 120 when the machine never got so far,
# 124 when it was not over after $MACHINE_PATIENCE (5400) seconds.
#
# The machine's clock counts its instructions, 10⁹ a second, and skips what it would sleep: so time in there passes as on
# a small board, and claims in real time hold, however slow the emulation is and whatever else runs here.
set -eu
root=$(cd "$1" && pwd) build=$2
shift 2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/davy-machine.XXXXXX")
trap 'rm -rf "$work"' EXIT

libraries() {
	bash "$here/root.sh" enter "$root" sh -c "cd /davy/$build && ldd davy davy-tests 2>/dev/null" |
		grep -oE '/[^ :]+\.so[^ :]*' | sort -u
}

pack() {
	local files=$work/files library
	mkdir -p "$files"/{bin,dev,proc,sys,tmp,run,etc,root,davy/build}
	cp "$root/opt/davy/usr/bin/busybox" "$files/bin/busybox"
	tar -C "$root/davy" --exclude='./build*' --exclude=./.git --exclude=./tests/fuzz -cf - . | tar -C "$files/davy" -xf -
	cp "$root/davy/$build"/{davy,davy-lua,davy-tests} "$files/davy/build/"
	for library in $(libraries); do
		mkdir -p "$files$(dirname "$library")"
		cp -L "$root$library" "$files$library"
	done
	cp "$here/../rig/init" "$files/init"
	printf '%s\n' "$@" >"$files/command"
	(cd "$files" && find . | cpio -o -H newc --quiet | gzip -1) >"$work/initrd"
}

pack "$@"
: >"$work/console"
kernel=$(find "$root/boot" -name 'vmlinuz-*' | sort -V | tail -n 1)
qemu-system-aarch64 -M virt -cpu max,pauth=off -accel tcg,thread=single -icount shift=0,sleep=off -smp 2 -m 1024 \
	-display none -nodefaults -no-reboot -kernel "$kernel" -initrd "$work/initrd" -serial "file:$work/console" \
	-append "console=ttyAMA0 panic=-1 quiet" >"$work/qemu" 2>&1 </dev/null &
emulator=$!
trap 'kill -9 $emulator 2>/dev/null || :; rm -rf "$work"' EXIT
tail -n +1 -f --pid=$emulator -s 0.5 "$work/console" | sed -u 's,\r$,,' | grep --line-buffered -v '^davy-rig: ' &
reader=$!

for ((waited = 0; waited < ${MACHINE_PATIENCE:-5400}; waited++)); do
	kill -0 $emulator 2>/dev/null || break
	sleep 1
done
late=$(kill -9 $emulator 2>/dev/null && echo yes || :)
wait $reader || :
[ -z "$late" ] || {
	echo "machine.sh: cut off after ${MACHINE_PATIENCE:-5400} s" >&2
	exit 124
}
status=$(sed -n 's/^davy-rig: status \([0-9]*\).*/\1/p' "$work/console" | tail -n 1)
[ -n "$status" ] || cat "$work/qemu" >&2
exit "${status:-120}"
