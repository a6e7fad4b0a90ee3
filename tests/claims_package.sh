#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What `make install` puts on a machine: programs that find their files wherever they were put, man pages, completion,
# the service's unit, the udev rules. The Debian package itself is installed, upgraded and removed by make test-package.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh

unset LC_ALL LC_MESSAGES XDG_STATE_HOME STATE_DIRECTORY DAVY_SHARE DAVY_LUA DAVY_STATE MAKEFLAGS
export LANG=C
prefix=$scratch/prefix
davy=$prefix/bin/davy
state=$scratch/state
man=$prefix/share/man
unit=$prefix/lib/systemd/system/davy.service
push_unit=$prefix/lib/systemd/system/davy-push@.service
staged() { make -s "$@"; }

has() { command -v "$1" >/dev/null; }

# said CODE PATTERN COMMAND…: from /, where no tree is.
said() {
	local wanted=$1 pattern=$2 output code
	shift 2
	output=$(cd / && within 120 "$@" 2>&1 </dev/null)
	code=$?
	[ "$code" = "$wanted" ] && grep -qE -- "$pattern" <<<"$output" && return
	echo "ended with $code: $output"
	return 1
}

# ---- the installed tree ----

installs() { staged install PREFIX="$prefix" && [ -x "$davy" ] && [ -x "$prefix/libexec/davy/davy-lua" ]; }

by_name() {
	said 0 "PASS" "$davy" run gas/methane_transmitter --sim --state "$state" --limits "$prefix/share/davy/scripts/limits/example.json"
}

a_tree_may_move() {
	mv "$prefix" "$scratch/moved" || return
	said 0 "scripts/gas/methane_transmitter.lua" "$scratch/moved/bin/davy" list protocols --state "$state"
	local done=$?
	mv "$scratch/moved" "$prefix"
	return $done
}

own_protocol() {
	mkdir -p "$scratch/own"
	sed 's/id = "gas_transmitter[^"]*"/id = "own.one"/' scripts/gas/methane_transmitter.lua >"$scratch/own/mine.lua"
	said 0 "PASS" "$davy" run "$scratch/own/mine.lua" --sim --state "$state" --limits "$PWD/scripts/limits/example.json"
}

a_name_that_is_none() { said 2 "no protocol 'gas/nothing': .*below $prefix/share/davy/scripts" "$davy" run gas/nothing --sim --state "$state"; }

every_file_is_there() {
	diff <((
		find scripts fixtures reports -name '*.lua' -o -name '*.csv' -o -name '*.json' -o -name '*.html' -o -path reports/README.md -o -name print_pages.py
		cd bench/dist && find postgresql -type f
	) | sort) \
		<(cd "$prefix/share/davy" && find . -type f | sed 's,^\./,,' | sort)
}

staged_and_taken_away() {
	staged install PREFIX=/usr DESTDIR="$scratch/stage" && grep -q '^ExecStart=/usr/bin/davy ' "$scratch/stage/usr/lib/systemd/system/davy.service" &&
		staged uninstall PREFIX=/usr DESTDIR="$scratch/stage" && [ -z "$(find "$scratch/stage" -type f)" ]
}

# ---- whose folder it is ----

root_serves_nobody() {
	local place=$scratch/theirs
	mkdir "$place" && chown 1 "$place" || return
	said 2 "belongs to user .*systemctl start davy" "$davy" run gas/methane_transmitter --sim --state "$place" &&
		[ -z "$(ls -A "$place")" ]
}

# ---- man pages ----

page() { LC_ALL=C.UTF-8 MANWIDTH=200 man -l "$man/$1" | col -b; }

# COMMAND's part of davy(1): from its own heading to the next.
chapter() {
	page man1/davy.1 | awk -v command="$1" '/^   [a-z]/ || /^[A-Z]/ { inside = $1 == command && /^   / } inside'
}

every_command_is_described() {
	local command option text missing=0
	for command in $("$davy" help | sed -n '/^Usage/,/^Exit/s/^  \([a-z][a-z-]*\) .*/\1/p') controller guardian; do
		text=$(chapter "$command")
		[ -n "$text" ] || { echo "davy.1 has no $command"; missing=1; }
		for option in $("$davy" help "$command" | grep -oE '^  --[a-z-]+' | grep -vE -- '--(state|json|lang|help)$'); do
			grep -qE -- "^ +$option([[ ]|\$)" <<<"$text" || { echo "davy.1 does not say $option of $command"; missing=1; }
		done
	done
	return $missing
}

# words FILE: what stands in the first cells of its tables, as bare names.
words() { grep -oE '^\| [^|]*\|' "$1" | grep -oE '`[a-z_]+`' | tr -d '`' | sort -u; }

# described PAGE FILE: every name in the first cells of FILE's tables is on the page, too.
described() {
	local text word missing=0
	text=$(page "$1")
	for word in $(words "$2"); do
		grep -qw -- "$word" <<<"$text" || { echo "$1 does not say $word"; missing=1; }
	done
	[ "$(words "$2" | wc -l)" -gt 10 ] && return $missing
}

no_warnings() {
	local file warnings
	for file in "$man"/man?/*; do
		warnings=$(LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$file" 2>&1 >/dev/null)
		[ -z "$warnings" ] || { echo "$file: $warnings"; return 1; }
	done
}

mandoc_agrees() {
	local warnings
	warnings=$(mandoc -Tlint -Wwarning "$man"/man?/* 2>&1 | grep -E 'WARNING|ERROR|UNSUPP')
	[ -z "$warnings" ] || { echo "$warnings"; return 1; }
}

# ---- completion ----

# completes WORDS… WANTED: the last of WORDS is being typed.
completes() {
	local wanted=${!#}
	(
		cd / || exit
		export XDG_STATE_HOME=$scratch/xdg
		. "$prefix/share/bash-completion/completions/davy"
		COMP_WORDS=("$davy" "${@:1:$#-1}")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_davy
		printf '%s\n' "${COMPREPLY[@]}" | grep -qxF -- "$wanted" || { echo "${COMPREPLY[*]}"; exit 1; }
	)
}

completion() {
	local run
	mkdir -p "$scratch/sending" && cat >"$scratch/sending/destinations.json" <<-END
		{"destinations":[{"name":"platform","kind":"epcis","url":"https://platform.example.cn/"},
		{"name":"screen","kind":"mqtt","host":"broker.example.cn","bench":"B07"}]}
	END
	completes push --state "$scratch/sending" sc screen && completes push --state "$scratch/sending" pl platform &&
		completes stats --state "$scratch/sending" --from "" platform && completes stats --by be bench &&
		completes history --state "$scratch/sending" A1 --from pl platform || return
	run=$("$davy" list runs --state "$state" | awk 'NR == 3 { print $1 }')
	[ -n "$run" ] && completes ru run && completes run --lim --limits && completes list ru runs && completes show la last &&
		completes run gas/ gas/methane_transmitter && completes run --clock v virtual && completes help wi wires && completes why la last &&
		completes show --state "$state" "${run:0:9}" "$run" && completes why "$run" --state "$state" ze zero && completes keys hand hand-over && completes list du dut && completes record rep repair &&
		completes sign --state "$state" "${run:0:9}" "$run" && completes sign last --as rev reviewer && completes record "" registration &&
		! completes list dut pro protocols >/dev/null && ! completes ru list >/dev/null && ! completes run --seed "" gas/methane_transmitter >/dev/null
}

# ---- unit and rules ----

unit_is_right() {
	local said
	said=$(MANPATH=$man systemd-analyze verify "$unit" "${push_unit/@/@platform}" 2>&1) && [ -z "$said" ] && return
	echo "$said"
	return 1
}

# The figure is that of `systemd-analyze security`, from 0 (nothing can be done) to 10; 1.2 when this was written.
unit_is_closed() { systemd-analyze security --offline=yes --no-pager --threshold=15 "$unit"; }

# It speaks to the network and runs no script; 1.2 when this was written.
push_unit_is_closed() { systemd-analyze security --offline=yes --no-pager --threshold=15 "$push_unit"; }

unit_makes_safe() {
	grep -qx "ExecStopPost=$davy safe" "$unit" && grep -qx 'KillMode=process' "$unit" && grep -qx 'Type=notify' "$unit" &&
		grep -qE '^WatchdogSec=[0-9]+$' "$unit"
}

# What a controller needs of its unit, refused by nothing in it.
unit_leaves_what_is_needed() {
	! grep -E '^(PrivateDevices|PrivateUsers|RestrictRealtime)=yes|^ProcSubset=pid|^SystemCallFilter=~.*@(resources|memlock)' "$unit" &&
		grep -qE '^LimitRTPRIO=(2[0-9]|[3-9][0-9])$' "$unit" && grep -qx 'LimitMEMLOCK=infinity' "$unit"
}

# A service manager: a socket, and whoever is told there.
service_is_told() {
	python3 - "$davy" "$scratch/served" <<-'PY'
		import os, socket, subprocess, sys
		path = sys.argv[2] + ".notify"
		manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		manager.bind(path)
		manager.settimeout(20)
		env = dict(os.environ, NOTIFY_SOCKET=path, WATCHDOG_USEC="600000", STATE_DIRECTORY=sys.argv[2])
		davy = subprocess.Popen([sys.argv[1], "controller"], env=env)
		assert manager.recv(100) == b"READY=1"
		assert os.path.exists(sys.argv[2] + "/controller.sock")
		for _ in range(3):
		    assert manager.recv(100) == b"WATCHDOG=1"
		davy.terminate()
		told = manager.recv(100)
		while told == b"WATCHDOG=1":
		    told = manager.recv(100)
		assert told == b"STOPPING=1", told
		assert davy.wait(20) == 0
	PY
}

claim "make install puts programs and files below a prefix" installs
claim "it installs every script and fixture and the laboratory's schema, and nothing else of them" every_file_is_there
claim "an installed davy runs a shipped protocol by its name, from anywhere" by_name
claim "a protocol of one's own meets the installed fixtures" own_protocol
claim "a name that is none says where it looked" a_name_that_is_none
claim "an installed tree may move" a_tree_may_move
claim "make uninstall takes away what a staged install has put there" staged_and_taken_away
if [ "$(id -u)" = 0 ]; then
	claim "root starts no controller in another's state folder" root_serves_nobody
else
	claim_skip "root starts no controller in another's state folder" "only root can see that"
fi
claim "a service manager is told that the controller serves, lives and ends" service_is_told
if has man && has col; then
	claim "davy(1) has every command and each of its options" every_command_is_described
	claim "davy-protocol(5) has every word of scripts/README.md's tables" described man5/davy-protocol.5 scripts/README.md
	claim "davy-fixture(5) has every word of fixtures/README.md's tables" described man5/davy-fixture.5 fixtures/README.md
	claim "man warns of nothing in the man pages" no_warnings
else
	claim_skip "the man pages" "there is no man here"
fi
if has mandoc; then
	claim "neither does mandoc" mandoc_agrees
else
	claim_skip "neither does mandoc" "there is no mandoc here"
fi
claim "bash completes commands, options, protocols and runs" completion
claim "the unit makes outputs safe when it stops, and watches its controller" unit_makes_safe
claim "the unit leaves a bench what it needs" unit_leaves_what_is_needed
if has systemd-analyze; then
	claim "systemd finds nothing wrong with the unit" unit_is_right
	claim "systemd finds the unit closed" unit_is_closed
	claim "and that of a destination" push_unit_is_closed
else
	claim_skip "systemd's opinion of the unit" "there is no systemd-analyze here"
fi
if has udevadm && udevadm verify --help >/dev/null 2>&1; then
	claim "udev finds nothing wrong with the rules" udevadm verify --resolve-names=never "$prefix/lib/udev/rules.d/60-davy.rules"
else
	claim_skip "udev finds nothing wrong with the rules" "there is no udevadm that can tell here"
fi
claims_end
