#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Where an uncertainty comes from, and what happens when a certificate does not hold: as the command line
# shows it, in every place where a verdict is shown. Simulated runs begin on 2026-01-01 at 00:00 UTC.
cd "$(dirname "$0")/.." || exit 1
. tests/claims.sh

davy=$PWD/build/davy
tree=$scratch/tree
export DAVY_STATE=$scratch/state
unset LC_ALL LC_MESSAGES DAVY_SHARE DAVY_LUA
export LANG=C

mkdir -p "$tree/scripts"
cp -r fixtures "$tree/fixtures"
calibration=$tree/fixtures/gas_bench/calibration.csv
cp "$calibration" "$scratch/calibration.csv"

# protocol NAME WAIT: the indication in zero air against the certified content, taken after WAIT.
protocol() {
	cat >"$tree/scripts/$1.lua" <<-LUA
		local test = protocol {
		  id = "$1", version = 1, language = 1, title = "Zero", zh = "零点", standard = "none",
		  class = "gas_transmitter.methane", fixture = "gas_bench",
		  faults = { zero_drift = { "FAIL", "zero" } },
		}
		step "Zero" {
		  measure = {
		    zero = { "indication in zero air", zh = "零气示值",
		             limit = { "± 0.10 %vol", grade = "example" } },
		  },
		  run = function(m, fx)
		    finally(function() fx.gas:purge() end)
		    wait "$2"
		    local shown, certified = fx.gas:indication("zero_air", q "0.5 L/min")
		    m.zero = shown:against(certified)
		  end,
		}
	LUA
}
protocol tiny "1 s"
protocol day "23.9 h"
protocol tomorrow "24 h"

# certificates SED-EXPRESSION: the bench's own file, changed.
certificates() { sed "$1" "$scratch/calibration.csv" >"$calibration"; }

# ends CODE COMMAND…
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

run() { ends "$1" "$davy" run "$tree/scripts/$2.lua" --sim; }

# ---- certificates ----

last_day() { certificates '/^zero_air/s/2027-06-30/2026-01-01/' && run 0 tiny && says "PASS 合格"; }

day_before() {
	local sentence="certificate SIM-GAS-0000 of zero_air ran out on 2025-12-31"
	certificates '/^zero_air/s/2027-06-30/2025-12-31/'
	run 5 tiny && says "INCONCLUSIVE 不作判定" && says "zero: $sentence" &&
		ends 5 "$davy" run "$tree/scripts/tiny.lua" --sim --json && says "$sentence" &&
		ends 0 "$davy" show last && says "why: $sentence" &&
		ends 0 "$davy" show last --json && says "$sentence" &&
		ends 0 "$davy" show last --budget && says "INCOMPLETE: $sentence" && says "RAN OUT on 2025-12-31" &&
		! grep -q "probability" "$scratch/out" &&
		ends 0 "$davy" list runs && says "INCONCLUSIVE 不作判定"
}

bad_product_too() {
	certificates '/^zero_air/s/2027-06-30/2025-12-31/'
	ends 5 "$davy" run "$tree/scripts/tiny.lua" --sim=zero_drift && says "ran out on 2025-12-31"
}

check_says_it() {
	certificates '/^zero_air/s/2027-06-30/2025-12-31/'
	ends 1 "$davy" check "$tree/scripts/tiny.lua" --no-sweep && says "ran out on 2025-12-31"
}

in_the_middle() {
	certificates '/^zero_air/s/2027-06-30/2026-01-01/'
	run 0 day && run 5 tomorrow && says "ran out on 2026-01-01" && ends 0 "$davy" replay last
}

absent() {
	certificates '/^clock/d'
	run 0 tiny || return 1 # the indication does not rest on the clock
	certificates '/^zero_air/s/^/slot2\//'
	ends 5 "$davy" run "$tree/scripts/tiny.lua" --sim --slot 1 &&
		says "INCONCLUSIVE 不作判定  the calibration file has no certified value for 'zero_air'" &&
		ends 0 "$davy" replay last && ends 0 "$davy" show last && says "no certified value" &&
		ends 0 "$davy" run "$tree/scripts/tiny.lua" --sim --slot 2
}

wrong_unit() {
	certificates '/^zero_air/s/%vol/Pa/g'
	run 5 tiny && says "INCONCLUSIVE 不作判定  the certificate of 'zero_air' is in Pa, the fixture says %vol"
}

# ---- budgets ----

table() {
	certificates ''
	run 0 tiny && ends 0 "$davy" show last --budget && says "certificate SIM-GAS-0000: zero_air" &&
		says "U = 0.002 %vol (k = 2), valid to 2027-06-30" && says "last digit shown: methane" &&
		says "combined standard uncertainty" && says "probability of conformance: > 0.9999" &&
		says "A minus sign"
}

chinese_table() {
	ends 0 env LANG=zh_CN.UTF-8 "$davy" show last --budget && says "合成标准不确定度" && says "有效期至 2027-06-30" &&
		says "末位分辨力"
}

one_measure() {
	ends 0 "$davy" show last --budget zero && says "✓ zero" && ends 2 "$davy" show last --budget nix &&
		grep -q "judged no measure 'nix'; it judged zero" "$scratch/err" && ends 2 "$davy" show last zero &&
		grep -q "only with --budget" "$scratch/err"
}

json_adds_up() {
	ends 0 "$davy" show last --budget --json && python3 - "$scratch/out" <<-'PY'
		import json, math, sys
		run = json.load(open(sys.argv[1]))
		measure = run["measures"][0]
		rows = measure["budget"]
		assert run["simulated"] is True and run["verdict"] == "PASS" and len(run["chain"]) == 64, run
		assert math.isclose(sum(row["standard"] ** 2 for row in rows), measure["u"] ** 2, rel_tol=1e-12), rows
		assert math.isclose(2 * measure["u"], measure["U"], rel_tol=1e-12), measure
		assert math.isclose(sum(row["share"] for row in rows), 1, rel_tol=1e-12), rows
		assert [row["share"] for row in rows] == sorted((row["share"] for row in rows), reverse=True), rows
		gas = [row for row in rows if row["kind"] == "certificate"]
		assert len(gas) == 1 and gas[0]["instrument"] == "zero_air" and gas[0]["due"] == "2027-06-30", gas
		# U = 0.002 %vol with k = 2, and the certified value is taken off
		assert gas[0]["expired"] is False and math.isclose(gas[0]["standard"], -0.001, rel_tol=1e-9), gas
		assert 0 < measure["conformance"] <= 1 and measure["flaws"] == [], measure
	PY
}

claim "on its last valid day a certificate counts" last_day
claim "the day after, the verdict is INCONCLUSIVE and every place says why" day_before
claim "a bad product is not called so on a certificate that ran out" bad_product_too
claim "davy check says which certificate spoils a promise" check_says_it
claim "a certificate that runs out during a run counts until midnight, also in a replay" in_the_middle
claim "a certificate that is not there, or is another slot's" absent
claim "a certificate in a unit of another kind decides nothing" wrong_unit
claim "a budget names each source, its share, its certificate and the last valid day" table
claim "a budget speaks Chinese" chinese_table
claim "one measure's budget is shown by name, and a wrong name is answered with those there are" one_measure
if command -v python3 >/dev/null; then
	claim "the squares of a budget add up to its uncertainty, in JSON" json_adds_up
else
	claim_skip "the squares of a budget add up to its uncertainty" "no python3 to read it"
fi
claims_end
