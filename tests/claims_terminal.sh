#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# davy run on a terminal, as a person sees and types it (tests/terminal.py). Two slots of a station have no wires, so that a
# person is asked who is really there; everything else is simulated, on a clock that can be looked at.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh
export DAVY_STATE=$scratch/state PATIENCE=$((60 * ${SLOWNESS:-1}))
unset LC_ALL LC_MESSAGES
export LANG=C
davy=$PWD/build/davy

tree=$scratch/tree
mkdir -p "$tree/scripts" "$tree/fixtures/desk"
cat >"$tree/fixtures/desk/fixture.lua" <<'END'
return fixture { id = "desk", title = "Desk", zh = "台", suits = { "thing" }, world = "desk/world.lua" }
END
cat >"$tree/fixtures/desk/world.lua" <<'END'
return world {
  grid = "100 ms", state = function() return {} end, advance = function() end,
  operator = { weighed = function() return "2" end },
}
END
printf '%s\n' instrument,quantity,value,unit,expanded_uncertainty,k,certificate,due 'clock,time,,s,0.01 %,2,EXAMPLE,2099-12-31' \
	>"$tree/fixtures/desk/calibration.csv"
cat >"$tree/scripts/weigh.lua" <<'END'
local test = protocol {
  id = "weigh", version = 1, language = 1, title = "Weigh", zh = "称重", class = "thing", fixture = "desk", decision = "simple",
}
step "Weigh" {
  zh = "称重", measure = { mass = { "mass", limit = { ">= 1 kg", source = "chosen", grade = "example" } } },
  run = function(m)
    m.mass = operator:enter { "Weigh it", zh = "请称重", id = "weighed", unit = "kg" }
    log "weighed"
  end,
}
END
# A gas bench at work from its first second, in real time: a fast clock would leave a busy machine no time to answer.
ln -s "$PWD/fixtures/gas_bench" "$PWD/fixtures/drivers" "$tree/fixtures/"
cat >"$tree/scripts/zero.lua" <<'END'
local test = protocol {
  id = "zero", version = 1, language = 1, title = "Zero", zh = "零点", standard = "AQ 6203-2006",
  class = "gas_transmitter.methane", fixture = "gas_bench",
  params = { flow = { "0.5 L/min", range = "0.2 .. 1.5 L/min" } },
}
step "Zero" {
  zh = "零点", clause = "5.4", measure = { zero = { "indication in zero air", limit = { "± 0.10 %vol", source = "chosen", grade = "example" } } },
  run = function(m, fx)
    local shown, certified = fx.gas:indication("zero_air", test.params.flow)
    m.zero = shown:against(certified)
  end,
}
END
echo 'return station { name = "desks", slots = { slot { 1, fixture = "desk" }, slot { 2, fixture = "desk" } } }' >"$tree/station.lua"

weigh=("$davy" run "$tree/scripts/weigh.lua" --station "$tree/station.lua")
zero=("$davy" run "$tree/scripts/zero.lua" --sim --clock real)

# at SIZE [STEP…] -- COMMAND…
at() { within 150 python3 tests/terminal.py "$@" >"$scratch/out" 2>&1 || { cat "$scratch/out"; return 1; }; }
# Nothing was wider than the terminal, and its modes are as they were found.
as_found() { says "wrapped 0" && says "restored yes" && says "ended $1"; }

# What it needs fits: readings, limits, the time that is left, and what is energised. Of 40 columns in Chinese the time
# stands on the line behind its words, until it is short.
everything_in_view() {
	local size=$1 language=$2 step=$3 left=$4 away=$5
	LANG=$language at "$size" "see=$step" "see=methane " "see=$left" "see=$away" "see=zero_air open" look 'type=\x03' \
		-- "${zero[@]}" && as_found 4
}

side_by_side() {
	local size=$1 language=$2 left=$3 last=$4
	LANG=$language at "$size" "see=  4 │ $left" "see=$last" look 'type=\x03' -- "${zero[@]}" --slot 1,2,3,4 && as_found 4
}

answered() {
	at 80x24 "see=? Weigh it [kg]  [type it, then Enter]" "see=answer> _" 'type=12x\x7f.5' "see=answer> 12.5_" look 'type=\n' \
		-- "${weigh[@]}" && says "? mass 12.5 kg" && as_found 5
}

answered_in_chinese() {
	LANG=zh_CN.UTF-8 at 40x12 "see=? 请称重 [kg]  [输入后按回车键]" "see=回答> _" 'type=二公斤' "see=回答> 二公斤_" \
		'type=\x7f\x7f\x7f' "see=回答> _" 'type=2' "see=2_" 'type=\n' -- "${weigh[@]}" && says "记录: weighed" && as_found 5
}

# An Enter too many does not move the block: no line of it is left behind.
stray_keys() {
	at 80x24 "see=zero_air open" 'type=\n\n\n' "see=methane " look 'type=\x03' -- "${zero[@]}" && as_found 4 &&
		[ "$(sed '/^====/q' "$scratch/out" | grep -c '^── ')" = 1 ]
}

# Slots take the operator one after the other, and the mark goes with him.
one_after_the_other() {
	at 80x24 "see=!│ ? Weigh it" "see=waits for operator" 'type=2\n' "see=mass 2 kg" "see=answer> _" look 'type=3\n' \
		-- "${weigh[@]}" --slot 1,2 && says "mass 3 kg" && [ "$(grep -c '!│ ?' "$scratch/out")" = 1 ] && as_found 5
}

mistyped() {
	at 80x24 "see=answer> _" 'type=heavy\n' "see=this cannot be taken" "see=answer> _" 'type=2\n' -- "${weigh[@]}" && as_found 5
}

ctrl_c() { at 80x24 "see=answer> _" 'type=12' "see=12_" 'type=\x03' -- "${weigh[@]}" && says "stopped by the operator" && as_found 4; }

# dies SIGNAL CODE: where it stands, with a question open. The run is the controller's, and waits on.
dies() {
	local status
	at 80x24 "see=answer> _" "signal=$1" -- "${weigh[@]}" --state "$scratch/dies"
	status=$?
	"$davy" safe --state "$scratch/dies" >"$scratch/safe" 2>&1 || { cat "$scratch/safe"; return 1; }
	[ "$status" = 0 ] && says "restored yes" && says "ended $2"
}

put_aside() {
	at 90x24 "see=#" "type=PS1='at rest: '; ${weigh[*]} 2>&1\\n" "see=answer> _" 'type=\x1a' "see=Stopped" 'gone=answer>' "see=
at rest:" \
		"type=stty -a | grep -wo -e '-*icanon'\\n" "see=
icanon" 'type=fg\n' "see=answer> _" 'type=2\n' "see=mass 2 kg" 'type=exit 7\n' \
		-- env PS1='# ' bash --norc --noediting -i && says "ended 7"
}

window_grows_narrow() {
	local narrow=$'\n  AQ 6203-2006 5.4'
	LANG=zh_CN.UTF-8 at 100x30 "see=zero_air open" size=40x12 "see=$narrow" look 'type=\x03' -- "${zero[@]}" && says "ended 4"
}

# The same as ever: line by line, and nothing but text.
piped() {
	echo 2 | within 60 "${weigh[@]}" >"$scratch/out" 2>"$scratch/err"
	says "operator: Weigh it [kg]" && says "mass 2 kg" && ! grep -q -e $'\x1b' -e 'answer>' "$scratch/out"
}

from_a_pipe_onto_a_terminal() {
	at 80x24 -- bash -c "echo 2 | $(printf '%q ' "${weigh[@]}")" && says "mass 2 kg" && ! says "answer>" >/dev/null && as_found 5
}

no_answer() {
	within 60 "${weigh[@]}" </dev/null >"$scratch/out" 2>"$scratch/err"
	says "standard input has ended"
}

if command -v python3 >/dev/null; then
	claim "80 x 24 shows readings, time left and what is energised" \
		everything_in_view 80x24 C "step 1/1  Zero" "at most 0:0" "away from safe: controller.setpoint 0.5 L/min"
	claim "80 x 24 shows the same in Chinese" \
		everything_in_view 80x24 zh_CN.UTF-8 "步骤 1/1  零点" "最多剩余 0:0" "偏离安全状态的输出: controller.setpoint 0.5 L/min"
	claim "40 x 12 shows as much, and wraps no line" \
		everything_in_view 40x12 C "step 1/1  Zero" "at most 0:0" "away from safe: controller.setpoint"
	claim "40 x 12 shows as much in Chinese, and wraps no line" \
		everything_in_view 40x12 zh_CN.UTF-8 "步骤 1/1  零点" "最多剩余" "偏离安全状态的输出: controller.setpoint"
	claim "four slots fit on 80 x 24, each with its time, outputs and readings" \
		side_by_side 80x24 C "at most 0:0" "methane "
	claim "four slots fit on 40 x 12 in Chinese" side_by_side 40x12 zh_CN.UTF-8 "最多剩余 0:0" "│ ! controller.setpoint"
	claim "a question stands in the block, with what is typed" answered
	claim "a question in Chinese, on 40 x 12; Backspace takes a whole character" answered_in_chinese
	claim "keys that nobody asked for leave the block where it is" stray_keys
	claim "of two slots the one that asks is marked, and they are answered one after the other" one_after_the_other
	claim "a mistyped answer is asked for again" mistyped
	claim "Ctrl-C at a question stops the run" ctrl_c
	claim "SIGTERM at a question stops the run, and leaves the terminal as it was" dies TERM 4
	claim "Ctrl-\\ at a question leaves the terminal as it was" dies QUIT -3
	claim "a crash at a question leaves the terminal as it was" dies ABRT -6
	claim "Ctrl-Z gives the shell its terminal; fg asks again" put_aside
	claim "a window that is made narrow is drawn anew" window_grows_narrow
	claim "answers from a pipe onto a terminal are taken, and nobody is asked to type" from_a_pipe_onto_a_terminal
else
	claim_skip "davy run on a terminal" "no python3 to be one"
fi
claim "into a pipe it is told line by line" piped
claim "where nobody can answer the run is stopped" no_answer
claims_end
