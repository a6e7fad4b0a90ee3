#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Reports as a laboratory makes them: what stands on the page is what the record says, in both languages, and what is no
# finished report does not look like one. `claims_report.sh renew` writes the golden pages anew, for whoever has looked at them.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh
. tests/people.sh
export DAVY_STATE=$scratch/state LC_ALL=C
golden=tests/golden/reports
davy() { within 60 "$davy" "$@"; }

mkdir -p "$DAVY_STATE"
cat >"$DAVY_STATE/laboratory.json" <<'JSON'
{"base":"https://lab.example.cn/","bench":"B07","objectionDays":15,
 "name":{"zh":"某矿用产品检验中心","en":"An Inspection Centre"},"address":{"zh":"某市某路 1 号","en":"1 Some Road"},
 "phone":"000-0000000","cma":"000000000000","cnas":"L0000",
 "scope":[{"standard":"矿用自救器安全管理规定(试行)","items":["drop","start"]}]}
JSON

# a_run OPTIONS…, simulated, with $fault or none
fault=
a_run() { davy run scripts/self_rescuer/acceptance_chemical.lua "--sim${fault:+=$fault}" "$@" >"$scratch/run" 2>&1; }

run_folder() { # of the run that was recorded last
	local name
	name=$(davy show "${1:-last}" --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["run"])')
	echo "$DAVY_STATE/runs/$name"
}

# What differs from one making to the next: digests, the run's own name, times of the wall, how long the journal is.
settled() {
	sed -E 's/[0-9a-f]{64}/DIGEST/g; s/(sim-[a-z_.]+)-[0-9a-f]{10}/\1-0000000000/g; s/urn:uuid:[0-9a-f-]{36}/UUID/g
		s/20[2-9][0-9]-[0-9]{2}-[0-9]{2}T[0-9:.]+[+-][0-9:]+/WALL/g; s/20[2-9][0-9]-[0-9]{2}-[0-9]{2} [0-9:]{8} [+-][0-9]{2}:[0-9]{2}/WALL/g
		s/DIGEST \([0-9]+ /DIGEST (N /; s/[0-9a-f]{32}/SEED/g' | perl -0pe 's/<svg.*?<\/svg>/<svg\/>/gs; s/data:image[^"]*/PHOTO/g'
}

# same_as_golden NAME LANGUAGE WHAT…
same_as_golden() {
	local name=$1 lang=$2
	shift 2
	davy report --template "$name" --lang "$lang" "$@" | settled >"$scratch/page.html"
	[ -s "$scratch/page.html" ] || return
	diff "$golden/$name.$lang.html" "$scratch/page.html" >"$scratch/diff" && return
	head -20 "$scratch/diff"
	return 1
}

renew() {
	local name lang what
	while read -r name what; do
		for lang in zh en; do
			# shellcheck disable=SC2086 # words
			davy report --template "$name" --lang "$lang" $what | settled >"$golden/$name.$lang.html"
		done
	done <"$scratch/subjects"
}

pages_are_as_they_were_looked_at() {
	local name lang what
	while read -r name what; do
		for lang in zh en; do
			# shellcheck disable=SC2086 # words
			same_as_golden "$name" "$lang" $what || { echo "$name $lang"; return 1; }
		done
	done <"$scratch/subjects"
}

# numbers_fit RUN_FOLDER PAGE TEMPLATE [HTML]
numbers_fit() { python3 tests/report_numbers.py "$1" "$2" reports "$3.html" "$DAVY_STATE/laboratory.json" ${4:+"$4"}; }

every_number_on_the_page_is_the_records() {
	local name lang folder
	folder=$(run_folder)
	for name in test_report original_record receipt; do
		for lang in zh en; do
			davy report last --template $name --lang $lang --to "$scratch/$name.html" &&
				numbers_fit "$folder" "$scratch/$name.html" $name || return
		done
	done
	# … and a page that was changed is told apart
	sed 's/5\.13 Pa/5.31 Pa/' "$scratch/receipt.html" >"$scratch/changed.html"
	! cmp -s "$scratch/receipt.html" "$scratch/changed.html" &&
		! numbers_fit "$folder" "$scratch/changed.html" receipt
}

# On each page of a PDF its number and how many there are, the report's number, its digest and what must not be overlooked.
on_paper() {
	local lang page pages text
	for lang in zh en; do
		davy report "$golden_run" --lang $lang --format pdf --to "$scratch/report.pdf" || return
		pages=$(pdfinfo "$scratch/report.pdf" | sed -n 's/^Pages: *//p')
		[ "$pages" -ge 4 ] || return
		for page in $(seq "$pages"); do
			text=$(pdftotext -f "$page" -l "$page" "$scratch/report.pdf" - | tr -d ' \n')
			if ! grep -q 'B07-' <<<"$text" || ! grep -q SIMULATED <<<"$text"; then
				echo "page $page: $text"
				return 1
			fi
			grep -qE "(第${page}页共${pages}页|Page${page}of${pages})" <<<"$text" || { echo "page $page of $pages: $text"; return 1; }
			grep -qE 'sha-256|记录散列' <<<"$text" || return
		done
		pdftotext "$scratch/report.pdf" "$scratch/report.txt"
		davy report "$golden_run" --lang $lang --to "$scratch/report.html" &&
			numbers_fit "$DAVY_STATE/runs/$golden_run" "$scratch/report.txt" test_report "$scratch/report.html" || return
	done
	[ "$(pdffonts "$scratch/report.pdf" | awk 'NR > 2 && !/yes +yes +yes/' | wc -l)" = 0 ] ||
		{ pdffonts "$scratch/report.pdf"; echo "a font is not embedded, not a subset, or its text cannot be selected"; return 1; }
}

# Names that WeasyPrint 57 has and later ones give up are taken from it: default_url_fetcher goes with 68, the cache of
# fonts is not in 62, and from which module its logger is had is nobody's promise.
a_later_weasyprint_lacks() {
	cat >"$scratch/later.py" <<-'PYTHON'
		import runpy, sys
		import weasyprint, weasyprint.pdf.stream
		for name in "default_url_fetcher", "LOGGER":
		    if hasattr(weasyprint, name):
		        delattr(weasyprint, name)
		stream = weasyprint.pdf.stream.Stream
		stream.add_font = getattr(stream.add_font, "__wrapped__", stream.add_font)
		sys.argv = sys.argv[1:]
		runpy.run_path(next(a for a in sys.argv if a.endswith(".py")), run_name="__main__")
	PYTHON
	printf '#!/bin/sh\nexec /usr/bin/python3 %s "$@"\n' "$scratch/later.py" >"$scratch/later"
	chmod +x "$scratch/later"
	mkdir -p "$scratch/data" && cp -r reports/. "$scratch/data" &&
		sed -i 's|<h1>|<img alt="" src="data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 width=%2210%22 height=%2210%22/%3E"><h1>|' "$scratch/data/test_report.html" &&
		DAVY_PYTHON=$scratch/later davy report "$golden_run" last --templates "$scratch/data" --format pdf --to "$scratch/many" >"$scratch/out" 2>&1 &&
		[ "$(pdfdetach -list "$scratch/many"/B07-000002.pdf | head -1)" = "5 embedded files" ] || { cat "$scratch/out"; return 1; }
}

what_proves_it_is_inside() {
	local folder=$DAVY_STATE/runs/$golden_run
	davy report "$golden_run" --format pdf --to "$scratch/report.pdf" || return
	rm -rf "$scratch/inside" && mkdir "$scratch/inside" && pdfdetach -saveall -o "$scratch/inside" "$scratch/report.pdf" &&
		cmp "$folder/record.json" "$scratch/inside/record.json" &&
		(cd "$folder" && sha256sum --status -c "$scratch/inside/journal.sha256") &&
		gunzip "$scratch/inside/series.csv.gz" && head -1 "$scratch/inside/series.csv" | grep -q 'channel,t_s,value,unit' &&
		[ "$(wc -l <"$scratch/inside/series.csv")" -gt 100 ]
}

many_in_one_start() {
	mkdir -p "$scratch/many"
	a_run --dut serial=B8 --limits scripts/limits/example.json || [ -s "$scratch/run" ] || return
	refused 2 '--to says where pdf goes' davy report last --format pdf || return
	refused 2 'several reports go into a folder' davy report last "$golden_run" --format pdf --to "$scratch/many.pdf" || return
	refused 2 '--number and --amends are for one report' davy report last "$golden_run" --number 1 --to "$scratch/many" || return
	davy report last "$golden_run" --format pdf --to "$scratch/many" >"$scratch/out" || return
	[ "$(find "$scratch/many" -name 'B07-*.pdf' | wc -l)" = 2 ] && [ "$(wc -l <"$scratch/out")" = 2 ]
}

as_rows() {
	davy report "$golden_run" --format csv --to "$scratch/rows.csv" && python3 - "$scratch/rows.csv" <<'PYTHON'
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], encoding="utf-8-sig", newline="")))
assert len(rows) == 9, rows
assert rows[4]["name"] == "drop" and rows[4]["value"] == "5.13 Pa ± 0.18 Pa" and rows[4]["verdict"] == "PASS", rows[4]
PYTHON
}

# A specimen whose name a spreadsheet would compute: in the rows it is a text.
a_name_is_no_formula() {
	a_run --dut serial='=HYPERLINK("http://x","y")' --dut ma='@SUM(A1)' --limits scripts/limits/example.json || [ -s "$scratch/run" ] || return
	davy report last --format csv --to "$scratch/rows.csv" && python3 - "$scratch/rows.csv" <<'PYTHON'
import csv, sys
for row in csv.reader(open(sys.argv[1], encoding="utf-8-sig", newline="")):
    for cell in row:
        assert not cell.startswith(("=", "@", "\t", "\r")), cell
        assert not cell.startswith(("+", "-")) or cell[1].isdigit(), cell
PYTHON
}

# Held against the same series as the bench's own tool decodes them from the journal; and a protocol that says nothing is refused.
a_battery_in_its_format() {
	within 120 "$davy" run scripts/battery/cell_overcharge.lua --sim --limits scripts/limits/example.json --dut serial=C_1 --destroys C_1 \
		>"$scratch/run" 2>&1
	mkdir -p "$scratch/bdf" && davy report last --format bdf --to "$scratch/bdf" || return
	python3 tests/battery_data.py "$(run_folder)" "$scratch"/bdf/SIMULATED__C-1__20260101_*.bdf.csv || return
	sed '40s/^\([0-9.]*\),\([0-9]\)/\1,9\2/' "$scratch"/bdf/SIMULATED__C-1__*.bdf.csv >"$scratch/changed.csv"
	! python3 tests/battery_data.py "$(run_folder)" "$scratch/changed.csv" >"$scratch/out" 2>&1 || return
	refused 2 'does not say which of its channels are the battery' davy report "$golden_run" --format bdf &&
		refused 2 'bdf has the series of a run' davy report L1 --template lot_summary --format bdf
}

what_was_watched_is_one_picture() {
	davy report last --lang en --format json >"$scratch/out" && python3 - "$scratch/out" <<'PYTHON'
import collections, json, sys
facts = json.load(open(sys.argv[1]))
titles = collections.Counter(curve["title"] for curve in facts["curves"])
watched = [title for title in titles if title.startswith("Conditions")]
assert watched and max(titles.values()) == 1, titles
for name in ("temperature", "pressure"):
    curves = [m["curve"] for m in facts["measures"] if m["name"] == name]
    assert len(curves) == 2 and curves[0] and curves[0] == curves[1], (name, curves)
PYTHON
}

reasons_are_chinese_on_a_chinese_page() {
	davy run scripts/self_rescuer/acceptance_chemical.lua --sim --dut serial=B3 >"$scratch/run" 2>&1
	davy report last --lang zh >"$scratch/out" && says '缺少' && says '请用 --limits 提供' && ! grep -q 'bring it with' "$scratch/out" &&
		davy report last --lang en >"$scratch/out" && says 'bring it with --limits'
}

what_is_simulated_or_a_draft_says_so_on_each_page() {
	davy report last --lang en >"$scratch/out" && says 'SIMULATED 仿真, no real test' && says 'DRAFT, not issued 草稿' &&
		says '<div class="across">SIMULATED 仿真</div>' && says 'string-set: status content()' &&
		says 'INCONCLUSIVE 不作结论' && says 'no check of the fixture had passed right before it'
}

items_outside_of_the_scope_are_marked() {
	davy report last --lang en >"$scratch/out" && says '* not within the accredited scope.' && says 'CMA 000000000000' &&
		[ "$(grep -c '<span class="small">\*</span>' "$scratch/out")" = 7 ]
}

what_is_hostile_in_a_name_stays_text() {
	a_run --dut serial='<script>alert(1)</script>' --limits scripts/limits/example.json || [ -s "$scratch/run" ] || return
	davy report last >"$scratch/out" && says '&lt;script&gt;alert(1)&lt;/script&gt;' && ! grep -q '<script' "$scratch/out"
}

# Such a run was made once, and no record of it could be.
a_name_that_no_record_can_hold_is_refused_before_the_run() {
	local long
	long=$(printf 'x%.0s' $(seq 10000))
	refused 2 '--dut serial= has 10000 bytes, and a record takes 120 of it at most' \
		davy run scripts/self_rescuer/acceptance_chemical.lua --sim --dut serial="$long" &&
		refused 2 '--task customer= has 10000 bytes' davy run scripts/gas/methane_bump.lua --sim --task customer="$long" || return
	long=$(printf '矿%.0s' $(seq 40))
	a_run --dut serial="$long" --dut ma="$long" --limits scripts/limits/example.json || [ -s "$scratch/run" ] || return
	davy report last >"$scratch/out" && says "$long"
}

items_without_a_result_are_named() {
	fault=lid_opened a_run --dut serial=1 --limits scripts/limits/example.json
	davy report last --lang en >"$scratch/out" && says '<h3>Items without a result</h3>' && says '<li>Case tightness: ' || return 1
	fault=scale.mute a_run --dut serial=1 --limits scripts/limits/example.json
	davy report last --lang en >"$scratch/out" && says '<li>Mass: mass of the closed unit</li>'
}

bad_templates() {
	local folder=$scratch/templates
	mkdir -p "$folder"
	printf '<p>{%% fro x in y %%}</p>' >"$folder/mine.html"
	refused 2 "mine.html:1:4: 'fro' is no statement" davy report last --template mine --templates "$folder" || return
	printf '<p>{{ dut.seriel }}</p>' >"$folder/mine.html"
	refused 2 "'dut.seriel' has no 'seriel' that this report knows; here are: serial" davy report last --template mine --templates "$folder" || return
	refused 2 "there is no template 'nobody.html'" davy report last --template nobody &&
		refused 2 "is no name of a template" davy report last --template ../secret &&
		refused 2 'csv has the items of a run, and lot_summary has none' davy report L1 --template lot_summary --format csv &&
		refused 2 "a report is html, pdf, csv, bdf or json, and not 'docx'" davy report last --format docx
}

every_fact_is_listed() {
	local name what
	while read -r name what; do
		# shellcheck disable=SC2086 # words
		davy report --template "$name" $what --format json || return
	done <"$scratch/subjects" >"$scratch/facts"
	python3 - "$scratch/facts" <<'PYTHON'
import json, re, sys
listed = set(re.findall(r"`([a-z0-9_]+)`", open("reports/README.md").read()))
def keys(value):
    for key in value if isinstance(value, dict) else ():
        if key != "scope":
            yield key
            yield from keys(value[key])
    for each in value if isinstance(value, list) else ():
        yield from keys(each)
lines = open(sys.argv[1]).read().splitlines()
assert len(lines) == 6
missing = {key for line in lines for key in keys(json.loads(line))} - listed
print(sorted(missing))
sys.exit(bool(missing))
PYTHON
}

a_laboratory_changes_the_letterhead_alone() {
	mkdir -p "$DAVY_STATE/reports"
	echo '<p>[[我们的抬头|OUR HEAD]] {{ lab.name }}</p>' >"$DAVY_STATE/reports/letterhead.html"
	davy report last --lang en >"$scratch/out" && says 'OUR HEAD An Inspection Centre' && says 'TEST REPORT'
	local done=$?
	rm -r "$DAVY_STATE/reports"
	return $done
}

an_amended_report_names_what_it_replaces() {
	refused 2 '--amends NUMBER --why TEXT' davy report last --amends B07-000002 &&
		refused 2 'needs a number of its own' davy report last --number R1 --amends R1 --why x || return
	davy report last --lang en --number R2 --amends R1 --why 'the serial number was read wrongly' >"$scratch/out" &&
		says 'Report no. R2' && says 'This report replaces R1, which is void. What was changed: the serial number was read wrongly'
}

# ---- a record that was corrected ----

number_of_last() { davy show last --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["record"]["seq"])'; }

# In a log of its own, whose people can sign: two runs, of which the first is declared wrong and the second says what is right.
a_report_of_what_is_right_replaces_the_old_one() {
	local DAVY_STATE=$scratch/corrected old new name
	export DAVY_STATE
	mkdir -p "$DAVY_STATE" && cp "$scratch/state/laboratory.json" "$DAVY_STATE/" && administrator && person 0009 tester,reviewer || return
	a_run --dut serial=B1 --limits scripts/limits/example.json || [ -s "$scratch/run" ] || return
	old=$(number_of_last)
	a_run --dut serial=B2 --limits scripts/limits/example.json || [ -s "$scratch/run" ] || return
	new=$(number_of_last)
	davy report "$old" --lang en >"$scratch/before" && ! grep -qi supersed "$scratch/before" || return
	davy correct "$old" --reason incorrect_data --corrective "$new" --why "the serial number is B2" --key "$scratch/0009.pem" "${word[@]}" \
		>"$scratch/out" || { cat "$scratch/out"; return 1; }
	old=$(printf 'B07-%06d' "$old") new=$(printf 'B07-%06d' "$new")
	for name in test_report original_record receipt; do
		davy report "${new#B07-}" --template $name --lang en >"$scratch/out" &&
			says "This report replaces $old, which is void. What was changed: the serial number is B2" && ! grep -qi superseded "$scratch/out" &&
			davy report "${old#B07-}" --template $name --lang en >"$scratch/out" && says "This report is superseded by $new" &&
			says 'SUPERSEDED 已被代替' && says 'declared at' || return
		davy report "${old#B07-}" --template $name --lang zh >"$scratch/out" && says "本报告已被 $new 代替" || return
	done
	davy report "${new#B07-}" --lang en >"$scratch/out" && says "Report no. $new" &&
		davy report "${new#B07-}" --number R9 --amends R8 --why typing --lang en >"$scratch/out" && says "This report replaces R8"
}

a_journal_that_is_not_the_records_is_no_report() {
	local folder
	folder=$(run_folder)
	cp "$folder/journal" "$scratch/journal.kept"
	truncate -s -1 "$folder/journal"
	refused 3 'the journal of' davy report last || { cp "$scratch/journal.kept" "$folder/journal"; return 1; }
	printf 'x' | dd of="$folder/journal" bs=1 seek=2000 conv=notrunc status=none
	refused 3 'journal' davy report last
	local done=$?
	cp "$scratch/journal.kept" "$folder/journal"
	return $done
}

a_signature_that_is_not_good_is_no_report() {
	local log=$DAVY_STATE/records/records.jsonl done
	cp "$log" "$scratch/log.kept"
	python3 - "$log" "$golden_run" <<'PYTHON'
import base64, json, sys
lines = open(sys.argv[1]).read().split("\n")
for i, line in enumerate(lines):
    payload = json.loads(line)["payload"] if line else ""
    if sys.argv[2].encode() in base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)):
        at = line.rindex('"signature":"') + len('"signature":"') + 10
        lines[i] = line[:at] + ("A" if line[at] != "A" else "B") + line[at + 1:]
        break
open(sys.argv[1], "w").write("\n".join(lines))
PYTHON
	refused 3 'record 2: ' davy report "$golden_run"
	done=$?
	cp "$scratch/log.kept" "$log"
	return $done
}

every_command_has_it() {
	davy --lang zh help >"$scratch/out" && says '用法: davy 命令' && LC_ALL=zh_CN.UTF-8 davy --lang en help >"$scratch/out" && says 'Usage: davy COMMAND' &&
		davy list --lang zh >"$scratch/out" && says '检验程序' && davy show "$golden_run" --lang=zh >"$scratch/out" && says '受检样品' &&
		LC_ALL=zh_CN.UTF-8 davy show "$golden_run" --lang=en >"$scratch/out" && says 'device under test' &&
		refused 2 "--lang is zh or en, and not 'fr'" davy list --lang fr && refused 2 '--lang needs a value' davy list --lang &&
		refused 2 '没有选项 --nothing' davy list --lang zh --nothing
}

subjects() {
	a_run --dut serial=B7 --dut ma=MFC000001 --task customer=某公司 --task inspected=某矿 --task number=W-1 --limits scripts/limits/example.json ||
		[ -s "$scratch/run" ] || return
	golden_run=$(basename "$(run_folder)")
	davy calibrations add --csv fixtures/acceptance_bench/calibration.csv --by 0017 >/dev/null || return
	seq -f 'B-%04g' 60 >"$scratch/units.txt"
	davy lot open L1 --units "$scratch/units.txt" --plan 3,0 --spare 2 --protocols gas/methane_bump --by 0017 >/dev/null &&
		davy lot draw L1 --dice "3 1 6 2 3 1 6 2 3 1 6 2 3 1 6 2 3 1 6 2 3 1 6 2 5" --witness 王五 --by 0017 >/dev/null || return
	for unit in $(davy lot show L1 --json | python3 -c 'import json, sys
says = json.load(sys.stdin)["draws"][0]["says"]; print(*says["tested"], *says["kept"])'); do
		davy lot seal L1 --unit "$unit" --seal "S-$unit" --kept-at 库A --by 0021 >/dev/null || return
	done
	davy record collecting --lot L1 --form form=CY-7 --form notice=N-1 --form party=某矿 --form product=报警仪 --form date=2026-03-02 \
		--form place=库房 --form sampler1=0017 --form sampler2=0021 >"$scratch/out" || { cat "$scratch/out"; return 1; }
	form=$(grep -o 'number [0-9]*' "$scratch/out" | tr -dc 0-9)
	{
		for name in test_report original_record receipt; do echo "$name $golden_run"; done
		echo "sampling_form $form"
		echo "lot_summary L1"
		echo "calibrations_due 2026-06-01"
	} >"$scratch/subjects"
}

subjects || { echo "what reports are about could not be made"; cat "$scratch/run" "$scratch/out"; exit 1; }
if [ "${1:-}" = renew ]; then
	renew
	exit
fi
claim "every template gives the page that was looked at, in both languages" pages_are_as_they_were_looked_at
claim "every number on a page is the record's, and every figure of the record is on it" every_number_on_the_page_is_the_records
if can_print "reports on paper" pdftotext pdfdetach; then
	claim "on paper each page has its number, the report's, the record's digest, and what must not be overlooked" on_paper
	claim "the signed record and the journal's digest are inside the PDF" what_proves_it_is_inside
	claim "many reports are printed in one start" many_in_one_start
	claim "they are printed without what only WeasyPrint of Debian 12 has" a_later_weasyprint_lacks
fi
claim "items are rows of a table for whoever wants to count" as_rows
claim "what is simulated, undecided or not signed says so at the head of each page" what_is_simulated_or_a_draft_says_so_on_each_page
claim "items outside of the accredited scope are marked, and only others carry the marks" items_outside_of_the_scope_are_marked
claim "whatever a specimen is called stays text" what_is_hostile_in_a_name_stays_text
claim "a name that no record can hold is refused before the run" a_name_that_no_record_can_hold_is_refused_before_the_run
claim "items without a result are named" items_without_a_result_are_named
claim "a template with a mistake is named with line and column, and prints nothing" bad_templates
claim "every fact that a template is given is listed in reports/README.md" every_fact_is_listed
claim "a laboratory changes its letterhead and nothing else" a_laboratory_changes_the_letterhead_alone
claim "an amended report has a number of its own and names the old one" an_amended_report_names_what_it_replaces
claim "the report of what is right names what it replaces, and the old one what has replaced it" a_report_of_what_is_right_replaces_the_old_one
claim "a journal that is not the one in the record is no report" a_journal_that_is_not_the_records_is_no_report
claim "--lang says in which language any command speaks, whatever the environment says" every_command_has_it
claim "a record with a signature that is not good is no report" a_signature_that_is_not_good_is_no_report
claim "no name of a specimen is a formula for whoever opens the rows" a_name_is_no_formula
claim "reasons are told in Chinese on a Chinese page" reasons_are_chinese_on_a_chinese_page
claim "a battery's series are its own in the Battery Data Format, as the journal's own bytes have them" a_battery_in_its_format
claim "what was watched all along is one picture, with its lowest and highest" what_was_watched_is_one_picture
claims_end
