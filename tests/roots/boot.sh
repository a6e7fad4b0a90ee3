#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# boot.sh FOLDER COMMAND…: the root in FOLDER with its own systemd as the first process, which runs COMMAND once it is up and
# then ends. What COMMAND prints is printed; 77 when this machine allows no such thing, 124 when it was not over after 5 min.
#
# A container of namespaces and no more: it sees none of this machine's devices, and neither its kernel's settings nor
# its control groups are its to change, but for a group of its own.
set -eu
folder=$(cd "$1" && pwd)
shift

groups=$(findmnt -n -t cgroup2 -o TARGET | head -n 1)
[ -n "$groups" ] && mkdir "$groups/davy-boot-$$" 2>/dev/null || exit 77
group=$groups/davy-boot-$$
trap 'find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || :' EXIT

printf '%s\n' "#!/bin/bash" "cd /davy-test" "$(printf '%q ' "$@") >/davy-test/out 2>&1" 'echo $? >/davy-test/code' \
	"systemctl poweroff --force --force" >"$folder/davy-test/command"
chmod 0755 "$folder/davy-test/command"
printf '%s\n' "[Unit]" "After=davy.service" "[Service]" "Type=oneshot" "ExecStart=/davy-test/command" \
	>"$folder/etc/systemd/system/davy-test.service"
mkdir -p "$folder/etc/systemd/system/multi-user.target.wants"
ln -sf ../davy-test.service "$folder/etc/systemd/system/multi-user.target.wants/"
for unit in systemd-udevd console-getty getty@tty1 systemd-remount-fs systemd-sysctl systemd-logind systemd-networkd; do
	ln -sf /dev/null "$folder/etc/systemd/system/$unit.service"
done
: >"$folder/davy-test/console"

timeout -k 5 300 sh -c '
	echo $$ >"$2/cgroup.procs"
	exec unshare --mount --propagation private --pid --uts --ipc --cgroup --fork --kill-child sh -eu -c "$3" sh "$1"
' sh "$folder" "$group" '
	root=$1
	mount --bind "$root" "$root"
	mount -t proc proc "$root/proc"
	mount --bind "$root/proc/sys" "$root/proc/sys"
	mount -o remount,ro,bind "$root/proc/sys"
	mount -t sysfs -o ro sysfs "$root/sys"
	mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
	for folder in run tmp; do mount -t tmpfs tmpfs "$root/$folder"; done
	mount -t tmpfs -o mode=0755 tmpfs "$root/dev"
	for device in "null 1 3" "zero 1 5" "full 1 7" "random 1 8" "urandom 1 9" "tty 5 0"; do
		set -- $device
		mknod -m 0666 "$root/dev/$1" c "$2" "$3"
	done
	mkdir "$root/dev/pts" "$root/dev/shm"
	mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
	mount -t tmpfs tmpfs "$root/dev/shm"
	ln -s pts/ptmx "$root/dev/ptmx"
	ln -s /proc/self/fd "$root/dev/fd"
	touch "$root/dev/console"
	mount --bind "$root/davy-test/console" "$root/dev/console"
	exec env -i container=davy-test PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$root" /lib/systemd/systemd
' >"$folder/davy-test/boot" 2>&1 </dev/null || :

[ -f "$folder/davy-test/out" ] || {
	cat "$folder/davy-test/boot" "$folder/davy-test/console" >&2
	exit 77
}
cat "$folder/davy-test/out"
exit "$(cat "$folder/davy-test/code" 2>/dev/null || echo 124)"
