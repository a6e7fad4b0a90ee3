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

# reads TEXT: the same run again, whose questions are answered as davy run does for a reader that has read this.
reads() {
	python3 - "$DAVY_STATE" "$1" <<'END'
import json, os, socket, sys
state, text = sys.argv[1:]
runs = sorted(os.listdir(f"{state}/runs"))
order = json.JSONDecoder().raw_decode(open(f"{state}/runs/{runs[-1]}/journal").readline())[0]["order"]
desk = socket.socket(socket.AF_UNIX)
desk.connect(f"{state}/controller.sock")
said = desk.makefile("rw")
def say(**what):
    said.write(json.dumps(what) + "\n")
    said.flush()
say(do="run", orders=[order])
for line in said:
    event = json.loads(line)
    if event.get("event") == "operator":
        asked = {"do": "answer", "slot": event.get("slot", 0), "id": event["id"]}
        if event["verb"] == "scan":
            assert event.get("readers") == {"yrm100": "/dev/ttyUSB3"}, event
        else:
            assert "readers" not in event, event
        answer = text if event["verb"] == "scan" else "7 mm"
        say(**asked, text=answer, reader="yrm100 on usb:10c4:ea60: M100 26dBm V1.0")
    elif event.get("event") == "verdict":
        print(event["summary"]["verdict"])
        break
    elif event.get("event") == "refused":
        sys.exit(line)
END
}

what_a_reader_has_read_says_by_which() {
	station 'readers = { yrm100 = "/dev/ttyUSB3" },'
	davy controller >"$scratch/controller" 2>&1 &
	controller=$!
	sleep 1
	reads C-1 >"$scratch/verdict" 2>&1 && grep -qx PASS "$scratch/verdict" || { cat "$scratch/verdict"; kill $controller; return 1; }
	reads C-2 >"$scratch/wrong" 2>&1
	kill $controller
	grep -qx INCONCLUSIVE "$scratch/wrong" || { cat "$scratch/wrong"; return 1; }
	davy why last scan.serial >"$scratch/out" && says "read by yrm100 on usb:10c4:ea60: M100 26dBm V1.0: C-2" &&
		davy why last scan.serial --lang zh >"$scratch/out" && says "由 yrm100 on usb:10c4:ea60: M100 26dBm V1.0 读取:C-2" &&
		davy why last width >"$scratch/out" && says "what a person read and typed" && ! grep -q "yrm100" "$scratch/out" &&
		davy show last --journal >"$scratch/out" && says "yrm100 on usb:10c4:ea60" && davy report last --template original_record >"$scratch/out" &&
		says "yrm100 on usb:10c4:ea60: M100 26dBm V1.0" && davy replay last >"$scratch/out" 2>&1
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
claim "a reader that cannot be used is told of, and the person types" a_reader_that_is_not_there_is_told_and_typing_goes_on
claim "a station says where its readers are, and a simulated run reads nothing" what_is_no_reader_is_refused
claims_end
