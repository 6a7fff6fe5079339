// SPDX-License-Identifier: Apache-2.0
// The parser of kmesh.ko, in user space.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/types.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "kmesh_head.h"

namespace kmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Parsed {
  std::string bytes;
  kmesh_head head;

  std::string text(const kmesh_span& span) const { return bytes.substr(span.off, span.len); }
  std::string host() const {
    std::vector<__u8> name(KMESH_HOST_MAX);
    kmesh_head_host(&head, reinterpret_cast<const __u8*>(bytes.data()), name.data());
    const auto end = std::find(name.begin(), name.end(), 0);
    return {name.begin(), end};
  }
  std::vector<std::string> prefixes() const {
    std::vector<std::string> all;
    for (int i = 0; i < head.segments; ++i) all.push_back(text(head.path).substr(0, head.segment_end[i]));
    return all;
  }
  std::vector<std::string> suffixes() const {
    std::vector<std::string> all;
    for (int i = 0; i < head.labels; ++i) all.push_back(host().substr(head.label_start[i]));
    return all;
  }
};

void go_on(kmesh_head& head, std::string_view bytes) {
  kmesh_head_parse(&head, reinterpret_cast<const __u8*>(bytes.data()), bytes.size());
}

Parsed parse(std::string bytes) {
  Parsed parsed{std::move(bytes), {}};
  kmesh_head_start(&parsed.head);
  go_on(parsed.head, parsed.bytes);
  return parsed;
}

// A request with this one line more.
Parsed with_field(const std::string& line) {
  return parse("GET / HTTP/1.1\r\nHost: a\r\n" + line + "\r\n\r\n");
}
Parsed with_target(const std::string& target) {
  return parse("GET " + target + " HTTP/1.1\r\nHost: a.test\r\n\r\n");
}
Parsed with_host(const std::string& host) { return parse("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n"); }

void expect_other(const Parsed& parsed, kmesh_head_reason reason) {
  EXPECT_EQ(parsed.head.state, KMESH_HEAD_OTHER) << parsed.bytes;
  EXPECT_EQ(parsed.head.reason, reason) << parsed.bytes;
}
void expect_http(const Parsed& parsed) {
  EXPECT_EQ(parsed.head.state, KMESH_HEAD_HTTP) << parsed.bytes << " reason " << int{parsed.head.reason};
}

TEST(Head, AWholeRequest) {
  const std::string head =
      "POST /shop/cart?id=7 HTTP/1.1\r\nHost: Shop.Example:8080\r\nX-User:  eve  \r\nEmpty:\r\n\r\n";
  const auto parsed = parse(head + "body");
  expect_http(parsed);
  EXPECT_EQ(parsed.head.len, head.size());
  EXPECT_EQ(parsed.head.minor, 1);
  EXPECT_EQ(parsed.text(parsed.head.method), "POST");
  EXPECT_EQ(parsed.text(parsed.head.target), "/shop/cart?id=7");
  EXPECT_EQ(parsed.text(parsed.head.path), "/shop/cart");
  EXPECT_THAT(parsed.prefixes(), ElementsAre("/shop", "/shop/cart"));
  EXPECT_EQ(parsed.host(), "shop.example");
  ASSERT_EQ(parsed.head.count, 3);
  EXPECT_EQ(parsed.text(parsed.head.fields[1].name), "X-User");
  EXPECT_EQ(parsed.text(parsed.head.fields[1].value), "eve");
  EXPECT_EQ(parsed.text(parsed.head.fields[2].value), "");
}

TEST(Head, InPiecesItIsTheSame) {
  for (const std::string bytes :
       {"GET http://a.test/x/%7Ey;p/?q HTTP/1.1\r\nHost: a.test\r\nA: b\r\nContent-Length: 3\r\n\r\nabc",
        "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nA: b\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"}) {
    const auto whole = parse(bytes);
    Parsed pieces{bytes, {}};
    kmesh_head_start(&pieces.head);
    for (std::size_t len = 1; len <= bytes.size(); ++len)
      go_on(pieces.head, std::string_view(bytes).substr(0, len));
    EXPECT_EQ(std::memcmp(&whole.head, &pieces.head, sizeof whole.head), 0) << bytes;
  }
}

TEST(Head, EveryBeginningOfARequestAsksForMore) {
  const std::string bytes = "GET /a HTTP/1.1\r\nHost: a\r\nB: c\r\n\r\n";
  for (std::size_t len = 0; len < bytes.size(); ++len)
    EXPECT_EQ(parse(bytes.substr(0, len)).head.state, KMESH_HEAD_MORE) << len;
}

TEST(Head, OtherProtocolsAreKnownByTheirFirstBytes) {
  expect_other(parse("\x16\x03\x01\x02"), KMESH_REASON_METHOD);                  // TLS
  expect_other(parse("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), KMESH_REASON_TARGET);  // HTTP/2
  expect_other(parse("PRI * "), KMESH_REASON_TARGET);
  expect_other(parse("SSH-2.0-OpenSSH_9.2p1 D"), KMESH_REASON_TARGET);
  expect_other(parse("*1\r"), KMESH_REASON_METHOD);  // RESP
  expect_other(parse("EHLO mail.test\r\n"), KMESH_REASON_TARGET);
  expect_other(parse(std::string("\0\0\0\x08", 4)), KMESH_REASON_METHOD);  // PostgreSQL
  expect_other(parse("GET /\r\n"), KMESH_REASON_TARGET);                   // HTTP/0.9
  expect_other(parse("\r\nGET / HTTP/1.1\r\n"), KMESH_REASON_METHOD);
  expect_other(parse(std::string(KMESH_METHOD_MAX + 1, 'A')), KMESH_REASON_METHOD);
}

TEST(Head, Versions) {
  expect_http(parse("GET / HTTP/1.0\r\n\r\n"));
  for (const char* version : {"HTTP/2.0", "HTTP/1.2", "http/1.1", "HTTP/0.9", "XTTP/1.1"})
    expect_other(parse(std::string("GET / ") + version + "\r\n"), KMESH_REASON_VERSION);
  expect_other(parse("GET / HTTP/1.10\r\n"), KMESH_REASON_LINE_END);
  expect_other(parse("GET / HTTP/1.1 \r\n"), KMESH_REASON_LINE_END);
  expect_other(parse("GET /  HTTP/1.1\r\n"), KMESH_REASON_VERSION);
}

TEST(Head, LineEndsAreTwoBytes) {
  expect_other(parse("GET / HTTP/1.1\nHost: a\n\n"), KMESH_REASON_LINE_END);
  expect_other(parse("GET / HTTP/1.1\r\nHost: a\n\r\n"), KMESH_REASON_LINE_END);
  expect_other(parse("GET / HTTP/1.1\r\nHost: a\rB: c\r\n\r\n"), KMESH_REASON_LINE_END);
  expect_other(parse("GET / HTTP/1.1\r\nHost: a\r\r\n\r\n"), KMESH_REASON_LINE_END);
  expect_other(parse("GET / HTTP/1.1\r\nHost: a\r\n\rX"), KMESH_REASON_LINE_END);
}

TEST(Head, Fields) {
  expect_http(with_field("X: \x80\xff utf-8 or not"));
  expect_http(with_field("!#$%&'*+-.^_`|~09azAZ: all the letters of a name"));
  expect_other(with_field("X : y"), KMESH_REASON_NAME);
  expect_other(with_field("X\t: y"), KMESH_REASON_NAME);
  expect_other(with_field(": y"), KMESH_REASON_NAME);
  expect_other(with_field("no colon"), KMESH_REASON_NAME);
  expect_other(with_field("X\x80: y"), KMESH_REASON_NAME);
  expect_other(with_field(" X: y"), KMESH_REASON_FOLDED);
  expect_other(with_field("X: y\r\n\tgoes on"), KMESH_REASON_FOLDED);
  expect_other(with_field(std::string("X: a\0b", 6)), KMESH_REASON_VALUE);
  expect_other(with_field("X: a\x01"), KMESH_REASON_VALUE);
  expect_other(with_field("X: a\x7f"), KMESH_REASON_VALUE);
  EXPECT_EQ(parse("GET / HTTP/1.0\r\nX: a\tb\r\n\r\n").head.fields[0].value.len, 3);
  for (const char* value : {"\ta", "a\t", " \t a", "a \t ", "\t", " \t "})
    expect_other(with_field(std::string("X:") + value), KMESH_REASON_VALUE);
  expect_other(parse("GET / HTTP/1.1\r\nHost:\ta\r\n\r\n"), KMESH_REASON_VALUE);
}

TEST(Head, NamesAreHashedWithoutTheirCase) {
  const auto parsed = with_field("X-Test: 1\r\nx-tEST: 2\r\nX-Text: 3");
  EXPECT_EQ(parsed.head.fields[1].name_hash, parsed.head.fields[2].name_hash);
  EXPECT_NE(parsed.head.fields[1].name_hash, parsed.head.fields[3].name_hash);
  EXPECT_EQ(with_field("X_Test: 1").head.fields[1].name_hash, parsed.head.fields[1].name_hash);
  EXPECT_EQ(parse("GET / HTTP/1.0\r\na: b\r\n\r\n").head.fields[0].name_hash, 0xe40c292cU)
      << "FNV-1a of \"a\"";
}

TEST(Head, TheCountOfFieldsHasABound) {
  std::string head = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 1; i < KMESH_FIELDS_MAX; ++i) head += "A: b\r\n";
  expect_http(parse(head + "\r\n"));
  expect_other(parse(head + "A: b\r\n\r\n"), KMESH_REASON_COUNT);
}

TEST(Head, TheLengthHasABound) {
  const std::string front = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  const std::string back = "\r\n\r\n";
  const auto filled = [&](std::size_t size) {
    return front + std::string(size - front.size() - back.size(), 'x') + back;
  };
  expect_http(parse(filled(KMESH_HEAD_MAX)));
  expect_http(parse(filled(KMESH_HEAD_MAX) + "body"));
  expect_other(parse(filled(KMESH_HEAD_MAX + 1)), KMESH_REASON_LENGTH);
  EXPECT_EQ(parse(filled(KMESH_HEAD_MAX).substr(0, KMESH_HEAD_MAX - 1)).head.state, KMESH_HEAD_MORE);
}

TEST(Head, Hosts) {
  EXPECT_EQ(with_host("A.Example").host(), "a.example");
  EXPECT_EQ(with_host("a.example.").host(), "a.example");
  EXPECT_EQ(with_host("a.example.:80").host(), "a.example");
  EXPECT_EQ(with_host("a:").host(), "a");
  EXPECT_EQ(with_host("[2001:DB8::1]:8080").host(), "[2001:db8::1]");
  EXPECT_EQ(with_host("10.0.0.1:80").host(), "10.0.0.1");
  EXPECT_EQ(with_host("a_b~c.test").host(), "a_b~c.test");
  EXPECT_EQ(with_host("").host(), "");
  for (const char* host : {"a b", "a,b", "a/b", "a@b", "a:80:80", "a:x", "[::1", "[]", "[::1]x", "::1", ":80",
                           "a%41", ".", ".a", "a..", "a..b", "a..:80"})
    expect_other(with_host(host), KMESH_REASON_HOST);
  expect_http(with_host(std::string(KMESH_HOST_MAX, 'a')));
  expect_other(with_host(std::string(KMESH_HOST_MAX + 1, 'a')), KMESH_REASON_HOST);
}

TEST(Head, LabelsOfAHostFromItsEnd) {
  EXPECT_THAT(with_host("Shop.example.Test.:80").suffixes(),
              ElementsAre("test", "example.test", "shop.example.test"));
  EXPECT_THAT(with_host("a").suffixes(), ElementsAre("a"));
  EXPECT_THAT(with_host("[::ffff:1.2.3.4]").suffixes(), IsEmpty());
  EXPECT_THAT(with_host("").suffixes(), IsEmpty());
  EXPECT_EQ(with_host("a.b.c.d.e.f.g.h.i.j").suffixes().size(), std::size_t{KMESH_LABELS_MAX});
  EXPECT_THAT(parse("GET http://b.test/ HTTP/1.1\r\nHost: B.test\r\n\r\n").suffixes(),
              ElementsAre("test", "b.test"));
  EXPECT_EQ(with_host("a." + std::string(KMESH_HOST_MAX - 2, 'x')).head.label_start[0], 2);
}

TEST(Head, OneHostNoMoreNoLess) {
  expect_other(parse("GET / HTTP/1.1\r\n\r\n"), KMESH_REASON_HOST);
  expect_other(with_field("Host: a"), KMESH_REASON_HOST);
  expect_other(with_field("hOST: b"), KMESH_REASON_HOST);
  EXPECT_EQ(parse("GET / HTTP/1.0\r\n\r\n").host(), "");
}

TEST(Head, WhereTheRequestEndsIsBeyondDoubt) {
  expect_http(with_field("Content-Length: 0"));
  expect_http(with_field("Transfer-Encoding: Chunked"));
  for (const char* length : {"", "-1", "+1", "0x1", "1 1", "1,1", "1\t1"})
    expect_other(with_field(std::string("Content-Length: ") + length), KMESH_REASON_FRAMING);
  expect_http(with_field("Content-Length: 999999999999999999"));
  expect_other(with_field("Content-Length: 1000000000000000000"), KMESH_REASON_FRAMING);
  expect_other(with_field("Content-Length: 18446744073709551619"), KMESH_REASON_FRAMING);
  expect_other(with_field("Content-Length: 1\r\ncontent-length: 1"), KMESH_REASON_FRAMING);
  expect_other(with_field("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"), KMESH_REASON_FRAMING);
  expect_other(with_field("Transfer-Encoding: chunked\r\nContent-Length: 1"), KMESH_REASON_FRAMING);
  expect_other(with_field("Content-Length: 1\r\nTransfer-Encoding: chunked"), KMESH_REASON_FRAMING);
  for (const char* encoding : {"", "identity", "gzip, chunked", "xchunked", "chunked\v", "chunked, chunked"})
    EXPECT_EQ(with_field(std::string("Transfer-Encoding: ") + encoding).head.state, KMESH_HEAD_OTHER)
        << encoding;
  expect_other(parse("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), KMESH_REASON_FRAMING);
}

TEST(Head, Targets) {
  expect_http(parse("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"));
  for (const char* target : {"*", "a", "a/b", "//a.test", "http:", "http://", "http:/a", "https://a.test/",
                             "http://a b/", "http://u@a.test/", "ftp://a/", "/#f", "/a\x80", "/a\tb"}) {
    const auto parsed = with_target(target);
    if (std::string_view(target) == "//a.test")
      expect_http(parsed);  // a path, and an odd one
    else
      EXPECT_EQ(parsed.head.state, KMESH_HEAD_OTHER) << target;
  }
}

TEST(Head, TargetsThatBelongToOneMethod) {
  expect_other(parse("options * HTTP/1.1\r\nHost: a\r\n\r\n"), KMESH_REASON_TARGET);
  expect_other(parse("OPTIONSX * HTTP/1.1\r\nHost: a\r\n\r\n"), KMESH_REASON_TARGET);
  for (const char* target : {"a.test:443", "/a", "http://a.test/"})
    expect_other(parse(std::string("CONNECT ") + target + " HTTP/1.1\r\nHost: a.test\r\n\r\n"),
                 KMESH_REASON_TARGET);
  expect_http(parse("CONNECTED /a HTTP/1.1\r\nHost: a\r\n\r\n"));
}

TEST(Head, AnAbsoluteTargetMustSayWhatHostSays) {
  const auto parsed = with_target("HTTP://A.test/x?y");
  expect_http(parsed);
  EXPECT_EQ(parsed.host(), "a.test");
  EXPECT_EQ(parsed.text(parsed.head.path), "/x");
  expect_other(with_target("http://b.test/x"), KMESH_REASON_HOST);
  expect_other(with_target("http://a.test:80/x"), KMESH_REASON_HOST);
  const auto bare = with_target("http://a.test?x");
  expect_http(bare);
  EXPECT_EQ(bare.text(bare.head.path), "");
  EXPECT_EQ(bare.head.flags, KMESH_HEAD_F_PATH_ODD) << "it means /";
  EXPECT_THAT(bare.prefixes(), IsEmpty());
  EXPECT_EQ(parse("GET http://A.test/ HTTP/1.0\r\nHost: a.test\r\n\r\n").host(), "a.test");
  expect_other(parse("GET http://A.test/ HTTP/1.0\r\n\r\n"), KMESH_REASON_HOST);
}

TEST(Head, PathsThatServersReadOtherwise) {
  for (const char* path :
       {"/", "/a", "/a/", "/a/b.c/...", "/a%20b", "/%C3%A4", "/.a", "/a.", "/..a", "/a?../..", "/a?b;c"})
    EXPECT_EQ(with_target(path).head.flags, 0) << path;
  for (const char* path : {"/.",    "/..",  "/a/../b", "/a/./b", "/a/..;x/b", "/%2e%2E/b", "/.%2e", "//a",
                           "/a//b", "/a//", "/a%2fb",  "/a%5Cb", "/a\\b",     "/a;b=c",    "/;/a",  "/%61",
                           "/%00",  "/%0a", "/%7f",    "/%zz",   "/%4",       "/%"}) {
    const auto parsed = with_target(path);
    expect_http(parsed);
    EXPECT_EQ(parsed.head.flags, KMESH_HEAD_F_PATH_ODD) << path;
  }
}

TEST(Head, SegmentsOfAPath) {
  EXPECT_THAT(with_target("/").prefixes(), IsEmpty());
  EXPECT_THAT(with_target("/a/").prefixes(), ElementsAre("/a"));
  EXPECT_THAT(with_target("/a/bc?d/e").prefixes(), ElementsAre("/a", "/a/bc"));
  EXPECT_EQ(with_target("/1/2/3/4/5/6/7/8/9").prefixes().back(), "/1/2/3/4/5/6/7/8");
}

}  // namespace
}  // namespace kmesh
