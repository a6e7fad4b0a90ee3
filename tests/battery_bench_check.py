# SPDX-License-Identifier: Apache-2.0
#
# What an ammeter errs by, from the bytes of both meters alone: the voltmeter at the terminals of the certified resistor
# says which current flows, first the one way and then the other.
import json
import sys

from journal_bytes import RECEIVED, SENT, read_journal

RESISTOR = 0.1  # Ω by its certificate

shown, asked, means = {}, {}, []
for said, entry in read_journal(sys.argv[1]):
    if entry:
        kind, port, time, body = entry
        if kind == SENT:
            asked[port] = body.strip()
        elif kind == RECEIVED and asked.get(port) in (b"MEAS:VOLT:DC?", b"MEAS:CURR:DC?"):
            shown.setdefault((port, asked[port]), []).append((time / 1e9, float(body)))
    elif said["k"] == "request" and said["says"].get("verb") == "mean":
        means.append((said["says"]["channel"], said["t"] / 1e9))


def average(question, begin):
    """Of the 5 s from then on, of the only meter that was asked this in that time."""
    inside = {p: [v for t, v in seen if begin <= t <= begin + 5] for (p, q), seen in shown.items() if q == question}
    (values,) = [values for values in inside.values() if values]
    return sum(values) / len(values)


# A voltage averaged and then a current, of which the resistor's step comes last of all.
forward, reverse = [
    (a[1], b[1]) for a, b in zip(means, means[1:]) if (a[0], b[0]) == ("pack_voltage", "pack_current")
][-2:]
told = {m["key"]: m for m in json.load(open(sys.argv[2]))["measures"] if m["measure"] == "amperes"}
for key, (volts, amperes), sign in (("forward", forward, 1), ("reversed", reverse, -1)):
    current = sign * average(b"MEAS:VOLT:DC?", volts) / RESISTOR
    ours = sign * average(b"MEAS:CURR:DC?", amperes) - current
    print(key, told[key]["value"], told[key]["unit"], "from bytes", ours)
    assert told[key]["unit"] == "A" and abs(ours - told[key]["value"]) <= 1e-4, key
    assert abs(ours) > 0.01, "the fault shows"
