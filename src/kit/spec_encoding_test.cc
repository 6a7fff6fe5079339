// SPDX-License-Identifier: Apache-2.0
#include "kit/spec_encoding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kmesh {
namespace {

using ::testing::HasSubstr;

constexpr const char* kSaid =
    "error: Package kernel: invalid utf-8 encoding in Summary: s\xe9 - Invalid argument";

std::string what(std::string_view spec) {
  const auto error = encoding_error(spec, kSaid);
  return error ? error->what : "nothing";
}

TEST(IsUtf8, KnowsIt) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("plain"));
  EXPECT_TRUE(is_utf8("\xc3\xa9 \xe6\xbc\xa2 \xf0\x9f\x90\xa7"));
  EXPECT_TRUE(is_utf8(std::string(5000, 'x') + "\xc3\xa9"));
  EXPECT_FALSE(is_utf8("caf\xe9"));
  EXPECT_FALSE(is_utf8(std::string(5000, 'x') + "\xc3"));
  EXPECT_FALSE(is_utf8("\xc0\xaf")) << "longer than it need be";
}

TEST(EncodingError, NamesTheLines) {
  EXPECT_THAT(what("Name: k\nSummary: caf\xe9\n"), HasSubstr("spec's line 2 is no UTF-8"));
  EXPECT_THAT(what("Name: k\nSummary: \xe9\n# \xe8\n"), HasSubstr("lines 2, 3 are no UTF-8"));
  EXPECT_EQ(what("Summary: \xc3\xa9\nGroup: \xe9\n"),
            "the spec is in two encodings: line 2 is no UTF-8, line 1 is");
}

TEST(EncodingError, OfSomethingElseItSaysNothing) {
  EXPECT_EQ(what("Name: k\n"), "nothing");
  EXPECT_FALSE(encoding_error("Summary: \xe9\n", "error: line 3: Unknown tag: x"));
}

}  // namespace
}  // namespace kmesh
