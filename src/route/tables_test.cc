// SPDX-License-Identifier: Apache-2.0
#include "route/tables.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

namespace kmesh {
namespace {

using ::testing::HasSubstr;

constexpr const char* kService = "[[service]]\naddress = '10.0.0.1:80'\n";

std::string route(const std::string& lines) { return "[[service.route]]\n" + lines + "\n"; }

Result<Tables> try_make(const std::string& toml) {
  auto config = parse_routes(toml, "r.toml");
  EXPECT_TRUE(config) << (config ? "" : config.error().what);
  return config ? make_tables(*config, "r.toml") : Result<Tables>{};
}
Tables make(const std::string& toml) {
  auto tables = try_make(toml);
  EXPECT_TRUE(tables) << (tables ? "" : tables.error().what);
  return tables ? *tables : Tables{};
}
std::string tables_refusal(const std::string& toml) {
  const auto tables = try_make(toml);
  return tables ? "it was not refused" : tables.error().what;
}

// The entry of that text, as a program would look for it.
template <typename Key, typename Value>
const Value* find(const Entries<Key, Value>& entries, const Key& key) {
  for (const auto& [other, value] : entries) {
    if (std::memcmp(&other, &key, sizeof key) == 0) return &value;
  }
  return nullptr;
}
const router_host* find_host(const Tables& tables, router_host_kind kind, const std::string& text) {
  router_host_key key;
  std::memset(&key, 0, sizeof key);
  key.kind = static_cast<__u16>(kind);
  key.len = static_cast<__u16>(text.size());
  std::memcpy(key.text, text.data(), text.size());
  return find(tables.hosts, key);
}
const router_path* find_path(const Tables& tables, __u32 host, router_path_kind kind,
                             const std::string& text) {
  router_path_key key;
  std::memset(&key, 0, sizeof key);
  key.host = host;
  key.kind = static_cast<__u16>(kind);
  key.len = static_cast<__u16>(text.size());
  std::memcpy(key.text, text.data(), text.size());
  return find(tables.paths, key);
}

TEST(Tables, AServiceIsFoundByItsAddressAsOnTheWire) {
  const auto tables = make(
      "[[service]]\naddress='10.0.0.1:80'\npolicy='open'\nwait='ever'\n"
      "[[service]]\naddress='[fd00::1]:81'\ngrace_ms=70\nodd_paths='match'\n");
  router_service_key key;
  std::memset(&key, 0, sizeof key);
  key.family = AF_INET;
  key.port = htons(80);
  key.addr[0] = htonl(0x0a000001);
  const auto* four = find(tables.services, key);
  ASSERT_NE(four, nullptr);
  EXPECT_EQ(four->arm, KMESH_ARM_F_OPEN | KMESH_ARM_F_NO_GRACE);
  EXPECT_EQ(four->flags, 0U);
  key.family = AF_INET6;
  key.port = htons(81);
  key.addr[0] = htonl(0xfd000000);
  key.addr[3] = htonl(1);
  const auto* six = find(tables.services, key);
  ASSERT_NE(six, nullptr);
  EXPECT_EQ(six->arm, 0U);
  EXPECT_EQ(six->grace_ms, 70U);
  EXPECT_EQ(six->flags, ROUTER_F_ODD_PATHS);
  EXPECT_NE(six->id, four->id);
}

TEST(Tables, AServiceSaysWhichLookupsAreWorthIt) {
  const auto tables =
      make(kService + route("host='*.a.test'\ndeny=true") + route("host='*.test'\ndeny=true") +
           route("path='/x/y'\ndeny=true") + route("exact_path='/z'\ndeny=true"));
  const router_service& service = tables.services.at(0).second;
  EXPECT_EQ(service.suffixes, 1U << 1 | 1U << 2);
  EXPECT_EQ(service.flags, ROUTER_F_ANY_HOST);
  EXPECT_EQ(service.fields, 0U);
  const auto* any = find_host(tables, ROUTER_HOST_ANY, "");
  ASSERT_NE(any, nullptr);
  EXPECT_EQ(any->depths, ROUTER_DEPTH_EXACT | 1U << 2);
  ASSERT_NE(find_host(tables, ROUTER_HOST_SUFFIX, "a.test"), nullptr);
  EXPECT_EQ(find_host(tables, ROUTER_HOST_SUFFIX, "a.test")->depths, 1U);
  EXPECT_EQ(find_host(tables, ROUTER_HOST_EXACT, "a.test"), nullptr);
  EXPECT_NE(find_path(tables, any->id, ROUTER_PATH_PREFIX, "/x/y"), nullptr);
  EXPECT_NE(find_path(tables, any->id, ROUTER_PATH_EXACT, "/z"), nullptr);
}

TEST(Tables, RulesOfAPathKeepTheOrderOfTheFile) {
  const auto tables = make(kService + route("method='GET'\noriginal=true") + route("path='/b'\ndeny=true") +
                           route("method='POST'\ndeny=true\nerror=5") + route("to='10.0.0.9:90'"));
  const auto* path = find_path(tables, find_host(tables, ROUTER_HOST_ANY, "")->id, ROUTER_PATH_PREFIX, "");
  ASSERT_NE(path, nullptr);
  ASSERT_EQ(path->count, 3U);
  const router_rule* rule = &tables.rules.at(path->first);
  EXPECT_EQ(rule[0].action, KMESH_ACTION_ORIGINAL);
  EXPECT_STREQ(rule[0].method, "GET");
  EXPECT_EQ(rule[0].route, 3U) << "the line of the file";
  EXPECT_EQ(rule[1].action, KMESH_ACTION_DENY);
  EXPECT_EQ(rule[1].error, 5U);
  EXPECT_EQ(rule[2].action, KMESH_ACTION_REDIRECT);
  EXPECT_EQ(tables.targets.at(rule[2].targets).target[0].port, htons(90));
}

TEST(Tables, WeightsAreSummedUp) {
  const auto tables = make("[[service]]\naddress='[fd00::1]:80'\n" +
                           route("to=[{address='10.0.0.2:1',weight=3},{address='[::1]:2',weight=4}]"));
  const router_targets& all = tables.targets.at(0);
  EXPECT_EQ(all.count, 2U);
  EXPECT_EQ(all.total, 7U);
  EXPECT_EQ(all.target[0].below, 3U);
  EXPECT_EQ(all.target[1].below, 7U);
  EXPECT_EQ(all.target[1].family, AF_INET6);
}

TEST(Tables, AConditionHasOneBitHoweverOftenItIsAsked) {
  const auto tables =
      make(kService + route("header=[{name='x',value='a'},{name='y',present=false}]\ndeny=true") +
           route("path='/b'\nheader=[{name='X',value='a'}]\ndeny=true") +
           route("path='/c'\nheader=[{name='x',prefix='a'}]\ndeny=true"));
  ASSERT_EQ(tables.names.size(), 2U);
  const router_name& x = tables.names.at(0).second;
  ASSERT_EQ(x.count, 2U);
  EXPECT_NE(tables.names.at(1).second.slot, x.slot);
  const __u64 value = 1ULL << x.value[0].bit;
  const __u64 there = 1ULL << tables.names.at(1).second.present;
  EXPECT_EQ(tables.rules.at(0).mask, value | there);
  EXPECT_EQ(tables.rules.at(0).want, value);
  EXPECT_EQ(tables.rules.at(1).mask, value);
  EXPECT_NE(tables.rules.at(2).mask, value);
  EXPECT_EQ(x.value[0].len, 1U);
  EXPECT_EQ(x.value[1].len, ~0U);
  EXPECT_EQ(x.value[1].mask[0], 0xffU) << "of a prefix its own bytes count";
  EXPECT_EQ(x.value[0].mask[7], ~0ULL) << "of a value all";
  EXPECT_EQ(tables.services.at(0).second.fields, 1U);
  EXPECT_NE(tables.services.at(0).second.names, 0U);
}

TEST(Tables, WhatDoesNotFitIsRefused) {
  std::string many = kService;
  for (int i = 0; i < 17; ++i) many += route(fmt::format("method='M{}'\ndeny=true", i));
  EXPECT_THAT(tables_refusal(many),
              HasSubstr("r.toml:51: route: 17 routes of one host and path; there may be 16"));
  many = kService;
  for (int i = 0; i < 9; ++i)
    many += route(fmt::format("path='/{0}'\nheader=[{{name='x',value='{0}'}}]\ndeny=true", i));
  EXPECT_THAT(tables_refusal(many), HasSubstr("8 values of a header"));
  many = kService;
  for (int i = 0; i < 64; ++i)
    many += route(fmt::format("path='/{0}'\nheader=[{{name='x{0}',value='1'}}]\ndeny=true", i));
  EXPECT_EQ(make(many).names.size(), 64U);
  many += route("path='/x'\nheader=[{name='x'}]\ndeny=true");
  EXPECT_THAT(tables_refusal(many), HasSubstr("64 different things"));
  EXPECT_THAT(tables_refusal(kService + route("header=[{name='x'},{name='x',present=false}]\ndeny=true")),
              HasSubstr("to be there and not to be there"));
}

TEST(Tables, ARouteThatIsNeverReachedIsRefused) {
  EXPECT_THAT(tables_refusal(kService + route("deny=true") + route("method='GET'\noriginal=true")),
              HasSubstr("r.toml:5: route: it is never reached: the route at line 3 takes everything"));
}

TEST(Tables, AHundredThousandRoutes) {
  std::string many = kService;
  for (int i = 0; i < 100000; ++i)
    many += route(fmt::format("host='h{}.test'\npath='/p{}'\ndeny=true", i % 1000, i));
  const auto tables = make(many);
  EXPECT_EQ(tables.hosts.size(), 1000U);
  EXPECT_EQ(tables.paths.size(), 100000U);
}

}  // namespace
}  // namespace kmesh
