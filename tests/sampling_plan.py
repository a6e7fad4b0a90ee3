# SPDX-License-Identifier: Apache-2.0
"""Holds what `davy lot plan N,C` prints against the same figures, worked out here in whole numbers and fractions.

    davy lot plan 3,0 --lot 60 | sampling_plan.py 3 0 60       # the curve, its four points and the sentence below it
    sampling_plan.py --table scripts/self_rescuer/README.md    # the table of plans in a page

A plan (n, c) accepts a lot when at most c of its n units fail. Of a lot of L with D bad ones a sample without
replacement has i bad ones in C(D,i)·C(L-D,n-i) of C(L,n) ways (hypergeometric); of a lot without end each unit is bad
with the same chance p (binomial).
"""
import re
import sys
from fractions import Fraction
from math import comb

SHARES = (Fraction(95, 100), Fraction(1, 2), Fraction(1, 10), Fraction(1, 20))


def of_lot(n, c, lot, bad):
    ways = sum(comb(bad, i) * comb(lot - bad, n - i) for i in range(c + 1))
    return Fraction(ways, comb(lot, n))


def of_share(n, c, p):
    return sum(comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(c + 1))


class Printed:
    """A decimal number as it was printed, and how far off it may be: half of its last digit."""

    def __init__(self, text):
        self.value = Fraction(text)
        self.half = Fraction(1, 2 * 10 ** len(text.partition(".")[2]))

    def is_of(self, exact):
        return abs(self.value - exact) <= self.half + Fraction(1, 10**9)


def wrong(line, why):
    sys.exit(f"{line.strip()}\n# {why}")


def check_curve(lines, n, c, lot):
    seen = 0
    for line in lines:
        if not (bar := re.match(r"\s*(\d+)?(?:/\d+ \()?([\d.]+)? ?%?\)?.*\|.*\|\s+([\d.]+) %$", line)):
            continue
        counted = re.match(r"\s*(\d+)/(\d+) \(", line)
        if (counted is not None) != (lot is not None) or (counted and int(counted[2]) != lot):
            wrong(line, "not the lot that was asked for")
        if counted:
            accepted = of_lot(n, c, lot, int(counted[1]))
        else:
            accepted = of_share(n, c, Fraction(re.match(r"\s*([\d.]+) %", line)[1]) / 100)
        if not Printed(bar[3]).is_of(100 * accepted):
            wrong(line, f"it is {float(100 * accepted):.4f} %")
        seen += 1
    if seen < 10:
        sys.exit(f"# only {seen} points of a curve were seen")


def check_points(lines, n, c, lot):
    for share in SHARES:
        name = f"{float(100 * share):g} %"
        line = next((l for l in lines if re.match(rf"{re.escape(name)}\s+\S", l) and "|" not in l), None)
        if line is None:
            sys.exit(f"# no point at {name}")
        rest = line[len(name):].strip()
        if lot is None:
            value = Printed(rest.split()[0])
            low, high = (value.value - value.half) / 100, (value.value + value.half) / 100
            if not of_share(n, c, low) >= share >= of_share(n, c, high):
                wrong(line, f"accepted there with {float(100 * of_share(n, c, value.value / 100)):.4f} %")
            continue
        word, bad = re.match(r"(up to|from) (\d+)/", rest).groups()
        bad = int(bad)
        here = of_lot(n, c, lot, bad)
        if word == "up to":
            ok = here >= share and (bad == lot or of_lot(n, c, lot, bad + 1) < share)
        else:
            ok = here <= share and of_lot(n, c, lot, bad - 1) > share
        if not ok:
            wrong(line, f"accepted there with {float(100 * here):.4f} %")


def check_sentence(text, n, c, lot):
    """'Of a lot in which X do not conform, the probability of acceptance is still Y %; of one in which X do not, still Y %.'"""
    said = re.findall(r"(?:in which) (\S+)(?: \([\d.]+ %\))? ?%? do not.*?still ([\d.]+) %", text)
    if len(said) != 2:
        sys.exit("# the sentence below the curve was not found")
    for content, accepted in said:
        if lot is None:
            value = Printed(content)
            most, least = (of_share(n, c, (value.value + d * value.half) / 100) for d in (-1, 1))
        else:
            most = least = of_lot(n, c, lot, int(content.partition("/")[0]))
        shown = Printed(accepted)
        if not 100 * least - shown.half <= shown.value <= 100 * most + shown.half:
            wrong(f"{content}: {accepted} %", f"{float(100 * least):.4f} .. {float(100 * most):.4f} %")


def check_table(path):
    """| `n,c` | accepted of 1 % | the content that is accepted with 5 % |"""
    seen = 0
    for line in open(path, encoding="utf-8"):
        row = re.match(r"\| `(\d+),(\d+)` \| ([\d.]+) % \| ([\d.]+) % \w+ \|$", line)
        if not row:
            continue
        n, c = int(row[1]), int(row[2])
        if not Printed(row[3]).is_of(100 * of_share(n, c, Fraction(1, 100))):
            wrong(line, f"{float(100 * of_share(n, c, Fraction(1, 100))):.4f} %")
        value = Printed(row[4])
        low, high = (value.value - value.half) / 100, (value.value + value.half) / 100
        if not of_share(n, c, low) >= SHARES[3] >= of_share(n, c, high):
            wrong(line, f"accepted there with {float(100 * of_share(n, c, value.value / 100)):.4f} %")
        seen += 1
    if seen == 0:
        sys.exit("# no table of plans was seen")


if sys.argv[1] == "--table":
    check_table(sys.argv[2])
else:
    units, most, size = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else None
    printed = sys.stdin.read()
    check_curve(printed.splitlines(), units, most, size)
    check_points(printed.splitlines(), units, most, size)
    check_sentence(printed, units, most, size)
