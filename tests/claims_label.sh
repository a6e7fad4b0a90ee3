#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Labels: what a scanner reads off a label is what a run asks for, and nothing is called printed that is not on paper. The
# printer is tests/label_printer.py, the scanner zbarimg.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh
printer=tests/label_printer.py
. tests/at_printer.sh
export DAVY_STATE=$scratch/state LC_ALL=C davy=$PWD/build/davy
davy() { within 90 "$davy" "$@"; }

label() { davy label "$@" --printer "serial:$device"; }
printed() { find "$scratch/printer" -name 'label-*.pbm' | wc -l; }

# What a scanner reads off the label, and whether that is all.
reads() {
	local read
	read=$(zbarimg -q --raw -Sdisable -Sqrcode.enable "$scratch/printer/label-$1.pbm" 2>/dev/null) || { echo "label $1: no code is read"; return 1; }
	[ "$read" = "$2" ] || { echo "label $1 reads '$read'"; return 1; }
}

# in_words FILE PAGE TEXT: what a person reads on a page of the PDF.
in_words() { pdftotext -f "$2" -l "$2" "$1" - | tr -s ' \n' '  ' | grep -qF -- "$3" || { pdftotext -f "$2" -l "$2" "$1" -; return 1; }; }

a_serial_number_is_read_back() {
	at_printer "" label A-0017 "甲 18" >"$scratch/out" && says "2 printed" && [ "$(printed)" = 2 ] && reads 1 A-0017 && reads 2 "甲 18" &&
		grep -qx "SIZE 60 mm,40 mm" "$scratch/printer/label-1.tspl" && grep -qx "GAP 2 mm,0 mm" "$scratch/printer/label-1.tspl" &&
		grep -qx "BITMAP 0,0,60,320,0," "$scratch/printer/label-1.tspl"
}

a_label_has_the_size_that_was_said() {
	at_printer "" label A-0017 --size 40x30 --gap 3 && reads 1 A-0017 && grep -qx "SIZE 40 mm,30 mm" "$scratch/printer/label-1.tspl" &&
		grep -qx "GAP 3 mm,0 mm" "$scratch/printer/label-1.tspl" || return
	refused 2 "a label is WIDTHxHEIGHT" davy label A --to "$scratch/x.pdf" --size 60 &&
		refused 2 "a label is WIDTHxHEIGHT" davy label A --to "$scratch/x.pdf" --size 60x40mm &&
		refused 2 "from 0 to 25" davy label A --to "$scratch/x.pdf" --gap 26 && refused 2 "from 0 to 25" davy label A --to "$scratch/x.pdf" --gap -1 &&
		refused 2 "a larger label is needed" davy label "$(printf '%0250d' 7)" --to "$scratch/x.pdf" --size 20x15 && [ ! -e "$scratch/x.pdf" ]
}

# Dot for dot: white where the PDF is white.
what_is_on_paper_is_what_the_pdf_has() {
	at_printer "" label A-0017 --to "$scratch/kept.pdf" && pdftoppm -mono -scale-to-x 480 -scale-to-y 320 "$scratch/kept.pdf" "$scratch/kept" &&
		cmp "$scratch/kept-1.pbm" "$scratch/printer/label-1.pbm" && in_words "$scratch/kept.pdf" 1 A-0017
}

units_of_a_lot_say_part_and_seal() {
	printf 'U-%s\n' 1 2 3 4 5 6 >"$scratch/units"
	davy lot open L-1 --units "$scratch/units" --plan 2,0 --spare 1 --dut ma=MFC000000 --protocols self_rescuer/acceptance_chemical --by 0017 >"$scratch/out" 2>&1 ||
		{ cat "$scratch/out"; return 1; }
	refused 2 "nothing was drawn of lot L-1" davy label --lot L-1 --to "$scratch/x.pdf" || return
	davy lot draw L-1 --by 0017 >/dev/null || return
	davy lot show L-1 --json >"$scratch/lot"
	first=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["draws"][0]["says"]["tested"][0])' "$scratch/lot")
	kept=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["draws"][0]["says"]["kept"][0])' "$scratch/lot")
	davy lot seal L-1 --unit "$kept" --seal F-778 --kept-at 备样室 --by 0017 >/dev/null || return
	at_printer "" label --lot L-1 --to "$scratch/lot.pdf" && [ "$(printed)" = 3 ] && reads 3 "$kept" && in_words "$scratch/lot.pdf" 3 "Reserve 备样" &&
		in_words "$scratch/lot.pdf" 3 "Seal F-778" && in_words "$scratch/lot.pdf" 3 "Kept at 备样室" && in_words "$scratch/lot.pdf" 1 "Tested 检样" || return
	at_printer "" label --lot L-1 "$first" && [ "$(printed)" = 1 ] && reads 1 "$first" &&
		refused 2 "was not drawn of lot L-1" davy label --lot L-1 U-9 --to "$scratch/x.pdf" && refused 2 "there is no lot 'L-2'" davy label --lot L-2 --to "$scratch/x.pdf"
}

a_slot_has_the_text_that_its_station_wants() {
	printf 'return station { name = "here", slots = { slot { 1, fixture = "bump_bench", label = "工位 G1" }, slot { 2, fixture = "bump_bench" }, slot { 3, fixture = "bump_bench", label = "G3" } } }\n' \
		>"$scratch/station.lua"
	at_printer "" label --station "$scratch/station.lua" --slot 1 && [ "$(printed)" = 1 ] && reads 1 "工位 G1" &&
		at_printer "" label --station "$scratch/station.lua" && [ "$(printed)" = 2 ] && reads 2 G3 || return
	refused 2 "slot 2 has no label" davy label --station "$scratch/station.lua" --slot 2 --to "$scratch/x.pdf" &&
		refused 2 "has no slot 7" davy label --station "$scratch/station.lua" --slot 7 --to "$scratch/x.pdf"
}

what_does_not_fit_is_refused() {
	refused 2 "does not fit" davy label "$(printf '%0120d' 7)" --to "$scratch/x.pdf" --size 40x20 && [ ! -e "$scratch/x.pdf" ]
}

what_is_simulated_says_so() {
	davy run scripts/self_rescuer/acceptance_chemical.lua --sim --limits scripts/limits/example.json --dut serial=S-1 >"$scratch/run" 2>&1
	davy label s-1 S-2 --to "$scratch/sim.pdf" && in_words "$scratch/sim.pdf" 1 "SIMULATED 仿真" && ! in_words "$scratch/sim.pdf" 2 SIMULATED >/dev/null &&
		davy label S-2 --sim --to "$scratch/sim.pdf" && in_words "$scratch/sim.pdf" 1 "SIMULATED 仿真"
}

a_printer_that_cannot_gets_nothing() {
	local temper
	for temper in "open:head is open" "jam:is jammed" "no-paper:has no labels" "no-ribbon:has no ribbon" "paused:is paused" "fault:something is wrong" \
		"strange:something is wrong" "busy:printing something else" "silent:does not say how it is, so nothing was sent"; do
		at_printer "${temper%%:*}" refused 3 "${temper#*:}" label A-1 && [ ! -e "$scratch/printer/told" ] || { echo "$temper"; return 1; }
	done
	at_printer no-paper refused 3 打印机缺标签纸 label A-1 --lang zh && at_printer silent refused 3 未发送任何内容 label A-1 --lang zh
}

what_is_not_on_paper_is_not_called_printed() {
	at_printer paper-ends refused 3 "1 of 3 labels are on paper, and the next is that of B-2: " label B-1 B-2 B-3 && [ "$(printed)" = 1 ] && says "has no labels" err &&
		at_printer opened refused 3 "label 1 is not on paper, or not whole" label B-1 && says "head is open" err && [ "$(printed)" = 0 ] &&
		at_printer deaf refused 3 "has ceased to say how it is" label B-1 && at_printer idle refused 3 "was not seen to print it" label B-1 &&
		at_printer endless refused 3 "printing one label for 20 s" label B-1
}

what_came_before_the_question_is_no_answer() { at_printer late label A-1 && [ "$(printed)" = 1 ]; }

nothing_is_written_to_what_is_no_printer() {
	echo precious >"$scratch/file"
	refused 2 "is no printer" davy label A --printer "$scratch/file" && [ "$(cat "$scratch/file")" = precious ] &&
		at_printer "" refused_as_serial && [ "$(printed)" = 0 ]
}

refused_as_serial() { refused 2 "an instrument may be behind it" davy label A --printer "$device"; }

what_is_asked_is_one_thing() {
	refused 2 "whose label?" davy label --to "$scratch/x.pdf" && refused 2 "says where the labels go" davy label A &&
		refused 2 "not of both" davy label A --station "$scratch/station.lua" --to "$scratch/x.pdf" && refused 2 "is for --station" davy label A --slot 1 --to "$scratch/x.pdf" &&
		refused 2 "not blank" davy label " " --to "$scratch/x.pdf" && refused 2 "on one line" davy label "$(printf 'A\nB')" --to "$scratch/x.pdf"
}

before_leaving_a_label_printer_is_looked_at() {
	at_printer "" ready "lp0, with paper" && [ "$(printed)" = 0 ] && at_printer no-paper ready "has no labels" && grep -q '^!' "$scratch/row" &&
		at_printer silent ready "lp0, paper not looked at"
}

can_print "labels on paper" pdftoppm zbarimg pdftotext || claims_end
claim "a serial number is read back off its label as it was given, Chinese too" a_serial_number_is_read_back
claim "a label has the size that was said, and a code that is too dense for it is refused" a_label_has_the_size_that_was_said
claim "words that do not fit on a label are refused, and not cut off" what_does_not_fit_is_refused
claim "what lies on the label is dot for dot what the PDF has" what_is_on_paper_is_what_the_pdf_has
claim "the units of a lot say whether they are tested or kept, and under which seal" units_of_a_lot_say_part_and_seal
claim "a slot's label has the text that its station wants scanned there" a_slot_has_the_text_that_its_station_wants
claim "a specimen that was only ever simulated says so on its label" what_is_simulated_says_so
claim "a printer that is not ready, or does not say, is sent nothing, and says which" a_printer_that_cannot_gets_nothing
claim "a label is called printed when the printer was seen to print it, and the first that is not is named" what_is_not_on_paper_is_not_called_printed
claim "what a printer has sent before it was asked is no answer" what_came_before_the_question_is_no_answer
claim "davy ready says how a label printer is" before_leaving_a_label_printer_is_looked_at
claim "what is no printer, or may be an instrument, is written nothing" nothing_is_written_to_what_is_no_printer
claim "what is asked is one thing, and where it goes is said" what_is_asked_is_one_thing
claims_end
