#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Sends every case of smuggling.txt to the parser of kmesh.ko and to real servers, and compares what they understood.

Each disagreement must be explained by one row of disagreements.toml, and each row must explain something. docs/parser.md
shows the rows.

usage: differential.py PARSE            compare; PARSE is the program made of parse.cc
       differential.py PARSE CASE...    show what everybody says of these
       differential.py --table          write the rows into docs/parser.md
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import textwrap
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

import cases
import peers
import rows

# What is said from one hop to the next, and a proxy writes anew; and Host, which is compared for itself.
HOP = set("host connection keep-alive te trailer transfer-encoding upgrade content-length expect".split())


@dataclass
class Disagreement:
    server: str
    case: str
    kind: str
    what: str


def ask_ours(program, requests):
    sent = b"".join(b"%d\n" % len(data) + data for data in requests)
    done = subprocess.run([program], input=sent, stdout=subprocess.PIPE, check=True)
    lines = done.stdout.decode().split("\n")[:-1]
    if len(lines) != len(requests):
        raise peers.Trouble(f"{len(requests)} requests, {len(lines)} answers of {program}")
    return [json.loads(line) for line in lines]


def plain_host(host):
    """As it is compared: without its port and final dot."""
    name = re.fullmatch(r"(.*?)(:\d*)?", host.lower(), re.DOTALL)[1]
    return name[:-1] if len(name) > 1 and name.endswith(".") else name


def fields_of(pairs):
    fields = {}
    for name, value in pairs:
        fields.setdefault(name.lower(), []).append(value)
    return {name: values for name, values in fields.items() if name not in HOP}


def differences(ours, theirs):
    """What they read otherwise than we: a list of (subject, ours, theirs)."""
    found = []
    if ours["method"] != theirs.method:
        found.append(("method", ours["method"], theirs.method))
    found += [("host", ours["host"], host) for host in theirs.hosts if plain_host(host) != ours["host"]]
    path = ours["path"]
    if ours["target"] != "*":  # which is none; some say that it is *
        found += [("path", path, other) for other in theirs.paths if other != path]
    elif set(theirs.paths) - {"", "*"}:
        found.append(("path", path, theirs.paths))
    for other in theirs.parsed:
        if other is None or unquote_to_bytes(other) != unquote_to_bytes(path):
            found.append(("path", path, other))
    fields = fields_of(ours["fields"])
    other = {name: values for name, values in theirs.fields.items() if name not in HOP}
    for name in sorted(fields.keys() | other.keys()):
        if fields.get(name) != other.get(name):
            found.append((name, fields.get(name), other.get(name)))
    return found


def judge(ours, theirs):
    """(kind, what) of a disagreement, or None."""
    if ours["state"] not in ("http", "odd"):
        return ("strict", f"ours: {ours['state']}") if theirs else None
    if not theirs:
        return "lax", "refused"
    found = differences(ours, theirs)
    if not found:
        return None
    what = "; ".join(f"{subject}: ours {short(a)}, theirs {short(b)}" for subject, a, b in found)
    odd = ours["state"] == "odd" and all(subject == "path" for subject, _, _ in found)
    return ("odd" if odd else "differs"), what


def short(value):
    return textwrap.shorten(repr(value), 100)


def compare(program, servers, wanted):
    """All disagreements, and what went wrong besides."""
    ours = ask_ours(program, [case.data for case in wanted])
    wrong = [
        f"{case.name}: ours says {said['state']}, smuggling.txt {case.expected}"
        for case, said in zip(wanted, ours)
        if said["state"] != case.expected
    ]

    def ask_all(server):
        return [server.send(case.data)[0] for case in wanted]

    found = []
    with ThreadPoolExecutor() as pool:
        for server, answers in zip(servers, pool.map(ask_all, servers)):
            for case, said, theirs in zip(wanted, ours, answers):
                if judged := judge(said, theirs):
                    found.append(Disagreement(server.name, case.name, *judged))
    return found, wrong


def show(program, servers, wanted):
    for case, ours in zip(wanted, ask_ours(program, [case.data for case in wanted])):
        print(f"{case.name}: {case.data[:400]!r}\n  ours     {ours}")
        for server in servers:
            theirs, status = server.send(case.data)
            print(f"  {server.name:8} {status} {theirs}\n           {judge(ours, theirs)}")


def main(program, *names):
    every = cases.read()
    table = rows.read()
    with tempfile.TemporaryDirectory(prefix="kmesh-head.") as folder:
        servers = []
        try:
            for server in peers.SERVERS:
                servers.append(server(pathlib.Path(folder)))
            if names:
                return show(program, servers, [every[name] for name in names])
            found, wrong = compare(program, servers, list(every.values()))
            versions = ", ".join(f"{server.name} {server.version()}" for server in servers)
        finally:
            for server in servers:
                server.stop()
    wrong += rows.unexplained(table, found)
    wrong += rows.outdated(table)
    for line in wrong:
        print(f"FAILED: {line}", file=sys.stderr)
    kinds = ", ".join(f"{kind} {sum(d.kind == kind for d in found)}" for kind in rows.KINDS)
    print(f"{len(every)} cases, {versions}; {len(found)} disagreements ({kinds}), {len(table)} rows")
    return 1 if wrong else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--table"]:
        sys.exit(rows.write())
    try:
        sys.exit(main(*sys.argv[1:]))
    except peers.Trouble as trouble:
        sys.exit(f"FAILED: {trouble}")
