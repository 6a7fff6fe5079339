// SPDX-License-Identifier: Apache-2.0
// The rows themselves are held against the captured logs in known_failures_test.cc.
#include "kit/diagnose.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kit/debian_packages.h"
#include "kit/ere.h"
#include "kit/explain.h"

namespace kmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(KnownFailures, EveryRowIsWhole) {
  for (const auto& row : known_failures()) {
    const auto pattern = Ere::compile(std::string(row.pattern));
    EXPECT_TRUE(pattern) << row.name;
    for (const auto text : {row.name, row.cause, row.remedy, row.resume})
      EXPECT_FALSE(text.empty()) << row.name;
    EXPECT_LE(row.group, 4U) << row.name;
    const bool caught = row.cause.find("{}") != std::string_view::npos ||
                        row.remedy.find("{}") != std::string_view::npos ||
                        row.command.find("{packages}") != std::string_view::npos;
    EXPECT_EQ(caught, row.group != 0) << row.name << ": what is caught is said, and what is said is caught";
  }
}

TEST(Diagnose, TakesTheFirstFailureAndAllItsSubjects) {
  const auto found = diagnose(
      "  CC      a.o\n/bin/sh: 1: flex: not found\nmake: *** [x] Error 127\n/bin/sh: 1: bison: not "
      "found\n/bin/sh: 1: "
      "flex: not found\nfatal: No space left on device\n");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->failure->name, "program-missing");
  EXPECT_EQ(found->line, 2U);
  EXPECT_EQ(found->text, "/bin/sh: 1: flex: not found");
  EXPECT_THAT(found->subjects, ElementsAre("flex", "bison"));
  EXPECT_THAT(found->cause(), HasSubstr("flex, bison"));
  EXPECT_EQ(found->command(), "apt-get install flex bison");
}

TEST(Diagnose, AllThatIsMissingIsNamedWhateverSaysSo) {
  const auto found = diagnose(
      "/bin/sh: line 1: flex: command not found\n"
      "scripts/sign-file.c:25:10: fatal error: openssl/opensslv.h: No such file or directory\n"
      "net/core/x.c:12:3: error: implicit declaration of function 'x'\n"
      "fatal error: libelf.h: No such file or directory\n/usr/bin/ld: cannot find -lz: No such file\n"
      "BTF: .tmp_vmlinux.btf: pahole (pahole) is not available\nNo space left on device\n");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->failure->name, "program-missing");
  EXPECT_EQ(found->line, 1U);
  EXPECT_THAT(found->subjects, ElementsAre("flex", "openssl/opensslv.h", "libelf.h", "z", "pahole"));
  EXPECT_EQ(found->cause(),
            "programs, headers or libraries that the build takes are not installed: flex, "
            "openssl/opensslv.h, libelf.h, z, pahole");
  EXPECT_EQ(found->remedy(), "install them");
  EXPECT_EQ(found->command(), "apt-get install flex libssl-dev libelf-dev zlib1g-dev dwarves");
}

TEST(Diagnose, WhatIsMissingAfterAnotherFailureIsNotItsSubject) {
  const auto found = diagnose("fatal: No space left on device\n/bin/sh: 1: flex: not found\n");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->failure->name, "disk-full");
  EXPECT_THAT(found->subjects, ElementsAre());
}

TEST(Diagnose, AKeyForModulesIsNotCuredByClearingCertificates) {
  const auto key =
      diagnose("make[1]: *** No rule to make target 'k.pem', needed by 'certs/signing_key.x509'.  Stop.\n");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->failure->name, "signing-key");
  EXPECT_THAT(key->cause(), HasSubstr("CONFIG_MODULE_SIG_KEY names k.pem"));
  EXPECT_EQ(key->command(), "scripts/config --set-str MODULE_SIG_KEY certs/signing_key.pem");
  const auto trusted = diagnose(
      "make[1]: *** No rule to make target 'debian/x.pem', needed by 'certs/x509_certificate_list'.  "
      "Stop.\n");
  ASSERT_TRUE(trusted);
  EXPECT_EQ(trusted->failure->name, "trusted-keys");
}

TEST(KnownFailures, OfferNoCommandOfTheKitThatLacksItsOperands) {
  for (const auto& row : known_failures()) {
    if (!row.command.starts_with("kmesh-kernel build")) continue;
    EXPECT_THAT(std::string(row.command), HasSubstr("--work")) << row.name;
  }
}

TEST(Diagnose, PackagesAreNamedOnce) {
  const auto found = diagnose("sh: 1: ld: not found\nsh: 1: as: not found\nsh: 1: pahole: not found\n");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->command(), "apt-get install binutils dwarves");
}

TEST(Diagnose, NothingInWhatIsNoFailure) {
  for (const char* log :
       {"", "\n", "  CC      lib/errname.o\n  LD      vmlinux\n", "make: Nothing to be done for 'all'.\n"})
    EXPECT_FALSE(diagnose(log)) << log;
}

TEST(Diagnose, ColoursAndOtherSystemsLineEndsAreNoPartOfAnError) {
  const char* coloured =
      "\x1b[01m\x1b[Kkernel/fork.c:3:9:\x1b[m\x1b[K \x1b[01;31m\x1b[Kerror: \x1b[m\x1b[Kimplicit "
      "declaration of function '\x1b[01m\x1b[Kfoo\x1b[m\x1b[K'\n";
  for (const auto* log :
       {"kernel/fork.c:3:9: error: implicit declaration of function 'foo'\r\nmake: *** [x] Error 1\r\n",
        coloured, "x.c:3:9: error: call to undeclared function 'foo'; ISO C99 and later do not support it\n",
        "x.c:3:9: error: use of undeclared identifier 'foo'\n",
        "x.c:3:9: error: use of undeclared identifier 'foo'; did you mean 'fop'?\n",
        "x.c:3:9: error: no member named 'foo' in 'struct sock'\n"}) {
    const auto found = diagnose(log);
    ASSERT_TRUE(found) << log;
    EXPECT_EQ(found->failure->name, "code-missing") << log;
    EXPECT_THAT(found->subjects, ElementsAre("foo")) << log;
    EXPECT_EQ(around(log, 1).find_first_of("\r\x1b"), std::string::npos);
  }
  EXPECT_EQ(diagnose("/bin/sh: 1: flex: not found\r\nmake: *** [x] Error 127\r\n")->subjects.at(0), "flex");
  EXPECT_EQ(first_error_line("a\n\x1b[31m*** \x1b[0m[x] Error 1\nb\x1b[3"), 2U);
}

TEST(Diagnose, WhatAScriptMerelyTriedIsNoFailure) {
  const std::string tried = "/bin/sh: 1: llvm-config: not found\n";
  EXPECT_FALSE(diagnose(tried + "  CC      a.o\nWrote: /r/kernel.rpm\n+ exit 0\n"));
  EXPECT_TRUE(diagnose(tried)) << "a piece of a log";
  const std::string error = "a.c:1:1: error: implicit declaration of function 'foo'\n";
  const auto found = diagnose(tried + error + "make: *** [a.o] Error 1\n");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->failure->name, "code-missing");
  EXPECT_EQ(found->line, 2U);
  EXPECT_EQ(diagnose(tried + error + "make: *** [b] Error 127\n")->failure->name, "program-missing");
  EXPECT_EQ(diagnose(tried + "make: *** [b] Error 2\n")->failure->name, "program-missing");
}

TEST(Diagnose, WhatWasKilledIsSaidInManyWays) {
  for (const auto* log :
       {"make: *** [Makefile:2: a] Killed\n",
        "scripts/link-vmlinux.sh: line 3: 10248 Killed                  ${LD} -o vmlinux\n",
        "/bin/bash: line 1: 10259 Killed                  pahole -J vmlinux\n", "Killed\n", "sh: 1: Killed\n",
        "cc1: out of memory allocating 65536 bytes after a total of 9 bytes\n",
        "virtual memory exhausted: Cannot allocate memory\n"}) {
    const auto found = diagnose(log);
    ASSERT_TRUE(found) << log;
    EXPECT_EQ(found->failure->name, "out-of-memory") << log;
  }
  EXPECT_FALSE(diagnose("  CC      drivers/Killed.o\n"));
}

TEST(DebianPackages, KnowsHeadersAndPrograms) {
  EXPECT_EQ(debian_package_of("openssl/opensslv.h"), "libssl-dev");
  EXPECT_EQ(debian_package_of("/usr/include/openssl/ssl.h"), "libssl-dev");
  EXPECT_EQ(debian_package_of("/usr/include/gelf.h"), "libelf-dev");
  EXPECT_EQ(debian_package_of("/usr/bin/patch"), "patch");
  EXPECT_EQ(debian_package_of("/bin/busybox"), "busybox-static");
  EXPECT_EQ(debian_package_of("bc"), "bc");
  EXPECT_EQ(debian_package_of("libelf-devel"), "libelf-dev");
  EXPECT_EQ(debian_package_of("ncurses"), "libncurses-dev");
}

TEST(Ere, GivesTheGroupThatIsAskedFor) {
  const auto ere = Ere::compile("^(a)?(b+)(c)?$");
  ASSERT_TRUE(ere);
  EXPECT_EQ(ere->group("abb", 2), "bb");
  EXPECT_EQ(ere->group("abb", 0), "");
  EXPECT_EQ(ere->group("bb", 3), "") << "it took no part";
  EXPECT_EQ(ere->group("x", 2), std::nullopt);
}

TEST(FirstError, ShowsTheFirstAndNotMakesLastWord) {
  std::string log;
  for (int i = 0; i < 30; ++i) log += "  CC      f" + std::to_string(i) + ".o\n";
  log += "net/core/x.c:12:3: error: unknown type name 'foo'\n   12 | foo bar;\n";
  for (int i = 0; i < 30; ++i) log += "  CC      g" + std::to_string(i) + ".o\n";
  log += "make[1]: *** [Makefile:1: x] Error 2\nmake: *** [Makefile:9] Error 2\n";
  const std::string text = first_error(log);
  EXPECT_THAT(text, HasSubstr("unknown type name"));
  EXPECT_THAT(text, HasSubstr("foo bar"));
  EXPECT_THAT(text, HasSubstr("f29.o")) << "a few lines before it";
  EXPECT_THAT(text, Not(HasSubstr("f20.o")));
  EXPECT_THAT(text, Not(HasSubstr("make: ***")));
}

TEST(FirstError, AtTheBeginningAndWithoutAnyMark) {
  EXPECT_EQ(first_error("fatal error: x.h\n"), "fatal error: x.h\n");
  EXPECT_EQ(first_error("one\ntwo\n"), "one\ntwo\n") << "nothing stands out: the end of it";
  EXPECT_EQ(first_error(""), "");
  std::string many;
  for (int i = 0; i < 50; ++i) many += "line " + std::to_string(i) + "\n";
  EXPECT_THAT(first_error(many), HasSubstr("line 49"));
  EXPECT_THAT(first_error(many), Not(HasSubstr("line 20\n")));
}

TEST(FirstErrorLine, IsCountedFromOne) {
  EXPECT_EQ(first_error_line("a\nx.c:1: error: no\n"), 2U);
  EXPECT_EQ(first_error_line("a\nb\n"), 0U);
}

TEST(Explain, SaysCauseRemedyAndWhereItGoesOn) {
  const auto explanation = explain("a\ncc1: fatal error: error writing to /tmp/x: No space left on device\n");
  const std::string text = explanation_text(explanation);
  for (const char* part :
       {"line 2:", "error writing", "disk-full: the disk is full", "--work DIR", "df -h", "its stage build"})
    EXPECT_THAT(text, HasSubstr(part));
  EXPECT_THAT(explanation_json(explanation), HasSubstr("\"name\": \"disk-full\""));
}

TEST(Explain, WhatFailsInPrepGoesOnThere) {
  const std::string failure = "rpm-tmp.x: line 3: git: command not found\n";
  EXPECT_EQ(explain(failure).resume, "build");
  EXPECT_EQ(explain("Executing(%prep): /bin/sh -e x\n" + failure).resume, "prep");
  EXPECT_EQ(explain("Executing(%prep): x\nExecuting(%build): x\n" + failure).resume, "build");
  EXPECT_EQ(explain(failure + "Executing(%prep): x\n").resume, "build") << "that came later";
  EXPECT_THAT(explanation_json(explain("Executing(%prep): x\n" + failure)),
              HasSubstr("\"resume\": \"prep\""));
  EXPECT_EQ(explain("  CC      a.o\n").resume, "");
}

TEST(Explain, AnErrorWithoutARowIsShown) {
  const auto explanation = explain("x.c:1:1: error: something new\nmake: *** [x.o] Error 1\n");
  EXPECT_FALSE(explanation.known);
  EXPECT_EQ(explanation.line, 1U);
  EXPECT_EQ(explanation_text(explanation),
            "line 1:\n\nx.c:1:1: error: something new\nmake: *** [x.o] Error 1\n\n");
  EXPECT_THAT(explanation_json(explanation), HasSubstr("\"known\": false"));
}

TEST(Explain, ACleanLog) {
  const auto explanation = explain("  CC      a.o\n");
  EXPECT_EQ(explanation_text(explanation), "no line of this log tells of an error\n");
  EXPECT_THAT(explanation_json(explanation), HasSubstr("\"clean\": true"));
}

}  // namespace
}  // namespace kmesh
