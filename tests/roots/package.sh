#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# package.sh [SUITE…]: the Debian package, built and looked at in Debian 12 and 13 and brought to life in fresh roots of
# them. The last line counts the claims.
cd "$(dirname "$0")/../.." || exit 1
. tests/roots/built.sh
. tests/claims.sh

roots_can_be_made
[ $# -gt 0 ] || set -- bookworm trixie
passed=0 failed=0 skipped=0
mkdir "$scratch/debs"

inside() { bash tests/roots/root.sh enter "$root" sh -c "cd /davy && $*"; }

builds() { inside make -s deb && cp "$root"/davy/build/deb/davy_*.deb "$scratch/debs/$suite.deb"; }

lints() {
	inside lintian --version && inside lintian --allow-root --fail-on error,warning 'build/deb/davy_*.deb'
}

# The same by a later version: what an upgrade meets.
later() {
	local folder=$scratch/later-$suite
	dpkg-deb -R "$scratch/debs/$suite.deb" "$folder" && sed -i '/^Version:/s/$/+later/' "$folder/DEBIAN/control" &&
		dpkg-deb --root-owner-group -b "$folder" "$scratch/debs/$suite-later.deb"
}

fresh_root() {
	rm -rf "$fresh"
	bash tests/roots/root.sh make "$suite" "$fresh" && mkdir "$fresh/davy-test" &&
		cp tests/claims.sh tests/roots/*_inside.sh "$scratch/debs/$suite.deb" "$scratch/debs/$suite-later.deb" "$fresh/davy-test/"
}

# part WHAT COMMAND…: its claims count.
part() {
	local what=$1 totals status
	shift
	timeout 900 "$@" | tee "$scratch/part.log"
	status=${PIPESTATUS[0]}
	if totals=$(tail -n 1 "$scratch/part.log" | grep -xE '[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped'); then
		read -r good _ bad _ left_out _ <<<"$totals"
		passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left_out))
	elif [ "$status" = 77 ]; then
		claim_skip "$suite: $what" "this machine allows no systemd in a container (see above)"
	else
		claim "$suite: $what ends with its claims counted" false
	fi
}

lives() { part "the package's life" bash tests/roots/root.sh enter "$fresh" bash /davy-test/package_inside.sh "$@"; }

serves() {
	bash tests/roots/root.sh enter "$fresh" sh -c "apt-get -qq update && apt-get -qq -y install --no-install-recommends \
		systemd-sysv dbus /davy-test/$suite.deb && rm /usr/sbin/policy-rc.d" >"$scratch/apt.log" 2>&1 || {
		tail -n 5 "$scratch/apt.log"
		return 1
	}
	part "the service under systemd" bash tests/roots/boot.sh "$fresh" bash /davy-test/service_inside.sh "$@"
}

for suite; do
	root_for_builds "$suite" || {
		echo "FAILED  $suite: a root to build in"
		failed=$((failed + 1))
		continue
	}
	claim "$suite: the package builds" builds
	[ -f "$scratch/debs/$suite.deb" ] || continue
	claim "$suite: lintian finds nothing wrong with it" lints
	claim "$suite: the same can be had as a later version" later
	fresh=$scratch/root-$suite
	claim "$suite: a fresh root can be had" fresh_root
	lives "$suite" "./$suite.deb" "./$suite-later.deb"
	fresh_root && serves "$suite" "./$suite.deb" "./$suite-later.deb"
	rm -rf "$fresh"
done
claims_passed=$((claims_passed + passed)) claims_failed=$((claims_failed + failed)) claims_skipped=$((claims_skipped + skipped))
claims_end
