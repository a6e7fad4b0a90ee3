#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# layers.sh [ROOT]: who may include whom under bench/, and which foreign header lives where.
#
# Holds the sources against the table of folders: a folder includes itself and the folders named
# beside it, a foreign header has one home, and only bench/loop reads a clock or sleeps. Every
# breach is printed as "file:line: sentence"; any breach gives exit status 1.
set -eu
cd "${1:-.}"

# shellcheck disable=SC2046 # no blanks in our file names
awk '
BEGIN {
	allow("base", "")
	allow("loop", "base")
	allow("codec", "base")
	allow("verdict", "base")
	allow("port", "base loop codec")
	allow("wire", "base loop")
	allow("record", "base verdict")
	allow("run", "base loop codec verdict port wire record")
	allow("report", "base loop codec verdict record run")
	allow("script", "base verdict wire")
	allow("push", "base loop record")
	allow("cli", "base loop codec verdict port wire record run report push")

	home("lua.h lauxlib.h lualib.h seccomp.h linux/seccomp.h", "bench/script/")
	home("jansson.h", "bench/base/json.c")
	home("openssl/", "bench/base/hash.c bench/record/")
	home("sqlite3.h", "bench/record/")
	home("curl/", "bench/push/http.c")
	home("libpq-fe.h", "bench/push/database.c")
	home("openssl/ssl.h", "bench/push/database.c bench/push/mqtt.c")
	home("mosquitto.h mqtt_protocol.h", "bench/push/mqtt.c")
	home("qrencode.h", "bench/report/qr.c")
	home("gpiod.h libserialport.h", "bench/port/")
	home("sys/timerfd.h sys/signalfd.h sys/pidfd.h", "bench/loop/")
	home("sys/epoll.h", "bench/loop/ bench/port/ bench/wire/ bench/run/ bench/report/")

	system_headers = " assert.h ctype.h dirent.h errno.h fcntl.h float.h glob.h grp.h inttypes.h" \
		" limits.h locale.h math.h netdb.h poll.h pthread.h pty.h pwd.h sched.h" \
		" semaphore.h signal.h spawn.h stdalign.h stdarg.h stdatomic.h stdbool.h stddef.h" \
		" stdint.h stdio.h stdlib.h stdnoreturn.h string.h strings.h syslog.h termios.h" \
		" time.h unistd.h utime.h wchar.h getopt.h "
}

function allow(folder, below) {
	below_of[folder] = " " folder " " below " "
}

function home(headers, places,   list, n, i) {
	n = split(headers, list, " ")
	for (i = 1; i <= n; i++)
		home_of[list[i]] = places
}

function breach(sentence) {
	print FILENAME ":" FNR ": " sentence
	breaches++
}

function lives_here(places,   list, n, i) {
	n = split(places, list, " ")
	for (i = 1; i <= n; i++)
		if (index(FILENAME, list[i]) == 1)
			return 1
	return 0
}

function check_own(header,   target) {
	if (header !~ /\//) {
		if (!(header in generated))
			breach("\"" header "\" is included without its folder")
		return
	}
	target = header
	sub(/\/.*/, "", target)
	if (!(target in below_of))
		breach("\"" header "\" is in no folder of the table")
	else if (index(below_of[folder], " " target " ") == 0)
		breach("bench/" folder " may not include \"" header "\"")
}

function check_foreign(header,   prefix) {
	prefix = header
	sub(/\/.*/, "/", prefix)
	if (header in home_of || prefix in home_of) {
		places = header in home_of ? home_of[header] : home_of[prefix]
		if (!lives_here(places))
			breach("<" header "> is at home in " places " only")
	} else if (index(system_headers, " " header " ") == 0 &&
		   header !~ /^(sys|linux|netinet|arpa|net)\//) {
		breach("<" header "> is a foreign header without a home in the table")
	}
}

# What is left of a line without strings and comments.
function code_of(line,   out, at) {
	out = ""
	while (line != "") {
		if (in_comment) {
			at = index(line, "*/")
			if (!at)
				return out
			line = substr(line, at + 2)
			in_comment = 0
		} else if (match(line, /^"(\\.|[^"\\])*"/) || match(line, /^\047(\\.|[^\047\\])+\047/)) {
			line = substr(line, RLENGTH + 1)
			out = out "\"\""
		} else if (substr(line, 1, 2) == "//") {
			return out
		} else if (substr(line, 1, 2) == "/*") {
			line = substr(line, 3)
			in_comment = 1
		} else {
			out = out substr(line, 1, 1)
			line = substr(line, 2)
		}
	}
	return out
}

function check_clock(code) {
	if (code ~ /(^|[^A-Za-z0-9_.>])(clock_gettime|clock_nanosleep|gettimeofday|nanosleep|usleep|sleep|time)[ \t]*\(/)
		breach("only bench/loop may read a clock or sleep")
}

FNR == 1 {
	in_comment = 0
	split(FILENAME, part, "/")
	folder = part[2]
	known = folder in below_of
	if (!known)
		breach("bench/" folder " is not in the table of folders")
	generated["prelude.h"]
}

!known { next }

/^[ \t]*#[ \t]*include[ \t]*"/ {
	split($0, part, "\"")
	check_own(part[2])
	next
}

/^[ \t]*#[ \t]*include[ \t]*</ {
	header = $0
	sub(/^[^<]*</, "", header)
	sub(/>.*/, "", header)
	check_foreign(header)
	next
}

folder != "loop" {
	check_clock(code_of($0))
}

END { exit breaches > 0 }
' $(find bench -name '*.[ch]' | sort)
