# SPDX-License-Identifier: Apache-2.0
"""A run's journal (bench/README.md), read by another path than Davy's own: for claims that work its figures out again."""

import json
import struct

SENT, RECEIVED, SAMPLE = 1, 2, 4  # kinds of entries


def read_journal(path):
    """As they stand: each line as (what it says, None), each entry of a segment as (None, (kind, port or channel, ns, bytes))."""
    with open(path, "rb") as journal:
        for line in iter(journal.readline, b""):
            said = json.loads(line.rsplit(b" ", 1)[0])
            if said["k"] != "segment":
                yield said, None
                continue
            raw, at = journal.read(said["bytes"] + 1), 0
            while at < said["bytes"]:
                kind, _, subject, size, time = struct.unpack_from("<BBHIq", raw, at)
                yield None, (kind, subject, time, raw[at + 16 : at + 16 + size])
                at += 16 + size
