# SPDX-License-Identifier: Apache-2.0
#
# The oxygen that a self-rescuer gave, worked out again from the bytes of the controller that drew it off the loop: the
# journal, and what the run printed as JSON, must say the same.
import json
import sys

from journal_bytes import RECEIVED, SENT, read_journal

requests, results, sent, frames = {}, {}, {}, {}
for said, entry in read_journal(sys.argv[1]):
    if entry:
        kind, port, time, body = entry
        if kind == SENT:
            sent.setdefault(port, []).append((time / 1e9, body))
        elif kind == RECEIVED and body[:2] == b"A " and sent[port][-1][1] == b"A\r":
            # unit, pressure, temperature, volumetric flow, mass flow, setpoint, gas
            mid = (time / 1e9 + sent[port][-1][0]) / 2
            frames.setdefault(port, []).append((mid, float(body.split()[4])))
    elif said["k"] == "request":
        requests[said["id"]] = said["says"]
    elif said["k"] == "result":
        results[said["id"]] = said["says"]


def acts(line, on):
    of = [i for i, says in requests.items() if says["verb"] == "act" and (says["line"], says["on"]) == (line, on)]
    return [results[i]["value"]["number"] for i in sorted(of)]


# Which of two controllers draws oxygen: the one that was told the rate that the order's class has.
wanted = [
    float(says["values"]["setpoint"].split()[0].strip("["))
    for says in requests.values()
    if says["verb"] == "set" and says["device"] == "o2_extraction"
]
rate = max(wanted)
(extraction,) = [port for port, told in sent.items() if any(body == b"AS%.3f\r" % rate for _, body in told)]
flow = frames[extraction]

# From the unit's opening to the mouth until the mouth was opened to the room again.
begin = acts("unit", True)[-1]
end = min(t for t in acts("room", True) if t > begin)


def at(time):
    for (t0, a), (t1, b) in zip(flow, flow[1:]):
        if t0 <= time <= t1:
            return a + (b - a) * (time - t0) / (t1 - t0)
    raise ValueError(time)


curve = [(begin, at(begin))] + [(t, f) for t, f in flow if begin < t < end] + [(end, at(end))]
ours = sum((a + b) / 2 * (t1 - t0) for (t0, a), (t1, b) in zip(curve, curve[1:])) / 60
told = {m["measure"]: m for m in json.load(open(sys.argv[2]))["measures"]}["litres"]
print("litres", told["value"], told["unit"], ours, "in", (end - begin) / 60, "min")
assert told["unit"] == "L STPD", told["unit"]
assert abs(told["value"] - ours) <= 1e-4 * ours, "litres"
assert abs(ours - rate * (end - begin) / 60) <= 0.03 * ours, "the rate that was set"
