// SPDX-License-Identifier: Apache-2.0
#include "base/archive.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <filesystem>

#include "base/disk.h"
#include "base/process.h"

namespace kmesh {
namespace {

namespace fs = std::filesystem;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// One member of a tar (ustar) by hand: tar itself would refuse to write some of these names.
std::string member(const std::string& name, const std::string& text, char type = '0',
                   const std::string& link = "") {
  std::string head(512, '\0');
  const auto put = [&](std::size_t at, const std::string& value) {
    std::copy(value.begin(), value.end(), head.begin() + static_cast<std::ptrdiff_t>(at));
  };
  put(0, name);
  put(100, "0000644");
  put(108, "0000000");
  put(116, "0000000");
  put(124, fmt::format("{:011o}", text.size()));
  put(136, "00000000000");
  put(148, "        ");
  head[156] = type;
  put(157, link);
  put(257, std::string("ustar\00000", 8));
  unsigned sum = 0;
  for (const char c : head) sum += static_cast<unsigned char>(c);
  put(148, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
  std::string padded = text;
  padded.resize((text.size() + 511) / 512 * 512);
  return head + padded;
}

std::string tar_of(const std::vector<std::string>& members) {
  std::string all;
  for (const auto& one : members) all += one;
  return all + std::string(1024, '\0');
}

// One entry of a cpio (newc) by hand.
std::string cpio_entry(const std::string& name, const std::string& text, unsigned mode = 0100644) {
  std::string all =
      fmt::format("070701{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}", 1,
                  mode, 0, 0, 1, 0, text.size(), 0, 0, 0, 0, name.size() + 1, 0);
  all += name;
  all += '\0';
  all.resize((all.size() + 3) / 4 * 4);
  all += text;
  all.resize((all.size() + 3) / 4 * 4);
  return all;
}

class ArchiveTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "kmesh-archive-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string path(const std::string& name) { return folder_ + "/" + name; }
  std::string put(const std::string& name, const std::string& text) {
    EXPECT_TRUE(disk_.write(path(name), text));
    return path(name);
  }
  std::string get(const std::string& name) { return disk_.read(path(name)).value_or("(not there)"); }
  std::string run(const std::vector<std::string>& argv) {
    Command command;
    command.argv = argv;
    command.folder = folder_;
    command.keep_output = true;
    const auto exit = processes_.run(command);
    EXPECT_TRUE(exit && exit->ok()) << shown(argv) << "\n" << (exit ? exit->output : exit.error().what);
    return exit ? exit->output : "";
  }
  std::string refusal(const std::string& tar, const std::set<std::string>& wanted = {"Makefile"}) {
    const auto read = read_from_tarball(put("x.tar", tar), wanted);
    return read ? "it was not refused" : read.error().what;
  }
  // A tarball of a folder with one big and one small file.
  std::string xz_of_a_tree() {
    std::string noise;
    for (unsigned i = 0; i < 200000; ++i) noise += fmt::format("{:x}", i * 2654435761U);
    put("linux-5/a/noise", noise);
    put("linux-5/z/Makefile", "VERSION = 5\n");
    run({"tar", "-cf", "s.tar", "--sort=name", "linux-5"});
    run({"xz", "-0", "-T2", "--block-size=200KiB", "s.tar"});
    return path("s.tar.xz");
  }
  std::string folder_;
  RealDisk disk_;
  RealProcesses processes_;
};

TEST_F(ArchiveTest, ReadsTheFilesThatWereAskedFor) {
  const auto read = read_from_tarball(xz_of_a_tree(), {"z/Makefile", "not/there"});
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->top, "linux-5");
  EXPECT_THAT(read->texts, ElementsAre(std::make_pair("z/Makefile", "VERSION = 5\n")));
}

TEST_F(ArchiveTest, ReadsOtherCompressionsAndNone) {
  put("linux-5/Makefile", "M");
  for (const auto* option : {"-cf", "-czf", "-cjf", "-cJf"}) {
    run({"tar", option, "t", "./linux-5"});
    const auto read = read_from_tarball(path("t"), {"Makefile"});
    ASSERT_TRUE(read) << option << ": " << read.error().what;
    EXPECT_EQ(read->texts.at("Makefile"), "M") << option;
  }
}

TEST_F(ArchiveTest, ATruncatedXzIsAnErrorWhereverItIsCut) {
  const std::string whole = disk_.read(xz_of_a_tree()).value_or("");
  ASSERT_GT(whole.size(), 100000U);
  for (const std::size_t size :
       {whole.size() - 1, whole.size() - 40, whole.size() / 2, std::size_t{100}, std::size_t{7}}) {
    const auto read = read_from_tarball(put("cut.tar.xz", whole.substr(0, size)), {"not/there"});
    ASSERT_FALSE(read) << size << " of " << whole.size() << " bytes";
    EXPECT_THAT(read.error().what, HasSubstr("cut.tar.xz cannot be read as an archive"));
    EXPECT_THAT(read.error().hint, HasSubstr("truncated or damaged"));
  }
}

TEST_F(ArchiveTest, ADamagedXzIsAnError) {
  std::string text = disk_.read(xz_of_a_tree()).value_or("");
  ASSERT_GT(text.size(), 100000U);
  text[text.size() / 3] = static_cast<char>(text[text.size() / 3] ^ 0x55);
  EXPECT_FALSE(read_from_tarball(put("bad.tar.xz", text), {"z/Makefile"}));
}

TEST_F(ArchiveTest, XzStreamsInARowAreOneFile) {
  const std::string tar = tar_of({member("l/a", std::string(3000, 'a')), member("l/Makefile", "M")});
  put("one", tar.substr(0, 2048));
  put("two", tar.substr(2048));
  run({"xz", "one", "two"});
  const auto read = read_from_tarball(put("both.tar.xz", get("one.xz") + get("two.xz")), {"Makefile"});
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->texts.at("Makefile"), "M");
}

TEST_F(ArchiveTest, WhatIsNoArchiveIsAnError) {
  EXPECT_THAT(refusal("words, no archive\n"), HasSubstr("cannot be read as an archive"));
  EXPECT_THAT(refusal(member("l/a", "x").substr(0, 300)), HasSubstr("cannot be read as an archive"));
  const auto none = read_from_tarball(path("none.tar"), {"Makefile"});
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().what, HasSubstr("No such file"));
}

TEST_F(ArchiveTest, RefusesNamesThatLeaveTheFolder) {
  for (const char* name : {"../evil", "l/../../evil", "/etc/passwd", "l/./x", "l//x", ".."})
    EXPECT_THAT(refusal(tar_of({member("l/a", "x"), member(name, "x")})), HasSubstr("leaves its folder"))
        << name;
}

TEST_F(ArchiveTest, RefusesASecondTopFolder) {
  EXPECT_THAT(refusal(tar_of({member("l/a", "x"), member("m/b", "x")})),
              HasSubstr("more than one top folder (l and m)"));
}

TEST_F(ArchiveTest, OnlyRegularFilesAreRead) {
  const auto read = read_from_tarball(
      put("x.tar", tar_of({member("l/Makefile", "", '2', "/etc/passwd"), member("l/b", "B")})),
      {"Makefile", "b"});
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_FALSE(read->texts.contains("Makefile")) << "a link is not its target";
  EXPECT_EQ(read->texts.at("b"), "B");
}

TEST_F(ArchiveTest, NamesOfAnotherAlphabetAreNoObstacle) {
  put("linux-5/d/\xc3\xbc\xe6\xbc\xa2.txt", "x");
  put("linux-5/e/Makefile", "M");
  run({"tar", "--format=pax", "--sort=name", "-cf", "t.tar", "linux-5"});
  const auto read = read_from_tarball(path("t.tar"), {"e/Makefile"});
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->texts.at("e/Makefile"), "M");
}

TEST_F(ArchiveTest, UnpacksAFlatPackage) {
  const std::string package = put("p.cpio", cpio_entry("./kernel.spec", "Name: k\n") +
                                                cpio_entry("a.patch", "") + cpio_entry("TRAILER!!!", ""));
  fs::create_directory(path("out"));
  const auto names = unpack_flat(package, path("out"));
  ASSERT_TRUE(names) << names.error().what;
  EXPECT_THAT(*names, ElementsAre("kernel.spec", "a.patch"));
  EXPECT_EQ(get("out/kernel.spec"), "Name: k\n");
  EXPECT_EQ(get("out/a.patch"), "");
}

TEST_F(ArchiveTest, UnpackFlatRefusesPathsLinksAndDevices) {
  fs::create_directory(path("out"));
  for (const auto& entry :
       {cpio_entry("../evil", "x"), cpio_entry("/tmp/evil", "x"), cpio_entry("d/evil", "x"),
        cpio_entry("..", "x"), cpio_entry("evil", "/etc/passwd", 0120777), cpio_entry("evil", "", 040755),
        cpio_entry("evil", "", 020666), cpio_entry("evil", "", 060660), cpio_entry("evil", "", 010644)}) {
    const auto names = unpack_flat(put("p.cpio", entry + cpio_entry("TRAILER!!!", "")), path("out"));
    ASSERT_FALSE(names) << entry.substr(110, 10);
    EXPECT_THAT(names.error().what, HasSubstr("no plain file of a source package"));
  }
  EXPECT_TRUE(fs::is_empty(path("out")));
  EXPECT_FALSE(fs::exists(path("evil")));
}

TEST_F(ArchiveTest, UnpackFlatDoesNotFollowALinkThatLiesInTheWay) {
  fs::create_directory(path("out"));
  put("victim", "precious");
  fs::create_symlink(path("victim"), path("out/f"));
  EXPECT_FALSE(unpack_flat(put("p.cpio", cpio_entry("f", "x") + cpio_entry("TRAILER!!!", "")), path("out")));
  EXPECT_EQ(get("victim"), "precious");
}

TEST_F(ArchiveTest, ReadsWhatIsWantedOfAPackage) {
  const std::string whole =
      cpio_entry("./usr/src/kernels/1/Module.symvers", "symbols") + cpio_entry("./usr/bin/other", "x") +
      cpio_entry("../Module.symvers", "outside", 0120777) + cpio_entry("TRAILER!!!", "");
  const auto wanted = [](const std::string& name) { return name.ends_with("Module.symvers"); };
  const auto texts = read_from_package(put("p.cpio", whole), wanted);
  ASSERT_TRUE(texts) << texts.error().what;
  EXPECT_THAT(*texts, ElementsAre(std::pair<const std::string, std::string>(
                          "./usr/src/kernels/1/Module.symvers", "symbols")))
      << "a link is no file";
  EXPECT_FALSE(read_from_package(put("cut.cpio", whole.substr(0, 130)), wanted));
  EXPECT_FALSE(read_from_package(put("words", "no package"), wanted));
  EXPECT_FALSE(read_from_package(path("none"), wanted));
}

TEST_F(ArchiveTest, WritesAnInitramfsThatCpioReads) {
  const std::string init = put("init", "#!/bin/sh\n");
  ASSERT_TRUE(write_cpio(path("i.cpio"), {{"bin", "", "", S_IFDIR | 0755},
                                          {"dev", "", "", S_IFDIR | 0755},
                                          {"dev/console", "", "", S_IFCHR | 0600, makedev(5, 1)},
                                          {"init", init, "", S_IFREG | 0755},
                                          {"bin/sh", "", "/bin/busybox", S_IFLNK | 0777}}));
  const std::string listing = run({"cpio", "-itvn", "--quiet", "-F", "i.cpio"});
  EXPECT_THAT(listing, ContainsRegex("-rwxr-xr-x +[01] 0 +0 +10 Jan +1 +1970 init\n"));
  EXPECT_THAT(listing, HasSubstr("bin/sh -> /bin/busybox\n"));
  EXPECT_THAT(listing, HasSubstr("drwxr-xr-x"));
  EXPECT_THAT(listing, ContainsRegex("crw------- +[01] 0 +0 +5, +1 Jan +1 +1970 dev/console\n"));
  fs::create_directory(path("out"));
  run({"sh", "-c", "cd out && cpio -i --quiet init < ../i.cpio"});
  EXPECT_EQ(get("out/init"), "#!/bin/sh\n");
  EXPECT_FALSE(fs::exists(path("i.cpio.tmp")));
}

TEST_F(ArchiveTest, AnInitramfsIsTheSameEveryTime) {
  const std::string init = put("init", "x");
  ASSERT_TRUE(write_cpio(path("1.cpio"), {{"init", init, "", S_IFREG | 0755}}));
  ASSERT_TRUE(write_cpio(path("2.cpio"), {{"init", init, "", S_IFREG | 0755}}));
  EXPECT_EQ(get("1.cpio"), get("2.cpio"));
}

TEST_F(ArchiveTest, AnInitramfsWithoutItsSourceIsAnError) {
  const auto made = write_cpio(path("i.cpio"), {{"init", path("none"), "", S_IFREG | 0755}});
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().what, HasSubstr("/none"));
  EXPECT_FALSE(fs::exists(path("i.cpio"))) << "half an initramfs must not look like one";
  EXPECT_FALSE(write_cpio(path("i.cpio"), {{"init", folder_, "", S_IFREG | 0755}})) << "a folder is no file";
}

}  // namespace
}  // namespace kmesh
