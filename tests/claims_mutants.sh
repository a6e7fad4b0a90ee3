#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# davy check --mutants: a hole that a protocol was given is named as an escape and nothing else is, a
# better table closes it, an explanation counts while it is true, a part of the mutants is called one, and the
# score of a shipped protocol holds.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh

davy=$PWD/build/davy
tree=$scratch/tree
export DAVY_STATE=$scratch/state
unset LC_ALL LC_MESSAGES
export LANG=C
mkdir -p "$tree/scripts"
ln -s "$PWD/fixtures" "$tree/fixtures"

# bump NAME FAULTS [ESCAPES]: gas on a portable alarm, by lines that the claims below count.
bump() {
	cat >"$tree/scripts/$1.lua" <<-LUA
		local test = protocol {
		  id = "$1", version = 1, language = 1, title = "Gas", zh = "通气", standard = "none",
		  class = "gas_detector.methane_portable", fixture = "bump_bench",
		  faults = { $2 },
		  escapes = { ${3:-} },
		}
		step "Gas" {
		  measure = {
		    deviation = { "indication", limit = { "± 20 %rd", grade = "example" } },
		    quiet = { "lamp before the gas", limit = { "off", grade = "example" } },
		  },
		  run = function(m, fx)
		    finally(function() fx.gas:purge() end)
		    operator:confirm { "Lay it into the cradle", zh = "放入", id = "cradle" }
		    m.quiet = fx.light:read()
		    assert(fx.light:is "off", "it alarms already")
		    fx.gas:apply("test_gas", q "0.5 L/min")
		    wait "60 s"
		    m.deviation = fx.shown:mean("2 s"):against(fx.reference "test_gas")
		    if fx.flow:read() < q "0.1 L/min" then error("no gas any more") end
		  end,
		}
	LUA
}

# tries CODE NAME [OPTION…]: check it with mutants, or some; what it prints stays in $scratch/out and $scratch/err.
tries() {
	local wanted=$1 file=$tree/scripts/$2.lua code
	shift 2
	[ $# = 0 ] && set -- --mutants
	within 120 "$davy" check "$@" "$file" >"$scratch/out" 2>"$scratch/err"
	code=$?
	[ "$code" = "$wanted" ] && return
	echo "ended with $code"
	cat "$scratch/out" "$scratch/err"
	return 1
}

escapes() { sed -n 's/^  ESCAPED   \(.*[^ ]\)  *(line \([0-9]*\))$/\1 @\2/p' "$scratch/out" | sed 's/  */ /g'; }

poor='deaf_sensor = { "FAIL", "deviation" }'
good="$poor"', over_span = { "FAIL", "deviation" }, always_alarms = { "ERROR" }, cylinder_empty = { "ERROR" }'
why='["Gas: quiet left out"] = "the assertion is first", ["Gas: quiet taken for evidence"] = "the assertion is first"'

a_hole_is_named() {
	bump poor "$poor"
	tries 1 poor || return
	diff <(escapes) - <<-WANTED
		Gas: deviation upper end widened @7
		Gas: quiet left out @7
		Gas: quiet taken for evidence @7
		Gas: assertion 1 asserts nothing @16
		Gas: error 1 left out @20
	WANTED
}

a_better_table_closes_it() {
	bump better "$good"
	tries 1 better || return
	diff <(escapes) - <<-WANTED
		Gas: quiet left out @7
		Gas: quiet taken for evidence @7
		Gas: error 1 left out @20
	WANTED
	grep -qE 'caught +Gas: deviation upper end widened +over_span at 0\.[0-9]+: PASS' "$scratch/out" &&
		grep -qE 'caught +Gas: assertion 1 asserts nothing +always_alarms' "$scratch/out" &&
		grep -qE 'caught +Gas: operator:confirm 1 left out +the good product: FAIL' "$scratch/out"
}

an_explanation_counts() {
	bump told "$good" "$why, [\"Gas: error 1 left out\"] = \"an empty cylinder ends the run when it is applied\""
	tries 0 told && says "Gas: quiet left out: the assertion is first" && says "score 100.0 %; 3 more are explained"
}

a_stale_explanation_is_an_error() {
	bump stale "$good" "$why, [\"Gas: error 1 left out\"] = \"it is so\", [\"Gas: wait 1 left out\"] = \"who knows\", [\"Gas: wait 9 left out\"] = \"it was there\""
	tries 1 stale && says "explain 'Gas: wait 1 left out', and it is caught" &&
		says "explain 'Gas: wait 9 left out', and there is no such mutant" && says "not ok: 2 explanations are stale"
}

# Explanations of what is left out are not tried, and no edge is looked for that nobody needs.
a_part_is_called_one() {
	tries 1 poor --mutants=limits && says "4 of 14 mutants, each of one weakness" &&
		[ "$(escapes)" = "Gas: deviation upper end widened @7" ] &&
		says "not ok: the table catches 3 of 4 mutants; 4 of 14 mutants were run, and without the others there is no score" || return
	tries 1 stale --mutants=limits,measures && says "explain 'Gas: wait 9 left out', and there is no such mutant" &&
		! grep -q "wait 1" "$scratch/out" || return
	tries 0 told --mutants=steps,measures,declarations && ! grep -q "caught down to" "$scratch/out" || return
	tries 0 told --mutants --step Gas --json && says '"part":false' && says '"score":100' &&
		tries 0 told --mutants=calls --step Gas --json && says '"part":true' && says '"left_out":["Gas: ' &&
		! grep -q '"score"' "$scratch/out"
}

a_part_of_nothing_is_refused() {
	tries 2 told --mutants=limits,loops && says "'loops' is no kind of mutant; there are: steps, measures, limits" err &&
		tries 2 told --mutants --step Zero && says "no mutant is in 'Zero'; they are in: Gas" err &&
		tries 2 told --step Gas && says "say --mutants, too" err && tries 1 told --mutants=declarations &&
		says "not ok: there is no mutant to speak of; 0 of 14 mutants were run"
}

both_tell_machines_the_same() {
	within 120 "$davy" check --mutants --json "$tree/scripts/poor.lua" >"$scratch/out"
	[ $? = 1 ] && says '"ok":false' && says '"escaped":5' &&
		LANG=zh_CN.UTF-8 within 120 "$davy" check --mutants "$tree/scripts/poor.lua" >"$scratch/out"
	[ $? = 1 ] && says "不通过:故障表检出" && says "Gas:deviation 限值上限放宽一半"
}

a_table_that_does_not_hold_is_not_tried() {
	bump broken 'high_set_point = { "FAIL", "deviation" }'
	tries 1 broken && says "not ok: 1 of 1 faults" && ! grep -q "mutants" "$scratch/out"
}

# A world of many faults, of which the table names one.
crowded() {
	mkdir -p "$scratch/crowded/scripts" "$scratch/crowded/fixtures/bench" && cat >"$scratch/crowded/fixtures/bench/fixture.lua" <<-'LUA' &&
		return fixture { id = "bench", title = "Lamp", lines = { lamp = contact {} },
		  channels = { lamp = "lamp" }, world = "bench/world.lua" }
	LUA
		cat >"$scratch/crowded/fixtures/bench/world.lua" <<-'LUA' &&
			local faults = { dark = { title = "dark", zh = "不亮", function(w) w.dark = true end } }
			for i = 1, 120 do faults["harmless_" .. i] = { title = "nothing", zh = "无", function() end } end
			return world { grid = "10 ms", state = function() return {} end,
			  advance = function(w, dt, lines) lines.lamp = not w.dark end, faults = faults }
		LUA
		cat >"$scratch/crowded/scripts/lamp.lua" <<-'LUA'
			protocol { id = "lamp", version = 1, language = 1, title = "Lamp", standard = "none", fixture = "bench",
			  faults = { dark = { "FAIL", "lit" } } }
			step "Lamp" { measure = { lit = { "lamp", limit = { "on", grade = "example" } } },
			  run = function(m, fx) m.lit = fx.lamp:read() end }
		LUA
}

# check --json says what became of so many faults.
rehearses() {
	local count=$1
	shift
	within 120 "$davy" check --no-sweep --json "$@" "$scratch/crowded/scripts/lamp.lua" >"$scratch/out" &&
		[ "$(grep -o '"fault":' "$scratch/out" | wc -l)" = "$count" ]
}

all_or_the_claimed() { crowded && rehearses 121 && rehearses 1 --claimed; }

no_run_is_a_mutants() {
	within 20 "$davy" run "$tree/scripts/poor.lua" --sim --mutants 2>"$scratch/err"
	[ $? = 2 ] && says "mutants" err
}

a_shipped_score_holds() {
	within 900 "$davy" check --mutants scripts/gas/methane_bump.lua >"$scratch/out" 2>&1 && says "ok: the table catches"
}

claim "a hole in a fault table is named by the mutants that escape through it, and nothing else is" a_hole_is_named
claim "a fault on the other side of a limit, and one that an assertion finds, close theirs" a_better_table_closes_it
claim "what the header explains does not count against the score" an_explanation_counts
claim "an explanation of what is caught, or of nothing, is an error" a_stale_explanation_is_an_error
claim "some of the mutants, by kind and by step, are called a part of them, and have no score" a_part_is_called_one
claim "a kind or a step that no mutant has is refused, and so is a part of none" a_part_of_nothing_is_refused
claim "--json and Chinese say the same" both_tell_machines_the_same
claim "a table that does not hold is not tried" a_table_that_does_not_hold_is_not_tried
claim "each of a world's faults is rehearsed, however many; or those that the table names" all_or_the_claimed
claim "davy run knows no mutant" no_run_is_a_mutants
claim "the score of the bump test holds" a_shipped_score_holds
claims_end
