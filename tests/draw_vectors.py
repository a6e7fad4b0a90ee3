# SPDX-License-Identifier: Apache-2.0
"""Prints what tests/test_unit_draw.c expects, from the words of bench/record/unit_draw.h alone.

A unit's ticket is the SHA-256 of the text "SEED LIST SERIAL"; the units with the smallest tickets are drawn, in their order.
Each line is a list's SHA-256 or what is drawn from it.
"""
import hashlib


def digest_of(serials):
    return hashlib.sha256("".join(s + "\n" for s in sorted(serials, key=str.encode)).encode()).hexdigest()


def drawn(serials, seed, wanted):
    listed = digest_of(serials)
    return sorted(serials, key=lambda s: hashlib.sha256(f"{seed} {listed} {s}".encode()).digest())[:wanted]


def numbered(count):
    return [f"B-{i:04d}" for i in range(1, count + 1)]


CHINESE = ["矿A-01", "矿A-02", "B 7", "ｚ9", "\U00020000"]
KERNEL = "00112233445566778899aabbccddeeff" * 2
DICE = "3162" * 6 + "5"

for serials, seed, wanted in ((numbered(60), KERNEL, 6), (numbered(60), DICE, 6), (CHINESE, DICE, 5), (numbered(100000), KERNEL, 4)):
    print("list", digest_of(serials))
    print("drawn", " ".join(drawn(serials, seed, wanted)))
