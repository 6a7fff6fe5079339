// SPDX-License-Identifier: Apache-2.0
#include "kit/symvers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kmesh {
namespace {

using ::testing::HasSubstr;

constexpr const char* kOldLines =
    "0x00000001\tstays\tvmlinux\tEXPORT_SYMBOL\t\n"
    "0x00000002\tchanges\tvmlinux\tEXPORT_SYMBOL\t\n"
    "0x00000003\tmoves\tvmlinux\tEXPORT_SYMBOL\t\n"
    "0x00000004\tcloses\tvmlinux\tEXPORT_SYMBOL\t\n"
    "0x00000005\tenters\tdrivers/a\tEXPORT_SYMBOL_GPL\t\n"
    "0x00000006\tgoes\tvmlinux\tEXPORT_SYMBOL\t\n";
constexpr const char* kNewLines =
    "0x00000001\tstays\tvmlinux\tEXPORT_SYMBOL\t\n"
    "0x0000000a\tchanges\tvmlinux\tEXPORT_SYMBOL\t\n"
    "0x00000003\tmoves\tnet/b\tEXPORT_SYMBOL\t\n"
    "0x00000004\tcloses\tvmlinux\tEXPORT_SYMBOL_GPL\t\n"
    "0x00000005\tenters\tdrivers/a\tEXPORT_SYMBOL_GPL\tSPACE\n"
    "0x00000007\tcomes\tvmlinux\tEXPORT_SYMBOL\t\n";

Symvers symvers_of(const std::string& text) {
  auto symbols = parse_symvers(text);
  EXPECT_TRUE(symbols) << (symbols ? "" : symbols.error().what);
  return symbols.value_or(Symvers());
}

std::string refused(const std::string& text) {
  const auto symbols = parse_symvers(text);
  return symbols ? "nothing" : symbols.error().what;
}

TEST(ParseSymvers, KnowsTheFormsOfAllKernels) {
  const auto symbols = symvers_of(
      "0xdf317ea4\tinet_sk_diag_fill\tnet/ipv4/inet_diag\tEXPORT_SYMBOL_GPL\tNET\n"
      "0x00000010\told\tvmlinux\tEXPORT_SYMBOL\n"
      "0x00000011\tof_5_4\tUSB\tdrivers/usb\tEXPORT_SYMBOL_NS");
  ASSERT_EQ(symbols.size(), 3U);
  const Symbol* full = find_symbol(symbols, "inet_sk_diag_fill");
  ASSERT_NE(full, nullptr);
  EXPECT_EQ(full->crc, 0xdf317ea4U);
  EXPECT_EQ(full->module, "net/ipv4/inet_diag");
  EXPECT_EQ(full->type, "EXPORT_SYMBOL_GPL");
  EXPECT_EQ(full->space, "NET");
  EXPECT_EQ(find_symbol(symbols, "old")->space, "");
  const Symbol* early = find_symbol(symbols, "of_5_4");
  EXPECT_EQ(early->module, "drivers/usb");
  EXPECT_EQ(early->space, "USB");
  EXPECT_EQ(early->type, "EXPORT_SYMBOL_NS");
  EXPECT_EQ(find_symbol(symbols, "none"), nullptr);
}

TEST(ParseSymvers, NamesTheLineThatIsWrong) {
  const std::string good = "0x00000001\ta\tvmlinux\tEXPORT_SYMBOL\t\n";
  EXPECT_THAT(refused(good + "0x00000002\tb\tvmlinux\n"), HasSubstr("line 2: 3 columns"));
  EXPECT_THAT(refused(good + "0x00000002\tb\tvmlinux\tEXPORT_SYMBOL\t\tx\n"), HasSubstr("line 2: 6 columns"));
  EXPECT_THAT(refused(good + "\n" + good), HasSubstr("line 2: 1 column where"));
  EXPECT_THAT(refused("0x0000000g\ta\tvmlinux\tEXPORT_SYMBOL\t\n"),
              HasSubstr("line 1: '0x0000000g' is no CRC"));
  EXPECT_THAT(refused("0x1\ta\tvmlinux\tEXPORT_SYMBOL\t\n"), HasSubstr("is no CRC"));
  EXPECT_THAT(refused("0x00000001\t\tvmlinux\tEXPORT_SYMBOL\t\n"), HasSubstr("'' is no symbol"));
  EXPECT_THAT(refused("0x00000001\ta\t\tEXPORT_SYMBOL\t\n"), HasSubstr("'' is no module"));
  EXPECT_THAT(refused("0x00000001\ta\tvmlinux\tIMPORT\t\n"), HasSubstr("'IMPORT' is no export"));
  EXPECT_THAT(refused(good + "0x00000002\tb\tvmlinux\tEXPORT_SYMBOL\r\n"), HasSubstr("line 2"));
  EXPECT_THAT(refused(good + good), HasSubstr("line 2: a is there in line 1 already"));
  EXPECT_THAT(refused(""), HasSubstr("no symbol"));
}

TEST(CompareSymvers, TellsEveryKindOfChange) {
  const auto diff = compare_symvers(symvers_of(kOldLines), symvers_of(kNewLines));
  EXPECT_TRUE(diff.comparable());
  EXPECT_EQ(diff.same, 1U);
  ASSERT_EQ(diff.added.size(), 1U);
  EXPECT_EQ(diff.added[0].name, "comes");
  ASSERT_EQ(diff.removed.size(), 1U);
  EXPECT_EQ(diff.removed[0].name, "goes");
  std::string told;
  for (const auto& change : diff.changed) {
    told += change.now.name + ":";
    if (change.crc) told += " crc";
    if (change.module) told += " module";
    if (change.type) told += " type";
    if (change.space) told += " space";
    told += "\n";
  }
  EXPECT_EQ(told, "changes: crc\ncloses: type\nenters: space\nmoves: module\n");
}

TEST(CompareSymvers, NothingIsNothing) {
  const auto diff = compare_symvers(symvers_of(kOldLines), symvers_of(kOldLines));
  EXPECT_TRUE(diff.comparable());
  EXPECT_TRUE(diff.nothing());
  EXPECT_EQ(diff.same, 6U);
  EXPECT_EQ(diff.without_crc, 0U);
}

TEST(CompareSymvers, CountsSymbolsThatAloneHaveNoCrc) {
  const auto some = symvers_of(std::string(kOldLines) + "0x00000000\tbare\tvmlinux\tEXPORT_SYMBOL\t\n");
  const auto diff = compare_symvers(some, some);
  EXPECT_TRUE(diff.comparable());
  EXPECT_EQ(diff.same, 7U);
  EXPECT_EQ(diff.without_crc, 1U);
}

TEST(CompareSymvers, WithoutVersionsIsNotComparable) {
  const std::string zero =
      "0x00000000\tstays\tvmlinux\tEXPORT_SYMBOL\t\n0x00000000\tx\tvmlinux\tEXPORT_SYMBOL\t\n";
  const auto both = compare_symvers(symvers_of(zero), symvers_of(zero));
  EXPECT_EQ(both.not_comparable, "not comparable: every CRC of both sides is 0 (CONFIG_MODVERSIONS is off)");
  const auto now = compare_symvers(symvers_of(kOldLines), symvers_of(zero));
  EXPECT_THAT(now.not_comparable, HasSubstr("of the new side"));
  EXPECT_TRUE(now.changed.empty()) << "a missing CRC is no other CRC";
  EXPECT_EQ(now.removed.size(), 5U) << "names still tell";
  EXPECT_EQ(now.added.size(), 1U);
  EXPECT_THAT(compare_symvers(symvers_of(zero), symvers_of(kOldLines)).not_comparable,
              HasSubstr("of the old side"));
}

}  // namespace
}  // namespace kmesh
