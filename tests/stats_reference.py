#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What davy stats --json should say, worked out another way: from the lines of records.jsonl, with Python's own statistics.

    stats_reference.py RECORDS.jsonl BY TOLD.json [JUDGED [several]]

ends with 1 and says what differs. JUDGED: so many figures of indices must have been compared, or more. With "several" the
lines are those of several benches behind each other.
"""
import base64, collections, json, math, re, statistics, sys

records, by, told, least = sys.argv[1], sys.argv[2], json.load(open(sys.argv[3])), int((sys.argv[4:] + ["0"])[0])
several = sys.argv[5:] == ["several"]
groups = collections.defaultdict(lambda: {"runs": 0, "verdicts": collections.Counter(), "failing": collections.Counter(), "values": collections.defaultdict(list)})


def bounds(item):
    """Only the limits that these claims use, and read by a pattern of their own."""
    text, low, high = item.get("mse:limit", {}).get("mse:limit", ""), math.inf, -math.inf
    for bound in text.split(" or "):
        found = re.fullmatch(r"(<=|>=|±) (-?[\d.]+)(.*)", bound)
        if found:
            kind, number = found[1], float(found[2])
            if found[3].strip() == "%rd":
                number *= abs(item["mse:reference"]) / 100
            ends = {"<=": (-math.inf, number), ">=": (number, math.inf), "±": (-number, number)}[kind]
        else:
            found = re.fullmatch(r"(-?[\d.]+) \.\. (-?[\d.]+) .*", bound)
            if not found:
                return None
            ends = float(found[1]), float(found[2])
        low, high = min(low, ends[0]), max(high, ends[1])
    return round(low, 9), round(high, 9)


for line in open(records):
    payload = json.loads(line)["payload"]
    event = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    run = event.get("mse:run")
    if not run:
        continue
    bench = event["mse:log"]["mse:bench"]
    dut = {pair["mse:name"]: pair["mse:value"] for pair in run["mse:dut"]}
    name = {"protocol": run["mse:protocol"], "version": f"{run['mse:protocol']} {run['mse:version']}",
            "maker": dut.get("maker", dut.get("ma", "")), "slot": (bench + " " if several else "") + str(run["mse:slot"]), "bench": bench}[by]
    group = groups[run["mse:simulated"], name]
    group["runs"] += 1
    group["verdicts"][run["mse:verdict"]] += 1
    if run["mse:verdict"] in ("ERROR", "ABORTED"):
        continue
    failed = set()
    for report in event["sensorElementList"][0]["sensorReport"]:
        item = report.get("mse:item", {})
        key = tuple(item.get("mse:" + k) for k in ("step", "measure", "key", "adjustment"))
        ends = bounds(item)
        if item.get("mse:verdict") == "FAIL":
            failed.add(key)
        if ends and "mse:value" in item:
            group["values"][key + ends].append(item["mse:value"])
    group["failing"].update(failed)

wrong, compared = [], 0


def same(what, one, other):
    ok = one == other if not isinstance(one, float) else other is not None and math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    if not ok:
        wrong.append(f"{what}: {one} here, {other} there")


def compare(group, there, name):
    global compared
    same(name + " runs", group["runs"], there["runs"])
    same(name + " verdicts", dict(group["verdicts"]), there["verdicts"])
    decided = group["verdicts"]["PASS"] + group["verdicts"]["FAIL"]
    same(name + " yield", group["verdicts"]["PASS"] / decided if decided else None, there.get("yield"))
    failing = collections.Counter()
    for one in there["failing"]:
        failing[tuple(one.get(k) for k in ("step", "measure", "key", "adjustment"))] += one["count"]
    same(name + " failing", dict(group["failing"]), dict(failing))
    same(name + " order", [f["count"] for f in there["failing"]], sorted((f["count"] for f in there["failing"]), reverse=True))
    total, so_far = sum(group["failing"].values()), 0
    for one in there["failing"]:
        so_far += one["count"]
        same(name + " cumulative", so_far / total, one["cumulative"])
    seen = set()
    for one in there["measures"]:
        key = tuple(one.get(k) for k in ("step", "measure", "key", "adjustment"))
        key += (round(one.get("low", -math.inf), 9), round(one.get("high", math.inf), 9))
        seen.add(key)
        values = group["values"].get(key, [])
        same(f"{name} {key} n", len(values), one["n"])
        if len(values) < 2 or wrong:
            continue
        mean, s = statistics.fmean(values), statistics.stdev(values)
        same(f"{name} {key} mean", mean, one["mean"])
        if not math.isclose(s, one["deviation"], rel_tol=1e-6, abs_tol=1e-12):
            wrong.append(f"{name} {key} s: {s} here, {one['deviation']} there")
        if len(values) < 25 or s < 1e-12:
            continue
        nearest = min(key[-1] - mean, mean - key[-2])
        within = statistics.fmean(abs(a - b) for a, b in zip(values, values[1:])) / 1.1283791670955126
        ppk = nearest / 3 / s
        wide = 1.959964 * math.sqrt(1 / 9 / len(values) + ppk**2 / 2 / (len(values) - 1))
        for what, one_figure in (("ppk", ppk), ("cpk", nearest / 3 / within if within else None), ("ppk_low", ppk - wide), ("ppk_high", ppk + wide)):
            there_figure = one.get(what)
            if (one_figure is None) != (there_figure is None) or (one_figure is not None and not math.isclose(one_figure, there_figure, rel_tol=1e-4)):
                wrong.append(f"{name} {key} {what}: {one_figure} here, {there_figure} there")
            compared += 1
    same(name + " measures", sorted(map(str, group["values"])), sorted(map(str, seen)))


same("groups", sorted(groups), sorted((g["simulated"], g["of"]) for g in told))
for there in told:
    if (there["simulated"], there["of"]) in groups:
        compare(groups[there["simulated"], there["of"]], there, there["of"])
if compared < least:
    wrong.append(f"only {compared} figures of indices were compared")
print(*wrong[:10], sep="\n")
print(f"{compared} figures of indices compared")
sys.exit(bool(wrong))
