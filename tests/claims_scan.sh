#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Scans in a run that a reader of the station answers. The bench is a desk without a wire, so that a real run needs none; what a reader
# reads is claimed on a simulated line (test_scan_desk.c), since libserialport takes no pseudo-terminal. Here: what becomes of it.
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=tests/claims.sh
. tests/claims.sh
# shellcheck source=tests/desk.sh
. tests/desk.sh
build=$PWD/build
export DAVY_STATE=$scratch/state LANG=C
unset LC_ALL LC_MESSAGES
davy() { timeout $((100 * ${SLOWNESS:-1})) "$build/davy" "$@"; }

cp -r fixtures/drivers "$tree/fixtures/"
cat >"$tree/scripts/look.lua" <<'END'
local test = protocol {
  id = "look", version = 1, language = 1, title = "Look", zh = "看", class = "case", fixture = "desk",
  decision = "simple", dut = { serial = { ask = "Serial number", simulated = "S-1", text = true } },
  scans = { "serial" },
}
step "Look" {
  zh = "看",
  measure = { width = { "width", zh = "宽度", limit = { "<= 9 mm", standard = "S", source = "s", grade = "verbatim" } } },
  run = function(m, fx) m.width = operator:enter { "Width", zh = "宽度", id = "width", unit = "mm" } end,
}
END

# looks CODE "LINES" [OPTIONS…]: a real run, whose questions are answered by these lines
looks() {
	local code=$1 lines=$2 status
	shift 2
	printf '%b' "$lines" | (cd "$tree" && davy run scripts/look.lua --station station.lua --dut serial=C-1 "$@") >"$scratch/out" 2>"$scratch/err"
	status=$?
	[ "$status" = "$code" ] && return
	tail -n 30 "$scratch/out" "$scratch/err"
	echo "it ended with $status, not $code"
	return 1
}

typed_is_typed() {
	looks 0 'C-1\n7 mm\nC-1\n' && davy why last scan.serial >"$scratch/out" && says "the person said: C-1" && ! grep -q "yrm100" "$scratch/out"
}

# reads SLOT=TEXT…: the latest run again, in these slots, each of its own specimen C-SLOT, whose scans are answered as davy run does for
# readers that have read this: of slot 1 by a reader of tags, of others by one of codes where the station has one. CONTINUES=1: it is
# taken up again.
reads() {
	python3 - "$DAVY_STATE" "$@" <<'END'
import copy, json, os, socket, sys
state, texts = sys.argv[1], {int(slot): text for slot, text in (one.split("=") for one in sys.argv[2:])}
runs = sorted(os.listdir(f"{state}/runs"))
order = json.JSONDecoder().raw_decode(open(f"{state}/runs/{runs[-1]}/journal").readline())[0]["order"]
orders = []
for slot in texts:
    orders.append(copy.deepcopy(order))
    orders[-1].update(slot=slot, dut={"serial": f"C-{slot}"})
    if "CONTINUES" in os.environ:
        orders[-1].update(continues=runs[-1], serial_again="C-1")
desk = socket.socket(socket.AF_UNIX)
desk.connect(f"{state}/controller.sock")
said, heard = desk.makefile("w"), desk.makefile("r") # one file for both forgets what it has read whenever it writes
def say(**what):
    said.write(json.dumps(what) + "\n")
    said.flush()
say(do="run", orders=orders)
verdicts = {}
for line in heard:
    event = json.loads(line)
    slot = event.get("slot", 1)
    if event.get("event") == "operator":
        asked = {"do": "answer", "slot": slot, "id": event["id"]}
        readers = event.get("readers")
        if event["verb"] == "scan":
            assert readers["yrm100"] == "/dev/ttyUSB3", event
        else:
            assert readers is None, event
        answer = texts[slot] if event["verb"] == "scan" else "7 mm"
        by_code = slot != 1 and readers and "qr_reader" in readers
        say(**asked, text=answer, reader="qr_reader on /dev/ttyS7" if by_code else "yrm100 on usb:10c4:ea60: M100 26dBm V1.0")
    elif event.get("event") == "verdict":
        verdicts[slot] = event["summary"]["verdict"]
        print(slot, event["summary"]["run"])
        if len(verdicts) == len(texts):
            print(*(verdicts[slot] for slot in sorted(texts)))
            break
    elif event.get("event") == "refused":
        sys.exit(line)
END
}

# finds "VERDICT…" SLOT=TEXT…: such runs, behind one controller, end so; which they were stays in $scratch/verdict.
finds() {
	local verdicts=$1 controller
	shift
	davy controller >"$scratch/controller" 2>&1 &
	controller=$!
	sleep 1
	reads "$@" >"$scratch/verdict" 2>&1
	kill $controller 2>/dev/null # it may have left, with nobody to serve
	wait $controller
	grep -qx "$verdicts" "$scratch/verdict" || { cat "$scratch/verdict"; return 1; }
}

what_a_reader_has_read_says_by_which() {
	station 'readers = { yrm100 = "/dev/ttyUSB3" },'
	finds PASS 1=C-1 && finds INCONCLUSIVE 1=C-2 || return
	davy why last scan.serial >"$scratch/out" && says "read by yrm100 on usb:10c4:ea60: M100 26dBm V1.0: C-2" &&
		davy why last scan.serial --lang zh >"$scratch/out" && says "由 yrm100 on usb:10c4:ea60: M100 26dBm V1.0 读取:C-2" &&
		davy why last width >"$scratch/out" && says "what a person read and typed" && ! grep -q "yrm100" "$scratch/out" &&
		davy show last --journal >"$scratch/out" && says "yrm100 on usb:10c4:ea60" && davy report last --template original_record >"$scratch/out" &&
		says "yrm100 on usb:10c4:ea60: M100 26dBm V1.0" && davy replay last >"$scratch/out" 2>&1
}

# slot_says SLOT TEXT: the run there says so of its scan.
slot_says() {
	davy why "$(sed -n "s/^$1 //p" "$scratch/verdict")" scan.serial >"$scratch/out" && says "$2"
}

two_slots() {
	station "$1"
	sed -i 's/slots = { \(.*\) } }$/slots = { \1, slot { 2, fixture = "desk", ports = {}, lines = {} } } }/' "$tree/station.lua"
}

a_scan_is_of_the_slot_that_asked() {
	two_slots 'readers = { yrm100 = "/dev/ttyUSB3" },'
	finds "PASS PASS" 1=C-1 2=C-2 && slot_says 1 "M100 26dBm V1.0: C-1" && slot_says 2 "M100 26dBm V1.0: C-2" || return
	# taken for each other: each says so
	finds "INCONCLUSIVE INCONCLUSIVE" 1=C-2 2=C-1 && slot_says 1 "M100 26dBm V1.0: C-2" && slot_says 2 "M100 26dBm V1.0: C-1" || return
	two_slots 'readers = { yrm100 = "/dev/ttyUSB3", qr_reader = "/dev/ttyS7" },'
	finds "PASS PASS" 1=C-1 2=C-2 && slot_says 1 "read by yrm100 on usb:10c4:ea60: M100 26dBm V1.0: C-1" &&
		slot_says 2 "read by qr_reader on /dev/ttyS7: C-2" && davy replay last >"$scratch/out" 2>&1
}

# ---- on return ----

cat >"$tree/scripts/rest.lua" <<'END'
local test = protocol {
  id = "rest", version = 1, language = 1, title = "Rest", zh = "静置", class = "case", fixture = "desk",
  decision = "simple", dut = { serial = { ask = "Serial number", simulated = "S-1", text = true } },
  scans = { "serial" },
  interruptions = { rest = { "while it rests", zh = "静置期间", limit = { "<= 10 min", standard = "S", source = "s", grade = "verbatim" } } },
}
step "Rest" {
  zh = "静置",
  measure = { width = { "width", zh = "宽度", limit = { "<= 9 mm", standard = "S", source = "s", grade = "verbatim" } } },
  run = function(m, fx)
    wait { "5 s", interruption = "rest" }
    m.width = operator:enter { "Width", zh = "宽度", id = "width", unit = "mm" }
  end,
}
END

# How long a bench was away is measured by its clock, which has a certificate.
printf '%s\n' instrument,quantity,value,unit,expanded_uncertainty,k,certificate,due 'clock,time,,s,0.01 %,2,T-1,2099-12-31' \
	>"$tree/calibration.csv"

# rests: a real run is begun, and its controller killed in the wait.
rests() {
	local turn
	echo C-1 | (cd "$tree" && davy run scripts/rest.lua --station station.lua --dut serial=C-1) >"$scratch/begun" 2>&1 &
	for turn in $(seq $((100 * ${SLOWNESS:-1}))); do
		grep -qsa '^{"k":"stands"' "$DAVY_STATE"/runs/*rest*/journal && break
		sleep 0.1
	done
	kill -9 "$(cat "$DAVY_STATE/controller.lock")" || { cat "$scratch/begun"; return 1; }
	wait
}

a_run_that_was_interrupted_is_scanned_on_its_return() {
	rm -rf "$DAVY_STATE"
	station 'calibration = "calibration.csv", readers = { yrm100 = "/dev/ttyUSB3" },'
	rests && CONTINUES=1 finds PASS 1=C-1 && davy why last 'scan.serial[return1]' >"$scratch/out" &&
		says "read by yrm100 on usb:10c4:ea60: M100 26dBm V1.0: C-1" && davy replay last >"$scratch/out" 2>&1 || return
	rm -rf "$DAVY_STATE"
	rests && CONTINUES=1 finds INCONCLUSIVE 1=C-2 && davy why last 'scan.serial[return1]' >"$scratch/out" && says "V1.0: C-2"
}

# goes_on CODE OPTIONS…
goes_on() {
	local code=$1
	shift
	printf 'C-1\n7 mm\nC-1\n' | (cd "$tree" && davy continue last --serial C-1 "$@") >"$scratch/out" 2>"$scratch/err"
	[ $? = "$code" ] && return
	cat "$scratch/out" "$scratch/err"
	return 1
}

davy_continue_has_the_readers_of_the_station_and_its_own() {
	rm -rf "$DAVY_STATE"
	station "calibration = \"calibration.csv\", readers = { yrm100 = \"$scratch/gone\" },"
	rests && goes_on 0 && says "reader yrm100: " && says "type what it should read" || return
	rm -rf "$DAVY_STATE"
	rests && goes_on 0 --reader "qr_reader=$scratch/away,9600 8N1" && says "reader qr_reader: $scratch/away" && ! grep -q yrm100 "$scratch/out"
}

a_reader_that_is_not_there_is_told_and_typing_goes_on() {
	station "readers = { yrm100 = \"$scratch/gone\" },"
	looks 0 'C-1\n7 mm\nC-1\n' && says "reader yrm100: " && says "type what it should read" && looks 0 'C-1\n7 mm\nC-1\n' --lang zh && says "请手工输入" || return
	station ''
	looks 0 'C-1\n7 mm\nC-1\n' --reader "qr_reader=$scratch/gone,9600 8N1" && says "reader qr_reader: " && looks 0 'C-1\n7 mm\nC-1\n' --reader "nobody=$scratch/gone" &&
		says "reader nobody: there is no such driver"
}

# A reader that is there and answers is claimed in the rig (tests/rig/claims_readers.sh).
a_reader_that_is_not_there_is_shown_before_the_day() {
	station "readers = { yrm100 = \"$scratch/gone\" },"
	davy wires "$tree/station.lua" >"$scratch/out" 2>&1
	[ $? = 3 ] && grep -q "all *yrm100 *reader 115200 8N1 *$scratch/gone *MISSING" "$scratch/out" && says "yrm100: $scratch/gone: there is no such port now" &&
		says "not in order: 1" || { cat "$scratch/out"; return 1; }
	davy ready --station "$tree/station.lua" >"$scratch/out" 2>&1
	grep -q "^! readers  *yrm100: $scratch/gone: there is no such port now" "$scratch/out" && says "or type what it should read" &&
		grep -q "^✓ wires" "$scratch/out" || { cat "$scratch/out"; return 1; }
	davy ready --station "$tree/station.lua" --lang zh >"$scratch/out" 2>&1
	grep -q "^! 读取器  *yrm100:" "$scratch/out" && says "请接好并通电,或手工输入" || { cat "$scratch/out"; return 1; }
	station 'readers = { nobody = "/dev/null" },'
	davy ready --station "$tree/station.lua" >"$scratch/out" 2>&1
	grep -q "readers  *nobody: there is no such driver" "$scratch/out" || { cat "$scratch/out"; return 1; }
	station ''
	davy ready --station "$tree/station.lua" >"$scratch/out" 2>&1
	! grep -q "readers" "$scratch/out"
}

what_is_no_reader_is_refused() {
	station 'readers = { yrm100 = 3 },'
	looks 2 '' && says "readers: yrm100 is where it is" err
	station ''
	refused 2 "a simulated run reads no tag" davy run "$tree/scripts/look.lua" --sim --reader yrm100=/dev/null
}

claim "what a person types is told as typed" typed_is_typed
claim "what a reader has read is journalled and told with the reader, and a wrong one is as a wrong one typed" what_a_reader_has_read_says_by_which
claim "of several slots each has its own scan, by one reader or two" a_scan_is_of_the_slot_that_asked
claim "a reader that cannot be used is told of, and the person types" a_reader_that_is_not_there_is_told_and_typing_goes_on
claim "the specimen of an interrupted run is read again on its return, with the reader's name" a_run_that_was_interrupted_is_scanned_on_its_return
claim "davy continue has the readers of the station, or those that it is told" davy_continue_has_the_readers_of_the_station_and_its_own
claim "davy wires and davy ready say of a reader that it is not there" a_reader_that_is_not_there_is_shown_before_the_day
claim "a station says where its readers are, and a simulated run reads nothing" what_is_no_reader_is_refused
claims_end
