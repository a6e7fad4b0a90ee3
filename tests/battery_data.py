#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""battery_data.py RUN_FOLDER TABLE: does a table in the Battery Data Format say what the run's journal says?

An independent reading: samples, steps and the time of the wall are taken out of the journal's own bytes, and which channels they
are out of what the protocol declared. Prints what does not fit; the exit status is 1 then.
"""

import bisect
import csv
import struct
import sys

from journal_bytes import SAMPLE, read_journal

samples, steps = {}, []
head = wall = None
for said, entry in read_journal(sys.argv[1] + "/journal"):
    if entry:
        kind, subject, time, body = entry
        if kind == SAMPLE:  # a channel's reading
            samples.setdefault(subject, {}).setdefault(time, struct.unpack_from("<d", body)[0])
    elif said["k"] == "run":
        head = said
    elif said["k"] == "anchor" and wall is None:
        wall = said["ns"]
    elif said["k"] == "request" and said["says"]["verb"] == "step_begin":
        steps.append(said["t"])

declared = head["protocol_data"]["bdf"]
names = list(head["fixture_data"]["channels"])


def series(name):
    return sorted(samples[names.index(name.lstrip("-"))].items())


voltage, current, ambient = (series(declared[key]) for key in ("voltage", "current", "ambient"))
sign = -1 if declared["current"].startswith("-") else 1
number, unit = declared["within"].split()
within = float(number) * {"s": 1e9, "ms": 1e6, "min": 60e9}[unit]
wrong, rows = [], {}

with open(sys.argv[2], newline="", encoding="utf-8") as file:
    table = csv.DictReader(file)
    heading = ["Test Time / s", "Voltage / V", "Current / A", "Unix Time / s", "Step Count / 1", "Ambient Temperature / degC"]
    if table.fieldnames != heading + (["SIMULATED / 1"] if head["simulated"] else []):
        wrong.append(f"the heading is {table.fieldnames}")
    for row in table:
        second, fraction = row["Test Time / s"].split(".")
        rows[int(second) * 10**9 + int(fraction)] = row


def same(a, b):
    return abs(a - b) <= 1e-9 * max(1, abs(a), abs(b))


times = [time for time, _ in voltage]
expected = 0
for time, amperes in current:
    near = min(voltage[max(0, bisect.bisect_left(times, time) - 1):][:2], key=lambda one: abs(one[0] - time), default=None)
    row = rows.pop(time, None)
    if near is None or abs(near[0] - time) > within:
        if row:
            wrong.append(f"{time}: no voltage was measured so near")
        continue
    expected += 1
    if not row:
        wrong.append(f"{time}: it is left out")
        continue
    room = [value for at, value in ambient if at <= time]
    told = row["Ambient Temperature / degC"]
    fits = (same(float(row["Voltage / V"]), near[1]) and same(float(row["Current / A"]), sign * amperes) and
            same(float(row["Unix Time / s"]), (wall + time) / 1e9) and
            int(row["Step Count / 1"]) == sum(begun <= time for begun in steps) and
            (same(float(told), room[-1] - 273.15) if room else told == "") and
            row.get("SIMULATED / 1", "0") == ("1" if head["simulated"] else "0"))
    if not fits:
        wrong.append(f"{time}: {row}, and the journal says {near[1]} V, {amperes} A")

wrong += [f"{time}: the journal has no such sample of the current" for time in rows]
charges = [value for _, value in current if value > 0]
if not charges or min(value for _, value in current) >= 0:
    wrong.append("the cell was charged and discharged, and the signs do not say so")
for line in wrong[:5]:
    print(line)
print(f"{expected} rows")
sys.exit(bool(wrong) or expected < 100)
