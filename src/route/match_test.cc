// SPDX-License-Identifier: Apache-2.0
#include "route/match.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kmesh {
namespace {

using ::testing::HasSubstr;

std::string host(const std::string& text) {
  const auto checked = check_host(text);
  return checked ? *checked : "refused";
}
std::string prefix(const std::string& text, bool odd = false) {
  const auto checked = check_path(text, false, odd);
  return checked ? *checked : "refused";
}
std::string exact(const std::string& text) {
  const auto checked = check_path(text, true, false);
  return checked ? *checked : "refused";
}

TEST(Match, Hosts) {
  EXPECT_EQ(host("Shop.Test"), "shop.test");
  EXPECT_EQ(host("shop.test."), "shop.test");
  EXPECT_EQ(host("*"), "");
  EXPECT_EQ(host("*.Shop.test"), "*.shop.test");
  EXPECT_EQ(host("*.1.2.3.4.5.6.7.8"), "*.1.2.3.4.5.6.7.8");
  EXPECT_EQ(host("[::1]"), "[::1]");
  EXPECT_EQ(host("10.0.0.1"), "10.0.0.1");
  for (const auto* wrong : {"", ".", "a..b", ".a", "a b", "a:80", "a*", "*a.test", "a.*.test", "*.", "*.*.a",
                            "*.[::1]", "*.1.2.3.4.5.6.7.8.9", "a/b", "a\r\n", "a_b,c"})
    EXPECT_EQ(host(wrong), "refused") << wrong;
  EXPECT_EQ(host(std::string(127, 'a')), std::string(127, 'a'));
  EXPECT_EQ(host(std::string(128, 'a')), "refused");
}

TEST(Match, Paths) {
  EXPECT_EQ(prefix("/"), "");
  EXPECT_EQ(prefix("/a"), "/a");
  EXPECT_EQ(prefix("/a/"), "/a");
  EXPECT_EQ(exact("/a/"), "/a/");
  EXPECT_EQ(exact("/"), "/");
  EXPECT_EQ(prefix("//", true), "refused") << "not every path";
  EXPECT_EQ(prefix("/a//", true), "refused");
  EXPECT_EQ(prefix("/1/2/3/4/5/6/7/8"), "/1/2/3/4/5/6/7/8");
  EXPECT_EQ(prefix("/1/2/3/4/5/6/7/8/9"), "refused");
  EXPECT_EQ(exact("/1/2/3/4/5/6/7/8/9"), "/1/2/3/4/5/6/7/8/9");
  EXPECT_EQ(prefix("/" + std::string(126, 'a')).size(), 127U);
  EXPECT_EQ(prefix("/" + std::string(127, 'a')), "refused");
  for (const auto* wrong : {"", "a", "*", "/a?b", "/a#b", "/a b", "http://a/b", "/a\r\nX: y", "/\xc3\xa4"})
    EXPECT_EQ(prefix(wrong), "refused") << wrong;
}

TEST(Match, AnOddPathMatchesNothing) {
  for (const auto* odd : {"/a//b", "/a/../b", "/./a", "/%61", "/a%2Fb", "/a%zz", "/a\\b", "/a;b"}) {
    EXPECT_EQ(prefix(odd), "refused") << odd;
    EXPECT_THAT(check_path(odd, false, false).error().what, HasSubstr("otherwise")) << odd;
    EXPECT_EQ(prefix(odd, true), odd);
  }
  EXPECT_EQ(prefix("/caf%C3%A9"), "/caf%C3%A9");
}

TEST(Match, Methods) {
  for (const auto* fine : {"", "GET", "M-SEARCH", "1234567890123456"})
    EXPECT_TRUE(check_method(fine)) << fine;
  for (const auto* wrong : {"GET ", "G T", "12345678901234567", "a\r\n", "(x)", "G / HTTP/1.1\r\nA:"})
    EXPECT_FALSE(check_method(wrong)) << wrong;
}

TEST(Match, FieldNames) {
  EXPECT_EQ(*check_field_name("X-User"), "x-user");
  EXPECT_EQ(*check_field_name("Content-Length"), "content-length");
  EXPECT_EQ(*check_field_name("transfer-encoding"), "transfer-encoding");
  EXPECT_EQ(check_field_name(std::string(63, 'a'))->size(), 63U);
  for (const auto* wrong : {"", "host", "Host", "a b", "a:", "a\r\nb", " a", "x_user", "x.user", "__proto__"})
    EXPECT_FALSE(check_field_name(wrong)) << wrong;
  EXPECT_FALSE(check_field_name(std::string(64, 'a')));
}

TEST(Match, FieldValues) {
  EXPECT_TRUE(check_field_value("x", "", false));
  EXPECT_TRUE(check_field_value("x", "a b", false));
  EXPECT_TRUE(check_field_value("x", std::string(64, 'a'), false));
  EXPECT_TRUE(check_field_value("content-length", "5", false));
  EXPECT_FALSE(check_field_value("content-length", "abc", false)) << "such a request is none";
  EXPECT_TRUE(check_field_value("transfer-encoding", "chun", true));
  EXPECT_FALSE(check_field_value("transfer-encoding", "chun", false));
  for (const auto* wrong : {" a", "a ", "a\r\nb", "a\n"})
    EXPECT_FALSE(check_field_value("x", wrong, false)) << wrong;
  EXPECT_FALSE(check_field_value("x", std::string("a\0b", 3), false));
  EXPECT_FALSE(check_field_value("x", std::string(65, 'a'), false));
}

TEST(Match, OtherSpellings) {
  EXPECT_TRUE(one_spelling("/a-b_c.d~e/F9"));
  for (const auto* other : {"/v1:x", "/a%20b", "/a,b", "/a@b", "/a(b)"})
    EXPECT_FALSE(one_spelling(other)) << other;
}

TEST(Match, Segments) {
  EXPECT_EQ(segments_of(""), 0U);
  EXPECT_EQ(segments_of("/"), 0U);
  EXPECT_EQ(segments_of("/a"), 1U);
  EXPECT_EQ(segments_of("/a/b"), 2U);
  EXPECT_EQ(segments_of("/a/b/"), 2U);
}

}  // namespace
}  // namespace kmesh
