#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What follow.py makes of documents that say what is so, and of those that do not: each of its refusals, shown on a small one."""
import contextlib
import io
import os
import tempfile
import unittest
from pathlib import Path

import follow
import pages
from blocks import Unclear, commands_of, read_blocks

TABLE = """\
echo .*\trun
greet\ttest\tboot/greet.sh\tgood day
lost\ttest\tboot/lost.sh\tgood day
other\ttest\tboot/greet.sh\tgood night
unlisted\ttest\tfull/unlisted.sh\tgood day
printf .*\twith\tworld
show .*\tuntil\tplan
ask .*\tanswers\tall is well
\\(?(cat|false|cd|(show|ask)\\(\\)|test).*\trun
"""


class Reader(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(folder.name)
        for name in ("boot/greet.sh", "full/unlisted.sh"):
            Path("tests", name).parent.mkdir(parents=True)
            Path("tests", name).write_text("echo good day\n")
        Path("tests/CMakeLists.txt").write_text("file(GLOB boot_scripts boot/*.sh)\n")
        Path("Makefile").write_text("PREFIX ?= /usr\nall:\n\techo $(PREFIX)$(DESTDIR)\n")
        Path("build").mkdir()
        Path("build/kmesh-kernel").write_text("#!/bin/sh\n[ $1 = plan ] && echo \"usage: $1 [--json]\"\n")
        Path("build/kmesh-kernel").chmod(0o755)
        follow.TABLE = Path("table.tsv")
        follow.TABLE.write_text(TABLE)

    def follow(self, text):
        Path("page.md").write_text(text)
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            follow.follow("page.md")
        return said.getvalue()

    def refuses(self, text, why):
        with self.assertRaisesRegex((follow.Failed, Unclear), why):
            self.follow(text)

    def test_runs_what_it_says_it_runs(self):
        said = self.follow("Look:\n\n    echo one > made     # a comment\n\n    echo two >> made\n\nDone.\n")
        self.assertEqual(Path("made").read_text(), "one\ntwo\n")
        self.assertIn("page.md:3: run: echo one > made\n", said)

    def test_a_command_in_no_class_is_named(self):
        self.refuses("Look:\n\n    echo one\n    reboot now\n", "line 4: .* in no class .*: reboot now")

    def test_a_command_that_fails_is_named(self):
        self.refuses("\n    echo one\n    false\n    echo two\n", "page.md:3: exit code 1, expected 0")
        self.follow("\n<!-- ends with exit code 1 -->\n    false\n")
        self.refuses("\n<!-- ends with exit code 1 -->\n    echo one\n", "exit code 0, expected 1")

    def test_outputs_are_compared(self):
        page = "\n    echo '6673 symbols,   5 of Linux 5.10.262'; echo 'next line'\n\n<!-- output -->\n    %s\n"
        for good in ("1234 symbols, 5 of Linux 5.10.9", "... of Linux 5.10.262", "next line"):
            self.follow(page % good)
        for bad in ("6673 symbols, 6 of Linux 5.10.262", "6673 symbols", "next", "6673 cymbals, ..."):
            self.refuses(page % bad, "page.md:5: this is shown, and was not printed")
        self.refuses(page % "next line\n    6673 ...", "was not printed")  # in this order
        self.refuses("\n<!-- output -->\n    one\n", "no command before it was run")

    def test_an_output_is_of_the_last_command(self):
        self.refuses("\n    echo one\n    echo two\n\n<!-- output -->\n    one\n", "was not printed")

    def test_another_test_must_be_there_and_say_so(self):
        self.assertIn("run by tests/boot/greet.sh: greet", self.follow("\n    greet\n"))
        self.refuses("\n    lost\n", "there is no test boot/lost.sh")
        self.refuses("\n    other\n", "boot/greet.sh does not have 'good night'")
        self.refuses("\n    unlisted\n", "CMakeLists.txt does not run full/unlisted.sh")

    def test_words_are_added(self):
        self.follow("\n    printf '%s'\n\n<!-- output -->\n    world\n")
        self.follow("\n    show() { echo \"$*\"; }\n    show it --until prove\n\n<!-- output -->\n    it --until plan\n")

    def test_answers_may_be_bad_but_must_be_given(self):
        page = "\n    ask() { echo $1; return $2; }\n    ask '%s' %d\n\n<!-- output -->\n    all is well\n"
        self.follow(page % ("all is well", 0))
        self.follow(page % ("all is well", 1))
        self.refuses(page % ("all is well", 2), "exit code")
        self.refuses(page % ("all", 0), "exit code 1")

    def test_files_and_lines_are_put_in_place(self):
        self.follow('\n    cat list\n\n<!-- output -->\n    one\n    end\n\n<!-- the file list -->\n    one\n    end\n')
        self.follow('\n<!-- into list, before "en" -->\n      two\n\nThen:\n\n    test "$(sed -n 2p list)" = "  two"\n')
        self.refuses('\n<!-- into list, before "three" -->\n    two\n', "no line that begins with 'three'")

    def test_markers_are_known_and_have_a_block(self):
        self.assertIn("not run", self.follow("\n<!-- needs a host that is not here -->\n    reboot now\n"))
        self.refuses("\n<!-- needs a day off -->\n    reboot now\n", "no such marker")
        self.refuses("\n<!-- no commands -->\nSome text.\n", "has no block behind it")
        self.refuses("\n<!-- needs a host that is not here -->\n    make love\n", "no target love")

    def test_a_call_that_is_not_run_is_looked_at(self):
        needs = "\n<!-- needs a host that is not here -->\n    "
        for good in ("build/kmesh-kernel plan --json", "sudo build/kmesh-kernel plan", "make all PREFIX=/opt DESTDIR=/tmp/image"):
            self.follow(f"{needs}{good}\n")
        self.refuses(f"{needs}kmesh-kernel plan\n", "line 3: there is no kmesh-kernel where")
        self.refuses(f"{needs}build/kmesh-route plan\n", "line 3: there is no build/kmesh-route where")
        self.refuses(f"{needs}build/kmesh-kernel plot\n", "has no verb plot")
        self.refuses(f"{needs}build/kmesh-kernel plan --html\n", "has no --html")
        self.refuses(f"{needs}make all PREFIX=/opt SUFFIX=a\n", "has no variable SUFFIX")

    def test_spans_in_sentences_are_looked_at(self):
        self.follow("\n`kmesh-kernel plan`, `build/kmesh-kernel plan --json`, `make all\nPREFIX=/opt`, `make all DESTDIR=/tmp`.\n")
        self.refuses("\nTake\n`kmesh-kernel plan --json`.\n", "line 3: there is no kmesh-kernel where")
        self.refuses("\n`kmesh-kernel plot`\n", "has no verb plot")
        self.refuses("\nTake `make\nlove`.\n", "line 2: the Makefile has no target love")
        self.refuses("\n`make all SUFFIX=a`\n", "line 2: the Makefile has no variable SUFFIX")

    def test_the_folder_is_kept_from_block_to_block(self):
        self.follow("\n    (cd tests/boot; cat greet.sh)\n\n    cat Makefile\n")
        self.follow("\n    cd tests/boot\n\nThen:\n\n    cat greet.sh\n\n    cd ../..\n\n    cat Makefile\n")
        self.refuses("\n    cd tests/boot\n\nThen:\n\n    cat Makefile\n", "page.md:6: exit code 1")
        self.refuses("\n<!-- ends with exit code 1 -->\n    cd tests\n    false\n\nThen:\n\n    cat Makefile\n", "page.md:8: exit")
        self.refuses("\n    cd tests\n\n<!-- needs a host that is not here -->\n    build/kmesh-kernel plan\n", "line 5: there is no build/")
        self.refuses('\n    cd tests\n\n<!-- into Makefile, before "all" -->\n    one\n', "there is no file Makefile")

    def test_here_documents_are_one_command(self):
        self.follow("\n    cat > made <<'END'\n    reboot now\n\n      more\n    END\n    echo end >> made\n")
        self.assertEqual(Path("made").read_text(), "reboot now\n\n  more\nend\n")
        self.refuses("\n    cat <<END\n    one\n", "without its end END")

    def test_links_lead_somewhere(self):
        self.follow("[one](page.md), [two](tests/boot/greet.sh#a), [three](https://kmesh.test/x)\n")
        self.refuses("[one](page.md) and\n[two](pages.md)\n", "page.md:2: this leads nowhere: pages.md")

    def test_other_kinds_of_blocks_are_refused(self):
        self.refuses("\n```sh\nreboot\n```\n", "indented by four blanks")

    def test_a_block_in_a_list_is_one(self):
        blocks = read_blocks("page.md", "- item:\n\n      echo one\n      echo two\n\n  more\n")
        self.assertEqual([command.text for command in commands_of(blocks[0])], ["echo one", "echo two"])


class Pages(unittest.TestCase):
    SCREEN = "# Kmesh\n\n    make kernel\n\n" + "".join(f"| {head} | yes |\n" for head in list(pages.ANSWERS.values())[2:])

    def test_the_first_screen_answers(self):
        self.assertEqual(pages.hidden_answers(self.SCREEN), [])
        self.assertEqual(pages.hidden_answers(self.SCREEN.replace("**Why**", "Because")), ["why"])

    def test_what_stands_below_is_not_in_sight(self):
        room = pages.LINES - self.SCREEN.count("\n")
        self.assertEqual(pages.hidden_answers("\n" * room + self.SCREEN), [])
        self.assertEqual(pages.hidden_answers("\n" * (room + 1) + self.SCREEN), ["how to undo"])
        self.assertEqual(pages.hidden_answers("\n" * room + self.SCREEN.replace("yes |\n", "yes " * 20 + "|\n", 1)), ["how to undo"])

    def test_a_page_without_a_way_to_it_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            checkout = Path(folder)
            for name, text in {"README.md": "[a](docs/a.md)", "docs/a.md": "[b](zh/b.md#part)", "docs/zh/b.md": "[up](../../README.md)",
                               "docs/c.md": "[a](a.md)"}.items():
                (checkout / name).parent.mkdir(parents=True, exist_ok=True)
                (checkout / name).write_text(text)
            self.assertEqual(pages.unlinked_pages(checkout), ["docs/c.md"])
            (checkout / "ARCHITECTURE.md").write_text("[c](docs/c.md)")
            self.assertEqual(pages.unlinked_pages(checkout), [])


if __name__ == "__main__":
    unittest.main()
