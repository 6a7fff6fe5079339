# SPDX-License-Identifier: Apache-2.0
"""disagreements.toml, which says how it is written, and its tables in docs/parser.md."""
import pathlib
import tomllib
from fnmatch import fnmatchcase

HERE = pathlib.Path(__file__).parent
FILE = HERE / "disagreements.toml"
DOCUMENT = HERE.parents[1] / "docs" / "parser.md"
SERVERS = {"node": "Node", "nginx": "nginx", "haproxy": "haproxy"}
# kind: what a cell of its table says
KINDS = {"differs": "differs", "odd": "differs", "strict": "answers", "lax": "refuses"}
BEGIN, END = "<!-- {}: made by tests/head/differential.py --table -->", "<!-- end of {} -->"


def read():
    rows = tomllib.loads(FILE.read_text(encoding="ascii"))["row"]
    for row in rows:
        needed = {"kind", "what", "why"} | ({"guard"} if row.get("kind") == "differs" else set())
        if row.get("kind") not in KINDS or needed - row.keys() or row.keys() - needed - SERVERS.keys():
            raise SystemExit(f"{FILE.name}: {row.get('what')}: its keys are {', '.join(row)}")
    return rows


def patterns(row, server):
    """(pattern, whether it depends on the version)"""
    return [(text.removesuffix("?"), text.endswith("?")) for text in row.get(server, [])]


def explains(row, found):
    return row["kind"] == found.kind and any(fnmatchcase(found.case, p) for p, _ in patterns(row, found.server))


def unexplained(rows, every):
    """What is in no row or in several, and what in the rows is not there."""
    wrong = []
    for found in every:
        count = sum(explains(row, found) for row in rows)
        if count != 1:
            wrong.append(f"{found.kind}, {found.server}, {found.case}: in {count} rows of {FILE.name}; {found.what}")
    for row in rows:
        for server in SERVERS:
            there = [found.case for found in every if (found.kind, found.server) == (row["kind"], server)]
            for pattern, by_version in patterns(row, server):
                if not by_version and not any(fnmatchcase(case, pattern) for case in there):
                    wrong.append(f"{FILE.name}: {row['what']}: {server} no longer disagrees about {pattern}")
    return wrong


def cell(row, server):
    which = patterns(row, server)
    if not which:
        return ""
    return KINDS[row["kind"]] + (" (some versions)" if all(by_version for _, by_version in which) else "")


def table(rows, kind):
    guarded = kind == "differs"
    head = ["what", *SERVERS.values(), "why"] + (["what protects"] if guarded else [])
    lines = [head, ["---"] * len(head)]
    for row in rows:
        if row["kind"] == kind:
            cells = [row["what"], *(cell(row, server) for server in SERVERS), row["why"]]
            lines.append(cells + ([row["guard"]] if guarded else []))
    return "".join(f"| {' | '.join(line)} |\n".replace("|  |", "| |").replace("|  |", "| |") for line in lines)


def with_tables(text, rows):
    for kind in KINDS:
        begin, end = BEGIN.format(kind), END.format(kind)
        before, _, rest = text.partition(begin)
        _, there, after = rest.partition(end)
        if not there:
            raise SystemExit(f"{DOCUMENT.name}: there is no {begin} ... {end}")
        text = f"{before}{begin}\n{table(rows, kind)}{end}{after}"
    return text


def outdated(rows):
    text = DOCUMENT.read_text(encoding="utf-8")
    if text == with_tables(text, rows):
        return []
    return [f"docs/{DOCUMENT.name} is not what {FILE.name} says; tests/head/differential.py --table brings it up to date"]


def write():
    DOCUMENT.write_text(with_tables(DOCUMENT.read_text(encoding="utf-8"), read()), encoding="utf-8")
