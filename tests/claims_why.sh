#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# davy why: is everything that a verdict rests on told, and told truly? The shipped protocols are run on
# their simulated benches; what the command names is then held against the journal's own bytes and the
# scripts' own lines, by a reader that is not Davy.
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=tests/claims.sh
. tests/claims.sh

davy=$PWD/build/davy
export DAVY_STATE=$scratch/state
unset LC_ALL LC_MESSAGES DAVY_SHARE DAVY_LUA
export LANG=C
limits=$PWD/scripts/limits/example.json

# run NAME CODE PROTOCOL [OPTIONS…]: its id stays in $scratch/id.NAME.
run() {
	local name=$1 wanted=$2 code
	shift 2
	within 120 "$davy" run "$@" --json >"$scratch/out" 2>"$scratch/err" </dev/null
	code=$?
	[ "$code" = "$wanted" ] || {
		tail -n 3 "$scratch/out" "$scratch/err"
		echo "the run ended with $code, not $wanted"
		return 1
	}
	ls -t "$DAVY_STATE/runs" | head -1 >"$scratch/id.$name"
}

# why NAME [MEASURE…]: what it prints stays in $scratch/out.
why() {
	local id
	mapfile -t id <"$scratch/id.$1"
	shift
	within 60 "$davy" why "${id[@]}" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
}

# other NAME: makes a run of that name where no controller looks, whose journal is yet to be written.
other() {
	mkdir -p "$scratch/other/runs/$1"
	printf '%s\n' "$1" --state "$scratch/other" >"$scratch/id.$1"
	journal=$scratch/other/runs/$1/journal
}

# A sentence may go on in the next line.
all_say() {
	local said
	sed -e ':all' -e 'N' -e '$!b all' -e 's/\n */ /g' "$scratch/out" >"$scratch/unfolded"
	for said in "$@"; do
		grep -qF -- "$said" "$scratch/unfolded" || says "$said" || return
	done
}

# reads NAME [MEASURE…]: the tree as data, for the Python on standard input, as `tree`.
reads() {
	why "$@" --json || {
		cat "$scratch/err"
		return 1
	}
	{
		echo "import json, struct, sys"
		echo "tree = json.load(open(sys.argv[1]))"
		cat
	} >"$scratch/reader.py"
	python3 "$scratch/reader.py" "$scratch/out"
}

slow() { run slow 1 scripts/gas/methane_transmitter.lua --sim=slow_sensor --limits "$limits"; }
rescuer() { run rescuer 0 scripts/self_rescuer/capacity.lua --sim --limits "$limits"; }
pack() { run pack 0 scripts/battery/pack.lua --sim --limits "$limits"; }

# protocol NAME MEASURES BODY: one step on the gas bench.
protocol() {
	mkdir -p "$scratch/tree/scripts"
	[ -d "$scratch/tree/fixtures" ] || cp -r fixtures "$scratch/tree/fixtures"
	cat >"$scratch/tree/scripts/$1.lua" <<-LUA
		local test = protocol {
		  id = "$1", version = 1, language = 1, title = "T", zh = "试", standard = "none",
		  class = "gas_transmitter.methane", fixture = "gas_bench",
		}
		step "S" {
		  measure = { $2 },
		  run = function(m, fx)
		$3
		  end,
		}
	LUA
}

# ---- a response time, in words ----

a_response_time() {
	slow && why slow 't90[1]' || return
	all_say "FAIL 不合格  t90[1]" "is outside <= 20 s" "accepted       <= 18.2 s" "AQ 6203-2006" "grade          example" \
		"certificate SIM-CLK-0001: clock.time" "valid to 2027-06-30" "combined standard uncertainty" \
		"with their values: (" "the same" "given by scripts/gas/methane_transmitter.lua:" "| m.t90 = rise" \
		"until the trace of methane had covered 90 % of the way" "traced from" \
		"| local methane, cup = fx.methane:trace" "the last that was not there yet" "the first that was" \
		"asked for content (input register 0)" "01 04 00 00 00 02 71 CB" "decoded as its driver says" \
		"ch4_3 was set to open at" "bit for bit: davy replay" "This run is SIMULATED" "simulated the fault 'slow_sensor'" &&
		! grep -q DIFFERS "$scratch/out"
}

shortened() {
	why slow && all_say "step: Response time" "✗ t90[1]" "follows from: (" "✓ zero" "| m.zero = shown:against(certified)" \
		"which rest on" "davy why $(cat "$scratch/id.slow") MEASURE" && ! grep -q "71 CB" "$scratch/out"
}

every_key() {
	why slow t90 && all_say "✗ t90[1]" "✗ t90[2]" "✗ t90[3]"
}

in_chinese() {
	LANG=zh_CN.UTF-8 why slow 't90[1]' &&
		all_say "判定原因" "不确定度" "读数" "决定性采样" "赋值行 scripts/gas/methane_transmitter.lua" "由此重新算得" "仿真"
}

# ---- reasons, in Chinese ----

no_reason_is_left_out() {
	python3 tests/reasons.py bench >"$scratch/out" || { cat "$scratch/out"; return 1; }
}

# A sentence that is new, and a file that ends runs and was never looked at, are found.
a_new_reason_is_found() {
	mkdir -p "$scratch/tree.bench" && cp -r bench/* "$scratch/tree.bench" || return
	sed -i 's/"the E-stop was pressed"/"the mushroom was pressed"/' "$scratch/tree.bench/run/guard.c" || return
	echo 'static void f(struct slot *s) { slot_trip(s, VERDICT_ERROR, "it is Sunday"); }' >"$scratch/tree.bench/run/sunday.c"
	sed -i '/"another record stands under its number"/d' "$scratch/tree.bench/run/reason_of_proof.c" || return
	python3 tests/reasons.py "$scratch/tree.bench" >"$scratch/out" && return 1
	says "run/proof_bundle.c: no Chinese for: another record stands under its number" || return
	says "run/guard.c: no Chinese for: the mushroom was pressed" && says "run/sunday.c: it ends runs"
}

# Chinese may be folded anywhere.
says_folded() { tr -d ' \n' <"$scratch/out" | grep -qF -- "$(tr -d ' ' <<<"$1")" || says "$1"; }

# reason_of NAME CHINESE: `davy show` and `davy why` say it so, and neither the journal nor the record was touched.
reason_of() {
	local name=$1 id
	id=$(head -1 "$scratch/id.$name")
	"$davy" show "$id" --lang zh >"$scratch/out" 2>&1 || return
	says_folded "$2" || return
	"$davy" why "$id" --lang zh >"$scratch/out" 2>&1 && says_folded "$2" || return
	! grep -q "$2" "$DAVY_STATE/runs/$id/journal" "$DAVY_STATE/runs/$id/record.json"
}

reasons_in_chinese() {
	reason_of gap "缺少 AQ 6203-2006" && reason_of gap "不作判定依据" && reason_of mute "没有应答(3 次" && reason_of hood "联锁:the hood stays shut" &&
		"$davy" replay "$(head -1 "$scratch/id.gap")" >"$scratch/out" 2>&1 || return
	within 120 "$davy" run scripts/gas/methane_transmitter.lua --sim=hood_opened --limits "$limits" --lang zh >"$scratch/out" 2>&1 </dev/null
	says_folded "检验无效" && says_folded "联锁:the hood stays shut while methane flows,但 hood 为断开"
}

on_a_terminal() {
	local widest
	TERM=xterm script -qec "stty cols $1; $davy why $(cat "$scratch/id.slow") 't90[1]'" /dev/null </dev/null >"$scratch/out" 2>&1
	says "71 CB" || return
	# the lines of a script stand word for word, however long, and so does where the journal is
	widest=$(tr -d '\r' <"$scratch/out" | grep -v -e '^ *|' -e '/journal$' | wc -L)
	[ "$widest" -lt "$1" ] && return
	echo "a line takes $widest columns of $1"
	return 1
}

# The same into a pipe or a file, but for what must stand whole: lines of scripts, paths, rows of tables.
on_a_page() {
	local widest
	why slow && cp "$scratch/out" "$scratch/short" && why slow 't90[1]' || return
	widest=$(cat "$scratch/short" "$scratch/out" | grep -v -e '^ *|' -e '/journal$' | LC_ALL=C.UTF-8 wc -L)
	[ "$widest" -gt 80 ] && [ "$widest" -le 100 ] && return
	echo "a line takes $widest columns"
	return 1
}

# ---- held against the journal and the scripts ----

again() {
	reads "$1" <<-'PY'
		told = 0
		for measure in tree["measures"]:
		    assert measure["readings"], measure
		    if "share_of" not in measure:
		        assert measure["again"]["same"] is True, measure
		    for reading in measure["readings"]:
		        if "series" in reading and "value" in reading:
		            assert reading["again"]["same"] is True, reading
		            assert reading["decisive"], reading
		            told += 1
		assert told > 10, told
	PY
}

every_line() {
	reads "$1" <<-'PY'
		lines = 0
		def look(node):
		    global lines
		    if isinstance(node, dict):
		        where = node.get("where")
		        if where and "verb" not in node:
		            name, number = where.rsplit(":", 1)
		            assert node["text"] == open(name).read().split("\n")[int(number) - 1], node
		            lines += 1
		        for child in node.values(): look(child)
		    elif isinstance(node, list):
		        for child in node: look(child)
		look(tree["measures"])
		assert lines > 20, lines
	PY
}

the_bytes_say_it() {
	reads slow 't90[1]' <<-'PY'
		told = 0
		for reading in tree["measures"][0]["readings"]:
		    for sample in reading.get("decisive", []):
		        evidence = sample["first"]["evidence"]
		        sent = bytes.fromhex(evidence["sent"][0]["hex"])
		        got = b"".join(bytes.fromhex(piece["hex"]) for piece in evidence["received"])
		        if sample["channel"] == "methane":
		            assert sent[:6] == bytes([1, 4, 0, 0, 0, 2]) and got[:3] == bytes([1, 4, 4]), evidence
		            value = struct.unpack(">f", got[3:7])[0]
		        else:
		            assert sent[:3] == bytes([0xff, 1, 0x86]) and got[:2] == bytes([0xff, 0x86]), evidence
		            value = struct.unpack(">H", got[2:4])[0] / 1000
		        assert abs(value - sample["value"]) < 1e-9, (value, sample)
		        assert evidence["sent"][0]["t"] < evidence["received"][-1]["t"] == sample["t"], evidence
		        told += 1
		assert told == 14, told
	PY
}

the_crossing_lies_between() {
	reads slow 't90[1]' <<-'PY'
		rise = tree["measures"][0]["readings"][0]
		before, met = rise["decisive"]
		assert rise["verb"] == "trace_time_to" and before["role"] == "before" and met["role"] == "met", rise
		assert before["value"] < rise["level"] <= met["value"], rise
		assert before["t"] < rise["crossed"] <= met["t"], rise
		origin = [r for r in tree["measures"][0]["readings"] if r.get("verb") == "act"][0]
		assert origin["acts"]["line"] == "ch4_3" and origin["acts"]["set"][0]["level"] == "open", origin
		assert abs((rise["crossed"] - origin["acts"]["set"][0]["t"]) / 1e9 - rise["value"]) < 1e-6, rise
	PY
}

the_budget_adds_up() {
	reads slow 't90[1]' <<-'PY'
		measure = tree["measures"][0]
		assert abs(sum(row["share"] for row in measure["budget"]) - 1) < 1e-12, measure
		assert measure["budget"][0]["kind"] == "within", measure["budget"][0]
		assert abs(2 * measure["u"] - measure["U"]) < 1e-9, measure
	PY
}

# ---- breaths, minutes, the environment ----

breaths() {
	rescuer && why rescuer co2_excursion || return
	all_say "greatest of the one-minute averages of inhaled_co2" "the minute that decided" "a breath from" \
		"mouth_co2, seen 0.24 s later for its sampling line" "unasked: message 'block'" "A5 C2" "bytes more, all in the journal" \
		"transit delay of the sampling line: mouth_co2" "84.303(b) Table 1" "verbatim" &&
		reads rescuer co2_excursion <<-'PY'
			reading = tree["measures"][0]["readings"][0]
			minute, told = reading["minute"], 0
			for sample in reading["decisive"]:
			    evidence = sample["first"]["evidence"]
			    assert minute["begin"] < evidence["end"] <= minute["end"] and evidence["end"] == sample["t"], sample
			    co2, flow = evidence["sources"]
			    assert co2["channel"] == "mouth_co2" and flow["channel"] == "mouth_flow", evidence
			    assert co2["count"] > 10 and flow["count"] > 10, evidence
			    assert evidence["begin"] + co2["delay"] <= co2["first"]["t"] < co2["last"]["t"] <= evidence["end"] + co2["delay"]
			    for source in evidence["sources"]:
			        for end in ("first", "last"):
			            one = source[end]["evidence"]
			            assert 1 <= one["number"] <= one["of"] and one["streamed"], one
			            if source is not co2: continue
			            raw = bytes.fromhex(one["streamed"][0]["hex"])
			            word = struct.unpack(">H", raw[8 + 2 * (one["number"] - 1):][:2])[0]
			            assert abs(word / 1000 - source[end]["value"]) < 1e-9, (word, source)
			            told += 1
			assert told >= 2, reading
		PY
}

an_integral() {
	why rescuer litres && all_say "area under the trace of o2_flow, from" "the capacity on the unit's label" "declared" \
		"| m.litres = o2_used:integral(whole)" "42 CFR Part 84"
}

the_environment() {
	why rescuer 'temperature[lowest]' && all_say "watched by the controller itself" "decisive sample, the lowest: room_temperature" \
		"climate (driver room_climate)" "certificate SIM-RC-0001" && why rescuer sampling.mouth_co2 &&
		all_say "counted by the controller from the times of the samples" "samples of mouth_co2:" "davy replay counts them again"
}

last_before_and_pulses() {
	pack && why pack over_discharge && all_say "as it was last asked for before" "decisive sample, the value" &&
		why slow 'pulse_width[ch4_1_rising]' && all_say "pulses counted over 0.5 s" "shortest high time of a pulse" "the same"
}

contacts() {
	why slow fail_safe && all_say "line cut_off: " "(a)" "30 CFR Part 27" "verbatim" "| m.fail_safe = fx.cut_off:read()"
}

# ---- people, figures of a script's own, what was not reached ----

a_person() {
	protocol person "x = { 'x', limit = { '>= 1 %vol', grade = 'example' } }" \
		"m.x = operator:enter { 'Read the dial.', id = 'dial', unit = '%vol' } + fx.reference 'ch4_3'" &&
		sed -i 's/^  operator = {/&\n    dial = function() return "1.25" end,/' "$scratch/tree/fixtures/gas_bench/world.lua" &&
		run person 0 "$scratch/tree/scripts/person.lua" --sim && why person x &&
		all_say "what a person read and typed: Read the dial." "typed at" "'1.25'" "This person is simulated" \
			"certified value of ch4_3" "certificate SIM-GAS-0200"
}

made_up() {
	protocol made "x = { 'x', limit = { '<= 20 s', grade = 'example' } }" "m.x = q '3 s' * 2" &&
		run made 5 "$scratch/tree/scripts/made.lua" --sim && why made x &&
		all_say "INCONCLUSIVE" "it rests on no reading of the bench" "a figure that the script made up"
}

through_a_fixture() {
	why slow 'deviation[ch4_2_rising]' &&
		all_say "asked by fixtures/gas_bench/fixture.lua:" "| local shown = self.fx.methane:settles" \
			"called by scripts/gas/methane_transmitter.lua:" "| local shown, certified = fx.gas:indication(gas, p.flow)"
}

fixed_comparison() {
	why slow warning_gas && all_say "certified value of ch4_2" "U = " "valid to" "1.0 .. 1.5 %vol" "| m.warning_gas = fx.reference \"ch4_2\""
}

not_reached() {
	protocol unmet "x = { 'x', limit = { '<= 20 s', grade = 'example' } }" \
		"m.x = fx.methane:becomes { '>= 3 %vol', within = '2 s' }" &&
		run unmet 1 "$scratch/tree/scripts/unmet.lua" --sim && why unmet x &&
		all_say "no value" "not reached" "time until methane was >= 3 %vol, waited for 2 s at most" "decisive sample, the last" \
			"was not reached within 2 s" "| m.x = fx.methane:becomes"
}

undecided_limit() {
	run gap 5 scripts/gas/methane_transmitter.lua --sim && why gap zero &&
		all_say "needs 'basic_error' of AQ 6203-2006" "grade          secondary" "https://yjssi.com/"
}

# ---- runs that did not come to their end ----

empty_cylinder() {
	run empty 3 scripts/gas/methane_transmitter.lua --sim=cylinder_empty --limits "$limits" && why empty &&
		all_say "WHAT ENDED IT" "the script failed: fixtures/gas_bench/fixture.lua:" "| assert(stayed, lost)" \
			"how long flow stayed >= 0.45 L/min" "controller (driver alicat_mfc) on flow: asked for 'A'" "41 0D" "✓ zero"
}

interlock() {
	run hood 3 scripts/gas/methane_transmitter.lua --sim=hood_opened --limits "$limits" && why hood &&
		all_say "the bench was made safe at once: interlock: the hood stays shut" "the script was waiting for: methane" \
			"last in the journal of hood" "an edge to off at"
}

mute() {
	run mute 3 scripts/gas/methane_transmitter.lua --sim=transmitter.mute --limits "$limits" && why mute &&
		all_say "no reply" "last in the journal of transmitter" "on port bus" "Nothing was measured" || return
	# each try is there, and no answer
	reads mute <<-'PY'
		bus = [one for one in tree["cause"]["named"] if one.get("port") == "bus"][0]
		assert len(bus["sent"]) > 1 and "received" not in bus, bus
		assert len({piece["hex"] for piece in bus["sent"]}) == 1, bus
	PY
}

silent() {
	run silent 3 scripts/self_rescuer/capacity.lua --sim=co2_analyser.mute --limits "$limits" && why silent &&
		all_say "no 'block' message for 2 s" "last in the journal of co2_analyser"
}

unfit() {
	run unfit 5 scripts/self_rescuer/capacity.lua --sim=room_warm --limits "$limits" && why unfit 'temperature[highest]' &&
		all_say "the environment: temperature: 27 °C" "decisive sample, the highest: room_temperature 27 °C" "room_climate"
}

cut_short() {
	local id
	id=$(cat "$scratch/id.slow")
	other cut
	head -c 900000 "$DAVY_STATE/runs/$id/journal" >"$journal"
	why cut && all_say "no verdict: running, or cut short" "✓ zero" "were torn off"
}

# ---- what is no test of a product ----

qualification() {
	within 120 "$davy" qualify gas_bench --sim >"$scratch/out" 2>&1 </dev/null
	ls -t "$DAVY_STATE/runs" | head -1 >"$scratch/id.qualification"
	why qualification && all_say "✓ device controller" "expected:" "What a person was asked to look at" &&
		why qualification "device transmitter" && all_say "WHAT THE JOURNAL HAS OF THIS CHECK" "port bus:" "01 03" "sent" "received" &&
		LANG=zh_CN.UTF-8 why qualification && all_say "项检查" "应为: "
}

by_hand() {
	printf 'set zero_air open\nread methane\nset hood off\n' | within 60 "$davy" operate gas_bench --sim >"$scratch/out" 2>&1
	ls -t "$DAVY_STATE/runs" | head -1 >"$scratch/id.hand"
	why hand && all_say "operated by hand: nothing was judged" "WHAT WAS TYPED" "set zero_air open" "hood is an input"
}

# ---- what cannot be told ----

complains() {
	grep -qF -- "$1" "$scratch/err" && [ ! -s "$scratch/out" ] && return
	cat "$scratch/out" "$scratch/err"
	echo "it does not complain: $1"
	return 1
}

unknown() {
	within 20 "$davy" why nix >"$scratch/out" 2>"$scratch/err"
	[ $? = 2 ] && complains "no run 'nix'" || return
	why slow t91
	[ $? = 2 ] && complains "judged no measure 't91'; it judged zero, deviation[ch4_1_rising]" || return
	within 20 "$davy" why >"$scratch/out" 2>"$scratch/err"
	[ $? = 2 ]
}

damaged() {
	local id
	id=$(cat "$scratch/id.slow")
	other damaged
	cp "$DAVY_STATE/runs/$id/journal" "$journal" && printf 'X' | dd of="$journal" bs=1 seek=500000 conv=notrunc 2>/dev/null
	why damaged 't90[1]'
	[ $? = 3 ] && complains "was changed or damaged after it was written" && grep -q "line [0-9]* (byte [0-9]*)" "$scratch/err"
}

# A sample of methane is changed and the chain made whole: only the bytes before it give it away.
forged() {
	local id
	id=$(cat "$scratch/id.slow")
	other forged
	python3 - "$DAVY_STATE/runs/$id/journal" "$journal" <<-'PY' || return
		import hashlib, json, struct, sys
		old, out = open(sys.argv[1], "rb").read(), open(sys.argv[2], "wb")
		chain, at, done = hashlib.sha256(b"davy journal 1").digest(), 0, False
		while at < len(old):
		    end = old.index(b"\n", at)
		    text, at, raw = old[at:end - 65], end + 1, b""
		    if text.startswith(b'{"k":"segment"'):
		        size = json.loads(text)["bytes"]
		        raw, at = bytearray(old[at:at + size]), at + size + 1
		        place = 0
		        while not done and place < len(raw) and json.loads(text)["t"] > 1600e9:
		            kind, size = raw[place], struct.unpack_from("<I", raw, place + 4)[0]
		            if kind == 4 and size == 24:
		                value = struct.unpack_from("<d", raw, place + 16)[0]
		                if value > 0.01:
		                    struct.pack_into("<d", raw, place + 16, value * 0.9)
		                    done = True
		            place += 16 + size
		    chain = hashlib.sha256(chain + text + bytes(raw)).digest()
		    out.write(text + b" " + chain.hex().encode() + b"\n" + (bytes(raw) + b"\n" if raw else b""))
		assert done
	PY
	why forged zero
	[ $? = 3 ] && complains "its bytes say"
}

# A journal from before requests told which line of another file led to them.
from_before() {
	local id
	id=$(cat "$scratch/id.slow")
	other before
	python3 - "$DAVY_STATE/runs/$id/journal" "$journal" <<-'PY' || return
		import hashlib, json, re, sys
		old, out = open(sys.argv[1], "rb").read(), open(sys.argv[2], "wb")
		chain, at, told = hashlib.sha256(b"davy journal 1").digest(), 0, 0
		while at < len(old):
		    end = old.index(b"\n", at)
		    text, at, raw = old[at:end - 65], end + 1, b""
		    if text.startswith(b'{"k":"segment"'):
		        size = json.loads(text)["bytes"]
		        raw, at = old[at:at + size], at + size + 1
		    if text.startswith(b'{"k":"request"'):
		        text, count = re.subn(rb'"via":"[^"]*",', b"", text)
		        told += count
		    chain = hashlib.sha256(chain + text + raw).digest()
		    out.write(text + b" " + chain.hex().encode() + b"\n" + (raw + b"\n" if raw else b""))
		assert told > 100, told
	PY
	within 60 "$davy" replay before --state "$scratch/other" >"$scratch/out" 2>"$scratch/err" && says "bit for bit" &&
		why before 'deviation[ch4_2_rising]' && all_say "which line of the protocol led there is not in the journal" &&
		! grep -q "called by" "$scratch/out"
}

claim "a response time is traced from its verdict to the bytes and to the line that asked" a_response_time
claim "without a measure there is one branch for each, shortened to what decided" shortened
claim "a name without its key means all of its keys" every_key
claim "the tree speaks Chinese" in_chinese
if command -v script >/dev/null; then
	claim "it fits on 80 columns" on_a_terminal 80
	claim "it fits on 100 columns" on_a_terminal 100
else
	claim_skip "it fits on 80 and 100 columns" "no script to make a terminal"
fi
claim "into a pipe it is a page of 100 columns wide" on_a_page
claim "breaths are traced to the messages of both instruments behind them" breaths
claim "an integral names its trace and the two acts" an_integral
claim "what the controller watched itself is told as its own" the_environment
claim "the value before an event, and the widths of pulses" last_before_and_pulses
claim "a contact's state names the line and when it was looked at" contacts
if command -v python3 >/dev/null; then
	claim "every value of a transmitter's run comes out of the samples that are named for it" again slow
	claim "every value of a self-rescuer's run does" again rescuer
	claim "every value of a lithium pack's run does" again pack
	claim "every line of a script stands word for word" every_line slow
	claim "the bytes of a sample that decided say its value" the_bytes_say_it
	claim "a crossing lies between the two samples that are named, and counts from the act" the_crossing_lies_between
	claim "the budget in the tree adds up" the_budget_adds_up
	claim "a sample that was changed under a whole chain is not shown as if its bytes said it" forged
	claim "a journal from before requests told who called them is replayed, and its tree says what it lacks" from_before
else
	claim_skip "what is named is what the journal has" "no python3 to read it"
fi
claim "what a fixture's own code asked names the line of the protocol that called it" through_a_fixture
claim "what a person typed is told, and that the person was simulated" a_person
claim "a figure that rests on no reading is called made up" made_up
claim "a fixed comparison is traced to its certificate" fixed_comparison
claim "a measure that was not reached names the question and the last that was seen" not_reached
claim "a limit that decides nothing is shown with who says so" undecided_limit
claim "an ERROR of the script names the line and the question that was answered so" empty_cylinder
claim "an interlock's trip names what was open and the edge that did it" interlock
claim "a mute instrument is shown with each question that it did not answer" mute
claim "an instrument that streams and fell silent is named" silent
claim "reasons are told in Chinese, of a journal that has them in English, and replays as it did" reasons_in_chinese
if command -v python3 >/dev/null; then
	claim "every reason that a verdict can have is told in Chinese" no_reason_is_left_out
	claim "one that is new, and where runs are ended anew, would be found" a_new_reason_is_found
else
	claim_skip "every reason that a verdict can have is told in Chinese" "no python3 to read the sources"
fi
claim "an environment that did not fit is traced to its reading" unfit
claim "a run that was cut short is told as far as it came" cut_short
claim "a qualification's check shows what crossed the wires in it" qualification
claim "a bench operated by hand is called no evidence" by_hand
claim "an unknown run or measure is a sentence that lists those there are" unknown
claim "a damaged journal says where" damaged
claims_end
