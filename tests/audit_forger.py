#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Journals of runs that never were, as if a bench on wires had written them, honest and forged.

    audit_forger.py HEADS STATE KIND COUNT SEED

HEADS is the journal of a simulated run, whose first line (protocol, fixture, drivers) they take over; STATE/runs gets
COUNT runs named KIND-NNN. What is forged is forged of the honest runs that are already there. The noise is Python's, not the
program's own.
"""
import hashlib, json, math, os, random, struct, sys

HEAD = struct.Struct("<BBHIq")
LEVELS = [0.2, 0.8, 0.4, 0.6, 0.3]
LENGTH, EVERY, YEAR = 900, 200_000_000, 1_790_000_000_000_000_000


def head_of(path):
    with open(path, "rb") as file:
        line = json.loads(file.readline()[:-66])
    return line


class Journal:
    def __init__(self, folder):
        os.makedirs(folder)
        self.file = open(folder + "/journal", "wb")
        self.chain = hashlib.sha256(b"davy journal 1").digest()

    def line(self, time, kind, raw=b"", **fields):
        text = json.dumps({"k": kind, "t": time, **fields}, ensure_ascii=False, separators=(",", ":")).encode()
        self.chain = hashlib.sha256(self.chain + text + raw).digest()
        self.file.write(text + b" " + self.chain.hex().encode() + b"\n")
        if kind == "segment":
            self.file.write(raw + b"\n")

    def samples(self, channel, times, values):
        for first in range(0, len(times), 500):
            raw = b"".join(HEAD.pack(4, 0, channel, 8, t) + struct.pack("<d", v)
                           for t, v in zip(times[first:first + 500], values[first:first + 500]))
            self.line(max(0, min(10**15, times[min(first + 499, len(times) - 1)])), "segment", raw, bytes=len(raw))


def stepped(i):
    before, after = LEVELS[i // 180 - 1], LEVELS[i // 180]
    return after + (before - after) * math.exp(-(i % 180) / 15)


def honest_values(noise, chance):
    return [round(1000 * stepped(i) + chance.gauss(0, noise)) for i in range(LENGTH)]


def honest_times(chance):
    begin = chance.randrange(10**9)
    return [begin + i * EVERY + int(chance.expovariate(1 / 30_000)) for i in range(LENGTH)]


class Run:
    """What a journal of this kind says; `flow` in mL/min, which is what the meter resolves."""

    def __init__(self, chance, noise, number):
        self.flow, self.times = honest_values(noise, chance), honest_times(chance)
        self.cup_times = honest_times(chance)
        self.slot, self.serial = 1, f"S{number}"
        self.begun, self.waited = YEAR + number * 3600 * 10**9, 20.0
        self.lines = []  # more of them: time, kind, fields

    def write(self, state, name, heads):
        head = head_of(heads)
        head.update(run=name, simulated=False, wires={"slot": self.slot})
        head["order"].update(clock="real", simulated=False, slot=self.slot, dut={"serial": self.serial})
        names = sorted(head["fixture_data"]["channels"])
        flow = "flow" if "flow" in names else "mouth_co2"
        journal = Journal(f"{state}/runs/{name}")
        journal.line(0, "run", **{k: v for k, v in head.items() if k not in ("k", "t")})
        journal.line(0, "anchor", wall="", ns=self.begun, **{"from": "system"})
        journal.line(5, "device", device="controller", driver="alicat_mfc", identity="A 10v05.0 serial 4711")
        journal.line(10, "request", id=1, says={"verb": "wait", "for": "[20 s]", "where": "x.lua:7"})
        journal.line(10 + int(self.waited * 1e9), "ends", id=1)
        journal.line(10 + int(self.waited * 1e9), "result", id=1, says={"ok": True})
        journal.samples(names.index(flow), self.times, [v / 6e7 for v in self.flow])
        if "cup" in names:
            journal.samples(names.index("cup"), self.cup_times, [0.0001 * (i // 300) for i in range(LENGTH)])
        for time, line, fields in self.lines:
            journal.line(time, line, **fields)
        journal.line(self.times[-1] + 10**9, "verdict", run=name, verdict="PASS", why="")
        journal.file.close()


def forge(kind, run, honest, chance, number):
    victim = honest[number % len(honest)]
    flow, times = victim.flow, victim.times
    if kind == "copy":
        run.flow = list(flow)
    elif kind == "disguised":  # moved, scaled, begun later, and noise added
        run.flow = [round(1.03 * v + 11 + chance.gauss(0, 0.3)) for v in flow[57:]]
        run.times, run.cup_times = run.times[57:], run.cup_times
    elif kind == "thinned":
        run.flow, run.times = flow[::2], run.times[::2]
    elif kind == "flat":
        run.flow[200:420] = [run.flow[200]] * 220
    elif kind == "straight":
        run.flow = [round(250 + 0.6 * i) for i in range(LENGTH)]
    elif kind == "formula":
        run.flow = [round(1000 * stepped(i)) for i in range(LENGTH)]
    elif kind == "digits":
        run.flow = [round(v / 10) * 10 + chance.choice([0, 1, 2, 3, 5, 5, 5, 7, 7, 8]) for v in run.flow]
    elif kind == "grid":
        run.times = [run.times[0] + i * EVERY for i in range(LENGTH)]
    elif kind == "intervals":
        run.times = [t - times[0] + 777 for t in times]
    elif kind == "backwards":
        run.times[500] = run.times[499] - 1
    elif kind == "hurried":
        run.waited = 4.0
    elif kind == "slot":
        run.begun = victim.begun + 30 * 10**9
    elif kind == "specimen":
        run.begun, run.slot, run.serial = victim.begun + 30 * 10**9, 2, victim.serial
    elif kind == "nonsense":
        run.flow[100:400:3] = [math.nan, math.inf, -1e300, 1e30] * 25
        run.times[500:510], run.cup_times[7] = [-1 << 63, (1 << 63) - 1] * 5, (1 << 63) - 1
    elif kind == "gap":
        run.lines = [(10**9, "gap", {"device": "meter", "stream": "flow", "lost": 12.0})]
    elif kind == "lost":
        run.lines = [(10**9, "wire", {"port": "flow", "state": "lost", "why": "gone"})]
    elif kind == "silent":
        del run.flow[400:460], run.times[400:460]
        run.lines = [(run.times[0], "request", {"id": 8, "says": {"verb": "trace", "channel": "flow", "every": "[200 ms]"}}),
                     (run.times[-1], "request", {"id": 9, "says": {"verb": "step_end"}})]
    elif kind in ("early", "late"):  # behind a sampling line that takes 240 ms, known to 20 ms
        says = {"verb": "trace", "channel": "mouth_co2", "every": "[200 ms]"}
        timed = {"ok": True, "value": {"reading": 3, "number": 0.219 if kind == "early" else 0.221, "unit": "s"}}
        run.lines = [(run.times[0], "request", {"id": 8, "says": says}),
                     (run.times[90], "request", {"id": 9, "says": {"verb": "trace_time_to", "trace": 8}}),
                     (run.times[90], "result", {"id": 9, "says": timed})]
    elif kind != "honest":
        raise SystemExit(f"no such kind: {kind}")


def main(heads, state, kind, count, seed, noise="3"):
    chance, noise = random.Random(int(seed)), float(noise)
    if kind == "sets":  # "original records" drawn from fifty sets, a little noise added to each anew
        sets = [honest_values(noise, chance) for _ in range(50)]
        seen = set()
        for number in range(int(count)):
            run, drawn = Run(chance, noise, number), chance.randrange(50)
            run.flow = [round(v + chance.gauss(0, noise / 5)) for v in sets[drawn]]
            run.write(state, f"{'again' if drawn in seen else 'first'}-{number:03}", heads)
            seen.add(drawn)
        return
    honest = [Run(random.Random(1000 + n), noise, n) for n in range(12)]
    for number in range(int(count)):
        run = honest[number] if kind == "honest" and number < 12 else Run(chance, noise, 100 + number + 1000 * int(seed))
        forge(kind, run, honest, chance, number)
        run.write(state, f"{kind}-{number:03}", heads)


main(*sys.argv[1:])
