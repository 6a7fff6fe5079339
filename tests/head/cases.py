#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Reads smuggling.txt, which says how it is written.

usage: cases.py FOLDER   the cases as inputs of fuzz.cc, a file each
"""
import pathlib
import re
import sys
from dataclasses import dataclass

LIST = pathlib.Path(__file__).with_name("smuggling.txt")
EXPECTED = ("http odd more method target version line-end folded name value count host framing length").split()
PART = re.compile(r'\s*"((?:[^"\\]|\\.)*)"(?:\*(\d+))?')
ESCAPE = re.compile(r'\\(x[0-9a-f]{2}|.)|([^\x20-\x7e])')
PLAIN = {"r": "\r", "n": "\n", "t": "\t", "0": "\0", "\\": "\\", '"': '"'}


@dataclass
class Case:
    name: str
    group: str
    expected: str
    data: bytes


def unescape(text, where):
    def one(match):
        code = match[1]
        if code and len(code) == 3:
            return chr(int(code[1:], 16))
        if code not in PLAIN:
            raise SystemExit(f"{where}: there is no {match[0]!r}")
        return PLAIN[code]

    return ESCAPE.sub(one, text).encode("latin-1")


def parse_bytes(text, where):
    data, at = b"", 0
    while at < len(text.rstrip()):
        part = PART.match(text, at)
        if not part:
            raise SystemExit(f"{where}: no string: {text[at:]}")
        data += unescape(part[1], where) * int(part[2] or 1)
        at = part.end()
    return data


def read(path=LIST):
    """All cases by their name, in the order of the file."""
    lines = []
    for number, line in enumerate(path.read_text(encoding="ascii").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line[0].isspace():
            lines[-1][1] += line
        else:
            lines.append([f"{path.name}:{number}", line])
    cases, group = {}, ""
    for where, line in lines:
        if line.startswith("== "):
            group = line[3:]
            continue
        name, expected, text = line.split(None, 2)
        if name in cases or expected not in EXPECTED:
            raise SystemExit(f"{where}: {name} {expected}: there twice, or no such expectation")
        cases[name] = Case(name, group, expected, parse_bytes(text, where))
    return cases


def main():
    folder = pathlib.Path(sys.argv[1])
    for number, case in enumerate(read().values()):
        # into pieces of 2 bytes, or of up to 256; long ones would take long in small pieces
        cut = number * 37 % 255 + 1 if len(case.data) < 1000 else 255
        (folder / case.name).write_bytes(bytes([cut]) + case.data)


if __name__ == "__main__":
    main()
