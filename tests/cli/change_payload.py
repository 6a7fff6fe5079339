#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Changes the payload of an unsigned RPM whose payload is not compressed, and makes its digests right again.

usage: change_payload.py PACKAGE OLD NEW

OLD and NEW are bytes as Python writes them, of the same length; OLD stands in the payload exactly once. What an attacker can
do who builds the package himself, and rpmbuild does not.
"""
import ast
import hashlib
import struct
import sys

LEAD = 96


def header_end(data, at):
    """The end of the header that begins at a place (RPM's file format, section "Header")."""
    assert data[at:at + 3] == b"\x8e\xad\xe8"
    entries, size = struct.unpack(">II", data[at + 8:at + 16])
    return at + 16 + 16 * entries + size


def replaced(data, old, new, where):
    assert len(old) == len(new) and data.count(old) == 1, f"{where}: {data.count(old)} times {old!r}"
    return data.replace(old, new)


def main():
    path, old, new = sys.argv[1], *(ast.literal_eval(f"b'{word}'") for word in sys.argv[2:])
    with open(path, "rb") as file:
        data = file.read()
    signature_end = -(-header_end(data, LEAD) // 8) * 8
    end = header_end(data, signature_end)
    signature, header, payload = data[:signature_end], data[signature_end:end], data[end:]
    changed = replaced(payload, old, new, "payload")
    # the payload's digest is in the header once or, with the one of what is compressed, twice
    digests = [hashlib.sha256(text).hexdigest().encode() for text in (payload, changed)]
    assert digests[0] in header, "no SHA-256 of the payload"
    head = header.replace(*digests)
    for algorithm in (hashlib.sha1, hashlib.sha256):
        digest = algorithm(header).hexdigest().encode()
        if digest in signature:
            signature = replaced(signature, digest, algorithm(head).hexdigest().encode(), algorithm.__name__)
    digest = hashlib.md5(header + payload).digest()
    if digest in signature:
        signature = replaced(signature, digest, hashlib.md5(head + changed).digest(), "md5")
    with open(path, "wb") as file:
        file.write(signature + head + changed)


main()
