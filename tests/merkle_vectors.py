# SPDX-License-Identifier: Apache-2.0
"""Prints what tests/test_merkle.c expects of trees of 1 to 200 leaves, from RFC 6962's definitions alone.

Leaf i is the decimal number i. Each printed digest is the SHA-256 of all hashes of its kind, one after the other:
the roots by size, the inclusion proofs by size and leaf, the consistency proofs by size and older size. Of trees of
more than 64 leaves only each seventh leaf and older size has its proofs.
"""
import functools
import hashlib

MOST = 200


def sha256(data):
    return hashlib.sha256(data).digest()


def split(n):
    k = 1
    while 2 * k < n:
        k *= 2
    return k


@functools.lru_cache(maxsize=None)
def mth(begin, end):
    if end - begin == 1:
        return sha256(b"\0" + str(begin).encode())
    k = begin + split(end - begin)
    return sha256(b"\1" + mth(begin, k) + mth(k, end))


def path(m, begin, end):
    if end - begin == 1:
        return []
    k = split(end - begin)
    if m < k:
        return path(m, begin, begin + k) + [mth(begin + k, end)]
    return path(m - k, begin + k, end) + [mth(begin, begin + k)]


def subproof(m, begin, end, whole):
    n = end - begin
    if m == n:
        return [] if whole else [mth(begin, end)]
    k = split(n)
    if m <= k:
        return subproof(m, begin, begin + k, whole) + [mth(begin + k, end)]
    return subproof(m - k, begin + k, end, False) + [mth(begin, begin + k)]


def step(n):
    return 7 if n > 64 else 1


sizes = range(1, MOST + 1)
roots = b"".join(mth(0, n) for n in sizes)
inclusion = b"".join(b"".join(path(m, 0, n)) for n in sizes for m in range(0, n, step(n)))
consistency = b"".join(b"".join(subproof(m, 0, n, True)) for n in sizes for m in range(1, n + 1, step(n)))
print("roots", sha256(roots).hex())
print("inclusion", sha256(inclusion).hex())
print("consistency", sha256(consistency).hex())
