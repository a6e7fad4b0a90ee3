#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# arm64.sh: this tree, built in Debian 13 for arm64 and tested there under qemu-user, where each program is translated
# as it runs; and what qemu-user cannot show, in an emulated machine (machine.sh): that davy-lua closes itself in, and
# hostile scripts and peers. Last, the journals of both processors are compared. The last line counts the claims.
#
# A root is made once, which takes half an hour. What is left out says why.
cd "$(dirname "$0")/../.." || exit 1
. tests/roots/built.sh
. tests/totals.sh

roots_can_be_made
arm64_can_be_run
# shellcheck disable=SC2034 # of one part, all of it emulated
patience=${TEST_PATIENCE:-14400}
unset TEST_PATIENCE

leave_out() {
	echo "SKIPPED $*"
	skipped=$((skipped + 1))
}

# For the machine: busybox, and the kernel of Debian's cloud images, which needs no module to reach a console. Unpacked,
# for what their packages run would take minutes.
has_kernel() {
	[ -n "$(find "$root/boot" -name 'vmlinuz-*')" ] && return
	# shellcheck disable=SC2016 # there, not here
	bash tests/roots/root.sh enter "$root" sh -c 'cd /tmp && apt-get -qq download busybox-static $(apt-cache depends linux-image-cloud-arm64 | sed -n "s/.*Depends: //p" | head -n 1)' &&
		dpkg-deb --fsys-tarfile "$root"/tmp/linux-image-*.deb | tar -C "$root" -xf - --wildcards './boot/vmlinuz-*' &&
		dpkg-deb -x "$root"/tmp/busybox-static_*.deb "$root/opt/davy" && rm "$root"/tmp/*.deb
}

root_for_builds trixie arm64 && has_kernel || {
	fail "a root of Debian 13 for arm64, with a kernel"
	totals_end
}
compiler=cc
[ ! -x "$root/opt/davy/cc" ] || compiler="ccache /opt/davy/cc"
in_davy=(bash tests/roots/root.sh enter "$root" env -C /davy CC="$compiler" CCACHE_DIR=/var/cache/ccache SLOWNESS=30)
# shellcheck disable=SC2016 # there, not here
"${in_davy[@]}" sh -c '. /etc/os-release && echo "$PRETTY_NAME, $(uname -m)"'
"${in_davy[@]}" make -s BUILD=build-machine tests || {
	fail "the build for arm64"
	totals_end
}

count "claims in C, under qemu-user" "${in_davy[@]}" bash tests/strain.sh emulated whole
for claims in tests/claims_*.sh; do
	case $claims in
	*_layers.sh | *_setup.sh | *_tidy.sh | *_whole.sh)
		leave_out "$claims: it reads text, which is the same for every processor"
		;;
	*_safe.sh)
		leave_out "$claims: a guardian under qemu-user cannot always answer within its 2 s (those in C run in the machine)"
		;;
	*) count "$claims, under qemu-user" "${in_davy[@]}" bash "$claims" ;;
	esac
done
count "claims in C that need the kernel, in an emulated arm64 machine" \
	bash tests/roots/machine.sh "$root" build-machine build/davy-tests hostile_scripts hostile_peers script_hostile run_hostile \
	peer_limits guardian controller_life watchdog
count "journals of both processors" bash tests/roots/journals.sh "$root"
totals_end
