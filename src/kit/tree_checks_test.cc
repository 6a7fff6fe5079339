// SPDX-License-Identifier: Apache-2.0
#include "kit/tree_checks.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "kit/config_needs.h"
#include "kit/test_tree.h"

namespace kmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class TreeChecksTest : public TreeTest {
 protected:
  Finding found(const std::string& check) {
    const auto findings = check_tree(kit_, side_, kTree, "ccache gcc", touched_, Docs::kMend).findings;
    const auto at = std::find_if(findings.begin(), findings.end(),
                                 [&](const Finding& one) { return one.check == check; });
    EXPECT_NE(at, findings.end()) << check;
    return at == findings.end() ? Finding{} : *at;
  }
  std::vector<std::string> touched_;
};

TEST_F(TreeChecksTest, ATreeThatIsWell) {
  for (const auto& finding : check_tree(kit_, side_, kTree, "ccache gcc", touched_, Docs::kMend).findings)
    EXPECT_EQ(finding.grade, Grade::kOk) << finding.check << ": " << finding.error.what;
}

TEST_F(TreeChecksTest, WhatOptionsTake) {
  put(".config", "CONFIG_KERNEL_ZSTD=y\nCONFIG_UNWINDER_ORC=y\nCONFIG_KERNEL_LZ4=n\n");
  processes_.absent = {"zstd", "lz4"};
  const Error missing = found("options").error;
  EXPECT_EQ(missing.what,
            "this host lacks what the configuration takes: zstd (CONFIG_KERNEL_ZSTD), /usr/include/gelf.h "
            "(CONFIG_UNWINDER_ORC)");
  EXPECT_EQ(missing.command, "apt-get install libelf-dev zstd");
}

TEST_F(TreeChecksTest, CompilerPluginsTakeHeaders) {
  put(".config", "CONFIG_GCC_PLUGINS=y\n");
  says("-print-file-name=plugin", "/usr/lib/gcc/12/plugin\n");
  EXPECT_EQ(found("plugins").grade, Grade::kFailure);
  disk_.files["/usr/lib/gcc/12/plugin/include/gcc-plugin.h"] = "";
  EXPECT_EQ(found("plugins").grade, Grade::kOk);
}

TEST_F(TreeChecksTest, ACertificateThatIsNotThere) {
  put(".config",
      "CONFIG_MODULE_SIG_KEY=\"certs/signing_key.pem\"\nCONFIG_SYSTEM_TRUSTED_KEYS=\"debian/x.pem\"\n");
  EXPECT_EQ(found("keys").error.what,
            "CONFIG_SYSTEM_TRUSTED_KEYS names debian/x.pem, which is not in the source");
  put("debian/x.pem", "");
  EXPECT_EQ(found("keys").grade, Grade::kOk);
}

TEST_F(TreeChecksTest, WithoutAKeyForModulesNoneIsClearedButOneIsMade) {
  put(".config", "CONFIG_MODULE_SIG_KEY=\"certs/distribution.pem\"\n");
  EXPECT_EQ(found("keys").error.command, "scripts/config --set-str MODULE_SIG_KEY certs/signing_key.pem");
}

TEST_F(TreeChecksTest, SourcesFromTheFuture) {
  put("Makefile", "");
  put("net/socket.c", "");
  EXPECT_EQ(found("times").grade, Grade::kOk);
  const std::int64_t now = std::chrono::duration_cast<std::chrono::nanoseconds>(
                               std::chrono::system_clock::now().time_since_epoch())
                               .count();
  const std::int64_t hour = 3600LL * 1'000'000'000;
  for (const auto* name : {"net/socket.c", "Makefile", ".config"}) {
    disk_.mtimes[join(kTree, name)] = now + hour;
    EXPECT_EQ(found("times").grade, Grade::kWarning) << name;
    EXPECT_THAT(found("times").error.what, HasSubstr(std::string(name) + " is from the future")) << name;
    disk_.mtimes[join(kTree, name)] = now;
  }
  EXPECT_EQ(found("times").grade, Grade::kOk);
}

TEST_F(TreeChecksTest, TheHelpersScriptIsTaughtWhatItDoesNotKnow) {
  put("scripts/bpf_helpers_doc.py", "    known_types = {\n            'char',\n    }\n");
  put("tools/include/uapi/linux/bpf.h", "");
  // says so until the script has the type
  Exit unknown;
  unknown.code = 1;
  unknown.output = "Unrecognized type 'char *', please add it to known types!\n";
  processes_.answers.insert(
      processes_.answers.begin(),
      {[&](const Command& command) { return FakeProcesses::has(command, "scripts/bpf_helpers_doc.py"); },
       Exit{}});
  processes_.answers.insert(
      processes_.answers.begin(),
      {[&](const Command& command) {
         return FakeProcesses::has(command, "scripts/bpf_helpers_doc.py") &&
                disk_.files[join(kTree, "scripts/bpf_helpers_doc.py")].find("'char *'") == std::string::npos;
       },
       unknown});
  const auto state = check_tree(kit_, side_, kTree, "gcc", touched_, Docs::kMend);
  EXPECT_THAT(state.docs.added, ElementsAre("char *"));
  EXPECT_EQ(state.findings.front().grade, Grade::kWarning);
  EXPECT_EQ(disk_.files[join(kTree, "scripts/bpf_helpers_doc.py")],
            "    known_types = {\n            'char *',\n            'char',\n    }\n");
}

TEST_F(TreeChecksTest, WhereOneOnlyLooksTheScriptIsNotTaught) {
  put("scripts/bpf_doc.py", "    known_types = {\n    }\n");
  put("tools/include/uapi/linux/bpf.h", "");
  says("scripts/bpf_doc.py", "Unrecognized type 'char *', please add it to known types!\n", 1);
  const auto before = disk_.files;
  const auto state = check_tree(kit_, side_, kTree, "gcc", touched_, Docs::kLook);
  EXPECT_EQ(state.findings.front().grade, Grade::kWarning);
  EXPECT_EQ(state.findings.front().error.what, "scripts/bpf_doc.py does not know the type 'char *'");
  EXPECT_THAT(state.findings.front().error.hint, HasSubstr("kmesh-kernel build teaches it"));
  EXPECT_EQ(disk_.files, before);
}

TEST_F(TreeChecksTest, AScriptThatCannotBeTaughtIsAFailure) {
  put("scripts/bpf_doc.py", "no list\n");
  put("tools/include/uapi/linux/bpf.h", "");
  says("scripts/bpf_doc.py", "Unrecognized type 'char *', please add it to known types!\n", 1);
  EXPECT_THAT(found("helper-docs").error.what, HasSubstr("does not know the type 'char *'"));
  says("scripts/bpf_doc.py", "Traceback\n", 1);
  EXPECT_THAT(found("helper-docs").error.what, HasSubstr("cannot read"));
}

TEST_F(TreeChecksTest, WarningsThatAreErrors) {
  EXPECT_EQ(found("werror").grade, Grade::kOk);
  put(".config", "CONFIG_WERROR=y\n");
  EXPECT_EQ(found("werror").grade, Grade::kWarning);
}

TEST_F(TreeChecksTest, MakefilesThatPatchesChangedCanBeRead) {
  touched_ = {"net/socket.c", "kernel/bpf/Makefile", "gone/Makefile"};
  put("kernel/bpf/Makefile", "");
  says("kernel/bpf/Makefile", "make: *** No rule to make target 'kmesh-no-such-target'.  Stop.\n", 2);
  EXPECT_EQ(found("makefiles").grade, Grade::kOk);
  says("kernel/bpf/Makefile", "kernel/bpf/Makefile:2: *** missing separator.  Stop.\n", 2);
  EXPECT_THAT(found("makefiles").error.what, HasSubstr("make cannot read kernel/bpf/Makefile:2"));
}

TEST_F(TreeChecksTest, WhatPatchesTouchIsSaidToBeCompiledFirst) {
  EXPECT_EQ(found("touched").text, "patches change no file that is compiled by itself");
  put(".config", "CONFIG_X86_64=y\nCONFIG_NET=y\n");
  put("net/Makefile", "obj-$(CONFIG_NET) := socket.o\n");
  put("net/socket.c", "");
  touched_ = {"include/net/tcp.h", "net/socket.c"};
  EXPECT_EQ(found("touched").text, "compiled first, for patches change them: net/socket.o");
  std::string makefile = "obj-y :=";
  for (char name = 'a'; name <= 'n'; ++name) {
    touched_.push_back(fmt::format("net/{}.c", name));
    put(touched_.back(), "");
    makefile += fmt::format(" {}.o", name);
  }
  put("net/Makefile", makefile + "\n");
  EXPECT_THAT(found("touched").text, HasSubstr("net/k.o, net/l.o and 2 more"));
}

TEST(KnownType, IsWrittenAsPythonWritesIt) {
  EXPECT_EQ(with_known_type("known_types = {\n}\n", "it's"), "known_types = {\n            'it\\'s',\n}\n");
  EXPECT_EQ(with_known_type("types = []\n", "x"), std::nullopt);
}

TEST(BringersOf, AreThePatchesThatAddTheTypeToTheHeader) {
  const auto patch = [](const std::string& name, const std::string& file, char kind,
                        const std::string& text) {
    Patch made;
    made.file = name;
    made.files = {{file, file, 0, 0, {{1, 1, {{kind, text}}, ""}}}};
    return made;
  };
  const HelperDocs docs{"scripts/x.py", "tools/include/uapi/linux/bpf.h", {"char *"}};
  const Patch adds = patch("adds", docs.header, '+', " * int bpf_x(char *name)\n");
  const Patch removes = patch("removes", docs.header, '-', " * int bpf_x(char *name)\n");
  const Patch other = patch("other", "net/core/filter.c", '+', "char *x;\n");
  EXPECT_THAT(bringers_of("char *", docs, {&removes, &adds, &other}), ElementsAre("adds"));
}

TEST(ConfigNeeds, ReadsValues) {
  EXPECT_EQ(config_value("CONFIG_A=\"x y\"\n# CONFIG_B is not set\nCONFIG_AB=y\n", "A"), "x y");
  EXPECT_EQ(config_value("# CONFIG_B is not set\n", "B"), std::nullopt);
  EXPECT_THAT(named_files("CONFIG_SYSTEM_TRUSTED_KEYS=\"\"\nCONFIG_MODULE_SIG_KEY=\"pkcs11:token\"\n"),
              IsEmpty());
}

TEST_F(TreeChecksTest, AMakefileThatNamesWhatIsNotThere) {
  touched_ = {"net/Makefile"};
  put("net/Makefile", "obj-y += socket.o hooks.o\n");
  put("net/socket.c", "");
  EXPECT_EQ(found("sources").grade, Grade::kWarning);
  EXPECT_THAT(found("sources").error.what, HasSubstr("names net/hooks.o,"));
  for (const auto* more : {"hooks-y := socket.o\n", "hooks-$(CONFIG_NET) += a.o\n", "$(obj)/hooks.c: gen\n",
                           "$(obj)/hooks.o: gen\n"}) {
    put("net/Makefile", std::string("obj-y += socket.o hooks.o\n") + more);
    EXPECT_EQ(found("sources").grade, Grade::kOk) << more;
  }
  put("net/Makefile", "obj-y += socket.o hooks.o\n");
  put("net/hooks.S", "");
  EXPECT_EQ(found("sources").grade, Grade::kOk);
}

TEST_F(TreeChecksTest, AMergeThatWasLeftUndone) {
  touched_ = {"net/socket.c", "gone.c"};
  put("net/socket.c", "a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> theirs\n");
  EXPECT_EQ(found("markers").grade, Grade::kFailure);
  EXPECT_THAT(found("markers").error.what, HasSubstr("net/socket.c has the marks"));
  put("net/socket.c", "Title\n=======\n<<<<<<< a quote\n");
  EXPECT_EQ(found("markers").grade, Grade::kOk);
}

}  // namespace
}  // namespace kmesh
