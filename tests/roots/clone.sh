#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# clone.sh [SUITE…]: what a newcomer meets, in fresh roots of Debian 12 and 13. A user who may call sudo, on a machine
# with git and make, clones this commit and types what README.md says, in its order and word for word (newcomer.sh).
# The last line counts the claims.
cd "$(dirname "$0")/../.." || exit 1
. tests/roots/built.sh
. tests/totals.sh

roots_can_be_made
[ $# -gt 0 ] || set -- bookworm trixie
work=$(mktemp -d)
trap 'rm -rf "$work" "$totals_log"' EXIT

has_newcomer() {
	bash tests/roots/root.sh make "$suite" "$fresh" && bash tests/roots/root.sh enter "$fresh" sh -c "apt-get -qq update &&
		apt-get -qq -y install --no-install-recommends sudo git make && useradd --create-home --shell /bin/bash anna &&
		echo 'anna ALL = NOPASSWD: ALL' >/etc/sudoers.d/anna" >"$work/log" 2>&1 &&
		git clone -q --bare . "$fresh/home/anna/davy.git" && mkdir "$fresh/davy-test" &&
		cp tests/claims.sh tests/roots/newcomer.sh "$fresh/davy-test/" &&
		bash tests/roots/root.sh enter "$fresh" chown -R anna: /home/anna /davy-test
}

for suite; do
	fresh=$work/$suite
	has_newcomer || {
		tail -n 5 "$work/log"
		fail "$suite: a fresh root with a newcomer in it"
		continue
	}
	count "README.md in a fresh $suite" bash tests/roots/root.sh enter "$fresh" setpriv --reuid anna --regid anna --init-groups \
		env HOME=/home/anna bash /davy-test/newcomer.sh "$suite"
	rm -rf "$fresh"
done
totals_end
