# SPDX-License-Identifier: Apache-2.0
#
# What a valve let through, and what it was held shut with: from the bytes of the small flow meter and the
# mouthpiece gauge alone.
import json
import struct
import sys

from journal_bytes import RECEIVED, SENT, read_journal

KELVIN = 273.15  # 0 °C in K
begun, ended, asked, seen = {}, {}, {}, []
for said, entry in read_journal(sys.argv[1]):
    if entry:
        kind, port, time, body = entry
        if kind == SENT:
            asked[port] = body
        elif kind == RECEIVED and asked[port][1:4] == b"\x04\x00\x00" and body[1:3] == b"\x04\x04":
            seen.append((port, body[0], time / 1e9, struct.unpack(">f", body[3:7])[0]))
    elif said["k"] == "request" and said["says"]["verb"] == "trace":
        begun[said["id"]] = (said["says"]["channel"], said["t"] / 1e9)
    elif said["k"] == "request" and said["says"]["verb"] == "trace_mean":
        ended[said["says"]["trace"]] = said["t"] / 1e9

# The gauge is alone on its port; on the other one unit 2 is the small meter.
(gauge,) = {port for port, _, _, _ in seen} - {port for port, unit, _, _ in seen if unit == 2}
told = {m["measure"]: m for m in json.load(open(sys.argv[2]))["measures"]}


def average(trace):
    channel, begin = begun[trace]
    of_gauge = channel == "mouth_pressure"
    inside = [
        value
        for port, unit, time, value in seen
        if begin <= time <= ended[trace] and (port == gauge if of_gauge else port != gauge and unit == 2)
    ]
    return sum(inside) / len(inside)


flows = sorted(trace for trace in ended if begun[trace][0] == "flow")
held = sorted(trace for trace in ended if begun[trace][0] == "mouth_pressure")
assert len(flows) == len(held) == 4, (flows, held)  # a blind disc, an open outlet, the valve roughly, and the valve

drop = average(held[1]) / average(flows[1])  # Pa for a litre a minute, of the meter itself
flow = average(flows[3])
leak = flow * (KELVIN + 23) / KELVIN  # the world's room, at 101.325 kPa
shut = average(held[3]) - drop * flow
print("leak", told["leak"]["value"], told["leak"]["unit"], leak, "pressure", told["pressure"]["value"], shut)
assert told["leak"]["unit"] == "L/min ATPD" and told["pressure"]["unit"] == "Pa"
assert abs(leak / told["leak"]["value"] - 1) <= 0.01, "leak"
assert abs(shut - told["pressure"]["value"]) <= 1.5, "pressure"
