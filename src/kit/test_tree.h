// SPDX-License-Identifier: Apache-2.0
// For unit tests: a prepared tree in which all is well, and the programs that are asked about it.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/fakes.h"
#include "kit/side.h"

namespace kmesh {

class TreeTest : public ::testing::Test {
 protected:
  static constexpr const char* kTree = "/w/enhanced/rpmbuild/BUILD/k/linux";

  void SetUp() override {
    put(".config", "CONFIG_X86_64=y\n");
    put("scripts/link-vmlinux.sh", "pahole\n");
    put("include/linux/compiler-gcc.h", "#if GCC_VERSION < 40900\n#error\n");
    says("-dumpmachine", "x86_64-linux-gnu\n");
    says("-dumpfullversion", "12.2.0\n");
    says("ld", "GNU ld (GNU Binutils for Somebody 15.4) 2.40\nCopyright 2023\n");
    says("pahole", "v1.24\n");
  }
  void put(const std::string& name, const std::string& text) { disk_.files[join(kTree, name)] = text; }
  // Whatever is called with that word; what is said last holds.
  void says(const std::string& word, const std::string& text, int code = 0) {
    Exit exit;
    exit.code = code;
    exit.output = text;
    processes_.answers.insert(
        processes_.answers.begin(),
        {[word](const Command& command) { return FakeProcesses::has(command, word); }, exit});
  }
  MemoryDisk disk_;
  FakeProcesses processes_;
  FakeStatus status_;
  Kit kit_{disk_, processes_, status_, {"/k", "/g"}};
  Side side_{"enhanced", "/w/enhanced", "/w/log", Sandbox(true, "/w/enhanced", "/c")};
};

}  // namespace kmesh
