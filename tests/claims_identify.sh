#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Snapshots of registers, and equipment held against them, as an inspector in a storeroom meets them.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh
export DAVY_STATE=$scratch/state
unset LC_ALL LC_MESSAGES
export LANG=C
davy() { timeout 60 build/davy "$@"; }
today=$(date -u +%F)

printf '%s\n' '安全标志编号,生产单位,规格型号,有效期至,状态' 'MFA150001,甲厂,ZH30,2999-12-31,有效' \
	'MFA160002,"乙厂, 有限公司",ZYX45,2999-12-31,注销' >"$scratch/marks.csv"
printf '%s\n' 'model,basis' 'AZL-40,目录第三批' >"$scratch/prohibited.csv"
echo a photo >"$scratch/front.jpg"

refused() {
	[ "$1" = "$2" ] && grep -q -- "$3" "$scratch/err" && [ "$(wc -l <"$scratch/err")" = 1 ] && return
	cat "$scratch/err"
	return 1
}

imports() {
	davy register import "$@" >"$scratch/out" 2>"$scratch/err"
}

# identify EXIT [OPTION…]: of a good one, but for what is said otherwise
identify() {
	local code=$1
	shift
	davy identify --class gas_transmitter.methane --plate "ma=${ma:-MFA150001}" --plate serial="${serial:-7-0001}" \
		--plate model="${model:-ZH30}" --plate maker="${maker:-甲厂}" --plate made=2026-03 --code "text=n=${ma:-MFA150001}" \
		--without life --seal intact --photo "$scratch/front.jpg" "$@" >"$scratch/out" 2>"$scratch/err"
	[ $? = "$code" ] && return
	cat "$scratch/out" "$scratch/err"
	return 1
}

without_snapshots_nothing_is_verified() {
	davy register show | grep -q 'no snapshot is here' && serial=7-0100 identify 5 --tag uid=E2001 &&
		says 'CANNOT BE VERIFIED 无法核验' && says 'no snapshot of the register of safety marks'
}

snapshots_are_imported_and_shown() {
	imports "$scratch/marks.csv" --as-of "$today" --source 'exported by hand' &&
		says "marks: 2 rows as of $today, recorded as number " &&
		imports "$scratch/prohibited.csv" --list prohibited --as-of "$today" --source 'the list' &&
		davy register show >"$scratch/out" && grep -Eq "^marks +$today +0 d +2 +complete .*UNCONTROLLED" "$scratch/out" &&
		davy register find mfa160002 | grep -q 'state=withdrawn' && ! davy register find MFA999999 >/dev/null
}

bad_snapshots_are_refused() {
	printf 'number,until\nMFA150001,soon\n' >"$scratch/bad.csv"
	imports "$scratch/bad.csv" --as-of "$today" --source x
	refused $? 2 "bad.csv:2: 'soon' is no day" && imports "$scratch/marks.csv" --as-of 2999-01-01 --source x
	refused $? 2 'a day that is yet to come' && imports "$scratch/marks.csv" --as-of "$today"
	refused $? 2 'import needs --source' && imports "$scratch/marks.csv" --as-of "$today" --source x --list friends
	refused $? 2 "'friends' is no list" && imports "$scratch/none.csv" --as-of "$today" --source x
	refused $? 3 'none.csv' && [ "$(davy register show --json | tr , '\n' | grep -c '"list"')" = 2 ]
}

nothing_is_found_of_a_good_one() {
	identify 0 --tag uid=E2002 && says 'NOTHING FOUND 未发现异常' && says 'This is no verdict' &&
		says 'number, maker, model and validity are as the register has them'
}

what_does_not_fit_is_named() {
	serial=7-0003 maker=丙厂 identify 1 --tag uid=E2003 && says 'MISMATCH 信息不符' && says "known is '甲厂'" &&
		ma=MFA170001 identify 1 --tag uid=E2003 && says 'SUSPECTED 存疑(疑似假冒)' && says 'has no such number' &&
		model=AZL-40 identify 1 --tag uid=E2003 && says 'on the list of those that may not be used' && says 目录第三批
}

a_tag_seen_twice_is_suspected() {
	serial=7-0009 identify 1 --tag uid=e2:00:2 && says 'the same tag was seen on another piece of equipment' &&
		says '7-0001'
}

other_benches_tell_what_they_have_seen() {
	davy register seen >"$scratch/seen.csv" && grep -q '"E2002","MFA150001","7-0001"' "$scratch/seen.csv" &&
		DAVY_STATE=$scratch/other davy register import "$scratch/seen.csv" --list seen --as-of "$today" --source 'bench B07' >/dev/null &&
		DAVY_STATE=$scratch/other serial=8-1111 identify 1 --tag uid=E2002 && says 'the same tag was seen on another piece'
}

a_record_is_shown_again_and_proved() {
	local number
	number=$(davy list dut 7-0009 | awk '/inspecting/ { print $1; exit }')
	davy identify "$number" >"$scratch/out"
	[ $? = 1 ] && says 'SUSPECTED' && davy list dut 7-0009 | grep -q 'SUSPECTED 存疑' || return
	davy verify --all >"$scratch/out" || { cat "$scratch/out"; return 1; }
	for _ in $(seq 100); do # once its controller has left, the database is compared, too
		davy verify --all >"$scratch/out" && grep -q 'the database' "$scratch/out" && ! grep -q 'was not compared' "$scratch/out" && break
		sleep 0.1
	done
	! grep -q 'was not compared' "$scratch/out" && ! davy identify 1 2>"$scratch/err" && grep -q "no event of this bench's log is called '1'" "$scratch/err"
}

an_edited_snapshot_is_noticed() {
	local file
	file=$DAVY_STATE/files/$(sha256sum <"$scratch/marks.csv" | cut -d' ' -f1)
	cp "$file" "$scratch/kept" && chmod u+w "$file" && sed -i 's/甲厂/丁厂/' "$file"
	identify 3 --tag uid=E2009
	grep -q 'is not what was imported any more' "$scratch/err" || return
	cp "$scratch/kept" "$file"
}

# What a reader reads is claimed on a simulated line (test_reader.c): libserialport takes no pseudo-terminal.
what_a_reader_cannot_do_is_told() {
	davy identify --reader yrm100="$scratch/gone" >"$scratch/out" 2>"$scratch/err"
	refused $? 3 'reader yrm100: .*gone' && davy identify --reader yrm100="$scratch/gone" --tag uid=1 2>"$scratch/err"
	refused $? 2 'its tag was given already' && davy identify --reader sics_scale="$scratch/gone" 2>"$scratch/err"
	refused $? 2 'scans nothing' && davy identify --reader nobody="$scratch/gone" 2>"$scratch/err"
	refused $? 2 'there is no such driver' && davy identify --reader ../../x="$scratch/gone" 2>"$scratch/err"
	refused $? 2 'there is no such driver' && davy identify --reader "qr_reader=$scratch/gone,fast" 2>"$scratch/err"
	refused $? 2 'fast'
}

who_cannot_read_it_is_told() {
	davy identify --plate made=yesterday >"$scratch/out" 2>"$scratch/err"
	refused $? 2 "'yesterday' is no day" && davy identify --plate colour=red >"$scratch/out" 2>"$scratch/err"
	refused $? 2 "nothing is called 'colour' here" && davy identify </dev/null >"$scratch/out" 2>"$scratch/err"
	refused $? 2 'nothing was read' && davy identify --plate serial=1 --photo "$scratch/gone.jpg" >"$scratch/out" 2>"$scratch/err"
	refused $? 3 'gone.jpg' && davy register fly 2>"$scratch/err"
	refused $? 2 'davy register takes import FILE'
}

an_old_snapshot_verifies_nothing() {
	imports "$scratch/marks.csv" --as-of 2020-01-01 --source old && davy register show | grep -q 'TOO OLD 已过时限' &&
		serial=7-0110 identify 5 --tag uid=E2110 && says 'older than it may be'
}

in_chinese() {
	export LANG=zh_CN.UTF-8
	serial=7-0101 identify 5 --tag uid=E2101 && says '登记快照已超过允许的时限' && says '以上不是判定'
	local done=$?
	export LANG=C
	return $done
}

claim "without snapshots nothing is verified" without_snapshots_nothing_is_verified
claim "snapshots are imported, and shown with their age" snapshots_are_imported_and_shown
claim "a snapshot that cannot be relied on is refused, with its line" bad_snapshots_are_refused
claim "of a good one nothing is found" nothing_is_found_of_a_good_one
claim "what does not fit is named, with both sides" what_does_not_fit_is_named
claim "a tag that was seen on another one is suspected, however its reader writes it" a_tag_seen_twice_is_suspected
claim "what one bench has seen another one knows" other_benches_tell_what_they_have_seen
claim "an identification is shown again, and proved" a_record_is_shown_again_and_proved
claim "a snapshot that was edited is noticed" an_edited_snapshot_is_noticed
claim "what cannot be read is refused with a sentence" who_cannot_read_it_is_told
claim "what a reader cannot do is told" what_a_reader_cannot_do_is_told
claim "an old snapshot verifies nothing" an_old_snapshot_verifies_nothing
claim "an inspector reads it in Chinese" in_chinese
claims_end
