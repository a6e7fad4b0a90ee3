#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""report_numbers.py RUN_FOLDER PAGE TEMPLATES TEMPLATE LABORATORY [HTML]: is every number on a page the record's, and is every figure of the record on it?

An independent reading: the record is decoded here from its JWS, the journal's lines are taken as text, and the page as the
words that a reader sees, out of HTML or out of what pdftotext gave; what stands on the axes of its curves is told from its
HTML, and is claimed elsewhere (test_curve.c). Prints what does not fit; the exit status is 1 then.
"""

import base64
import glob
import hashlib
import html
import json
import re
import sys

NUMBER = re.compile(r"\d+(?:\.\d+)?")


def words_of_html(text):
    text = re.sub(r"(?s)<style>.*?</style>", "", text)
    text = re.sub(r"(?s)<svg.*?</svg>", "", text)
    return html.unescape(re.sub(r"<[^>]*>", "\n", text))


def texts_in(value):
    if isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from texts_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_in(each)
    elif value is not None:
        yield value if isinstance(value, str) else json.dumps(value)


def record_of(folder):
    payload = json.load(open(folder + "/record.json"))["payload"]
    payload = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    return json.loads(payload), hashlib.sha256(payload).hexdigest()


def digest_of_template(folder, name):
    """As the page says it: over names and bytes in the order in which files are met."""
    files = []

    def meet(each):
        text = open(f"{folder}/{each}", "rb").read()
        files.append(each.encode() + b"\0" + text + b"\0")
        for inner in re.findall(rb'{%\s*include\s+"([^"]+)"\s*%}', text):
            meet(inner.decode())

    meet(name)
    return hashlib.sha256(b"".join(files)).hexdigest()


def journal_lines(folder):
    for line in open(folder + "/journal", "rb").read().split(b"\n"):
        start = line.find(b'{"k":')
        if start >= 0:
            yield line[start:].decode("utf-8", "replace")


def rounded_in(folder):
    """Numbers of the journal's readings as a page may round them: how many digits, the page says."""
    numbers = []
    for line in journal_lines(folder):
        line = json.JSONDecoder().raw_decode(line)[0]
        seconds = line.get("t", 0) / 1e9
        numbers += [seconds % 60, seconds // 60 % 60, seconds // 3600]
        for member, times in (("value", 1), ("u", 2), ("U", 1)):
            if isinstance(line.get(member), (int, float)):
                numbers.append(abs(line[member] * times))
    return numbers


def is_rounded(token, numbers):
    digits = len(token.partition(".")[2])
    # the time of a row is cut, not rounded
    return any(f"{x:.{digits}f}" == token or int(x * 10**digits) == round(float(token) * 10**digits) for x in numbers)


def items_of(record):
    for element in record.get("sensorElementList", []):
        for report in element["sensorReport"]:
            yield report["mse:item"]


def squeezed(text):
    return re.sub(r"\s+", "", text)


def missing_figures(record, page):
    """Figures of the record that the page does not show, as often as the record has them."""
    shown, wanted = squeezed(page), {}
    for item in items_of(record):
        for text in (item.get("mse:display"), item.get("mse:limit", {}).get("mse:limit")):
            if text:
                wanted[squeezed(text)] = wanted.get(squeezed(text), 0) + 1
    return [text for text, count in wanted.items() if shown.count(text) < count]


def main():
    folder, path, templates, name, laboratory = sys.argv[1:6]
    page = open(path).read()
    if path.endswith(".html"):
        page = words_of_html(page)
    record, digest = record_of(folder)
    for of_all in (digest, digest_of_template(templates, name)):
        if of_all not in squeezed(page) and of_all == digest:
            print(f"{path}: the record's digest is not on it")
            return 1
        page = re.sub(r"\s*".join(of_all), "", page)
    known = open(laboratory).read() + "\n".join(texts_in(record)) + "\n".join(journal_lines(folder)) + open(folder + "/record.json").read()
    if len(sys.argv) > 6:
        known += "\n".join(re.findall(r"(?s)<svg.*?</svg>", open(sys.argv[6]).read()))
    for name in glob.glob(templates + "/*.html"):
        known += re.sub(r"(?s)<style>.*?</style>", "", open(name).read())
    allowed = set(NUMBER.findall(known))
    # rows and pages are counted on the page itself
    allowed |= {str(n) for n in range(0, len(list(items_of(record))) + 40)}
    rounded, strangers = rounded_in(folder), []
    for token in NUMBER.findall(page):
        if token not in allowed and token not in known and not is_rounded(token, rounded):
            strangers.append(token)
    lost = missing_figures(record, page)
    for token in strangers:
        print(f"{path}: {token} is in no record, journal or template")
    for text in lost:
        print(f"{path}: {text} of the record is not on the page as often as it was measured")
    seen = len(NUMBER.findall(page))
    if seen < 20:
        print(f"{path}: only {seen} numbers were found; this reads nothing")
        return 1
    return 1 if strangers or lost else 0


sys.exit(main())
