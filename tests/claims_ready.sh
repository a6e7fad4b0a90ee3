#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# davy ready, matter by matter and both ways: what an inspector sees before leaving. Batteries and printers are files, as
# the kernel has them in sysfs.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh
. tests/people.sh
export DAVY_STATE=$scratch/state DAVY_SYS=$scratch/sys DAVY_DEV=$scratch/dev
unset LC_ALL LC_MESSAGES
export LANG=C
davy() { within 60 "$davy" "$@"; }

# Two slots: a scale alone, and a bench that lets gas flow.
tree=$scratch/tree
mkdir -p "$tree/fixtures/scale_bench" "$scratch/sys"
ln -s "$PWD/fixtures/drivers" "$PWD/fixtures/gas_bench" "$tree/fixtures/"
ln -s "$PWD/scripts" "$tree/scripts"
cat >"$tree/fixtures/scale_bench/fixture.lua" <<'LUA'
return fixture {
  id = "scale_bench", title = "Scale", zh = "天平", suits = { "scale" },
  ports = { scale = serial { "9600 8N1" } },
  devices = { scale = device { "sics_scale", port = "scale" } },
  lines = {}, safe_sequence = {}, grace = "1 s",
  channels = { mass = { from = "scale.mass", every = "1 s" } },
}
LUA
gas_slot='fixture = "gas_bench", ports = { bus = "/dev/ttyNONE", flow = "usb:ffff:ffff", reference = "/dev/null" },
	lines = { ch4_1 = "no-1", ch4_2 = "no-2", ch4_3 = "no-3", ch4_4 = "no-4", zero_air = "no-5", supply = "no-6",
	fan = "no-7", hood = "no-8", estop = "no-9", alarm = "no-10", cut_off = "no-11", frequency = "no-12" }'
echo "return station { slots = { slot { 2, $gas_slot } } }" >"$tree/gas.lua"

# scale_station PORT
scale_station() {
	echo "return station { slots = { slot { 1, fixture = \"scale_bench\", ports = { scale = \"$1\" }, lines = {} } } }" \
		>"$tree/scale.lua"
}

# matter NAME MARK TEXT OPTIONS…: the line of this matter has this mark, and this text in it; the exit code is that of the screen.
matter() {
	local name=$1 mark=$2 text=$3 code last
	shift 3
	davy ready "$@" >"$scratch/out" 2>"$scratch/err"
	code=$?
	last=$(tail -1 "$scratch/out")
	if ! grep -E "^$mark $name  " "$scratch/out" | grep -qF -- "$text"; then
		cat "$scratch/out" "$scratch/err"
		echo "that does not say: $mark $name … $text"
		return 1
	fi
	case $last in
	"NOT READY 未就绪"*) [ "$code" = 1 ] ;;
	"READY 就绪"*) [ "$code" = 0 ] && [ "$mark" != ✗ ] ;;
	*) false ;;
	esac || { echo "ended with $code: $last"; return 1; }
}

without() {
	davy ready "${@:2}" >"$scratch/out"
	! grep -E "^. $1  " "$scratch/out"
}

# ---- the machine ----

# supply NAME FILE=TEXT…
supply() {
	local folder=$DAVY_SYS/class/power_supply/$1 one
	mkdir -p "$folder"
	for one in "${@:2}"; do
		echo "${one#*=}" >"$folder/${one%%=*}"
	done
}

no_battery_is_no_fault() {
	supply AC type=Mains online=1 && supply mouse type=Battery scope=Device capacity=3 status=Discharging &&
		supply empty type=Battery present=0 capacity=0 && matter battery ✓ "none that the kernel knows of"
}

a_battery_is_full_or_is_not() {
	supply BAT0 type=Battery scope=System present=1 capacity=93 status=Full &&
		matter battery ✓ "BAT0 93 %, Full" && supply BAT0 capacity=49 status=Discharging &&
		matter battery ! "BAT0 49 %, Discharging" && supply BAT0 capacity=19 status=Charging &&
		matter battery ✗ "BAT0 19 %, Charging" && grep -q '^✗ battery.*charge it' "$scratch/out" &&
		supply BAT0 capacity=90 capacity_level=Critical && matter battery ✗ "BAT0 90 %" || return
	rm "$DAVY_SYS/class/power_supply/BAT0/capacity"
	matter battery ✗ "BAT0 Critical" && supply BAT0 capacity_level=Unknown &&
		matter battery ! "not looked at: BAT0 does not say its charge" && supply BAT0 capacity=many &&
		matter battery ! "not looked at: BAT0" || return
	supply BAT0 capacity=93 capacity_level=Normal && supply UPS type=UPS capacity=12 && matter battery ✗ "BAT0 93 %, Charging; UPS 12 %"
	local status=$?
	rm -r "$DAVY_SYS/class/power_supply"
	return "$status"
}

a_printer_is_there_or_is_not() {
	local lp=$DAVY_DEV/usb/lp0
	matter printer ! "none is plugged in" && mkdir -p "$DAVY_DEV/usb" "$DAVY_SYS/class/usbmisc/lp0/device" "$DAVY_SYS/class/usbmisc/hiddev0" &&
		echo TM-T20 >"$DAVY_SYS/class/usbmisc/lp0/product" && matter printer ! "$lp may not be written to: No such file" && : >"$lp" &&
		matter printer ✓ "$lp (TM-T20), paper not looked at" && rm "$DAVY_SYS/class/usbmisc/lp0/product" &&
		matter printer ✓ "$lp, paper not looked at" && rm -r "$DAVY_SYS/class/usbmisc"
}

there_is_room() { matter disk ✓ " GiB free of "; }

# A disk of 16 MiB, in a name space of its own.
there_is_no_room() {
	mkdir -p "$scratch/small"
	# shellcheck disable=SC2016
	within 60 unshare -m bash -c 'mount -t tmpfs -o size=16m small "$1" && head -c 14M /dev/zero >"$1/full" && "$2" ready --state "$1"' \
		small "$scratch/small" "$davy" >"$scratch/out" 2>"$scratch/err"
	[ $? = 1 ] && grep -E '^✗ disk +0.0 GiB free of 0.0 GiB; a run needs 64 MiB or a fifth of it +make room' "$scratch/out" ||
		{ cat "$scratch/out" "$scratch/err"; return 1; }
}

# A card that fails is mounted read-only: each sentence comes once, and names what to do.
the_disk_is_read_only() {
	local card=$scratch/card
	mkdir -p "$card"
	# shellcheck disable=SC2016
	within 60 unshare -m bash -c 'mount -t tmpfs card "$1" && mkdir "$1/state" && mount -o remount,ro "$1" && "$2" ready --state "$1/state" >"$3/out"
		code=$?; "$2" outbox --state "$1/state" 2>"$3/err"; exit "$((code * 10 + $?))"' card "$card" "$davy" "$scratch"
	[ $? = 13 ] && grep -qE '^✗ disk +mounted read-only +a card that fails is mounted so: copy' "$scratch/out" && grep -q '^✗ controller .*read-only' "$scratch/out" &&
		[ "$(wc -l <"$scratch/err")" = 1 ] && says "is on a disk that is mounted read-only" err || { cat "$scratch/out" "$scratch/err"; return 1; }
}

synchronised() { davy clock --json | grep -q '"synchronised":true'; }

the_clock_is_told() {
	if synchronised; then
		matter clock ✓ "by a time server, within"
	else
		matter clock ! "not synchronised" &&
			davy clock set "$(date -u +%Y-%m-%dT%H:%M:%S+00:00)" --source watch --by 0017,0009 --state "$scratch/said" >"$scratch/out" &&
			matter clock ✓ "as two persons have said" --state "$scratch/said"
	fi
}

# What was recorded in the next century makes today doubtful, and with it all that ends on a day, unless the day is named.
a_clock_in_doubt_dates_nothing() {
	local ahead=$scratch/ahead
	davy clock set 2099-01-01T00:00:00+00:00 --source watch --by 0017,0009 --state "$ahead" >"$scratch/out" &&
		davy check-standard add x --value 1 --unit Pa --state "$ahead" >"$scratch/out" && rm "$ahead/clock" &&
		matter clock ✗ "not to be believed" --state "$ahead" && says "davy clock set" &&
		[ "$(grep -cE '^! (gases|instruments|people) +not looked at: the clock' "$scratch/out")" = 3 ] &&
		grep -q '^NOT READY 未就绪: clock$' "$scratch/out" && matter gases ! "no cylinder is connected" --state "$ahead" --until 2098-12-01 &&
		says "NOT READY 未就绪 until 2098-12-01: clock"
}

the_day_is_one() {
	davy ready --until 2026-02-30 2>"$scratch/err"
	[ $? = 2 ] && says "'2026-02-30' is none" err && davy ready --until 2020-01-01 2>"$scratch/err"
	[ $? = 2 ] && says "--until 2020-01-01 is over" err
}

# ---- the controller, runs, specimens ----

controller_of() { pgrep -f "davy controller --state $DAVY_STATE "; }

a_controller_that_cannot_start_is_named() {
	echo file >"$scratch/file" && matter controller ✗ "$scratch/file" --state "$scratch/file/state" &&
		says "not looked at: $scratch/file/state" && ! says "davy safe" >/dev/null
}

mkdir "$tree/own"
cat >"$tree/own/sleeper.lua" <<'LUA'
local test = protocol {
  id = "sleeper", version = 1, language = 1, title = "Waits", zh = "等待", standard = "none",
  class = "gas_transmitter.methane", fixture = "gas_bench", faults = {},
}
step "Wait" {
  measure = { zero = { "indication", limit = { "<= 1 %vol", grade = "example" } } },
  run = function(m, fx)
    log "it waits"
    wait "500 s"
    m.zero = fx.methane:read()
  end,
}
LUA

# What it cannot record a bench is not taken along for; and an empty state folder is well.
records_are_kept_or_are_not() {
	local torn=$scratch/torn
	matter records ✓ "they can be kept" --state "$torn" &&
		davy check-standard add x --value 1 --unit Pa --state "$torn" >"$scratch/out" && stop_controller "$torn" || return
	echo torn >>"$torn/records/records.jsonl"
	matter records ✗ "real runs are refused" --state "$torn" && says "look at a copy with davy verify" &&
		[ "$(grep -cE '^! (gases|outbox|job orders|people) +not looked at: the bench.s records cannot be read' "$scratch/out")" = 4 ] &&
		grep -q '^NOT READY 未就绪 until .*: records$' "$scratch/out"
}

# It goes on until the last of the three claims about it.
a_run_that_is_on_is_named() {
	matter "unfinished runs" ✓ none || return
	"$davy" run "$tree/own/sleeper.lua" --sim --clock real >"$scratch/run" 2>&1 &
	for _ in $(seq 200); do
		grep -q "it waits" "$scratch/run" && break
		sleep 0.1
	done
	matter "unfinished runs" ! "$(newest) is on in slot 1" && says "wait for its end"
}

newest() { basename "$(ls -d "$DAVY_STATE"/runs/* | tail -1)"; }

# Nothing hangs because it does, and what was not asked is not claimed.
a_controller_that_hangs_is_named() {
	local pid status
	matter controller ✓ "it answers" && pid=$(controller_of) && kill -STOP "$pid" || return
	matter controller ✗ "has not answered within 3 s" && says "davy safe" &&
		[ "$(grep -cE '^! (gases|instruments|check standards|unfinished runs) +not looked at: the controller' "$scratch/out")" = 4 ]
	status=$?
	kill -CONT "$pid"
	return "$status"
}

a_run_that_was_cut_is_named_once() {
	local run
	run=$(newest)
	kill -KILL "$(controller_of)" && wait
	matter "unfinished runs" ! "$run was cut short: ABORTED" && davy show "$run" | grep -q ABORTED || return
	for _ in $(seq 100); do
		[ -e "$DAVY_STATE/runs/$run/record.json" ] && break
		sleep 0.1
	done
	matter "unfinished runs" ✓ none
}

a_specimen_that_waits_is_named() {
	local hot=$scratch/hot
	matter specimens ✓ "none waits" && mkdir -p "$hot" || return
	printf '{"slot":2,"run":"r1","serial":"B7","text":"the bed is hot","zh":"药床高温","wait_ns":3600000000000,"boot":"%s","simulated":%s}\n' \
		"$(cat /proc/sys/kernel/random/boot_id)" false >"$hot/hazards"
	matter specimens ✗ "specimen B7 in slot 2: the bed is hot, for " --state "$hot" || return
	sed -i 's/"simulated":false/"simulated":true/' "$hot/hazards"
	matter specimens ✓ "none waits" --state "$hot"
}

# ---- what the register has ----

# cylinder NUMBER DUE [CONTENT]
cylinder() {
	davy gas add "$1" --due "$2" --component CH4='2.06 %vol; 1.0 %; 2' --balance air --certificate "GBW-$1" \
		--content "${3:-700 L}" --residual '0.5 MPa' --by 0017 >"$scratch/out"
}

connect() { davy gas connect "$1" "$2" --pressure '9.4 MPa' --leak-check 'held 10 min, nothing lost' --by 0017 >"$scratch/out"; }

a_cylinder_ends_before_the_trip() {
	local soon
	soon=$(date -u -d '+5 days' +%F)
	matter gases ! "no cylinder is connected" && cylinder G-16 "$soon" && cylinder G-17 2999-12-31 && matter gases ! "no cylinder is connected" &&
		connect G-17 ch4_3 && matter gases ✓ "G-17 on ch4_3: 700 L left, until 2999-12-31" && connect G-16 ch4_2 &&
		matter gases ✓ "G-16 on ch4_2: 700 L left, until $soon" --until "$soon" &&
		matter gases ✗ "G-16 on ch4_2: its certificate ends on $soon" --until "$(date -u -d '+6 days' +%F)" &&
		says "davy gas connect CYLINDER LINE" && says "G-17 on ch4_3: 700 L left" && davy gas disconnect ch4_2 --by 0017 >/dev/null
}

a_cylinder_is_used_up() {
	cylinder G-18 2999-12-31 "0 L" && connect G-18 ch4_4 && matter gases ✗ "G-18 on ch4_4: used up" &&
		davy gas disconnect ch4_4 --by 0017 >/dev/null && matter gases ✓ "G-17"
}

a_station_s_gas_line_needs_its_cylinder() {
	matter gases ✗ "no cylinder is on ch4_1 of slot 2" --station "$tree/gas.lua" && ! grep -q "on ch4_3 of slot" "$scratch/out" &&
		says "G-17 on ch4_3: 700 L left" && scale_station /dev/ptmx &&
		matter gases ✓ "its fixtures let no gas flow" --station "$tree/scale.lua" || return
	cylinder G-19 2999-12-31 "3 L STPD" && connect G-19 slot2/ch4_1 &&
		matter gases ✗ "its content is '3 L STPD', and the flow is metered in" --station "$tree/gas.lua" &&
		davy gas disconnect slot2/ch4_1 --by 0017 >/dev/null
}

# certificate INSTRUMENT DUE OPTIONS…
certificate() {
	davy calibrations add --instrument "$1" --quantity mass --unit g --uncertainty '0.8 %' --k 2 --certificate "M-$1" --due "$2" "${@:3}" \
		>"$scratch/out"
}

# Of a station only what its fixtures have; without one, all.
an_instrument_is_overdue() {
	scale_station /dev/ptmx
	matter instruments ! "none in the register; not looked at: a calibration file" &&
		matter instruments ✗ "none in the register" gas/methane_transmitter --certificate &&
		certificate scale 2999-12-31 && matter instruments ✓ "1 in date; the first ends on 2999-12-31 (scale.mass)" &&
		certificate meter 2020-06-30 && matter instruments ✗ "meter.mass: certificate M-meter ends on 2020-06-30" &&
		says "1 in date" && matter instruments ✓ "1 in date" --station "$tree/scale.lua" &&
		certificate slot3/scale 2020-06-30 && matter instruments ✓ "1 in date" --station "$tree/scale.lua" &&
		certificate slot1/scale 2020-06-30 && matter instruments ✗ "slot1/scale.mass: certificate" --station "$tree/scale.lua" &&
		certificate slot1/scale 2999-12-31 && certificate slot3/scale 2999-12-31 &&
		certificate meter "$(date -u -d '+5 days' +%F)" && matter instruments ✓ "4 in date; the first ends on $(date -u -d '+5 days' +%F) (meter.mass)" &&
		matter instruments ✗ "meter.mass: certificate M-meter ends on" --until 2998-01-01 && certificate meter 2999-12-31
}

# A rotation leaves the last key revoked, and the bench with the next one.
a_key_that_was_handed_over_is_not_named() {
	local other=$scratch/turned
	matter "bench's key" ! "not vouched for" --state "$other" && davy keys rotate --why "its year is over" --state "$other" >/dev/null &&
		matter "bench's key" ! "not vouched for" --state "$other"
}

a_revoked_key_of_the_bench_is_not_ready() {
	local other=$scratch/gone
	davy keys init --key "$scratch/boss3.pem" "${word[@]}" --state "$other" >/dev/null &&
		davy keys revoke --why "the bench was stolen" --key "$scratch/boss3.pem" "${word[@]}" --state "$other" \
			-- "$(davy keys --json --state "$other" | python3 -c 'import sys, json; print(json.load(sys.stdin)["keys"][0]["kid"])')" >/dev/null &&
		matter "bench's key" ✗ ", revoked" --state "$other" && says "davy keys rotate"
}

weight() { davy check-standard add weight --value "$1" --unit g >"$scratch/out"; }

a_check_standard_is_out_of_control() {
	local i
	matter "check standards" ✓ "none was entered" && weight 99 && matter "check standards" ✓ "weight: no limits yet (values so far: 1)" || return
	for ((i = 0; i < 10; i++)); do
		weight 99 && weight 101 || return
	done
	matter "check standards" ✓ "weight: in control, by 21 values" && weight 130 &&
		matter "check standards" ! "weight: its last value is out of control" && certificate scale 2999-12-31 --check-standard weight &&
		matter "check standards" ✗ "weight does not give the repeatability of scale.mass now" && says "measure it again" &&
		weight 100 && matter "check standards" ✓ "in control" || return
	davy check-standard add other --value 1 --unit g >"$scratch/out" && davy check-standard add other --value 1 --unit kg >"$scratch/out" &&
		matter "check standards" ! "other: values of different units, no chart"
}

# Of what others have seen nothing is too old.
a_snapshot_is_too_old_by_the_end() {
	local today
	today=$(date -u +%F)
	printf 'number,model\nMFA120001,ZYX45\n' >"$scratch/marks.csv" && printf 'serial\nA1\n' >"$scratch/seen.csv" &&
		matter "register snapshot" ! "none was imported" && says "davy register import" &&
		davy register import "$scratch/marks.csv" --as-of "$today" --source 'by hand' >/dev/null &&
		davy register import "$scratch/seen.csv" --list seen --as-of 2020-01-01 --source 'bench 2' >/dev/null &&
		matter "register snapshot" ✓ "marks as of $today, 1 rows; seen as of 2020-01-01" &&
		matter "register snapshot" ✓ "marks" --until "$(date -u -d '+30 days' +%F)" &&
		matter "register snapshot" ✗ "marks as of $today: older than 30 days by then" --until "$(date -u -d '+31 days' +%F)"
}

# ---- wires, protocols, approvals ----

a_station_s_wires_are_there_or_are_not() {
	without wires && scale_station /dev/ttyNONE && matter wires ✗ "/dev/ttyNONE" --station "$tree/scale.lua" && says "davy wires STATION" &&
		matter wires ✗ "no-12" --station "$tree/gas.lua" && echo nonsense >"$scratch/no.lua" && matter wires ✗ "no.lua:" --station "$scratch/no.lua" &&
		matter gases ! "not looked at: no.lua:" --station "$scratch/no.lua"
}

# On a pseudo-terminal, which somebody else holds open or lets go.
every_wire_is_there() {
	local port holder status
	python3 -c '
import os, pty, sys
ours, theirs = pty.openpty()
print(os.ttyname(theirs), flush=True)
sys.argv[1:] or os.close(theirs)
sys.stdin.read()' "$@" <"$scratch/hold" >"$scratch/port" &
	holder=$!
	exec 9>"$scratch/hold"
	for _ in $(seq 100); do
		[ -s "$scratch/port" ] && break
		sleep 0.1
	done
	port=$(cat "$scratch/port")
	scale_station "$port"
	if [ $# = 0 ]; then
		matter wires ✓ "every wire of 1 slots is there" --station "$tree/scale.lua"
	else
		matter wires ✗ "scale of slot 1 is taken by python3" --station "$tree/scale.lua"
	fi
	status=$?
	exec 9>&-
	wait "$holder"
	return "$status"
}

a_protocol_loads_and_has_its_slot() {
	without protocols && matter protocols ✓ "methane_transmitter.performance, version" gas/methane_transmitter &&
		matter protocols ✗ "no-such" no-such && scale_station /dev/ptmx &&
		matter protocols ✗ "no slot of the station has the fixture gas_bench of methane_transmitter.performance" gas/methane_transmitter \
			--station "$tree/scale.lua" &&
		matter protocols ✓ "methane_transmitter.performance" gas/methane_transmitter --station "$tree/gas.lua"
}

files_are_approved_by_two() {
	local file files=(scripts/gas/methane_transmitter.lua fixtures/gas_bench/fixture.lua)
	davy ready --certificate 2>"$scratch/err"
	[ $? = 2 ] && says "--certificate is about protocols: name them" err && without approvals gas/methane_transmitter &&
		matter approvals ✗ "scripts/gas/methane_transmitter.lua is not approved" gas/methane_transmitter --certificate || return
	for file in $(grep -oE 'fixtures/drivers/[^ ]+/driver.lua' "$scratch/out" | sort -u); do
		files+=("$file")
	done
	[ "${#files[@]}" -gt 3 ] && davy approve "${files[@]}" --as reviewer --key "$scratch/0009.pem" "${word[@]}" >/dev/null 2>&1 &&
		matter approvals ✗ "fixtures/gas_bench/fixture.lua is not approved" gas/methane_transmitter --certificate &&
		davy approve "${files[@]}" --as signatory --key "$scratch/0003.pem" "${word[@]}" >/dev/null 2>&1 &&
		matter approvals ✓ "${#files[@]} files" gas/methane_transmitter --certificate
}

a_limit_set_is_signed() {
	echo '{"limit_set":"ours","laboratory":"L","grade":"lab","limits":{}}' >"$scratch/ours.json"
	matter approvals ✗ "example.json is for simulations" --limits scripts/limits/example.json &&
		matter approvals ✗ "none.json" --limits "$scratch/none.json" &&
		matter approvals ✗ "ours.json is not approved" --limits "$scratch/ours.json" || return
	for who in "reviewer 0009" "signatory 0003"; do
		davy limits sign "$scratch/ours.json" --as "${who% *}" --key "$scratch/${who#* }.pem" "${word[@]}" >/dev/null 2>&1 || return
	done
	matter approvals ✓ "1 files" --limits "$scratch/ours.json"
}

# ---- people and keys ----

a_bench_s_key_is_vouched_for_or_is_not() {
	local bench
	matter "bench's key" ! "not vouched for" && says "davy keys enrol $(davy keys --json | grep -oE '"person":"[^"]+"' | head -1 | cut -d\" -f4) --roles bench" && administrator &&
		matter "bench's key" ! "not vouched for" &&
		bench=$(davy keys --json | python3 -c 'import sys, json; print(json.load(sys.stdin)["keys"][0]["person"])') &&
		enrol "$bench" bench "$DAVY_STATE/keys/bench.pem.public" && matter "bench's key" ✓ "of bench $bench, vouched for"
}

# until ID DAY: a tester whose authorisation ends then.
until_day() {
	davy keys enrol "$1" --name "N$1" --roles tester --public "$scratch/$1.pem.public" --to "$2" --key "$scratch/boss.pem" "${word[@]}" >/dev/null
}

an_authorisation_ends_before_the_trip() {
	local soon later
	soon=$(date -d '+5 days' +%F) later=$(date -d '+6 days' +%F)
	matter people ! "nobody is enrolled" && person 0009 reviewer && person 0003 signatory &&
		matter people ! "nobody may sign as tester" && says "reviewer 0009" && key_of 0017 && until_day 0017 "$soon" &&
		matter people ✓ "tester 0017; reviewer 0009; signatory 0003" --until "$soon" &&
		matter people ! "N0017 (0017) may sign until $soon" --until "$later" && says "nobody may sign as tester" &&
		matter people ✗ "N0017 (0017) may sign until $soon" --until "$later" --by 0009,0017 &&
		matter people ✓ "tester 0017" --until "$soon" --by 0017 && matter people ✗ "0099 has no authorisation" --by 0099 &&
		matter people ! "nobody may sign as tester" --by 0009
}

# One who may sign for other protocols, and one whose time begins later.
an_authorisation_is_for_protocols() {
	person 0041 witness && key_of 0042 && davy keys enrol 0042 --name N0042 --roles tester --items "battery.*" --to 2036-01-01 \
		--public "$scratch/0042.pem.public" --key "$scratch/boss.pem" "${word[@]}" >/dev/null &&
		matter people ✓ "tester 0042" --by 0042 &&
		matter people ! "nobody may sign these protocols as tester" gas/methane_transmitter --by 0042 &&
		key_of 0043 && davy keys enrol 0043 --name N0043 --roles tester --from 2035-01-01 --to 2036-01-01 \
		--public "$scratch/0043.pem.public" --key "$scratch/boss.pem" "${word[@]}" >/dev/null &&
		matter people ✗ "N0043 (0043) may sign only from 2035-01-01 on" --by 0043 &&
		matter people ! "N0043 (0043) may sign only from" && matter people ✓ "tester 0043" --by 0043 --until 2035-06-01
}

a_second_key_that_is_wanted_is_enrolled() {
	local other=$scratch/sm2
	mkdir -p "$other" && echo '{"base":"https://lab.example.cn/","bench":"B07","sm2":true}' >"$other/laboratory.json" &&
		matter "bench's key" ! "no second signature, by SM2" --state "$other" && says "bench-sm2.pem.public" &&
		DAVY_STATE=$other davy keys init --key "$scratch/boss2.pem" "${word[@]}" >/dev/null &&
		DAVY_STATE=$other davy keys enrol B07 --roles bench --public "$other/keys/bench-sm2.pem.public" --to 2036-01-01 \
			--key "$scratch/boss2.pem" "${word[@]}" >/dev/null &&
		matter "bench's key" ! "not vouched for" --state "$other" && ! says "second signature" >/dev/null
}

# The next key of the same person, and a key that was revoked.
who_was_renewed_is_not_named() {
	mv "$scratch/0017.pem" "$scratch/old.pem" &&
		mv "$scratch/0017.pem.public" "$scratch/old.pem.public" && person 0017 tester &&
		matter people ✓ "tester 0017" --until 2030-01-01 && person 0098 tester &&
		davy keys revoke --why "left" --key "$scratch/boss.pem" "${word[@]}" -- "$(davy keys | awk '$1 == "0098" { print $NF }')" >/dev/null &&
		matter people ✓ "tester 0017;" && ! says 0098 >/dev/null && matter people ✗ "0098 has no authorisation" --by 0098
}

a_person_s_own_key_opens_or_does_not() {
	(umask 077; echo wrong >"$scratch/wrong")
	without "your key" && matter "your key" ✓ "0017.pem opens: N0017 (0017)" --key "$scratch/0017.pem" "${word[@]}" &&
		matter "your key" ✗ "0017.pem" --key "$scratch/0017.pem" --passphrase-file "$scratch/wrong" &&
		matter "your key" ✗ "none.pem" --key "$scratch/none.pem" "${word[@]}" && key_of 0077 &&
		matter "your key" ✗ "opens, and is nobody's whose authorisation holds" --key "$scratch/0077.pem" "${word[@]}" &&
		matter "your key" ✗ "opens, and is nobody's" --key "$scratch/old.pem" "${word[@]}" --until 2030-01-01
}

# Once there is a CA it could be shown something; records go there as little as before.
a_broker_is_seen() {
	local done=0
	cat >"$DAVY_STATE/destinations.json" <<-END
		{"destinations":[{"name":"screen","kind":"mqtt","host":"broker.lab.example","bench":"B07","ca":"$scratch/broker-ca.pem"}]}
	END
	matter outbox ! "screen: cannot be shown live, $scratch/broker-ca.pem is not there" && touch "$scratch/broker-ca.pem" &&
		matter outbox ✓ "records go to no destination" && says "screen: shown live to broker.lab.example, no records" || done=1
	rm "$DAVY_STATE/destinations.json"
	return "$done"
}

# ---- the screen ----

both_languages() {
	LANG=zh_CN.UTF-8 davy ready >"$scratch/out"
	says "✓ 控制器" && says "应答正常" && says "未接" && says "READY 就绪(至 20" && ! grep -qE '^. (battery|printer)' "$scratch/out"
}

a_narrow_terminal() {
	script -qec "stty cols 40; $davy ready" /dev/null >"$scratch/out" </dev/null
	says "printer" && python3 -c '
import sys, unicodedata
for line in open(sys.argv[1], encoding="utf-8"):
    wide = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line.rstrip("\r\n"))
    assert wide < 40, line' "$scratch/out"
}

json_says_the_same() {
	davy ready --json --station "$tree/gas.lua" >"$scratch/out"
	[ $? = 1 ] && python3 -c '
import sys, json
day = json.load(open(sys.argv[1]))
marks = {one["matter"]: one["mark"] for one in day["matters"]}
assert day["ready"] is False and len(day["until"]) == 10 and marks["wires"] == "not_ready", day
assert marks["printer"] == "look" and marks["controller"] == "ready" and "own_key" not in marks, marks
assert all(one["found"] and isinstance(one["todo"], list) for one in day["matters"])' "$scratch/out" &&
		davy ready --json >"$scratch/out" && grep -q '^{"ready":true' "$scratch/out"
}

job_orders_are_seen() {
	local -x DAVY_STATE=$scratch/jobs
	matter "job orders" ✓ 'no order is recorded' || return
	printf '{"number":"J-1","rehearsal":true,"limits":"%s","specimens":[{"serial":"T1"}],"stages":[{"name":"first","protocol":"%s"},
		{"name":"soon after","protocol":"%s","after":"first","most":"1 h"}]}' "$PWD/scripts/limits/example.json" \
		"$PWD/scripts/gas/methane_bump.lua" "$PWD/scripts/gas/methane_bump.lua" >"$scratch/job.json"
	davy order add "$scratch/job.json" >"$scratch/out" && matter "job orders" ✓ 'J-1: 2 left' &&
		davy run --order J-1 --stage first --dut serial=T1 --sim >"$scratch/out" && matter "job orders" ✓ 'J-1: 1 left'
}

# Its first stage was run on wires, so its others have their time.
job_orders_have_their_time() {
	DAVY_ORDER=$scratch/kept build/davy-tests job_late >"$scratch/out" || return
	local -x DAVY_STATE=$scratch/kept
	matter "job orders" ! "N: specimen T1, stage 'soon after': its interval is over" &&
		matter "job orders" ! "N: specimen T1, stage 'one day': only until 2035-" --until 2036-01-01
}

claim "a machine without a battery says so, which is no fault; a mouse's is none of it" no_battery_is_no_fault
claim "a battery is ready, to be looked at or low; one that does not say was not looked at" a_battery_is_full_or_is_not
claim "a printer is named, and its paper not vouched for; none, and one that cannot be written to, is to be looked at" a_printer_is_there_or_is_not
claim "a disk with room is ready" there_is_room
if unshare -m true 2>/dev/null; then
	claim "a disk without room for one run is not" there_is_no_room
	claim "nor is one that is mounted read-only, and each command that needs it says so once" the_disk_is_read_only
else
	claim_skip "a disk that is mounted read-only is not ready" "no name space of mounts of our own"
	claim_skip "a disk without room for one run is not" "no name space of mounts of our own"
fi
claim "the clock's source is told" the_clock_is_told
if synchronised; then
	claim_skip "a clock in doubt is not ready, and dates nothing" "a time server has set this machine's"
else
	claim "a clock in doubt is not ready, and dates nothing unless the day is named" a_clock_in_doubt_dates_nothing
fi
claim "--until is a day that is not over" the_day_is_one
claim "a run that is on is named" a_run_that_is_on_is_named
claim "a controller that does not answer is named in seconds, and what was not asked is not claimed" a_controller_that_hangs_is_named
claim "a run that was cut short is named, until it has its record" a_run_that_was_cut_is_named_once
claim "a controller that cannot start says why" a_controller_that_cannot_start_is_named
claim "a log that cannot be kept is not ready, and whoever is asked of it says that it was not looked at" records_are_kept_or_are_not
claim "a specimen that waits must not be touched; a simulated one is none" a_specimen_that_waits_is_named
claim "a cylinder that ends before the trip does is named; one that is on no line is not" a_cylinder_ends_before_the_trip
claim "a cylinder that is used up is named" a_cylinder_is_used_up
claim "each gas line of a station needs its cylinder" a_station_s_gas_line_needs_its_cylinder
claim "an instrument that is overdue before the end is named, of a station its own alone" an_instrument_is_overdue
claim "a check standard out of control is to be looked at, and not ready where an instrument rests on it" a_check_standard_is_out_of_control
claim "a snapshot of a register that is too old by the end is not ready" a_snapshot_is_too_old_by_the_end
claim "a station's wires that are missing are named, and so is a file that is no station" a_station_s_wires_are_there_or_are_not
mkfifo "$scratch/hold"
claim "a station whose wires are all there is ready" every_wire_is_there
claim "a wire that another program has is named with it" every_wire_is_there held
claim "a protocol loads, and the station has its fixture" a_protocol_loads_and_has_its_slot
claim "the bench's key is vouched for, or is to be looked at" a_bench_s_key_is_vouched_for_or_is_not
claim "after a rotation the bench's next key counts" a_key_that_was_handed_over_is_not_named
claim "a bench's key that an administrator has revoked is not ready" a_revoked_key_of_the_bench_is_not_ready
claim "an authorisation that ends before the trip does is named; of who goes it is not ready" an_authorisation_ends_before_the_trip
claim "a second key by SM2 is enrolled where the laboratory wants one" a_second_key_that_is_wanted_is_enrolled
claim "who has a later authorisation, or none any more, is not named" who_was_renewed_is_not_named
claim "who may sign is asked for the protocols of the day, and from when on" an_authorisation_is_for_protocols
claim "files of a certificate's protocols are approved by two persons, or named" files_are_approved_by_two
claim "a limit set is signed, or named; one of examples decides nothing" a_limit_set_is_signed
claim "a person's own key opens and is his, or is not ready" a_person_s_own_key_opens_or_does_not
claim "the screen is in Chinese where that is asked for" both_languages
claim "nothing is wider than a narrow terminal" a_narrow_terminal
claim "--json says the same" json_says_the_same
claim "a broker is named with what is missing to show it anything, and is no place for records" a_broker_is_seen
claim "job orders are seen, and what is left of them" job_orders_are_seen
claim "a stage that is overdue, or ends by the last day, is named" job_orders_have_their_time
claims_end
