#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The program davy as a person or a script meets it: exit codes, sentences, stops, deaths, journals.
# A tiny protocol on the gas bench stands in for long ones; its tree is a scratch folder.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh

davy=$PWD/build/davy
state=$scratch/state
tree=$scratch/tree
tiny=$tree/scripts/tiny.lua
long=$PWD/scripts/gas/methane_reliability.lua
export DAVY_STATE=$state
unset LC_ALL LC_MESSAGES XDG_STATE_HOME STATE_DIRECTORY DAVY_SHARE DAVY_LUA
export LANG=C

mkdir -p "$tree/scripts"
ln -s "$PWD/fixtures" "$tree/fixtures"

# protocol NAME LIMIT [FAULTS]: one step that measures the zero.
protocol() {
	cat >"$tree/scripts/$1.lua" <<-LUA
		local test = protocol {
		  id = "$1", version = 1, language = 1, title = "Zero", zh = "零点", standard = "none",
		  class = "gas_transmitter.methane", fixture = "gas_bench",
		  params = { flow = { "0.5 L/min", range = "0.2 .. 1.5 L/min" } },
		  faults = { ${3:-} },
		}
		step "Zero" {
		  measure = { zero = { "indication in zero air", limit = $2 } },
		  run = function(m, fx)
		    finally(function() fx.gas:purge() end)
		    local shown, certified = fx.gas:indication("zero_air", test.params.flow)
		    m.zero = shown:against(certified)
		  end,
		}
	LUA
}

# ends CODE COMMAND…: what it prints stays in $scratch/out and $scratch/err.
ends() {
	local wanted=$1 code
	shift
	within 60 "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
	code=$?
	[ "$code" = "$wanted" ] && return
	echo "ended with $code: $*"
	cat "$scratch/out" "$scratch/err"
	return 1
}

# complains CODE PATTERN COMMAND…: one sentence on stderr, nothing on stdout.
complains() {
	local code=$1 pattern=$2
	shift 2
	ends "$code" "$@" && [ ! -s "$scratch/out" ] && [ "$(wc -l <"$scratch/err")" = 1 ] &&
		grep -qE -- "$pattern" "$scratch/err" && return
	cat "$scratch/out" "$scratch/err"
	return 1
}

protocol tiny '{ "± 0.10 %vol", grade = "example", key = "zero" }' 'zero_drift = { "FAIL", "zero" }'
simulate=("$davy" run "$tiny" --sim)

# ---- exit codes ----

pass() { ends 0 "$davy" run "$tiny" --sim && says "SIMULATED 仿真  PASS 合格"; }
fail() { ends 1 "$davy" run "$tiny" --sim=zero_drift && says "SIMULATED 仿真  FAIL 不合格"; }
error() { ends 3 "$davy" run "$tiny" --sim=controller.mute && says "SIMULATED 仿真  ERROR 检验无效"; }
inconclusive() { ends 5 "$davy" run "$tiny" --sim --only Zero && says "INCONCLUSIVE 不作判定"; }

passed_without_a_record() {
	local torn=$scratch/torn
	ends 0 "$davy" run "$tiny" --sim --state "$torn" && stop_controller "$torn" && echo torn >>"$torn/records/records.jsonl" || return
	ends 3 "$davy" run "$tiny" --sim --state "$torn" && says "PASS 合格" && says "NOT RECORDED yet: " && says "look at a copy with davy verify"
}

# ---- help ----

each_command_has_help() {
	local command
	for command in run check list show replay controller; do
		ends 0 "$davy" "$command" --help && says --help && says "davy $command" || return 1
		cp "$scratch/out" "$scratch/help"
		ends 0 "$davy" help "$command" && cmp "$scratch/out" "$scratch/help" || return 1
	done
}
overview() { ends 0 "$davy" help && says "0 PASS" && ends 2 "$davy" && ends 0 "$davy" --version; }
chinese() { ends 0 env LANG=zh_CN.UTF-8 "$davy" help run && says "用法"; }

# ---- sentences ----

printf 'local test = protocol {\n  id = "x",,\n}\n' >"$tree/scripts/syntax.lua"
protocol unit '{ "<= 3 Px", grade = "example" }'
protocol limit '{ "about 20 s", grade = "example" }'
protocol grade '{ "<= 20 s" }'
printf '{ "limit_set": }\n' >"$tree/broken.json"

bad_severity() {
	complains 2 "severity" "${simulate[@]}" --severity 0.5 &&
		complains 2 "severity" "$davy" run "$tiny" --sim=zero_drift:2
}
bad_clock() {
	local clock
	for clock in fast x0 x0.5 x1e-300 xnan x1e7; do
		complains 2 "real, virtual or xN, N from 1 to 1000000" "${simulate[@]}" --clock "$clock" || return 1
	done
	complains 2 "--sim" "$davy" run "$tiny" --seed 4
}

# ---- warnings ----

# A set may serve many protocols: only what it says of this one can be a slip.
entry='{ "limit": "<= 1 %vol", "source": "none" }'
cat >"$tree/stray.json" <<-JSON
	{ "limit_set": "stray", "laboratory": "none", "grade": "example",
	  "limits": { "tiny/zerro": $entry, "tiny/zero": { "limit": "± 0.10 %vol", "source": "none" },
	    "zeroo": $entry, "other/zerro": $entry, "tiny2/zerro": $entry } }
JSON

# warned FILE: one warning, of the one key.
warned() {
	[ "$(grep -c "warning: " "$1")" = 1 ] && grep -qF "stray.json: the limit 'tiny/zerro' is used by no measure of tiny, whose keys are zero" "$1" && return
	cat "$1"
	return 1
}

stray_limit() {
	ends 0 "${simulate[@]}" --limits "$tree/stray.json" && warned "$scratch/err" && ! grep -q warning "$scratch/out" &&
		"$davy" show last --journal | grep -q '"warnings":\[".*tiny/zerro' &&
		ends 0 "$davy" show last && says "WARNING" && says "tiny/zerro" &&
		ends 0 "${simulate[@]}" --limits "$tree/stray.json" --json && says '"warnings":[' && warned "$scratch/err" &&
		ends 0 "$davy" replay last &&
		ends 0 "$davy" check "$tiny" --no-sweep --limits "$tree/stray.json" && warned "$scratch/err"
}
no_stray() { ends 0 "${simulate[@]}" --limits scripts/limits/example.json && [ ! -s "$scratch/err" ]; }

# ---- JSON ----

json_alone() {
	ends 1 "$davy" run "$tiny" --sim=zero_drift --json && [ ! -s "$scratch/err" ] &&
		python3 - "$scratch/out" <<-'PY'
			import json, sys
			run = json.load(open(sys.argv[1]))
			assert run["verdict"] == "FAIL" and run["simulated"] is True, run
			assert run["protocol"] == "tiny" and run["run"].startswith("sim-tiny-"), run
			assert run["measures"][0]["measure"] == "zero" and run["measures"][0]["U"] > 0, run
		PY
}

json_lost() {
	"$davy" run "$tiny" --sim --json >/dev/full 2>"$scratch/err"
	[ $? = 3 ] && grep -q "summary of sim-tiny-.*No space" "$scratch/err"
}

# A list that ends on a full disk is not taken for a whole one, however short or long it is; who pipes it may read as much as he likes.
prints_all_or_says_so() {
	local command
	"$davy" run "$tiny" --sim >"$scratch/out" 2>&1 || return 1
	for command in --version help "run --help" list "list --json" "show last" "show last --journal" stats; do
		# shellcheck disable=SC2086
		"$davy" $command >/dev/full 2>"$scratch/err"
		[ $? = 3 ] && [ "$(wc -l <"$scratch/err")" = 1 ] && says "not all that was to be printed" err || return 1
	done
	"$davy" run "$tiny" --sim=zero_drift >/dev/full 2>"$scratch/err"
	[ $? = 1 ] && says "not all that was to be printed" err || return 1
	"$davy" show last --journal 2>"$scratch/err" | head -n 1 >"$scratch/out"
	[ "${PIPESTATUS[0]}" = 0 ] && [ ! -s "$scratch/err" ]
}

json_of_show() {
	"${simulate[@]}" --json >"$scratch/run.json" || return 1
	ends 0 "$davy" show "$(newest)" --json && python3 - "$scratch/out" "$scratch/run.json" <<-'PY'
		import json, sys
		shown, run = (json.load(open(name)) for name in sys.argv[1:])
		assert len(shown["chain"]) == 64, shown
		assert all(shown[key] == run[key] for key in run), (shown, run)
	PY
}

newest() { find "${1:-$state}/runs" -mindepth 1 -maxdepth 1 -printf '%C@ %f\n' | sort -n | tail -n 1 | cut -d' ' -f2; }

# ---- stops ----

# Start a long run in $scratch/$1 and wait until a valve is open; its pid in $pid.
start_long() {
	place=$scratch/$1
	shift
	"$davy" run "$long" --sim --param warm_up="0 min" --state "$place" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null &
	pid=$!
	for _ in $(seq 100); do
		"$davy" list runs --state "$place" | grep -q running &&
			"$davy" show "$(newest "$place")" --journal --state "$place" 2>/dev/null |
			grep -qE '^ *[0-9.]+ +set +[^ ]+ +open$' && return
		sleep 0.1
	done
	echo "the run did not come up"
	cat "$scratch/out" "$scratch/err"
	return 1
}

ended() {
	local code
	wait "$pid"
	code=$?
	[ "$code" = "$1" ] && return
	echo "ended with $code"
	return 1
}

journal() { "$davy" show "$(newest "$place")" --journal --state "$place"; }

one_verdict() { [ "$(journal | grep -c '"k":"verdict"')" = 1 ] && journal | grep -q "\"k\":\"verdict\".*\"verdict\":\"$1\""; }

# The last level of every output is its safe one: valves closed, switches on.
safe() {
	journal | awk '$2 == "set" { last[$3] = $4 }
		END { for (line in last) if (last[line] != "closed" && last[line] != "on") { print line, last[line]; bad = 1 }; exit bad }'
}

# The purge in finally takes 20 s of bench time.
purged() {
	journal | awk '/"k":"stop"/ { stopped = $1 } /"k":"verdict"/ { took = $1 - stopped } END { exit took < 20 }'
}

interrupted_once() {
	start_long once --clock x2 && kill -INT "$pid" && ended 4 && one_verdict ABORTED && safe && purged &&
		grep -q "Ctrl-C again" "$scratch/out" || what_happened
}

interrupted_twice() {
	start_long twice --clock real && kill -INT "$pid" && sleep 0.3 && kill -INT "$pid" && ended 4 &&
		one_verdict ABORTED && safe && ! purged || what_happened
}

what_happened() {
	cat "$scratch/out" "$scratch/err"
	return 1
}

told_to_end() { start_long term --clock x2 && kill -TERM "$pid" && ended 4 && one_verdict ABORTED && safe || what_happened; }

# ---- deaths ----

controller_of() { pgrep -f "davy controller --state $place "; }

controller_killed() {
	start_long dead --clock real && kill -KILL "$(controller_of)" && ended 3 &&
		grep -q "controller is gone" "$scratch/err" || return 1
	local cut
	cut=$(newest "$place")
	"$davy" show "$cut" --state "$place" | grep -q "cut short" || return 1
	"$davy" run "$tiny" --sim --json --state "$place" >/dev/null 2>&1
	"$davy" show "$cut" --journal --state "$place" >"$scratch/out"
	[ "$(grep -c '"k":"verdict"' "$scratch/out")" = 1 ] && says '"verdict":"ABORTED"'
}

# The processes of a run are children of the controller, the world before the runner; what loaded the
# files was before both.
child_killed() {
	start_long "child$1" --clock real || return 1
	kill -KILL "$(pgrep -P "$(controller_of)" | tail -n "$1" | head -n 1)" && ended 3 && one_verdict ERROR && safe || what_happened
}

# ---- journals ----

same_seed() {
	local place
	for place in a b; do
		"${simulate[@]}" --state "$scratch/$place" --seed 7 >/dev/null || return 1
	done
	"${simulate[@]}" --state "$scratch/c" --seed 8 >/dev/null
	cmp "$scratch"/a/runs/*/journal "$scratch"/b/runs/*/journal &&
		! cmp -s "$scratch"/a/runs/*/journal "$scratch"/c/runs/*/journal
}

replayed() { ends 0 "$davy" replay "$(newest "$scratch/a")" --state "$scratch/a" && says "bit for bit"; }

damaged() {
	local folder
	cp -r "$scratch/a" "$scratch/damaged"
	folder=$(echo "$scratch"/damaged/runs/*)
	sed -i '0,/"Zero"/s//"Zeno"/' "$folder/journal"
	complains 3 'journal: line [0-9]+ .*the chain does not fit' \
		"$davy" show "$(basename "$folder")" --state "$scratch/damaged"
}

side_by_side() {
	local slot pids=()
	for slot in 1 2 3; do
		"${simulate[@]}" --slot "$slot" --state "$scratch/slots" >"$scratch/slot$slot" 2>&1 &
		pids+=($!)
	done
	for slot in 0 1 2; do
		wait "${pids[$slot]}" || { cat "$scratch/slot$((slot + 1))"; return 1; }
	done
	[ "$("$davy" list runs --state "$scratch/slots" | grep -c PASS)" = 3 ]
}

# A batch: the serial of slot 2 is bad, so its run is an ERROR and the others pass.
batch_lua() {
	cat >"$tree/scripts/batch.lua" <<-LUA
		local test = protocol {
		  id = "batch", version = 1, language = 1, title = "Batch", zh = "批", standard = "none",
		  class = "gas_transmitter.methane", fixture = "gas_bench",
		  dut = { serial = { text = true, simulated = "GOOD" } },
		}
		step "One" {
		  measure = { shown = { "what is shown", limit = { ">= -1 %vol", grade = "example" } } },
		  run = function(m, fx)
		    assert(test.dut.serial ~= "BAD", "a bad bench")
		    m.shown = fx.methane:mean "1 s"
		  end,
		}
	LUA
}

batch() {
	batch_lua
	ends 3 "$davy" run "$tree/scripts/batch.lua" --sim --slot 3,1,2 --dut 2:serial=BAD --state "$scratch/batch" ||
		return 1
	says "  1 │ SIMULATED 仿真  PASS 合格" && says "  2 │ SIMULATED 仿真  ERROR 检验无效" &&
		says "  3 │ SIMULATED 仿真  PASS 合格" &&
		[ "$(tail -3 "$scratch/out" | awk '{ printf "%s ", $1 }')" = "3 1 2 " ] &&
		[ "$("$davy" list runs --state "$scratch/batch" | grep -c PASS)" = 2 ]
}

batch_json() {
	ends 0 "$davy" run "$tree/scripts/batch.lua" --sim --slot 2,1 --json --state "$scratch/batch" || return 1
	[ "$(wc -l <"$scratch/out")" = 1 ] &&
		grep -qE '^\[\{.*"slot":1,.*"slot":2,.*\]$' "$scratch/out" || return 1
	ends 0 "$davy" run "$tree/scripts/batch.lua" --sim --slot 2 --json --state "$scratch/batch" &&
		grep -qE '^\{.*"slot":2,.*\}$' "$scratch/out"
}

# Two runs that want the operator for two seconds each: the second waits, and whoever asks sees it.
queue() {
	cat >"$tree/scripts/queue.lua" <<-LUA
		local test = protocol {
		  id = "queue", version = 1, language = 1, title = "Queue", zh = "排队", standard = "none",
		  class = "gas_transmitter.methane", fixture = "gas_bench",
		}
		step "One" {
		  measure = { shown = { "what is shown", limit = { ">= -1 %vol", grade = "example" } } },
		  run = function(m, fx)
		    exclusive("operator", function() wait "2 s" end)
		    m.shown = fx.methane:mean "1 s"
		  end,
		}
	LUA
	within 60 "$davy" run "$tree/scripts/queue.lua" --sim --clock real --slot 1,2 \
		--state "$scratch/queue" >"$scratch/out" 2>"$scratch/err" </dev/null &
	local run=$! seen=1
	for _ in $(seq 100); do
		"$davy" list resources --state "$scratch/queue" | grep -qE "operator +[12] +[12]$" &&
			seen=0 && break
		sleep 0.05
	done
	wait "$run" && [ "$seen" = 0 ] && says "waits for operator: 1 before it" && says "goes on" &&
		"$davy" list resources --state "$scratch/queue" | grep -q none
}

# One whose run has lost its controller, and one of another boot that has waited long enough.
hazards_are_told() {
	local hot=$scratch/hot boot
	boot=$(cat /proc/sys/kernel/random/boot_id)
	mkdir -p "$hot"
	printf '{"slot":2,"run":"%s","serial":"%s","text":"the bed is hot","zh":"药床高温","wait_ns":%s,"boot":"%s"}\n' \
		r1 B7 3600000000000 "$boot" r0 B6 1 before >"$hot/hazards"
	ends 0 "$davy" list hazards --state "$hot" && says B7 && says "60.0 min after its run" &&
		! says B6 >/dev/null &&
		ends 0 env LANG=zh_CN.UTF-8 "$davy" list hazards --state "$hot" && says 药床高温 &&
		ends 0 "$davy" run "$tiny" --sim --state "$hot" &&
		grep -qF "specimen B7 in slot 2: the bed is hot 药床高温: do not touch it for 60 min" \
			"$scratch/err" &&
		ends 0 "$davy" list hazards --state "$hot" && says B7 && ! says "after its run" >/dev/null
}

busy_slot() {
	start_long busy --clock real --slot 2 || return 1
	complains 3 "slot 2 is busy" "$davy" run "$tiny" --sim --slot 2 --state "$place"
	local found=$?
	kill -INT "$pid" "$pid"
	sleep 0.2
	kill -INT "$pid"
	wait "$pid"
	return $found
}

# ---- declarations ----

sed -e 's/id = "tiny"/id = "burnt", destructive = true/' -e 's/params = /dut = { serial = { ask = "No", text = true, simulated = "SIM" } },\n&/' \
	"$tiny" >"$tree/scripts/burnt.lua"
sed 's/m.zero = /wait "10 min" &/' "$tree/scripts/burnt.lua" >"$tree/scripts/burnt_slowly.lua"
sed 's/params = /environment = { pressure = { "300 .. 400 kPa", channel = "line_pressure", grade = "example" } },\n&/' \
	"$tiny" >"$tree/scripts/unfit.lua"
sed 's/params = /environment = { pressure = { "90 .. 400 kPa", channel = "line_pressure", grade = "example" } },\n&/' \
	"$tree/scripts/burnt.lua" >"$tree/scripts/fit.lua"
burn=("$davy" run "$tree/scripts/burnt.lua" --sim --dut)

confirmed() {
	complains 2 "uses up its specimen: confirm it with --destroys K1" "${burn[@]}" serial=K1 &&
		complains 2 "named 'K1' and confirmed as 'K2'" "${burn[@]}" serial=K1 --destroys K2 &&
		ends 0 "${burn[@]}" serial=K1 --destroys K1 &&
		complains 2 "specimen K1 was used up by run sim-burnt-" "${burn[@]}" serial=K1 --destroys K1 &&
		complains 2 "样品 K1 已在检验 sim-burnt-.* 中耗尽" env LANG=zh_CN.UTF-8 "${burn[@]}" serial=K1
}

# typed SERIAL ANSWER [EARLY]: EARLY is typed before anything is asked, ANSWER when it is.
typed() {
	: >"$scratch/out"
	{
		[ -z "${3:-}" ] || echo "$3"
		for _ in $(seq 250); do
			grep -q "type the serial number" "$scratch/out" && break
			sleep 0.1
		done
		echo "$2"
		sleep 3
	} |
		TERM=xterm within 60 script -qec "${burn[*]} serial=$1 --state $scratch/typed" /dev/null >"$scratch/out" 2>&1
}
typed_again() {
	typed K3 K4
	says "type the serial number" && says "named 'K3' and confirmed as 'K4'" || return 1
	typed K3 K3
	says "PASS 合格"
}
typed_too_early() {
	typed K6 K6 K7
	says "PASS 合格"
}

burnt_early() {
	place=$scratch/burnt_early
	"$davy" run "$tree/scripts/burnt_slowly.lua" --sim --clock x5 --state "$place" --dut serial=K5 --destroys K5 \
		>"$scratch/out" 2>"$scratch/err" </dev/null &
	pid=$!
	for _ in $(seq 100); do
		[ -s "$place/consumed" ] && break
		sleep 0.1
	done
	sleep 1.5
	kill -INT "$pid"
	ended 4 && one_verdict ABORTED && complains 2 "K5 was used up" "${burn[@]}" serial=K5 --destroys K5 --state "$place"
}

unfit_room() {
	ends 5 "$davy" run "$tree/scripts/unfit.lua" --sim && says "is outside 300 .. 400 kPa, by " && says "--force runs it anyway" &&
		ends 5 env LANG=zh_CN.UTF-8 "$davy" run "$tree/scripts/unfit.lua" --sim && says "环境条件不符合检验要求" &&
		ends 5 "$davy" run "$tree/scripts/unfit.lua" --sim --force && says "zero " && says "pressure[lowest]"
}

shown_declarations() {
	ends 0 "$davy" list protocols && says "method cycles >= 500" &&
		ends 0 "$davy" check "$tree/scripts/fit.lua" --no-sweep &&
		says "declares: environment pressure 90 .. 400 kPa; destructive" &&
		ends 0 env LANG=zh_CN.UTF-8 "$davy" check "$tree/scripts/fit.lua" --no-sweep &&
		says "声明: 环境条件 pressure 90 .. 400 kPa; 破坏性试验"
}

# ---- terminals and pipes ----

sed 's/"indication in zero air",/& zh = "零气示值",/; s/id = "tiny"/id = "zh"/' "$tiny" >"$tree/scripts/zh.lua"

# on_terminal COLUMNS COMMAND: the screen as it was left, without what was drawn over.
on_terminal() {
	TERM=xterm script -qec "stty cols $1; $2" /dev/null </dev/null >"$scratch/out" 2>&1
}

widest() { tr -d '\r' <"$scratch/out" | sed 's/\x1b\[[0-9]*[A-Z]//g' | LC_ALL=C.UTF-8 wc -L; }

narrow_terminal() {
	local most
	LANG=zh_CN.UTF-8 on_terminal 60 "$davy run $tiny --sim=zero_drift --state $scratch/narrow"
	most=$(widest)
	[ "$most" -gt 40 ] && [ "$most" -lt 60 ] && says 仿真 || { echo "widest: $most"; return 1; }
}

narrow_tables() {
	local most
	on_terminal 70 "$davy help run; $davy list protocols; $davy list runs; $davy check $tiny --no-sweep"
	most=$(widest)
	[ "$most" -gt 50 ] && [ "$most" -lt 70 ] || { cat "$scratch/out"; echo "widest: $most"; return 1; }
}

# A grid breaks no word; what no grid can hold is said name by name.
whole_words() {
	on_terminal 80 "cd '$tree' && $davy list fixtures; $davy list protocols"
	says " wrong_cylinder" && says " narrow_pulses" && says "file: scripts/" && says "fixture: gas_bench"
}

chinese_show() {
	ends 0 env LANG=zh_CN.UTF-8 "$davy" run "$tree/scripts/zh.lua" --sim --state "$scratch/zh" &&
		ends 0 env LANG=zh_CN.UTF-8 "$davy" show last --state "$scratch/zh" && says "✓ 零气示值 (zero) " &&
		ends 0 "$davy" show last --state "$scratch/zh" && says "✓ zero "
}

closed_stdout() { "$davy" run "$tiny" --sim >&- 2>"$scratch/err" && [ ! -s "$scratch/err" ]; }

chinese_measures() {
	ends 0 env LANG=zh_CN.UTF-8 "$davy" run "$tree/scripts/zh.lua" --sim && says "✓ 零气示值 " && ! says "✓ zero" >/dev/null &&
		ends 0 "$davy" run "$tree/scripts/zh.lua" --sim && says "✓ zero " &&
		ends 0 env LANG=zh_CN.UTF-8 "$davy" run "$tree/scripts/zh.lua" --sim --json && says '"measure":"zero"' &&
		ends 0 env LANG=zh_CN.UTF-8 "$davy" list protocols
}

live_block() {
	on_terminal 80 "$davy run scripts/gas/methane_transmitter.lua --sim --state $scratch/live"
	grep -q $'\x1b\[[4-9]A' "$scratch/out" && says "away from safe: " && says "zero_air open" && says "methane "
}

no_escapes() { ends 0 "$davy" run "$tiny" --sim && ! grep -q $'\x1b' "$scratch/out"; }

broken_pipe() {
	within 30 bash -c "'$davy' run '$tiny' --sim --clock x5 | head -n 1 >/dev/null; exit \${PIPESTATUS[0]}"
}

hostile_log() {
	sed 's/finally(/log("\\27[2J\\7gone"); finally(/' "$tiny" >"$tree/scripts/hostile.lua"
	ends 0 "$davy" run "$tree/scripts/hostile.lua" --sim && says '?[2J?gone' && ! grep -q $'\x1b' "$scratch/out"
}

# ---- places ----

xdg_state() {
	ends 0 env -u DAVY_STATE XDG_STATE_HOME="$scratch/xdg" "$davy" run "$tiny" --sim &&
		[ -s "$scratch"/xdg/davy/runs/*/journal ]
}

service_state() {
	ends 0 env -u DAVY_STATE STATE_DIRECTORY="$scratch/var:$scratch/other" "$davy" run "$tiny" --sim &&
		[ -s "$scratch"/var/runs/*/journal ]
}

by_name() { (cd "$tree" && ends 0 "$davy" run tiny --sim); }

lists() {
	(cd "$tree" && ends 0 "$davy" list fixtures) && says zero_drift &&
		(cd "$tree" && ends 0 "$davy" list drivers) && says winsen_ch4
}

# ---- check ----

check_holds() {
	ends 0 "$davy" check "$tiny" && says "as promised" && says "not claimed" && says "slow_sensor (PASS: let through)" &&
		grep -qE 'zero_drift +FAIL +caught down to 0\.[0-9]+ +zero ' "$scratch/out"
}

check_names_what_gets_through() {
	protocol through '{ "± 0.10 %vol", grade = "example" }' 'slow_sensor = { "FAIL", "zero" }'
	ends 1 "$davy" check "$tree/scripts/through.lua" --no-sweep &&
		grep -qE 'slow_sensor +PASS .*NOT AS PROMISED: FAIL was promised' "$scratch/out"
}

check_leaves_nothing() {
	local before after
	before=$(find /tmp -maxdepth 1 -name 'davy-check-*' | wc -l)
	ends 0 "$davy" check "$tiny" --no-sweep
	after=$(find /tmp -maxdepth 1 -name 'davy-check-*' | wc -l)
	[ "$before" = "$after" ]
}

# Somebody has the lock and does not answer.
a_mute_controller_is_named() {
	local -x DAVY_STATE=$scratch/mute
	local holder status
	mkdir "$DAVY_STATE" && echo 4711 >"$DAVY_STATE/controller.lock"
	flock --no-fork "$DAVY_STATE/controller.lock" sleep 60 &
	holder=$!
	within 30 "$davy" run "$tiny" --sim >"$scratch/out" 2>&1
	[ $? = 3 ] && says "(process 4711) has not answered for 10 s"
	status=$?
	kill "$holder"
	return "$status"
}

# The controller that serves goes, and another comes.
another_controller() {
	local pid
	pid=$(cat "$DAVY_STATE/controller.lock") && kill "$pid" || return
	while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
	within 30 "$davy" run "$tiny" --sim >"$scratch/out" 2>&1
}

# A journal that is damaged is seen by whoever reads it.
ended_runs_are_not_read() {
	local -x DAVY_STATE=$scratch/known
	local run
	"$davy" run "$tiny" --sim >"$scratch/out" 2>&1
	run=$(ls "$DAVY_STATE/runs")
	for _ in $(seq 100); do
		[ -e "$DAVY_STATE/runs/$run/record.json" ] && break
		sleep 0.1
	done
	printf 'XXXX' | dd of="$DAVY_STATE/runs/$run/journal" bs=1 seek=40 conv=notrunc status=none
	another_controller && ! grep "$run: cannot be ended" "$scratch/out" && rm "$DAVY_STATE/runs/$run/record.json" &&
		another_controller && says "$run: cannot be ended"
}

claim "a good product ends with 0" pass
claim "a bad product ends with 1" fail
claim "a broken bench ends with 3" error
claim "a part of a test ends with 5" inconclusive
claim "every command has help, in two ways" each_command_has_help
claim "help lists commands and exit codes; no command at all is a usage error" overview
claim "a Chinese environment gets Chinese help" chinese
claim "an unknown option is answered with the nearest" complains 2 'no option --slto; the nearest is --slot' "${simulate[@]}" --slto 3
claim "an unknown command is answered with the nearest" complains 2 "the nearest is 'check'" "$davy" chekc
claim "an option without its value says what it needs" complains 2 '--seed needs a value' "${simulate[@]}" --seed
claim "a missing protocol is named" complains 2 'nowhere.lua: there is no such' "$davy" run nowhere.lua --sim
claim "an unknown protocol name says where it looked" complains 2 "no protocol 'nix'" "$davy" run nix --sim
claim "a syntax error names file and line" complains 2 'scripts/syntax.lua:2: ' "$davy" run "$tree/scripts/syntax.lua" --sim
claim "davy check says the same of it" complains 2 'scripts/syntax.lua:2: ' "$davy" check "$tree/scripts/syntax.lua"
printf 'return %s' "$(printf '(%.0s' $(seq 1000))" >"$tree/scripts/deep.lua"
printf 'local t = {} while true do t[#t + 1] = ("x"):rep(9999) end' >"$tree/scripts/eats.lua"
claim "what nests too deep is named by its file" complains 2 'deep.lua: .*C stack overflow' "$davy" run "$tree/scripts/deep.lua" --sim
claim "what eats its memory is named by its file" complains 2 'eats.lua: the script used more than' "$davy" run "$tree/scripts/eats.lua" --sim
claim "an unknown unit is named with its file" complains 2 'scripts/unit.lua.*Px' "$davy" run "$tree/scripts/unit.lua" --sim
claim "a limit that does not parse is named with its file" complains 2 'scripts/limit.lua.*about 20 s' "$davy" run "$tree/scripts/limit.lua" --sim
claim "a limit without a grade is refused by name" complains 2 'scripts/grade.lua.*no grade' "$davy" run "$tree/scripts/grade.lua" --sim
claim "a limit set that is no JSON names its line" complains 2 'broken.json.*1' "${simulate[@]}" --limits "$tree/broken.json"
claim "a limit set that is not there is named" complains 2 'nix.json: No such file' "${simulate[@]}" --limits nix.json
claim "an unknown fault is named, and where to see those known" complains 2 "no fault 'nix'.*davy list" "$davy" run "$tiny" --sim=nix
claim "a slot that is no number is named" complains 2 "--slot takes the number of a slot, from 1 to 256, or several as in 1,2,3, and 'two' is neither" "${simulate[@]}" --slot two
claim "an unknown parameter is answered with those there are" complains 2 "no parameter 'nix'.*flow" "${simulate[@]}" --param nix=1
claim "a parameter without a value is refused" complains 2 "KEY=VALUE" "${simulate[@]}" --param nix
claim "a parameter out of its range is refused" complains 2 "flow" "${simulate[@]}" --param "flow=9 L/min"
claim "a step that is not there is named" complains 2 "no step 'Nix'" "${simulate[@]}" --only Nix
claim "a severity needs a fault and lies above 0 and up to 1" bad_severity
claim "a clock must be one that there is, and simulated" bad_clock
wires_are_looked_for() {
	printf 'return station { slots = { slot { 1, fixture = "gas_bench",
	ports = { bus = "/dev/ttyNONE", flow = "usb:ffff:ffff", reference = "/dev/null" },
	lines = { ch4_1 = "no-1", ch4_2 = "no-2", ch4_3 = "no-3", ch4_4 = "no-4", zero_air = "no-5", supply = "no-6",
	fan = "no-7", hood = "no-8", estop = "no-9", alarm = "no-10", cut_off = "no-11", frequency = "no-12" } } } }' \
		>"$tree/station.lua"
	ends 3 "$davy" wires "$tree/station.lua" && says "MISSING" && says "not in order: 15" &&
		sed 's/, frequency = "no-12"//' "$tree/station.lua" >"$tree/less.lua" &&
		ends 3 "$davy" wires "$tree/less.lua" && says "line 'frequency' of the fixture has no wire"
}
claim "davy wires looks for every wire of a station" wires_are_looked_for
# 4294967297 is 1 where only its last 32 bits are kept.
no_such_slot() {
	local command slot
	for slot in 0 00 -1 +1 1,1x 257 4294967297 18446744073709551617 ""; do
		for command in "wires" operate qualify "label --to $scratch/x.pdf --station"; do
			# shellcheck disable=SC2086
			complains 2 "--slot takes the number of a slot, 1 to 256" "$davy" $command "$tree/station.lua" --slot "$slot" || return 1
		done
		complains 2 "--slot takes the number of a slot" "${simulate[@]}" --slot "$slot" || return 1
	done
}
claim "a number that no slot has is refused, and stands for no other slot" no_such_slot
claim "davy wires names a slot that is not there" complains 2 "station.lua has no slot 4" \
	"$davy" wires "$tree/station.lua" --slot 4
claim "davy wires names a file that is no station" complains 2 "there is no .protocol. here" "$davy" wires "$tiny"
claim "--rig needs a station" complains 2 "name them with --station" "$davy" run "$tiny" --rig
claim "--rig and --sim are two things" complains 2 "give one of them" "$davy" run "$tiny" --sim --rig \
	--station "$tree/station.lua"
claim "wires know no virtual time" complains 2 "no virtual time" "$davy" run "$tiny" --rig --clock virtual \
	--station "$tree/station.lua"
claim "a run without wires is refused in a sentence" complains 2 "needs wires: --sim" "$davy" run "$tiny"
claim "an unknown run is named" complains 2 "no run 'nix'" "$davy" show nix
claim "a limit that is this protocol's own and that no measure takes is warned of" stray_limit
claim "a set that serves other protocols, too, is not" no_stray
if command -v python3 >/dev/null; then
	claim "--json prints the one object and nothing else" json_alone
	claim "show --json gives the same object again" json_of_show
else
	claim_skip "--json prints the one object and nothing else" "no python3 to read it"
fi
claim "a summary that cannot be written is an error" json_lost
claim "nothing that a full disk cut short ends with 0" prints_all_or_says_so
claim "a run that passed, and of which no record can be made: exit 3, and why" passed_without_a_record
claim "Ctrl-C once: finally blocks run, then everything is safe; exit 4" interrupted_once
claim "Ctrl-C twice: everything is safe at once; exit 4" interrupted_twice
claim "SIGTERM counts as one Ctrl-C" told_to_end
if command -v pgrep >/dev/null; then
	claim "a killed controller: exit 3, and one verdict ABORTED at its next start" controller_killed
	claim "a killed world: one verdict ERROR, everything safe" child_killed 2
	claim "a killed runner: one verdict ERROR, everything safe" child_killed 1
else
	claim_skip "deaths of controller, world and runner" "no pgrep to find them"
fi
claim "the same seed gives the same journal, byte by byte; another one does not" same_seed
claim "a run is replayed bit for bit" replayed
claim "a changed journal is refused with its line" damaged
claim "runs on different slots go on side by side" side_by_side
claim "several slots are a batch whose exit code is the worst" batch
claim "a batch prints a list as JSON, one run an object" batch_json
claim "a run that waits for another says so, and the queue can be listed" queue
claim "a slot that is named twice is refused" complains 2 "slot 2 is named twice" "${simulate[@]}" --slot 2,1,2
claim "what is said of a slot that was not ordered is refused" complains 2 "2:serial is for slot 2" "${simulate[@]}" --slot 1 --dut 2:serial=X
claim "a busy slot refuses a second run" busy_slot
claim "a destructive test wants its serial number twice, and uses a specimen up once" confirmed
claim "a destructive test that Ctrl-C ends early has used up its specimen" burnt_early
claim "a room out of range is told before the start, in two languages; --force runs and never passes" unfit_room
claim "davy list and davy check show what a protocol declares" shown_declarations
if command -v script >/dev/null; then
	claim "a terminal asks for the serial number of what a test uses up" typed_again
	claim "what was typed before the question is no answer to it" typed_too_early
	claim "nothing is wider than the terminal, Chinese included" narrow_terminal
	claim "tables and reports fold where a terminal is narrow" narrow_tables
	claim "a narrow table breaks no word, and becomes records where it must" whole_words
	claim "a terminal sees readings and energised outputs redrawn in place" live_block
else
	claim_skip "nothing is wider than the terminal" "no script(1) to make a terminal"
fi
claim "who reads Chinese sees measures by their Chinese names while they are judged" chinese_measures
claim "davy show has the Chinese name of a measure, and the name that --budget wants" chinese_show
# U+202E: what stands behind it would be shown from right to left.
no_line_is_turned() {
	local turn=$'\xe2\x80\xae' command
	sed "s/title = \"Zero\"/title = \"Ze${turn}ro\"/; s/id = \"tiny\"/id = \"turned\"/" "$tiny" >"$tree/scripts/turned.lua"
	grep -q "$turn" "$tree/scripts/turned.lua" && ends 0 "$davy" run "$tree/scripts/turned.lua" --sim || return 1
	grep -q 'Ze?ro' "$scratch/out" && ! grep -q "$turn" "$scratch/out" || return 1
	for command in "show last" "why last" "list protocols"; do
		# shellcheck disable=SC2086
		(cd "$tree" && "$davy" $command) >"$scratch/out" 2>&1
		says 'Ze?ro' && ! grep "$turn" "$scratch/out" || return 1
	done
}
claim "no text of a file turns the line that it is shown in" no_line_is_turned
claim "a log that is no terminal has no escape sequences" no_escapes
claim "a reader that goes away does not stop the run" broken_pipe
claim "a closed stdout does not hit another descriptor" closed_stdout
claim "a script cannot send escape sequences" hostile_log
claim "the user's state folder follows XDG" xdg_state
claim "a service's state folder is systemd's first" service_state
claim "a protocol is found by its name" by_name
claim "what must not be touched yet is listed, and told when a controller starts" hazards_are_told
claim "fixtures list their faults, drivers their names" lists
claim "davy check: promises that hold, how little is caught, what nobody claims" check_holds
claim "davy check names a fault that gets through and ends with 1" check_names_what_gets_through
claim "davy check leaves no scratch folder" check_leaves_nothing
claim "a controller that neither answers nor goes is named, and what to do" a_mute_controller_is_named
claim "a controller that starts reads no journal of a run that has its record, and each of one that has none" ended_runs_are_not_read

# A run outlives the command that ordered it: where a claim failed, one may be left.
pgrep -f "davy controller --state $scratch/" | xargs -r kill
claims_end
