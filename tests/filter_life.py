# SPDX-License-Identifier: Apache-2.0
#
# What came through a filter self-rescuer, worked out again from the bytes that its effluent analyser sent: the
# journal, and what the run printed as JSON, must say the same.
import json
import sys

from journal_bytes import RECEIVED, read_journal

FLOW = 32 / 60  # L/s, the method's

requests, results, frames = {}, {}, {}
for said, entry in read_journal(sys.argv[1]):
    if entry:
        kind, port, time, body = entry
        if kind == RECEIVED and body[:2] == b"\xff\x86":
            assert body[4] == 4 and sum(body[1:]) % 256 == 0, body
            frames.setdefault(port, []).append((time / 1e9, body[2] * 256 + body[3]))
    elif said["k"] == "request" and said["says"]["verb"] == "act":
        requests[said["id"]] = said["says"]
    elif said["k"] == "result":
        results[said["id"]] = said["says"]


def acts(line, on):
    of = [i for i, says in requests.items() if says["line"] == line and says["on"] == on]
    return [results[i]["value"]["number"] for i in sorted(of)]


# The blend is thousands of ppm; what is left of it behind the unit is the smaller.
effluent = min(frames.values(), key=lambda seen: max(ppm for _, ppm in seen))
opened = acts("unit", True)[-1]
ended = min(t for t in acts("unit", False) if t > opened)


def at(time):
    for (t0, a), (t1, b) in zip(effluent, effluent[1:]):
        if t0 <= time <= t1:
            return a + (b - a) * (time - t0) / (t1 - t0)
    raise ValueError(time)


def integral(begin, end):
    inside = [(t, ppm) for t, ppm in effluent if begin < t < end]
    curve = [(begin, at(begin))] + inside + [(end, at(end))]
    return sum((a + b) / 2 * (t1 - t0) for (t0, a), (t1, b) in zip(curve, curve[1:]))


starts = [opened + 60 * i for i in range(1000) if opened + 60 * i + 300 < ended] + [ended - 300]
told = {m["measure"]: m for m in json.load(open(sys.argv[2]))["measures"]}
for measure, ours in (
    ("cumulative", integral(opened, ended) * FLOW / 1000),
    ("five_minutes", max(integral(t, t + 300) / 300 for t in starts)),
    ("peak", max(ppm for t, ppm in effluent if opened - 2 <= t <= ended + 2)),
):
    value = told[measure]["value"]
    print(measure, value, told[measure]["unit"], ours)
    assert abs(value - ours) <= 2e-3 * abs(ours) + 1e-9, measure
