#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the plan's verdicts against GNU patch, against what was constructed, and against what people said.

usage: oracle.py KMESH PATCHES TREES LABELS OUTPUT.md

PATCHES has a folder a package (5.10.262-1/patches/...), TREES a folder a baseline with the files that some patch touches and
the Makefile. Writes a table. Fails where a `needed` is refused by `patch -F0` or hides that patch moved a hunk, where a `present`
cannot be taken back or applies at its own lines (all of them) and is taken back elsewhere, where what was taken back is
`present`, where a pair that people labelled is said to be `needed`, `present` or `equivalent` and is not, where a
labelled patch is gone, where there are too few pairs, and where a share of the table is below FLOOR (or its own, in
LABEL_FLOORS). Single pairs that are judged more strictly than they were constructed or labelled are notes: the plan may be
stricter than GNU patch, as long as that is rare.
"""
import collections
import concurrent.futures
import csv
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

KMESH, PATCHES, TREES, LABELS, OUTPUT = sys.argv[1:6]
PATCHES, TREES = pathlib.Path(PATCHES), pathlib.Path(TREES)
BASELINES = ["5.10", "6.1", "6.12"]
SHIFT = "/* shifted */\n" * 7
FLOOR = 0.98  # of every recall, and of what was constructed
# `needed` by hand are those that a person had to look at: few, and chosen for being hard
LABEL_FLOORS = {"needed": 0.90}


def touched(text):
    """The paths of a diff, without a/ and b/."""
    names = re.findall(r"^(?:---|\+\+\+) [^/\n]+/([^\t\n]+?)\s*(?:\t.*)?$", text, re.M)
    names += re.findall(r"^rename (?:from|to) (.+)$", text, re.M)
    return sorted({n for n in names if ".." not in n.split("/") and not n.startswith("/")})


def copy_files(tree, names, target):
    for name in names + ["Makefile"]:
        source = tree / name
        if source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target / name)


def gnu_patch(tree, text, reverse=False):
    """Applies in place, strictly: (it did, some hunk was moved)."""
    command = ["patch", "-F0", "-E", "-p1", "-f", "--no-backup-if-mismatch", "-r", "-", "-d", tree]
    done = subprocess.run(command + (["-R"] if reverse else []), input=text, capture_output=True, env={"LC_ALL": "C"} | os.environ)
    return done.returncode == 0, b" (offset " in done.stdout


def judge(series, trees):
    """The kit's verdicts for the one patch in the folder `series`: [(verdict, moved)], or why it was refused."""
    command = [KMESH, "plan", "--json", "--no-verify", "--series", series, "--work", os.path.join(series, "work")]
    for tree in trees:
        command += ["--tree", tree]
    done = subprocess.run(command, capture_output=True)
    answer = json.loads(done.stdout)
    if "error" in answer:
        return answer["error"]["what"]
    patch = answer["patches"][0]
    if "not_judged" in patch:
        return patch["not_judged"]["what"]
    return [(cell["verdict"], any(item["offset"] for item in cell["evidence"])) for cell in patch["cells"]]


def without_hunk(text):
    """The patch without its last hunk, where it has several: the rest is a change that was made in part."""
    starts = [m.start() for m in re.finditer(rb"^@@ -", text, re.M)]
    if len(starts) < 2:
        return None
    rest = text[starts[-1]:]
    end = re.search(rb"^(?:diff --git |--- [^\n]*\n\+\+\+ |-- \n)", rest, re.M)
    cut = text[:starts[-1]] + (rest[end.start():] if end else b"")
    # a file that has lost its only hunk
    return re.sub(rb"(?:^diff --git [^\n]*\n(?:index [^\n]*\n)?)?^--- [^\n]*\n\+\+\+ [^\n]*\n(?=\Z|diff --git |--- |-- \n)", b"", cut, flags=re.M)


Pair = collections.namedtuple("Pair", "package patch tree kind expected verdict moved gnu_moved gnu_back_moved gnu")


def pairs_of(path):
    """All pairs of one patch: on each tree as it is, and on what is made of each."""
    package, name = path.relative_to(PATCHES).parts[0], str(path.relative_to(PATCHES / path.relative_to(PATCHES).parts[0]))
    text = path.read_bytes()
    names = touched(text.decode(errors="replace"))
    made = []
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        (scratch / "series").mkdir()
        shutil.copyfile(path, scratch / "series/one.patch")
        trees = []  # (folder, baseline, kind, expected, what GNU patch says)

        def new(kind, baseline):
            folder = scratch / f"{len(trees)}-{kind}"
            folder.mkdir()
            copy_files(TREES / baseline, names, folder)
            return folder

        def try_both(folder):
            answers = []
            for reverse in (False, True):
                with tempfile.TemporaryDirectory() as trial:
                    shutil.copytree(folder, trial, dirs_exist_ok=True)
                    answers.append(gnu_patch(trial, text, reverse))
            return answers

        for baseline in BASELINES:
            folder = new("real", baseline)
            forward, backward = try_both(folder)
            trees.append((folder, baseline, "real", "", (forward, backward)))
            clean, there = forward[0] and not backward[0], backward[0] and not forward[0]
            if not clean and not there:
                continue
            # what the patch starts from, in each of the two cases
            before = new("before", baseline)
            after = folder
            if there:
                gnu_patch(before, text, reverse=True)
                trees.append((before, baseline, "taken back", "needed", try_both(before)))
            if clean:
                after = new("after", baseline)
                gnu_patch(after, text)
                trees.append((after, baseline, "applied", "present", try_both(after)))
            part = without_hunk(text)
            if part is not None:
                half = scratch / f"{len(trees)}-half"
                shutil.copytree(before, half)
                if gnu_patch(half, part)[0]:
                    trees.append((half, baseline, "applied in part", "partial", try_both(half)))
            shifted = scratch / f"{len(trees)}-shifted"
            shutil.copytree(before, shifted)
            for file in names:
                if (shifted / file).is_file():
                    old = (shifted / file).read_bytes()
                    (shifted / file).write_bytes(SHIFT.encode() + old)
            both = try_both(shifted)
            if both[0][0] and "Makefile" not in names:
                trees.append((shifted, baseline, "shifted", "needed", both))
            # behind what the patch starts from, the same with the patch in it
            twin = scratch / f"{len(trees)}-twin"
            shutil.copytree(before, twin)
            for file in names:
                if (before / file).is_file() and (after / file).is_file():
                    (twin / file).write_bytes((before / file).read_bytes() + (after / file).read_bytes())
            both = try_both(twin)
            if both[0] == (True, False) and both[1] == (True, True) and "Makefile" not in names:
                trees.append((twin, baseline, "beside its like", "needed", both))
        answer = judge(scratch / "series", [t[0] for t in trees])
        for i, (_, baseline, kind, expected, gnu) in enumerate(trees):
            verdict, moved = ("refused: " + answer, False) if isinstance(answer, str) else answer[i]
            made.append(Pair(package, name, baseline, kind, expected, verdict, moved, gnu[0][1], gnu[1][1], (gnu[0][0], gnu[1][0])))
    return made


def label_pairs():
    """The hand-labelled rows: [(row, verdict)]."""
    judged = []
    with open(LABELS, newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            path = PATCHES / row["package"] / row["patch"]
            if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != row["sha256"]:
                judged.append((row, "gone"))
                continue
            with tempfile.TemporaryDirectory() as scratch:
                text = path.read_bytes()
                if row["check"]:
                    text = f"Kmesh-Present-If: {row['check']}\n".encode() + text
                (pathlib.Path(scratch) / "one.patch").write_bytes(text)
                answer = judge(scratch, [TREES / row["tree"]])
            judged.append((row, answer if isinstance(answer, str) else answer[0][0]))
    return judged


def share(part, whole):
    return f"{part} of {whole}" + (f" ({100 * part / whole:.1f} %)" if whole else "")


def floored(name, part, whole, floor, wrong):
    """A row whose share must not be below the floor; none of none proves nothing, either."""
    met = whole > 0 and part >= floor * whole
    if not met:
        wrong.append(f"{name}: {share(part, whole)}, and the floor is {100 * floor:.0f} %")
    return (name, share(part, whole), f"at least {100 * floor:.0f} %", "met" if met else "MISSED")


EQUIVALENT = """
A remark on `equivalent`: the plan says it only where the patch's own `Kmesh-Present-If` check finds the feature, and a stranger's
patch has none. Among the real pairs these are the archive's own patches. For those labelled `equivalent` the check was written by
the person who labelled them (the column `check` of `tests/data/plan/labels.tsv`), with the tree before their eyes: that row shows
that such a check is followed, not that the plan would find the feature without one.
"""


def main():
    paths = sorted(p for p in PATCHES.rglob("*.patch") if p.is_file())
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        pairs = [pair for made in pool.map(pairs_of, paths) for pair in made]
    labels = label_pairs()
    named = collections.Counter((row["sha256"], row["tree"]) for row, _ in labels)
    wrong = [f"{sha[:8]} on {tree} is labelled {n} times" for (sha, tree), n in named.items() if n > 1]
    real = [p for p in pairs if p.kind == "real"]
    for p in pairs:
        where = f"{p.package} {p.patch} on {p.tree} ({p.kind})"
        if p.verdict == "needed" and not p.gnu[0]:
            wrong.append(f"{where}: needed, and patch -F0 refuses it")
        if p.verdict == "needed" and p.gnu_moved and not p.moved:
            wrong.append(f"{where}: patch moved a hunk, and the plan does not say so")
        if p.verdict == "present" and not p.gnu[1]:
            wrong.append(f"{where}: present, and patch -R -F0 cannot take it back")
        # its like stands elsewhere, and what it changes is where it says
        if p.verdict == "present" and p.gnu[0] and not p.gnu_moved and p.gnu_back_moved:
            wrong.append(f"{where}: present, and patch -F0 applies it at its own lines and takes it back elsewhere")
        if p.verdict == "present" and p.expected == "needed":
            wrong.append(f"{where}: present, and it was taken back")
    both = [p for p in real if p.gnu[0] and p.gnu[1]]
    refused = [p for p in real if p.verdict.startswith("refused")]
    rows = [("real pairs (patches as they are, on trees as they are)", str(len(real)), "", "")]
    verdicts = collections.Counter(p.verdict.split(":")[0] for p in real)
    rows.append(("of them", ", ".join(f"{n} {v}" for v, n in verdicts.most_common()), "", ""))
    said = collections.Counter(p.verdict for p in both)
    rows.append(("of them GNU patch both applies and takes back", f"{len(both)}: " + ", ".join(f"{n} {v}" for v, n in said.most_common()), "", ""))
    for name, index in (("needed", 0), ("present", 1)):
        could = [p for p in real if p.gnu[index] and not p.gnu[1 - index]]
        rows.append(floored(f"recall of `{name}`, where GNU patch " + ("applies it" if index == 0 else "takes it back") + " and not the reverse",
                            sum(p.verdict == name for p in could), len(could), FLOOR, wrong))
    built = [p for p in pairs if p.kind != "real" and not p.verdict.startswith("refused")]
    for kind in ("applied", "taken back", "applied in part", "shifted", "beside its like"):
        of_kind = [p for p in built if p.kind == kind]
        right = [p for p in of_kind if p.verdict == p.expected]
        rows.append(floored(f"constructed, {kind}: judged as constructed (`{of_kind[0].expected if of_kind else ''}`)", len(right), len(of_kind), FLOOR, wrong))
    by_label = collections.defaultdict(list)
    for row, verdict in labels:
        by_label[row["verdict"]].append((row, verdict))
        if verdict == "gone":
            wrong.append(f"{row['package']} {row['patch']}: the labelled patch is gone or changed")
        elif verdict in ("needed", "present", "equivalent") and verdict != row["verdict"]:
            wrong.append(f"{row['package']} {row['patch']} on {row['tree']}: {verdict}, labelled {row['verdict']}: {row['why']}")
    for label, judged in sorted(by_label.items()):
        rows.append(floored(f"labelled by hand as `{label}`: judged so", sum(v == label for _, v in judged), len(judged), LABEL_FLOORS.get(label, FLOOR), wrong))
    rows.append(("patches refused (renames, copies, binary changes, links, modes alone: no hunk tells whether they are there)",
                 share(len({(p.package, p.patch) for p in refused}), len(paths)), "", ""))
    different = {hashlib.sha256(p.read_bytes()).hexdigest() for p in paths}
    title = ("# The plan's verdicts against GNU patch, and against people\n\n"
             f"Made by `tests/plan/oracle.sh`: {len(paths)} patches ({len(different)} of them different: packages share some), the archive's and those of Debian's own\n"
             "`linux` packages (tests/data/plan), on Debian's sources of 5.10, 6.1 and 6.12. What GNU patch says is what `patch -F0` says, forward\n"
             "and in reverse; the constructed pairs are made of those.\n\n")
    table = title + "| figure | measured | floor | |\n| --- | --- | --- | --- |\n" + "".join(f"| {' | '.join(row)} |\n" for row in rows) + EQUIVALENT
    print(table)
    if OUTPUT != "-":
        pathlib.Path(OUTPUT).write_text(table)
    # what is not as it was constructed or labelled, for who reads the log
    for p in built:
        if p.verdict != p.expected:
            print(f"note: {p.package} {p.patch} on {p.tree}, {p.kind}: {p.verdict}, gnu {p.gnu}")
    for row, verdict in labels:
        if verdict != row["verdict"]:
            print(f"note: {row['package']} {row['patch']} on {row['tree']}: {verdict}, labelled {row['verdict']}")
    for p in real:
        for name, index in (("needed", 0), ("present", 1)):
            if p.gnu[index] and not p.gnu[1 - index] and p.verdict != name:
                print(f"note: {p.package} {p.patch} on {p.tree}: {p.verdict}, and GNU patch says {name}")
    for p in both:
        print(f"note: {p.package} {p.patch} on {p.tree}: {p.verdict}, and GNU patch does both (moved: {p.gnu_moved}, in reverse {p.gnu_back_moved})")
    for line in wrong:
        print("WRONG:", line)
    # a table of too few pairs proves little
    enough = len(real) + len(built) >= 240 and len(labels) >= 40
    if not enough:
        print(f"WRONG: {len(real) + len(built)} pairs and {len(labels)} labels are too few")
    sys.exit(1 if wrong or not enough else 0)


main()
