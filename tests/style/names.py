#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Names of unnamed namespaces are used once in a library: several of its files are compiled as one (KMESH_UNITY), where a second
function of the same name would be an overload that nobody meant, and no compiler would say so.

usage: names.py FILE...    each file's library is its folder, of tests all tests; a name may be used twice for the same alias
"""
import collections
import pathlib
import re
import sys

DECLARED = re.compile(r"""(?:(?:struct|class|enum\ class|enum)\ (?P<type>\w+)\b
                          |(?:using|namespace)\ (?P<alias>\w+)\ =
                          |[A-Za-z_][\w:<>,&*\ "\[\]]*?[\ &*](?P<name>\w+)\s*(?:\(|=|\[|\{|;))""", re.VERBOSE)


def declared(lines):
    """(name, whole line or "" where it is no alias) of what begins a line in an unnamed namespace."""
    unnamed = False
    for line in lines:
        if line.startswith("namespace {"):
            unnamed = True
        elif line.startswith("}  // namespace") and not line.startswith("}  // namespace k"):
            unnamed = False
        elif unnamed and (match := DECLARED.match(line)):
            yield match["type"] or match["alias"] or match["name"], line.strip() if match["alias"] else ""


def main(files):
    uses = collections.defaultdict(dict)  # (library, name) -> {file: alias}
    for file in map(pathlib.Path, files):
        library = "tests" if file.stem.endswith("_test") else file.parent
        for name, alias in declared(file.read_text().splitlines()):
            uses[library, name].setdefault(str(file), alias)
    failed = False
    for (library, name), places in sorted(uses.items(), key=str):
        if len(places) > 1 and (len(set(places.values())) > 1 or "" in places.values()):
            print(f"{name} is declared in the unnamed namespaces of {' and '.join(sorted(places))}", file=sys.stderr)
            failed = True
    if not uses:
        sys.exit("no name was found in any unnamed namespace")
    return failed


sys.exit(main(sys.argv[1:]))
