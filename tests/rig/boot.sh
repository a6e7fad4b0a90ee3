#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# boot.sh [--disk IMAGE] [--cut SECONDS] [--give FILE] [--patience SECONDS] [--root DIR] COMMAND…: boot the rig and run
# COMMAND in it.
#
# A kernel of our own (kernel.sh) in a virtual machine with an empty disk and no network: busybox, the programs of
# build/ with the libraries they are linked with, scripts/, fixtures/ and tests/rig/. COMMAND runs in /davy as root;
# what it prints is printed, and its exit status is ours. 120 when the machine never got so far, 124 when it was cut off
# after its patience (1200 s).
#
# UARTs are joined in pairs, each one socket that the emulator holds at both ends: ttyS1 with ttyS2 on the board,
# and eleven ports on each of two cards, the n-th of one with the n-th of the other (tests/rig/bench.c).
# --disk gives the machine another disk (/dev/vda), --give a file (/davy/given), --root takes programs and libraries from
# another Debian root. --cut cuts the machine's power so long after COMMAND has said "davy-rig: cut", for which the
# status is 130.
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
disk= patience=1200 root= build=$top/build cut= given=/dev/null

while [ $# -gt 0 ]; do
	case $1 in
	--disk) disk=$2 && shift 2 ;;
	--cut) cut=$2 && shift 2 ;;
	--give) given=$2 && shift 2 ;;
	--patience) patience=$2 && shift 2 ;;
	--root) root=$2 && build=$2/davy/build && shift 2 ;;
	*) break ;;
	esac
done
[ $# -gt 0 ] || {
	echo "boot.sh: what shall it run?" >&2
	exit 2
}

kernel=$(bash "$here/kernel.sh")
work=$(mktemp -d "${TMPDIR:-/tmp}/davy-rig.XXXXXX")
trap 'rm -rf "$work"' EXIT

# ---- the machine's files ----

# Every library that these programs are linked with, and the loader, at the paths they ask for.
libraries() {
	if [ -n "$root" ]; then
		chroot "$root" ldd "${@#"$root"}"
	else
		ldd "$@"
	fi | grep -oE '/[^ :]+\.so[^ :]*' | sort -u
}

pack() {
	local files=$work/files programs=("$build/davy" "$build/davy-lua" "$build/davy-rig-tests") library
	mkdir -p "$files"/{bin,dev,proc,sys,tmp,run,etc,root,davy/build,davy/tests}
	cp "$(command -v busybox)" "$files/bin/busybox"
	cp "${programs[@]}" "$files/davy/build/"
	cp -r "$top/scripts" "$top/fixtures" "$files/davy/"
	cp -r "$here" "$files/davy/tests/rig"
	cp -r "$top/tests/protocols" "$files/davy/tests/"
	for library in $(libraries "${programs[@]}"); do
		mkdir -p "$files$(dirname "$library")"
		cp -L "$root$library" "$files$library"
	done
	cp "$here/init" "$files/init"
	cat "$given" >"$files/davy/given"
	printf '%s\n' "$@" >"$files/command"
	(cd "$files" && find . | cpio -o -H newc --quiet | gzip -1) >"$work/initrd"
}

# ---- the machine ----

uarts() {
	local card pair
	pair_sockets() { # N PATH: the same socket from both ends
		printf '%s\n' -chardev "socket,id=near$1,path=$work/pair$1,server=on,wait=off" \
			-chardev "socket,id=far$1,path=$work/pair$1"
	}
	pair_sockets 0
	printf '%s\n' -device isa-serial,chardev=near0,index=1 -device isa-serial,chardev=far0,index=2
	for card in 1 2 3; do
		for pair in 1 2 3 4; do
			pair_sockets $((4 * (card - 1) + pair))
		done
		for end in near far; do
			printf '%s\n' -device "pci-serial-4x,id=$end-card$card,addr=$((2 * card + 2 + (${#end} - 3))),chardev1=$end$((4 * card - 3)),chardev2=$end$((4 * card - 2)),chardev3=$end$((4 * card - 1)),chardev4=$end$((4 * card))"
		done
	done
}

# Without tsc=reliable an emulated machine takes each look at the clock to its HPET: a thousand times slower.
machine() {
	local words=(-drive "file=${disk:-$work/disk},format=raw,if=virtio")
	mapfile -t -O 2 words < <(uarts)
	[ ! -w /dev/kvm ] || words+=(-accel kvm)
	exec qemu-system-x86_64 -accel tcg,thread=multi -cpu max -M q35 -smp 2 -m 512 -display none -nodefaults \
		-no-reboot -kernel "$kernel" -initrd "$work/initrd" -serial "file:$work/console" \
		-append "console=ttyS0 panic=-1 quiet no_timer_check tsc=reliable 8250.nr_uarts=32" "${words[@]}"
}

pack "$@"
: >"$work/console"
truncate -s 32M "$work/disk"
(machine) >"$work/qemu" 2>&1 &
emulator=$!
trap 'kill -9 $emulator 2>/dev/null || :; rm -rf "$work"' EXIT
tail -n +1 -f --pid=$emulator -s 0.2 "$work/console" | sed -u "s,\r$,," | grep --line-buffered -v '^davy-rig: ' &
reader=$!

cut_power() {
	until grep -q '^davy-rig: cut' "$work/console"; do
		kill -0 $emulator 2>/dev/null || return 0
		sleep 0.05
	done
	sleep "$cut"
	kill -9 $emulator
	echo 'davy-rig: status 130' >>"$work/console"
}
[ -z "$cut" ] || cut_power &

waited=0
while kill -0 $emulator 2>/dev/null; do
	sleep 0.2
	waited=$((waited + 1))
	[ $waited -lt $((patience * 5)) ] || {
		kill -9 $emulator
		echo "boot.sh: cut off after $patience s" >&2
		wait $reader || :
		exit 124
	}
done
wait $reader || :
cat "$work/qemu" >&2
status=$(tr -d '\r' <"$work/console" | sed -n 's/^davy-rig: status //p' | tail -n 1)
exit "${status:-120}"
