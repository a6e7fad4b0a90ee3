#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# layers.sh holds for this tree, and it catches each kind of breach in a scratch tree.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh

# breach PATH LINE SENTENCE: a tree with only this line in this file is refused, in these words.
breach() {
	local tree=$scratch/tree output
	rm -rf "$tree"
	mkdir -p "$tree/$(dirname "$1")"
	printf '#include "base/error.h"\n%s\n' "$2" >"$tree/$1"
	output=$(sh tests/layers.sh "$tree") && { echo "not caught"; return 1; }
	[ "$output" = "$1:2: $3" ] || { echo "$output"; return 1; }
}

# sound PATH LINE: a tree with only this line in this file is accepted.
sound() {
	local tree=$scratch/tree
	rm -rf "$tree"
	mkdir -p "$tree/$(dirname "$1")"
	printf '%s\n' "$2" >"$tree/$1"
	sh tests/layers.sh "$tree"
}

claim "this tree keeps to its layers" sh tests/layers.sh
claim "a lower folder may not include a higher one" breach bench/codec/a.c '#include "port/link.h"' \
	'bench/codec may not include "port/link.h"'
claim "script may not include the controller" breach bench/script/a.c '#include "run/course.h"' \
	'bench/script may not include "run/course.h"'
claim "a folder that nobody knows is named" breach bench/base/a.c '#include "utils/all.h"' \
	'"utils/all.h" is in no folder of the table'
claim "a header without its folder is named" breach bench/base/a.c '#include "error.h"' \
	'"error.h" is included without its folder'
claim "Lua stays in script" breach bench/run/a.c '#include <lua.h>' \
	'<lua.h> is at home in bench/script/ only'
claim "the JSON library has one file" breach bench/base/file.c '#include <jansson.h>' \
	'<jansson.h> is at home in bench/base/json.c only'
claim "OpenSSL stays in records, but for the digest" breach bench/run/a.c '#include <openssl/evp.h>' \
	'<openssl/evp.h> is at home in bench/base/hash.c bench/record/ only'
claim "SQLite stays in records" breach bench/cli/a.c '#include <sqlite3.h>' \
	'<sqlite3.h> is at home in bench/record/ only'
claim "records know nothing of runs" breach bench/record/a.c '#include "run/journal.h"' \
	'bench/record may not include "run/journal.h"'
claim "timerfd stays in loop" breach bench/port/a.c '#include <sys/timerfd.h>' \
	'<sys/timerfd.h> is at home in bench/loop/ only'
claim "a foreign library needs a home" breach bench/run/a.c '#include <zlib.h>' \
	'<zlib.h> is a foreign header without a home in the table'
claim "only loop reads a clock" breach bench/run/a.c '	clock_gettime(CLOCK_MONOTONIC, &now);' \
	'only bench/loop may read a clock or sleep'
claim "only loop sleeps" breach bench/port/a.c '	if (usleep(10))' \
	'only bench/loop may read a clock or sleep'
claim "time() is a clock, too" breach bench/run/a.c '	seconds = time(NULL);' \
	'only bench/loop may read a clock or sleep'
claim "loop may read a clock" sound bench/loop/a.c '	clock_gettime(CLOCK_MONOTONIC, &now);'
claim "words in comments, texts and longer names are no clock" sound bench/run/a.c \
	'/* sleep(1) */ puts("time(NULL)"); trace_time(now); span->time(); // sleep('
claim "lower folders may be included" sound bench/port/a.c '#include "codec/modbus.h"'
claims_end
