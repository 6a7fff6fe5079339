# SPDX-License-Identifier: Apache-2.0
"""The code blocks of the project's documents, and the commands in them.

A block is lines indented by four blanks more than the text around it, after an empty line or a marker. It has commands, unless a
marker in the line before it says what it is else:

    <!-- needs ... -->               commands for a host that is not here; NEEDS has all that may be said
    <!-- ends with exit code N -->   commands, the last of which ends so
    <!-- output -->                  what the last command before it prints; `...` stands for anything
    <!-- no commands -->             a list, or lines of a file
    <!-- the file PATH -->           that file, whole
    <!-- into PATH, before "LINE" --> lines to be put into that file, before its last line that begins so
"""
import re
from dataclasses import dataclass

NEEDS = (
    "needs a host that is not here",
    "needs root on a host of its own",
    "needs a kernel with kmesh.ko",
)
MARKER = re.compile(r"<!-- (.*) -->")
HERE_DOCUMENT = re.compile(r"(?<!<)<<-?'?(\w+)'?")


@dataclass
class Block:
    document: str
    line: int  # of the document, of the block's first line
    kind: str  # commands, needs, output, none, file, into
    lines: list
    code: int = 0
    path: str = ""
    before: str = ""

    def where(self):
        return f"{self.document}:{self.line}"


@dataclass
class Command:
    line: int
    text: str  # as it stands, with its here-document

    def first(self):
        """Its first line without a comment: what a person would say it is."""
        return re.sub(r"\s+#\s.*$", "", self.text.split("\n")[0]).strip()


class Unclear(Exception):
    pass


def kind_of(marker):
    """A marker's words as (kind, what it says besides)."""
    if marker in NEEDS:
        return "needs", {}
    if marker == "output":
        return "output", {}
    if marker == "no commands":
        return "none", {}
    if found := re.fullmatch(r"ends with exit code ([0-9]+)", marker):
        return "commands", {"code": int(found[1])}
    if found := re.fullmatch(r"the file (\S+)", marker):
        return "file", {"path": found[1]}
    if found := re.fullmatch(r'into (\S+), before "(.*)"', marker):
        return "into", {"path": found[1], "before": found[2]}
    return None


def read_blocks(document, text):
    blocks, marker, open_block = [], None, None
    before = ""  # the line before; a block begins behind an empty one or a marker
    for number, line in enumerate(text.split("\n"), 1):
        if "```" in line or line.startswith("\t"):
            raise Unclear(f"{document}:{number}: blocks of this project are indented by four blanks")
        inside = line.startswith("    ") and (open_block or not before.strip() or MARKER.match(before.strip()))
        if inside:
            if not open_block:
                kind, more = kind_of(marker) if marker else ("commands", {})
                open_block = Block(document, number, kind, [], **more)
                blocks.append(open_block)
                marker = None
            open_block.lines.append(line)
        elif not line.strip() and open_block:
            open_block.lines.append("")  # may be one within the block
        else:
            open_block = None
            found = MARKER.fullmatch(line.strip())
            if found and kind_of(found[1]):
                marker = found[1]
            elif found and found[1].startswith("needs"):
                raise Unclear(f"{document}:{number}: no such marker is known: {found[1]}")
            elif marker and line.strip():
                raise Unclear(f"{document}:{number}: the marker '{marker}' has no block behind it")
        before = line
    if marker:
        raise Unclear(f"{document}: the marker '{marker}' has no block behind it")
    for block in blocks:
        while not block.lines[-1]:
            block.lines.pop()
        # what is shown of an output or file may begin further in; commands may stand in a list
        first = block.lines[0]
        shift = len(first) - len(first.lstrip()) if block.kind in ("commands", "needs") else 4
        block.lines = [line[shift:] for line in block.lines]
    return blocks


def commands_of(block):
    """A block's commands: lines, those that a backslash continues, and here-documents with their text."""
    commands, lines, at = [], block.lines, 0
    while at < len(lines):
        start = at
        while lines[at].endswith("\\") and at + 1 < len(lines):
            at += 1
        if found := HERE_DOCUMENT.search(lines[at]):
            try:
                at = lines.index(found[1], at + 1)
            except ValueError:
                raise Unclear(f"{block.where()}: a here-document without its end {found[1]}") from None
        at += 1
        text = "\n".join(lines[start:at])
        if text.strip() and not text.lstrip().startswith("#"):
            commands.append(Command(block.line + start, text))
    return commands


def spans_of(text):
    """The calls of the program and of make within sentences and tables, as commands; one may go on in the next line."""
    call = re.compile(r"`((?:(?:build/)?kmesh-kernel|make)\s[A-Za-z][^`]*)`")
    prose = "\n".join("" if line.startswith("    ") else line for line in text.split("\n"))
    return [Command(prose.count("\n", 0, found.start()) + 1, " ".join(found[1].split())) for found in call.finditer(prose)]


def links_of(text):
    """(line, target) of what a document refers to in the checkout."""
    link = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
    lines = enumerate(text.split("\n"), 1)
    return [(number, target) for number, line in lines for target in link.findall(line) if ":" not in target]
