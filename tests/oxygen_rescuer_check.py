# SPDX-License-Identifier: Apache-2.0
#
# What a bench for compressed-oxygen self-rescuers blows and draws, and what its flow meter shows of a nozzle: from the
# meter's bytes alone.
import json
import struct
import sys

from journal_bytes import RECEIVED, SENT, read_journal

NOZZLE, OVER = 1.4, 10.0  # L/min STPD by its certificate, s
METER = b"\x03\x04"  # unit 3 of the bus, asked for input registers

asked, flows, means = {}, [], []
for said, entry in read_journal(sys.argv[1]):
    if entry:
        kind, port, time, body = entry
        if kind == SENT:
            asked[port] = body
        elif kind == RECEIVED and asked[port][:4] == METER + b"\x00\x00" and body[:3] == METER + b"\x04":
            flows.append((time / 1e9, struct.unpack(">f", body[3:7])[0]))
    elif said["k"] == "request" and said["says"].get("channel") == "flow" and said["says"]["verb"] == "mean":
        means.append(said["t"] / 1e9)


def average(begin):
    inside = [value for time, value in flows if begin <= time <= begin + OVER]
    return sum(inside) / len(inside)


assert len(means) == 4, means  # at rest, the bench's own air, the nozzle, and what is left of it
_, blown, alone, left = (average(begin) for begin in means)
ours = {"blown": blown, "meter_span": 100 * alone / NOZZLE, "drawn": alone - left}
told = {m["measure"]: m for m in json.load(open(sys.argv[2]))["measures"]}
for name, unit in {"blown": "L/min STPD", "meter_span": "%", "drawn": "L/min STPD"}.items():
    print(name, told[name]["value"], told[name]["unit"], "from bytes", ours[name])
    assert told[name]["unit"] == unit, name
    assert abs(ours[name] / told[name]["value"] - 1) <= 0.005, name
