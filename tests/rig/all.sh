#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# all.sh: everything that `make test-rig` promises. The last line is "N passed, N failed, N skipped"; on a machine
# that cannot have a rig it is all skipped, with the reason.
set -u
cd "$(dirname "$0")/../.." || exit 1

skip() {
	echo "SKIPPED the rig: $*"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
}

[ "$(uname -m)" = x86_64 ] || skip "its kernel is built for x86_64, and this machine is $(uname -m)"
sh bench/dist/setup.sh rig || skip "what it is made of cannot be installed here (see above)"
unset MAKEFLAGS MFLAGS MAKELEVEL
make -s rig-tests || {
	echo "FAILED  the build"
	echo "0 passed, 1 failed, 0 skipped"
	exit 1
}
exec bash tests/rig/boot.sh --patience "${RIG_PATIENCE:-2400}"
