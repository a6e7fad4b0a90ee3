#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Has every reason that a verdict can have a Chinese form?

    reasons.py BENCH          the sources: prints each English reason that the tables of bench/run/reason_table.c and
                              reason_of_proof.c do not have

Where reasons are made is listed here, and a file that ends runs and is not listed is one, too. A sentence of the source is in the table
when its words stand in one form, in their order. What only the author of a script reads (ERROR_USAGE) is English by design.
"""
import os
import re
import sys

MADE_IN = """
verdict/decision.c verdict/series.c codec/modbus.c codec/frame.c port/link.c port/serial_fd.c port/serial_real.c port/serial_sim.c port/serial_tty.c
port/gpio_input.c port/gpio_hold.c port/gpio_real.c port/gpio_v1.c port/gpio_v2.c loop/child.c wire/peer.c
run/judgement.c run/judgement_verdict.c run/limit_set.c:snprintf run/condition.c run/evidence.c run/course.c run/course_conditions.c
run/course_share.c run/course_trace.c run/course_interruption.c run/run.c run/run_runner.c run/run_keep.c run/run_operate.c:run_end_early
run/batch.c:batch_stop run/desk.c:batch_stop run/controller.c:journal_end_cut_short run/qualify_plug.c:not_pulled run/qualify_trip.c run/follow.c run/run_answer.c run/guard.c run/guard_contacts.c
run/guard_gas.c run/guard_settings.c run/guard_watch.c run/gas_supply.c run/exchange.c run/slot.c run/slot_acts.c
run/slot_channels.c run/slot_links.c run/slot_safe.c run/slot_streams.c run/slot_up.c run/slot_wires.c run/slot_breath.c
run/consumed.c run/world.c run/writer.c cli/attend.c:stop
record/log_read.c record/store_compare.c run/run_proof.c run/proof.c run/proof_state.c run/proof_bundle.c run/proof_people.c run/proof_lots.c
run/proof_jobs.c run/journal_read.c:broken record/bag_check.c:fault record/key.c
""".split()

# The end of a run is begun by one of these.
ENDS = re.compile(r"\b(slot_trip|run_end_early|end_by_trip|inconclusive|judge_unreached)\s*\(")
CALL = re.compile(
    r"\b(error_set|error_os|error_context|slot_trip|run_end_early|end_by_trip|inconclusive|judge_unreached|snprintf|"
    r"proof_problem|proof_owed|differs|bad_series|broken|fault)\s*\("
)

# Sentences that no verdict has for its reason.
OTHERS = {
    "%s, in the Modbus request %s": "what a twin says to a request that Davy itself made",
    "number %zu of the frame": "leads an error of the author of a driver",
    "step '%s', measure '%s'": "leads an error of the author of a script",
    "limit set '%s' of %s": "the name of a limit set",
    "laboratory": "of the same",
    "delay:%s": "the name of a source of uncertainty",
    "%s (%s register %u)": "the name of a question",
    "holding": "of the same",
    "input": "of the same",
    "%s (holding register %u)": "of the same",
    "fault '%s'": "leads an error of the author of a world",
    "line %u of %s (%s)": "the name of a line",
    "the kernel": "who has a line",
    "unknown": "a signal without a name",
    "/dev/%s": "a path",
    "/proc/self/fd/%d": "a path",
    "descriptor %d": "a path that is not known",
    "%s/consumed": "a path",
    '"kind":"': "what is looked for in a record",
    "subject": "of the same",
    '{"k":"segment",': "how a line begins",
    '{"k":"verdict",': "of the same",
    "bagit.txt": "a file",
    "records/records.db": "a path",
    "records/records.jsonl": "a path",
    "data/runs/": "a path",
    "data/checkpoint": "a path",
    "data/records": "a path",
    "cannot start the thread that writes to the disk": "before any run",
}


def without_comments(text):
    return re.sub(r"/\*.*?\*/", " ", text, flags=re.S)


def arguments(text, at):
    """The text from the parenthesis at `at` to its other one."""
    depth, i = 0, at
    while i < len(text):
        if text[i] == '"':
            i += 1
            while text[i] != '"':
                i += 2 if text[i] == "\\" else 1
        elif text[i] == "'":
            i += 3 if text[i + 1] == "\\" else 2
        elif text[i] == "(":
            depth += 1
        elif text[i] == ")":
            depth -= 1
            if not depth:
                break
        i += 1
    return text[at : i + 1]


def literals(text):
    """Its strings, those that stand side by side as one."""
    joined = re.sub(r'"\s*\n\s*"', "", text)
    return [s.replace('\\"', '"') for s in re.findall(r'"((?:[^"\\]|\\.)*)"', joined)]


def pieces(sentence):
    """What of it is its own: no parts, no marks around them."""
    own = re.split(r"%[-+0-9.*]*(?:ll|l|z|h)?[a-zA-Z]", sentence.replace("%%", "\0"))
    return [p.replace("\0", "%").strip(" :%") for p in own if re.search(r"[A-Za-z]{2}", p)]


def table(bench):
    rows = []
    for name in ("run/reason_table.c", "run/reason_of_proof.c"):
        text = open(os.path.join(bench, name), encoding="utf-8").read()
        rows += re.findall(r"\{(\s*\"(?:[^{}]|\{\d[?!+]?\})*)\}", text)
    return [literals(row)[0] for row in rows]


def stands_in(sentence, form):
    at = 0
    for piece in pieces(sentence):
        found = form.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return True


def sentences(bench, listed):
    """Of one file, those that it gives to the functions above; or to the one that is named behind a colon."""
    name, _, only = listed.partition(":")
    text = without_comments(open(os.path.join(bench, name), encoding="utf-8").read())
    calls = re.compile(rf"\b({only})\s*\(") if only else CALL
    for sentence in re.findall(r'static const char \w+\[\] =\s*("(?:[^"\\]|\\.|"\s*")*");', text):
        yield from literals(sentence)
    for call in calls.finditer(text):
        given = arguments(text, call.end() - 1)
        if "ERROR_USAGE" in given:
            continue
        for sentence in literals(given):
            if pieces(sentence):
                yield sentence


def main():
    bench = sys.argv[1]
    forms = table(bench)
    wrong, seen, others = [], 0, set(OTHERS)
    listed = {m.partition(":")[0] for m in MADE_IN}
    for folder in ("run", "verdict"):
        for name in sorted(os.listdir(os.path.join(bench, folder))):
            path = f"{folder}/{name}"
            if name.endswith(".c") and path not in listed:
                if ENDS.search(without_comments(open(os.path.join(bench, path), encoding="utf-8").read())):
                    wrong.append(f"{path}: it ends runs, and reasons.py does not look there")
    for path in MADE_IN:
        for sentence in sentences(bench, path):
            seen += 1
            others.discard(sentence)
            if sentence not in OTHERS and not any(stands_in(sentence, form) for form in forms):
                wrong.append(f"{path}: no Chinese for: {sentence}")
    wrong += [f"reasons.py: nothing says any more: {sentence}" for sentence in sorted(others)]
    for line in wrong:
        print(line)
    print(f"{seen} sentences of {len(MADE_IN)} files, {len(forms)} forms")
    return 1 if wrong or not seen else 0


sys.exit(main())
