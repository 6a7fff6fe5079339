#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a reader finds: README's first screen answers the first six questions, and links lead to every page.

usage: pages.py [CHECKOUT]
"""
import os
import subprocess
import sys
from pathlib import Path

from blocks import links_of

# what must be in sight, and how it is written there
ANSWERS = {
    "what": "# Kmesh", "how": "    make kernel", "why": "**Why**", "how long": "**How long**",
    "what it changes": "**What it changes on your machine**", "how to undo": "**How to undo**",
}
LINES, COLUMNS = 30, 80


def hidden_answers(text):
    """The questions that the first screen leaves open: an answer is in sight with its whole line."""
    shown, height = [], 0
    for line in text.split("\n"):
        folded = subprocess.run(["fold", "-s", "-w", str(COLUMNS)], input=line, capture_output=True, text=True, check=True).stdout
        height += folded.count("\n") + 1
        if height > LINES:
            break
        shown.append(line)
    seen = "\n".join(shown)
    return [question for question, answer in ANSWERS.items() if answer not in seen]


def unlinked_pages(checkout):
    """The pages below docs/ that no way of links from README or ARCHITECTURE leads to."""
    found, ahead = set(), [checkout / "README.md", checkout / "ARCHITECTURE.md"]
    while ahead:
        page = ahead.pop()
        if page in found or not page.is_file():
            continue
        found.add(page)
        ahead += [Path(os.path.normpath(page.parent / target)) for _, target in links_of(page.read_text()) if target.endswith(".md")]
    return sorted(str(page.relative_to(checkout)) for page in checkout.glob("docs/**/*.md") if page not in found)


def faults(checkout):
    hidden = hidden_answers((checkout / "README.md").read_text())
    return ([f"README.md: not within {LINES} lines of {COLUMNS} columns: {question}" for question in hidden] +
            [f"{page}: no link leads here" for page in unlinked_pages(checkout)])


if __name__ == "__main__":
    found = faults(Path(os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.environ["REPOSITORY"])))
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")
    sys.exit(1 if found else 0)
