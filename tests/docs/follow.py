#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the commands of one document in the checkout at hand, which is a copy: tests/docs/run.sh lays it out.

usage: follow.py DOCUMENT      in the folder of the checkout; prints a line for each command, and how it was dealt with
"""
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from blocks import Command, Unclear, commands_of, links_of, read_blocks, spans_of

TABLE = Path(__file__).parent / "commands.tsv"
WORDS = {"run": 0, "with": 1, "until": 1, "answers": 1, "test": 2}  # how a command is dealt with, and how many words tell it


class Failed(Exception):
    pass


def read_table():
    """The classes: (pattern for a whole command, how, the rest of the row)."""
    rows = []
    for number, line in enumerate(TABLE.read_text().split("\n"), 1):
        if not line or line.startswith("#"):
            continue
        pattern, how, *rest = line.split("\t")
        if how not in WORDS or len(rest) != WORDS[how]:
            raise Failed(f"commands.tsv:{number}: a row is PATTERN and run, with WORDS, until STAGE, answers TEXT, or test SCRIPT TEXT")
        rows.append((re.compile(pattern), how, rest))
    return rows


def check_test(command, script, text):
    """A command that another test runs: the script is there, has this text, and ctest is told of it."""
    path = Path("tests") / script
    if not path.is_file():
        raise Failed(f"{command}: there is no test {script}")
    if text not in path.read_text():
        raise Failed(f"{command}: {script} does not have '{text}'")
    lists = Path("tests/CMakeLists.txt").read_text()
    folder = path.parent.name
    if f" {script} " not in lists and f"file(GLOB {folder}_scripts " not in lists:
        raise Failed(f"{command}: tests/CMakeLists.txt does not run {script}")


def check_make(command, arguments):
    makefile = Path("Makefile").read_text()
    for word in arguments:
        name, assigned, _ = word.partition("=")
        known = rf"^{re.escape(name)}\s*[?:]?=|\$\({re.escape(name)}\)" if assigned else rf"^{re.escape(name)}:(?!=)"
        if not re.search(known, makefile, re.MULTILINE):
            raise Failed(f"line {command.line}: the Makefile has no {'variable' if assigned else 'target'} {name}")


def check_call(command, folder="."):
    """Of a command that is not run: the program is there, its verb and options are, and make's targets and variables."""
    words = re.sub(r"^sudo ", "", command.first()).split()
    program, *arguments = words
    if program == "make":
        check_make(command, arguments)
    if Path(program).name not in ("kmesh-kernel", "kmesh-route"):
        return
    if program == Path(program).name or not (Path(folder) / program).is_file():
        raise Failed(f"line {command.line}: there is no {program} where this is called")
    if Path(program).name != "kmesh-kernel":
        return
    verb = verb_of(arguments)
    answer = subprocess.run([program, *verb, "--help"], capture_output=True, text=True, cwd=folder, check=False)
    if answer.returncode:
        raise Failed(f"line {command.line}: kmesh-kernel has no verb {' '.join(verb)}")
    for option in re.findall(r"--[a-z0-9-]+", command.first()):
        if not re.search(rf"{option}\b", answer.stdout):
            raise Failed(f"line {command.line}: kmesh-kernel {' '.join(verb)} has no {option}")


def verb_of(arguments):
    return [word for word in arguments[:2] if re.fullmatch("[a-z]+", word)]


def check_span(command):
    """Within a sentence a verb may have the program's bare name; a command to copy is one of the checkout."""
    program, *arguments = command.text.split()
    if program == "kmesh-kernel" and arguments == verb_of(arguments):
        command = Command(command.line, f"build/{command.text}")
    check_call(command)


def classified(command, table):
    first = command.first()
    for pattern, how, rest in table:
        if pattern.fullmatch(first):
            return how, rest
    raise Failed(f"line {command.line}: this command is in no class of tests/docs/commands.tsv: {first}")


def script_of(block, table, folder, say):
    """What bash is to run of a block; a mark on standard output stands before each command."""
    script = []
    for command in commands_of(block):
        if block.kind == "needs":
            check_call(command, folder)
            continue
        how, rest = classified(command, table)
        first, *more = command.text.split("\n")
        if how == "test":
            check_test(command.first(), *rest)
            check_call(command, folder)
            say(command, f"run by tests/{rest[0]}")
            continue
        if how == "with":
            first = f"{command.first()} {rest[0]}"
        elif how == "until":
            first = re.sub(r" --until \S+", "", command.first()) + f" --until {rest[0]}"
        elif how == "answers":
            first = f"answer=$({first}) || [ $? = 1 ]; echo \"$answer\"; grep -qF -e {shlex.quote(rest[0])} <<< \"$answer\""
        say(command, " ".join([how, *rest]))
        script += [f"printf '\\n@@ {command.line}\\n'", "\n".join([first, *more])]
    return "\n".join(script)


def shape(line):
    """A line of an output as a pattern: `...` is anything, and what differs between versions and runs is any of its kind."""
    words = []
    for word in line.split():
        parts = re.split(r"(\.\.\.|0x[0-9a-f]+|\b[0-9a-f]{12,}\b|[0-9]+\.[0-9]+\.[0-9]+|\b[0-9]{3,}\b|\b[0-9]+(?= s\b))", word)
        words.append("".join(
            ".*" if part == "..." else
            r"(0x)?[0-9a-f.]+" if number % 2 else re.escape(part) for number, part in enumerate(parts)))
    return re.compile(r"\s+".join(words))


def compare(block, output):
    """Each line that is shown is in the output, in this order."""
    got = iter(line.strip() for line in output.split("\n"))
    for wanted in filter(str.strip, block.lines):
        pattern = shape(wanted)
        if not any(pattern.fullmatch(line) for line in got):
            raise Failed(f"{block.where()}: this is shown, and was not printed (there, or in this order): {wanted}\n--- printed:\n{output}")


def put_into(block, folder):
    path = Path(folder) / block.path
    if not path.is_file():
        raise Failed(f"{block.where()}: there is no file {block.path}")
    lines = path.read_text().split("\n")
    found = [number for number, line in enumerate(lines) if line.strip().startswith(block.before)]
    if not found:
        raise Failed(f"{block.where()}: {block.path} has no line that begins with '{block.before}'")
    lines[found[-1]:found[-1]] = block.lines
    path.write_text("\n".join(lines))


def run_block(block, script, folder):
    """In the folder where the one before it ended. Gives the standard output of its last command, and where it ended itself."""
    with tempfile.NamedTemporaryFile("r") as ended:
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", f"trap 'pwd > {ended.name}' EXIT\n{script}"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, cwd=folder, text=True, timeout=900, check=False)
        folder = ended.read().rstrip("\n")
    *_, last = re.split(r"\n@@ [0-9]+\n", done.stdout)
    if done.returncode != block.code:
        marks = re.findall(r"\n@@ ([0-9]+)\n", done.stdout)
        raise Failed(f"{block.document}:{marks[-1] if marks else block.line}: exit code {done.returncode}, expected {block.code}\n"
                     f"--- stdout:\n{last[-4000:]}\n--- stderr:\n{done.stderr[-4000:]}")
    return last, folder


def follow(document):
    table = read_table()
    text = Path(document).read_text()
    blocks = read_blocks(document, text)
    for number, target in links_of(text):
        if not (Path(document).parent / target).exists():
            raise Failed(f"{document}:{number}: this leads nowhere: {target}")
    for span in spans_of(text):
        check_span(span)
    for block in blocks:
        if block.kind == "file":
            Path(block.path).write_text("\n".join(block.lines) + "\n")
    printed, folder = None, "."
    for block in blocks:
        def say(command, how):
            print(f"  {document}:{command.line}: {how}: {command.first()}", flush=True)
        if block.kind in ("commands", "needs"):
            script = script_of(block, table, folder, say)
            printed, folder = run_block(block, script, folder) if script else (None, folder)
            if block.kind == "needs":
                print(f"  {block.where()}: not run, it needs what is not here: {block.lines[0]}")
        elif block.kind == "output":
            if printed is None:
                raise Failed(f"{block.where()}: an output, and no command before it was run")
            compare(block, printed)
        elif block.kind == "into":
            put_into(block, folder)


if __name__ == "__main__":
    try:
        follow(sys.argv[1])
    except (Failed, Unclear, subprocess.TimeoutExpired) as error:
        print(f"FAILED: {error}", file=sys.stderr)
        sys.exit(1)
