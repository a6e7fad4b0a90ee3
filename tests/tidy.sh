#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# tidy.sh [ROOT]: the figures of the style guide over the sources.
#
# Enforced: no function over 80 lines and no file over 600, in C and Lua, and the layout that
# clang-format gives, where it is installed. Printed only: median and 90th percentile. A function
# in C is counted from its opening to its closing brace, in Lua from `function` to its `end`.
set -eu
cd "${1:-.}"
status=0

c_files=$(find bench tests -name '*.[ch]' | sort)
lua_files=$(find bench scripts tests -name '*.lua' 2>/dev/null | sort)

# shellcheck disable=SC2086 # no blanks in our file names
awk '
function ended(length_, name) {
	if (FILENAME ~ /^bench\//)
		lengths[++count] = length_
	if (length_ > 80)
		breach(FILENAME ":" FNR ": " name " has " length_ " lines, more than 80")
}

function breach(sentence) {
	print sentence
	breaches++
}

function file_ended() {
	if (lines > 600)
		breach(file ": " lines " lines, more than 600")
	if (lines > largest && file ~ /^bench\//) {
		largest = lines
		largest_file = file
	}
}

FNR == 1 {
	if (file)
		file_ended()
	file = FILENAME
	start = 0
	depth = 0
}

{ lines = FNR }

# C: braces in column 0, as the kernel writes them.
FILENAME ~ /\.[ch]$/ && /^{$/ {
	start = FNR
	name = previous
	sub(/\(.*/, "", name)
	sub(/.*[ *]/, "", name)
}
FILENAME ~ /\.[ch]$/ && /^}$/ && start {
	ended(FNR - start + 1, name)
	start = 0
}
FILENAME ~ /\.[ch]$/ && /^[a-z].*\(/ { previous = $0 }

# Lua: a function ends at the `end` under its first line.
FILENAME ~ /\.lua$/ && /(^|[^A-Za-z0-9_])function([^A-Za-z0-9_]|$)/ && !/^ *--/ && !/function.*[^A-Za-z0-9_]end([^A-Za-z0-9_]|$)/ {
	match($0, /^ */)
	depth++
	lua_indent[depth] = RLENGTH
	lua_start[depth] = FNR
}
FILENAME ~ /\.lua$/ && depth && /^ *end([^A-Za-z0-9_]|$)/ {
	match($0, /^ */)
	if (RLENGTH == lua_indent[depth]) {
		ended(FNR - lua_start[depth] + 1, "the function of line " lua_start[depth])
		depth--
	}
}

function sort_lengths(   i, j, held) {
	for (i = 2; i <= count; i++) {
		held = lengths[i]
		for (j = i - 1; j > 0 && lengths[j] > held; j--)
			lengths[j + 1] = lengths[j]
		lengths[j + 1] = held
	}
}

function at_share(share,   i) {
	i = int(share * count + 0.999999)
	return count ? lengths[i < 1 ? 1 : i] : 0
}

END {
	if (file)
		file_ended()
	sort_lengths()
	printf "%d functions in bench/: median %d lines, 90th percentile %d, longest %d\n", count,
		at_share(0.5), at_share(0.9), at_share(1)
	printf "largest file in bench/: %s, %d lines\n", largest_file, largest
	exit breaches > 0
}
' $c_files $lua_files || status=1

if command -v clang-format >/dev/null; then
	for file in $c_files; do
		clang-format "$file" | cmp -s "$file" - && continue
		echo "$file: clang-format would change it; run: clang-format -i $file"
		status=1
	done
else
	echo "clang-format is not installed: the layout of the C files was not checked"
fi
exit $status
