#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# sample.sh [COMMIT]: what a commit (the one that is checked out) is tested with besides the quick tests: one of the
# long ones, or as much of it as takes about eight minutes on two cores that have built nothing of it yet. Prints the
# command. The same commit always draws the same, another one another, so that in the course of some dozens all of it
# was run; what takes longer than that even in part (make test-trixie, test-arm64, test-clone) is left to make test-all.
set -eu
cd "$(dirname "$0")/.."
commit=$(git rev-parse --verify --quiet "${1:-HEAD}^{commit}") || {
	echo "sample.sh: ${1:-this tree} is no commit" >&2
	exit 2
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# drawn MOST FOR NAME…: as many of them, in an order that FOR and the commit make.
drawn() {
	local most=$1 for=$2 name
	shift 2
	for name; do echo "$commit $for $name" >"$work/$name"; done
	(cd "$work" && sha256sum "$@") | sort | head -n "$most" | sed 's/.* //' | xargs
}

files() { printf '%s\n' "$1"*.c | sed "s,^$1\\(.*\\)\\.c\$,\\1,"; }

kind=$(drawn 1 kind fuzz torture valgrind package)
case $kind in
# shellcheck disable=SC2046 # one word per name
fuzz) echo "make test-fuzz TARGETS='$(drawn 7 fuzz $(files tests/fuzz/fuzz_))'" ;;
# shellcheck disable=SC2046
torture | valgrind) echo "make test-$kind SUITES='$(drawn 12 "$kind" $(bash tests/strain.sh "$kind" list))'" ;;
package) echo "make test-package RELEASES=$(drawn 1 package bookworm trixie)" ;;
esac
