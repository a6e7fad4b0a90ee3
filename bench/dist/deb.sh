#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# deb.sh: the Debian package of this tree, for the Debian that this machine is. Prints the package's path, in build/deb.
#
# setup.sh has installed what it is built with, so that is not asked for again (-d: Debian would want a C++ compiler, too).
#
# debhelper does what every package needs; what is special to this one is in bench/dist/debian. It is staged in
# build/deb, so that the tree gets no debian/ of its own. Two builds of one commit by one compiler are the same
# bytes: the date in it is the commit's.
set -eu
cd "$(dirname "$0")/../.."
top=$PWD
stage=$top/build/deb
version=${VERSION:?is set by the Makefile}
unset MAKEFLAGS MFLAGS MAKELEVEL

SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || stat -c %Y Makefile)
export SOURCE_DATE_EPOCH

rm -rf "$stage/source"
mkdir -p "$stage/source"
cp -r bench/dist/debian "$stage/source/debian"
sed 's,@BINDIR@,/usr/bin,' bench/dist/system/davy.service >"$stage/source/debian/davy.service"
sed 's,@BINDIR@,/usr/bin,' bench/dist/system/davy-push@.service >"$stage/source/debian/davy-push@.service"
cp bench/dist/system/davy.sysusers "$stage/source/debian/davy.sysusers"
cp bench/dist/system/60-davy.rules "$stage/source/debian/davy.udev"
cat >"$stage/source/debian/changelog" <<-CHANGELOG
	davy ($version) unstable; urgency=medium

	  * The tree of this date; its history is told by git.

	 -- The Davy developers <davy@localhost>  $(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")
CHANGELOG

# debhelper gives its children another home, where a compiler's cache would be empty.
export CCACHE_DIR=${CCACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/ccache}
log=$stage/build.log
(cd "$stage/source" && DAVY_TOP=$top DAVY_VERSION=$version dpkg-buildpackage -d -b -us -uc) >"$log" 2>&1 || {
	tail -n 40 "$log" >&2
	echo "deb.sh: the package could not be built; $log has it all" >&2
	exit 1
}
echo "$stage/davy_${version}_$(dpkg --print-architecture).deb"
