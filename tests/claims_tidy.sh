#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# tidy.sh counts what it says it counts, and refuses what it says it refuses.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh

tree=$scratch/tree

# A fresh tree with one C function of $1 lines between and with its braces, and one of 3.
tree_with_function() {
	rm -rf "$tree"
	mkdir -p "$tree/bench/base" "$tree/tests"
	cp .clang-format "$tree"
	{
		printf 'int small(void)\n{\n\treturn 1;\n}\n\nint large(void)\n{\n'
		for ((i = 2; i < $1; i++)); do printf '\tstep();\n'; done
		printf '}\n'
	} >"$tree/bench/base/a.c"
}

tree_with_lua_function() {
	tree_with_function 4
	{
		printf 'local f = each(function(x) return x end, 3)\nfunction large()\n  if f then\n  end\n'
		for ((i = 4; i < $1; i++)); do printf '  step()\n'; done
		printf 'end\n'
	} >"$tree/bench/base/a.lua"
}

says() {
	local output
	output=$(sh tests/tidy.sh "$tree") || :
	grep -qxF "$1" <<<"$output" || { echo "$output"; return 1; }
}

passes() { "$@"; sh tests/tidy.sh "$tree"; }
refuses() { "$@"; ! sh tests/tidy.sh "$tree" >/dev/null; }

a_long_function_is_named() {
	tree_with_function 81
	says 'bench/base/a.c:87: large has 81 lines, more than 80'
}

a_long_lua_function_is_named() {
	tree_with_lua_function 81
	says 'bench/base/a.lua:82: the function of line 2 has 81 lines, more than 80'
}

a_long_file_is_named() {
	tree_with_function 4
	for ((i = 0; i < 601; i++)); do echo; done >"$tree/bench/base/b.h"
	says 'bench/base/b.h: 601 lines, more than 600'
}

the_figures_are_those_of_the_functions() {
	tree_with_function 20
	says '2 functions in bench/: median 3 lines, 90th percentile 20, longest 20'
}

wrong_layout() {
	tree_with_function 4
	echo 'int   loose( void );' >"$tree/bench/base/b.h"
}

claim "80 lines are allowed" passes tree_with_function 80
claim "81 lines are refused" refuses tree_with_function 81
claim "a long function is named" a_long_function_is_named
claim "80 lines of Lua are allowed" passes tree_with_lua_function 80
claim "a long Lua function is named" a_long_lua_function_is_named
claim "a long file is named" a_long_file_is_named
claim "median, 90th percentile and longest are right" the_figures_are_those_of_the_functions
if command -v clang-format >/dev/null; then
	claim "a layout that clang-format would change is refused" refuses wrong_layout
else
	claim_skip "a layout that clang-format would change is refused" "clang-format is not installed"
fi
claims_end
