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

# reads SLOT=TEXT…: the same run again, in these slots, each of its own specimen C-SLOT, whose scans are answered as davy run does for
# readers that have read this: of slot 1 by a reader of tags, of others by one of codes where the station has one.
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
desk = socket.socket(socket.AF_UNIX)
desk.connect(f"{state}/controller.sock")
said = desk.makefile("rw")
def say(**what):
    said.write(json.dumps(what) + "\n")
    said.flush()
say(do="run", orders=orders)
verdicts = {}
for line in said:
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

a_reader_that_is_not_there_is_told_and_typing_goes_on() {
	station "readers = { yrm100 = \"$scratch/gone\" },"
	looks 0 'C-1\n7 mm\nC-1\n' && says "reader yrm100: " && says "type what it should read" && looks 0 'C-1\n7 mm\nC-1\n' --lang zh && says "请手工输入" || return
	station ''
	looks 0 'C-1\n7 mm\nC-1\n' --reader "qr_reader=$scratch/gone,9600 8N1" && says "reader qr_reader: " && looks 0 'C-1\n7 mm\nC-1\n' --reader "nobody=$scratch/gone" &&
		says "reader nobody: there is no such driver"
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
claim "a station says where its readers are, and a simulated run reads nothing" what_is_no_reader_is_refused
claims_end
