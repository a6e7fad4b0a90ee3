# SPDX-License-Identifier: Apache-2.0
#
# What a plugged adapter leaks, from the bytes of its transmitter and thermocouple alone: how much gas it held at the
# beginning of the hold and at its end, as an ideal gas of dry air at 0 °C and 101.325 kPa.
import json
import struct
import sys

from journal_bytes import RECEIVED, SENT, read_journal

VOLUME, ONE, KELVIN = 2.0, 101325.0, 273.15  # mL by the certificate of the adapter, Pa, K
HOLD = 120.0  # min

pressures, warmths, asked, means = [], [], {}, []
for said, entry in read_journal(sys.argv[1]):
    if entry:
        kind, port, time, body = entry
        if kind == SENT:
            asked[port] = body
        elif kind == RECEIVED and asked[port][:6] == b"\x01\x04\x00\x00\x00\x02" and body[:3] == b"\x01\x04\x04":
            pressures.append((time / 1e9, struct.unpack(">f", body[3:7])[0]))
        elif kind == RECEIVED and asked[port][:6] == b"\x02\x03\x00\x20\x00\x01" and body[:3] == b"\x02\x03\x02":
            warmths.append((time / 1e9, struct.unpack(">h", body[3:5])[0] / 10))
    elif said["k"] == "request" and said["says"].get("channel") in ("cylinder_pressure", "cylinder_temperature"):
        if said["says"]["verb"] == "mean":
            means.append((said["says"]["channel"], said["t"] / 1e9))


def average(seen, begin, minutes):
    inside = [value for time, value in seen if begin <= time <= begin + 60 * minutes]
    return sum(inside) / len(inside)


# The last two pressures that were averaged stand at either end of the hold, each with the temperature beside it.
ends = [begin for channel, begin in means if channel == "cylinder_pressure"][-2:]
assert len(ends) == 2 and ends[1] - ends[0] >= 60 * HOLD, ends


def held(begin):
    beside = min((t for channel, t in means if channel == "cylinder_temperature" and t >= begin), default=begin)
    kelvin = KELVIN + average(warmths, beside, 5)
    return VOLUME * average(pressures, begin, 5) / ONE * KELVIN / kelvin


ours = abs(held(ends[0]) - held(ends[1])) / HOLD
(told,) = [m for m in json.load(open(sys.argv[2]))["measures"] if m["measure"] == "leak"]
print("leak", told["value"], told["unit"], "from bytes", ours)
assert told["unit"] == "mL/min STPD", told["unit"]
assert abs(ours - told["value"]) <= 0.002, "leak"
