#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# benchmark.sh: what Davy takes, in time, processor and memory, beside what is aimed at. Nothing is
# asserted, and nothing but Davy is run: figures of others are marked "elsewhere", they were measured on
# another machine with two x86-64 cores and carry over as ratios only. `make benchmark` builds first;
# `make benchmark CHAPTERS="machine hostile"` measures these chapters alone, in this order ("memory" is of what
# "start_up" began, "lines" partly of what "exchanges" measured). RECORDS="10 1000000" says of how many records the logs
# of the chapter "records" are, DELIVERIES=100000 how many are brought in "delivery".
#
# Every figure is one that a program under tests/benchmark printed as "name value".
set -u
cd "$(dirname "$0")/../.." || exit 1

programs=build/benchmark
lua=$PWD/build/davy-lua
protocols=$PWD/tests/benchmark/protocols
reliability=$PWD/scripts/gas/methane_reliability.lua
pack=$PWD/scripts/battery/pack.lua
work=$(mktemp -d)
controller=
made= # a folder outside of $work
cores=$(nproc)
core=$((cores - 1))
turns="1 2 3 4 5" # of slots alone and beside a hostile one
trap 'end_controller; rm -rf "$work" ${made:+"$made"}' EXIT

end_controller() {
	[ -z "$controller" ] || kill "$controller" 2>/dev/null
	controller=
}

# ---- figures ----

# measure NAME COMMAND…: keep what it prints.
measure() {
	local name=$1
	shift
	"$@" >"$work/$name" 2>"$work/$name.err" ||
		echo "  $name could not be measured: $(tail -n 1 "$work/$name.err")"
}

figure() { # figure NAME FIELD: "" when it was not printed
	[ ! -f "$work/$1" ] || awk -v field="$2" '$1 == field { print $2 }' "$work/$1"
}

median() { sort -n | awk '{ value[NR] = $1 } END { if (NR) print value[int((NR + 1) / 2)] }'; }

calculate() { awk "BEGIN { printf \"$1\", $2 }" 2>/dev/null || printf '–'; }

# ms VALUE, mib KIB: as people read them.
ms() { if [ -n "$1" ]; then printf '%.1f ms' "$1"; else printf '–'; fi; }
us() { if [ -n "$1" ]; then printf '%.1f µs' "$1"; else printf '–'; fi; }
mib() { if [ "${1:-0}" -gt 0 ]; then calculate '%.1f MiB' "$1 / 1024"; else printf 'only root sees it'; fi; }

chapter() { printf '\n%s\n' "$*"; }

# Columns are counted by character, not by byte.
row() {
	local pad=$((46 - ${#1})) gap=$((26 - ${#2}))
	printf '  %s%*s%s%*s%s\n' "$1" $((pad > 1 ? pad : 1)) '' "$2" $((gap > 1 ? gap : 1)) '' "${3:-}"
}

rehearse() { # rehearse NAME TIMES PROTOCOL [PARAMETER=VALUE …]
	local name=$1 times=$2
	shift 2
	measure "$name" $programs/rehearse "$times" "$core" "$lua" "$work/state" "$@"
}

# ---- chapters ----

machine() {
	echo "Davy benchmark: figures and aims; nothing is asserted."
	row "machine" "$(awk -F': ' '/^model name|^Model/ { print $2; exit }' /proc/cpuinfo)"
	row "cores, load" "$cores, $(cut -d' ' -f1-3 /proc/loadavg)"
	row "memory" "$(awk '/MemTotal/ { printf "%.1f GiB", $2 / 1048576 }' /proc/meminfo)"
	row "kernel" "$(uname -srm)"
	row "compiler" "$(cc --version | head -n 1)"
	row "flags" "${CFLAGS:--O2 -g}"
	row "state folder" "$(stat -f -c %T "$work") (${work%/*})"
	awk -v cores="$cores" '$1 > cores / 4 { exit 1 }' /proc/loadavg ||
		row "" "Other programs are busy: these figures are worse than on an idle machine."
}

# first_steps NAME FRESH: nine starts of `davy run`, each with a controller of its own or not.
first_steps() {
	local name=$1 fresh=$2 state=$work/daemon
	for n in 1 2 3 4 5 6 7 8 9; do
		[ "$fresh" = no ] || state=$work/fresh$n
		$programs/first_step 'step 1/1' build/davy run --sim --state "$state" \
			"$protocols/tenth.lua" | awk '{ print $2 }'
	done | median | sed 's/^/first_step_ms /' >"$work/$name"
}

start_up() {
	chapter "Start-up, to the first step (simulated bench: loaders, world, runner, sandboxes)"
	rehearse start 9 "$protocols/tenth.lua"
	first_steps cold yes
	build/davy controller --state "$work/daemon" 2>"$work/controller.err" &
	controller=$!
	sleep 0.5
	first_steps warm no
	local aim="aim 17 ms; elsewhere OpenHTF 174, pytest 160"
	row "in one process" "$(ms "$(figure start first_step_ms)")" "$aim"
	row "davy run, controller running" "$(ms "$(figure warm first_step_ms)")" "$aim"
	row "davy run, controller to be started, too" "$(ms "$(figure cold first_step_ms)")"
}

memory() {
	chapter "Memory (PSS; peak resident)"
	local pss peak
	pss=$(awk '/^Pss:/ { print $2 }' "/proc/$controller/smaps_rollup" 2>/dev/null)
	peak=$(awk '/^VmHWM/ { print $2 }' "/proc/$controller/status" 2>/dev/null)
	end_controller
	row "davy controller, after nine runs" "$(mib "$pss"); $(mib "$peak")"
	for process in controller runner world; do
		row "$process of a small run" \
			"$(mib "$(figure start ${process}_pss_kib)"); $(mib "$(figure start ${process}_peak_kib)")"
	done
}

thousand() {
	chapter "1,000 judged steps, one limit each, journalled and durable at the end"
	rehearse thousand 5 "$protocols/thousand.lua"
	row "wall time ($(figure thousand verdict))" "$(ms "$(figure thousand wall_ms)")" \
		"aim 62 ms; elsewhere OpenHTF 1240, pytest 806"
	row "processor time of the controller" "$(ms "$(figure thousand processor_ms)")"
	for process in controller runner world; do
		row "peak of the $process" "$(mib "$(figure thousand ${process}_peak_kib)")" \
			"$([ $process = controller ] && echo "aim 9 MiB; elsewhere OpenHTF 37")"
	done
}

exchanges() {
	chapter "Processor per exchange (8 bytes out, 9 back), controller's side"
	measure bare $programs/bare 20000
	measure link $programs/link 20000
	rehearse fast 3 "$protocols/line_115200.lua"
	local bare whole
	bare=$(figure bare bare_pty_us)
	whole=$(calculate %.1f "1000 * $(figure fast processor_ms) / $(figure fast exchanges)")
	row "a bare C loop, socket pair" "$(us "$(figure bare bare_socket_us)")"
	row "a bare C loop, pseudo-terminal" "$(us "$bare")" "elsewhere 7.2; libserialport 8.4, pymodbus 63"
	row "link, codec and simulated line alone" "$(us "$(figure link link_us)")" "aim 1.3 × the bare loop"
	row "the whole controller in virtual time" "$(us "$whole")" \
		"$(calculate '%.1f' "$whole / $bare") × the bare loop; with twin, world, samples, journal"
}

line() { # line NAME BAUD
	row "$2 baud: exchanges a second" "$(calculate %.1f "$(figure "$1" port0_per_s)")" \
		"of the wire's limit: $(calculate '%.1f %%' "100 * $(figure "$1" port0_use)"), aim 97 %"
	row "$2 baud: least silence before a question" \
		"$(calculate '%.3f ms' "$(figure "$1" port0_silence_ms)")" \
		"$(figure "$1" port0_violated) violated, aim 0"
}

lines() {
	chapter "A paced line in virtual time, one channel at full rate; the twin answers at once"
	rehearse slow 1 "$protocols/line_9600.lua"
	line slow 9600
	line fast 115200
}

messages() {
	chapter "Turns between the controller and a Lua process"
	measure turns $programs/turns 20000 "$lua"
	local one two
	one=$(figure turns turns_one_core_per_s)
	two=$(figure turns turns_two_cores_per_s)
	row "both on one core" "$(calculate '%.0f /s' "$one")" \
		"$(calculate '%.1f µs' "1e6 / $one") each; a bare socket pair elsewhere 9"
	[ -z "$two" ] || row "a core each" "$(calculate '%.0f /s' "$two")" \
		"$(calculate '%.1f µs' "1e6 / $two") each; elsewhere 57"
}

slots_row() { # slots_row NAME LABEL NOTE
	row "$2" "$(us "$(figure "$1" late_p50_us)") / $(us "$(figure "$1" late_p99_us)")" \
		"worst $(us "$(figure "$1" late_worst_us)"); $3"
}

slots() {
	chapter "Slots in one controller, real time, each at 10 Hz for 10 s: lateness p50 / p99"
	for count in 1 8 32 64; do
		measure "slots$count" $programs/slots $count "$lua" "$work/state" \
			"$protocols/tenth.lua" "10 s"
		slots_row "slots$count" "$count" "controller $(calculate '%.0f %%' \
			"100 * $(figure "slots$count" controller_processor_share)") of a core, $(mib \
			"$(figure "slots$count" controller_pss_kib | cut -d. -f1)")"
	done
	echo "  aim at 64 slots: p99 581 µs; elsewhere asyncio 1744, a C prototype 776 (all due at once)"
}

hostile() {
	chapter "31 good slots, and a hostile one beside them (10 Hz for 10 s): lateness p50 / p90 / p99"
	hostile_neighbour endless "31, and a script in an endless loop"
	hostile_neighbour flood "31, and a script that floods its wire"
}

# hostile_neighbour PROTOCOL LABEL: 31 slots alone and with that one beside them, by turns, so that both meet the same
# machine, with the priority that the controller has over real wires; each turn's ratio is of its own two, and the
# middle one of them counts. One in a hundred meets what else the machine does: alone, that differs by ten times.
hostile_neighbour() {
	local turn
	for turn in $turns; do
		measure "alone_$1$turn" $programs/slots --real-time 31 "$lua" "$work/state" "$protocols/tenth.lua" "10 s"
		measure "$1$turn" $programs/slots --real-time 31 "$lua" "$work/state" "$protocols/tenth.lua" "10 s" \
			"$protocols/$1.lua"
		hostile_row "alone_$1$turn" "31 alone" "right before"
		hostile_row "$1$turn" "$2" "killed $(figure "$1$turn" disturbing_runs) times"
	done
	row "the middle ratio" "$(for which in p50 p90 p99; do middle_ratio "$1" $which; done | paste -sd/ | sed 's,/, / ,g')" \
		"aim: at most 1.10"
	[ "$(figure "alone_$1$turn" real_time)" = 1 ] ||
		echo "  without real-time priority, which this account may not ask for"
}

hostile_row() { # hostile_row NAME LABEL NOTE
	row "$2" "$(for which in p50 p90 p99; do calculate %.1f "$(figure "$1" late_${which}_us)"; echo; done |
		paste -sd/ | sed 's,/, / ,g') µs" "worst $(us "$(figure "$1" late_worst_us)"); $3"
}

middle_ratio() { # middle_ratio NAME WHICH: to the same of the slots alone
	for turn in $turns; do
		calculate '%.3f' "$(figure "$1$turn" "late_$2_us") / $(figure "alone_$1$turn" "late_$2_us")" && echo
	done | median
}

battery_speed() {
	chapter "Virtual time: a lithium pack's capacity and protections (battery/pack; no limit set)"
	rehearse pack 3 "$pack"
	row "$(calculate %.1f "$(figure pack bench_s) / 3600") h of bench time ($(figure pack verdict))" \
		"$(ms "$(figure pack wall_ms)")" "aim 5000 ms; $(figure pack exchanges) exchanges"
	row "processor time of the controller" "$(ms "$(figure pack processor_ms)")"
}

virtual_speed() {
	chapter "Virtual time: 500 gas exposures (methane_reliability)"
	rehearse reliability 3 "$reliability" cycles=500
	local wall bench
	wall=$(figure reliability wall_ms)
	bench=$(figure reliability bench_s)
	row "$(calculate %.0f "$bench") s of bench time ($(figure reliability verdict))" "$(ms "$wall")" \
		"$(figure reliability exchanges) exchanges"
	row "45 minutes of it" "$(ms "$(calculate %.1f "$wall * 2700 / $bench")")" "aim 1000 ms"
}

breathing() {
	chapter "Virtual time: 45 minutes of breathing, a line per breath, pressure 200 Hz and flow 50 Hz in blocks"
	rehearse breathing 3 "$PWD/tests/protocols/breathing_profile.lua"
	row "wall time ($(figure breathing verdict))" "$(ms "$(figure breathing wall_ms)")" "aim 1000 ms"
	row "processor time of the controller" "$(ms "$(figure breathing processor_ms)")"
	row "peak of the controller" "$(mib "$(figure breathing controller_peak_kib)")"
}

# spent_row NAME LABEL NOTE
spent_row() {
	row "$2: wall time" "$(ms "$(figure "$1" wall_ms)")" "processor $(ms "$(figure "$1" processor_ms)"); $3"
	row "$2: peak of its largest process" "$(mib "$(figure "$1" peak_kib)")"
}

# Of all its series: they are reduced for drawing, and attached whole.
report() {
	chapter "Reports: 45 minutes of breathing, five series drawn (unreduced they take 3.8 s and 249 MB for a PDF, elsewhere)"
	local state=$work/reported
	build/davy run tests/protocols/breathing_profile.lua --sim --state "$state" >"$work/reported.log" 2>&1
	local journal=("$state"/runs/*/journal)
	if [ ! -s "${journal[0]}" ]; then
		row "a run to report on" "–" "$(tail -n 1 "$work/reported.log")"
		return
	fi
	for format in html pdf; do
		measure "report_$format" /usr/bin/python3 tests/benchmark/spent.py build/davy report last --state "$state" \
			--format "$format" --to "$work/report.$format"
		spent_row "report_$format" "$format" "$(calculate %.1f "$(stat -c %s "$work/report.$format" 2>/dev/null || echo 0) / 1048576") MiB"
	done
	row "its journal" "$(mib "$(calculate %.0f "$(stat -c %s "${journal[0]}") / 1024")")" \
		"$(grep -c '<svg' "$work/report.html") drawings, one a QR code; $(calculate %.0f "$(stat -c %s "$work/report.html") / 1024") KiB of HTML"
}

# Logs are filled in memory, where there is room for them: on a disk a million records take half a day.
records() {
	chapter "Records: signed, in the hash tree and durable; a line of the same size alone beside it"
	local memory=$work/memory count name run
	[ ! -w /dev/shm ] || memory=$(mktemp -d /dev/shm/davy-benchmark-XXXXXX) && made=$memory
	for count in ${RECORDS:-10 10000 100000}; do
		name=records$count
		mkdir -p "$memory/$name"
		measure "fill$count" $programs/records fill "$count" "$memory/$name"
		cp -r "$memory/$name" "$work/log$count" && rm -rf "${memory:?}/$name"
		sync
		measure "$name" $programs/records measure "$work/log$count"
		rm -rf "$work/log$count"
		row "with $count: signed and durable" "$(per_s "$(figure "$name" append_per_s)")" \
			"p50 $(ms "$(figure "$name" append_p50_ms)"), p99 $(ms "$(figure "$name" append_p99_ms)")"
		row "… fdatasync of such a line alone" "$(per_s "$(figure "$name" raw_per_s)")" \
			"p50 $(ms "$(figure "$name" raw_p50_ms)"); a record waits for $(calculate %.1f \
				"$(figure "$name" append_syncs)") of them"
		row "… verified (davy verify)" "$(per_s "$(figure "$name" verify_per_s)")" \
			"all in $(calculate '%.2f s' "$count / $(figure "$name" verify_per_s)"), peak $(mib \
				"$(figure "$name" verify_peak_kib | cut -d. -f1)")"
		row "… opened at a controller's start" "$(ms "$(figure "$name" open_ms)")"
		row "… size of a record (a step of a life)" "$(calculate '%.0f bytes' \
			"$(figure "$name" record_bytes)")" "both copies and index: $(calculate '%.0f bytes' \
				"$(figure "$name" kept_bytes)")"
	done
	[ -z "$made" ] || rm -rf "$made"
	[ -n "${RECORDS:-}" ] || row "with 1000000" "not measured" 'RECORDS="10 10000 1000000" asks for them: 3.5 GB of memory'
	build/davy run --sim --state "$work/recorded" scripts/gas/methane_transmitter.lua >/dev/null 2>&1
	run=$(find "$work/recorded/runs" -name record.json 2>/dev/null | head -n 1)
	row "size of a run's record (methane transmitter)" "$([ -z "$run" ] || stat -c '%s bytes' "$run")"
}

per_s() { if [ -n "$1" ]; then calculate '%.0f /s' "$1"; else printf '–'; fi; }

# What waits is brought to a receiver on loopback, over TLS with certificates of both sides (tests/receiver.sh). It is kept
# where the logs of records are filled: what a disk takes for a record stands in the chapter before.
delivery() {
	chapter "Delivery: records that waited, brought to a receiver on this machine that answers at once"
	local memory=$work/memory count=${DELIVERIES:-10000} began state
	local scratch there
	[ ! -w /dev/shm ] || memory=$(mktemp -d /dev/shm/davy-benchmark-XXXXXX) && made=$memory
	scratch=$memory there=$memory/there state=$memory/state
	mkdir -p "$there" "$state"
	if ! command -v node >/dev/null; then
		row "$count records" "not measured" "no node to make a receiver with"
		return
	fi
	# shellcheck source=tests/receiver.sh
	. tests/receiver.sh
	make_certificates && mode ok && start good
	measure fill_delivery $programs/records fill "$count" "$state"
	cp -r "$state" "$memory/other"
	cat >"$state/destinations.json" <<-END
		{"destinations":[{"name":"receiver","kind":"epcis","url":"https://127.0.0.1:$(cat "$there/port")","ca":"$there/ca.pem",
		"certificate":"$there/bench.pem","key":"$there/bench.key"}]}
	END
	began=$(date +%s%N)
	build/davy outbox list --state "$state" >/dev/null
	row "rows of $count records, made from the log" "$(calculate '%.2f s' "($(date +%s%N) - $began) / 1e9")"
	cp -r "$state" "$memory/full"
	began=$(date +%s%N)
	build/davy outbox drain --state "$state" >/dev/null 2>&1
	began=$(calculate '%.3f' "($(date +%s%N) - $began) / 1e9")
	row "… brought, with their receipts in the log" "$(per_s "$(calculate %.1f "$(wc -l <"$there/stored.jsonl") / $began")")" \
		"$(wc -l <"$there/stored.jsonl") arrived in $began s"
	stop
	sleep 2 # the controller leaves
	measure outbox_none $programs/records measure "$memory/other"
	measure outbox_full $programs/records measure "$memory/full"
	row "a record with an outbox of $count that wait" "p50 $(ms "$(figure outbox_full append_p50_ms)")" \
		"without any p50 $(ms "$(figure outbox_none append_p50_ms)")"
	beside_sampling
	to_postgresql
	rm -rf "$memory"
}

# Of delivery(): 64 slots that sample in a controller whose outbox is empty, is full of what cannot be brought, and is full of
# what is being brought meanwhile; by turns, and the middle of them counts.
beside_sampling() {
	local turn
	for turn in 1 2 3; do
		stop
		rm -rf "$memory/waits" "$memory/drains"
		cp -r "$memory/full" "$memory/waits" && cp -r "$memory/full" "$memory/drains"
		sampled "none$turn" other
		sampled "waits$turn" waits receiver
		start good
		sampled "drains$turn" drains receiver
	done
	stop
	echo "  64 slots at 10 Hz for 10 s in one controller with a log of $count records: lateness p50 / p99"
	sampled_row none "no destination" ""
	sampled_row waits "$count wait for a receiver that is not there" ""
	sampled_row drains "$count, while they are brought" "$(outbox_rows drains delivered) had arrived at the end"
}

# sampled NAME STATE [DESTINATION]
sampled() {
	local push=
	build/davy controller --state "$memory/$2" 2>"$work/$1.log" &
	controller=$!
	sleep 1
	if [ -n "${3:-}" ]; then
		build/davy push "$3" --state "$memory/$2" 2>/dev/null &
		push=$!
	fi
	measure "$1" $programs/ordered 64 "$memory/$2" "$protocols/tenth.lua" "10 s"
	[ -z "$push" ] || kill "$push" 2>/dev/null
	end_controller
	wait 2>/dev/null
}

sampled_row() { # sampled_row NAME LABEL NOTE
	local which
	row "$2" "$(for which in p50 p99; do
		us "$(for turn in 1 2 3; do figure "$1$turn" "late_${which}_us"; done | median)"
		echo
	done | paste -sd/ | sed 's,/, / ,')" "$3"
}

outbox_rows() { build/davy outbox list --json --state "$memory/$1" | sed -n "s/.*\"$2\":\([0-9]*\).*/\1/p"; }

# Of delivery(): the same records, brought to the laboratory's store, where there is a PostgreSQL to make one of.
to_postgresql() {
	local bench state=$memory/other
	# shellcheck source=tests/postgres.sh
	. tests/postgres.sh
	if [ -z "$postgres_bin" ]; then
		row "$count records to a PostgreSQL" "not measured" "there is none here"
		return
	fi
	bench=$(bench_of "$state")
	make_postgres >/dev/null && bench_role "$bench" || return
	cat >"$state/destinations.json" <<-END
		{"destinations":[{"name":"lab","kind":"postgresql","url":"postgresql://$bench@127.0.0.1:$(cat "$there/postgres_port")/davy",
		"records":["log","hand-over","key","event","declaration","signature"],"simulated":true,"ca":"$there/ca.pem",
		"certificate":"$there/$bench.pem","key":"$there/$bench.key"}]}
	END
	build/davy outbox list --state "$state" >/dev/null
	began=$(date +%s%N)
	build/davy outbox drain --state "$state" >/dev/null 2>&1
	began=$(calculate '%.3f' "($(date +%s%N) - $began) / 1e9")
	row "brought to a PostgreSQL, with their receipts" "$(per_s "$(calculate %.1f "$(sql "SELECT count(*) FROM davy.record") / $began")")" \
		"$(sql "SELECT count(*) FROM davy.record") arrived in $began s"
	stop_postgres
}

chapters="machine start_up memory thousand exchanges lines messages slots hostile virtual_speed battery_speed breathing report records delivery"
# shellcheck disable=SC2086 # a list of words
[ $# -gt 0 ] || set -- $chapters
for chapter in "$@"; do
	case " $chapters " in
	*" $chapter "*) $chapter ;;
	*) echo "there is no chapter '$chapter'; there are: $chapters" >&2 && exit 2 ;;
	esac
done
