#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Tickets: what lies on the paper of a ticket printer is what stands in the PDF, dot for dot, and what is not on paper, or
# not whole, is said. The printer is tests/ticket_printer.py.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh
printer=tests/ticket_printer.py
. tests/at_printer.sh
export DAVY_STATE=$scratch/state LC_ALL=C davy=$PWD/build/davy
davy() { within 60 "$davy" "$@"; }

print() { davy report "$@" --printer "serial:$device"; }
printed() { find "$scratch/printer" -name 'ticket-*.pbm' | wc -l; }

a_run() { davy run scripts/self_rescuer/acceptance_chemical.lua --sim --limits scripts/limits/example.json --dut "serial=$1" >"$scratch/run" 2>&1; }

# The receipt's PDF as pdftoppm draws it, cut to the 576 dots in its middle, with grep for what a page may have below.
is_what_the_pdf_has() {
	davy report "$1" --template receipt --format pdf --to "$scratch/receipt.pdf" && pdftoppm -mono -r 203 "$scratch/receipt.pdf" "$scratch/page" &&
		python3 - "$2" "$scratch"/page-*.pbm <<'PY'
import sys

def dots(name):
    head, size, rows = open(name, "rb").read().split(b"\n", 2)
    wide, high = map(int, size.split())
    stride = (wide + 7) // 8
    return ["".join(f"{byte:08b}" for byte in rows[y * stride:(y + 1) * stride])[:wide] for y in range(high)]

expected = []
for name in sys.argv[2:]:
    page = dots(name)
    left = (len(page[0]) - 576) // 2
    while page and "1" not in page[-1]:
        page.pop()
    expected += [row[left:left + 576] for row in page]
paper = dots(sys.argv[1])
assert sum(row.count("1") for row in expected) > 5000, "the page is empty"
assert paper == expected, f"{len(paper)} rows on paper, {len(expected)} in the PDF"
PY
}

a_receipt_is_printed_dot_for_dot() {
	at_printer "" print last && is_what_the_pdf_has last "$scratch/printer/ticket-1.pbm" && [ "$(printed)" = 1 ]
}

a_printer_without_a_way_back_prints_too() {
	at_printer silent print last && [ "$(printed)" = 1 ] && at_printer babbles print last && [ "$(printed)" = 1 ]
}

several_are_cut_from_each_other() {
	a_run T-2 || return
	at_printer "" print last "$first" && [ "$(printed)" = 2 ] && is_what_the_pdf_has last "$scratch/printer/ticket-1.pbm" &&
		! cmp -s "$scratch/printer/ticket-1.pbm" "$scratch/printer/ticket-2.pbm"
}

it_is_kept_where_it_was_asked_for() {
	at_printer "" print last -o "$scratch/kept.pdf" && [ "$(printed)" = 1 ] && [ -s "$scratch/kept.pdf" ]
}

a_printer_that_cannot_gets_nothing() {
	local temper
	for temper in "no-paper:has no paper" "open:cover is open" "fault:something is wrong with it"; do
		at_printer "${temper%%:*}" refused 3 "${temper#*:}" print last && [ "$(printed)" = 0 ] || return
	done
	at_printer no-paper refused 3 打印机缺纸 print last --lang zh
}

what_may_not_be_whole_is_said() {
	at_printer runs-out refused 3 "the ticket may not be whole" print last &&
		at_printer stuck refused 3 "has taken nothing for 20 s" print last && [ "$(printed)" = 0 ]
}

what_is_no_printer_is_written_nothing() {
	echo precious >"$scratch/file"
	refused 2 "is no printer" davy report last --printer "$scratch/file" && [ "$(cat "$scratch/file")" = precious ] &&
		refused 3 "cannot be opened" davy report last --printer "$scratch/nothing" &&
		at_printer "" refused_as_serial && [ "$(printed)" = 0 ]
}

refused_as_serial() { refused 2 "an instrument may be behind it" davy report last --printer "$device"; }

a_page_for_larger_paper_is_refused() {
	at_printer "" refused 2 "72 mm" print last --template test_report && [ "$(printed)" = 0 ] &&
		at_printer "" refused 2 "csv has none" print last --format csv
}

without_what_draws_it_the_package_is_named() {
	DAVY_PDFTOPPM=/nowhere/pdftoppm at_printer "" refused 3 "install the package poppler-utils" print last && [ "$(printed)" = 0 ]
}

before_leaving_paper_is_looked_at() {
	at_printer "" ready "lp0, with paper" && [ "$(printed)" = 0 ] && at_printer silent ready "lp0, paper not looked at" &&
		at_printer no-paper ready "has no paper" && grep -q '^!' "$scratch/row" && at_printer open ready "cover is open"
}

can_print "tickets on paper" pdftoppm || claims_end
a_run T-1 || { cat "$scratch/run"; exit 1; }
first=$(ls "$DAVY_STATE/runs")
claim "a receipt lies on the paper as it stands in the PDF, dot for dot" a_receipt_is_printed_dot_for_dot
claim "a printer that answers nothing, or other things before, prints too" a_printer_without_a_way_back_prints_too
claim "several tickets are cut from each other" several_are_cut_from_each_other
claim "where -o or --to says so the PDF is kept as well" it_is_kept_where_it_was_asked_for
claim "a printer without paper, open or out of order is sent nothing, and says which" a_printer_that_cannot_gets_nothing
claim "a ticket that may not be whole is said to be so" what_may_not_be_whole_is_said
claim "davy ready says whether the printer has paper, where the printer says" before_leaving_paper_is_looked_at
claim "what is no printer, or may be an instrument, is written nothing" what_is_no_printer_is_written_nothing
claim "a page for larger paper is refused, and not cut off" a_page_for_larger_paper_is_refused
claim "where nothing can draw the ticket the package is named that can" without_what_draws_it_the_package_is_named
claims_end
