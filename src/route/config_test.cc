// SPDX-License-Identifier: Apache-2.0
#include "route/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kServiceLines = "[[service]]\naddress = '10.0.0.1:80'\n";

RouteConfig routes_of(const std::string& toml) {
  auto config = parse_routes(toml, "r.toml");
  EXPECT_TRUE(config) << (config ? "" : config.error().what);
  return config ? *config : RouteConfig{};
}

// A file of one service with one route of these lines, and why it is refused.
std::string route_refusal(const std::string& lines) {
  const auto config = parse_routes(kServiceLines + ("[[service.route]]\n" + lines) + "\n", "r.toml");
  return config ? "it was not refused" : config.error().what;
}
std::string service_refusal(const std::string& lines) {
  const auto config = parse_routes("[[service]]\n" + lines + "\n", "r.toml");
  return config ? "it was not refused" : config.error().what;
}

TEST(Routes, WhatIsNotSaidIsTheSafeWay) {
  const auto config = routes_of(kServiceLines);
  ASSERT_EQ(config.services.size(), 1U);
  const Service& service = config.services[0];
  EXPECT_EQ(text_of(service.address), "10.0.0.1:80");
  EXPECT_TRUE(service.closed);
  EXPECT_FALSE(service.odd_paths);
  EXPECT_FALSE(service.no_grace);
  EXPECT_EQ(service.grace_ms, 0U);
  EXPECT_TRUE(service.routes.empty());
}

TEST(Routes, AWholeOne) {
  const auto config = routes_of(
      "[[service]]\naddress = '[fd00::1]:80'\n"
      "policy = 'open'\ngrace_ms = 50\n[[service.route]]\nhost = 'Shop.Test.'\npath = '/a/'\n"
      "method = 'GET'\nheader = [{ name = 'X-B', prefix = 'p' }, { name = 'X-A' }]\n"
      "to = ['10.0.0.2:1', { address = '[::1]:2', weight = 5 }]\n");
  const Service& service = config.services.at(0);
  EXPECT_FALSE(service.closed);
  EXPECT_EQ(service.grace_ms, 50U);
  const Route& route = service.routes.at(0);
  EXPECT_EQ(route.line, 5U);
  EXPECT_EQ(route.host, "shop.test");
  EXPECT_EQ(route.path, "/a");
  EXPECT_FALSE(route.exact);
  EXPECT_THAT(route.fields, ElementsAre(FieldRule{"x-a", FieldRule::Kind::kPresent, ""},
                                        FieldRule{"x-b", FieldRule::Kind::kPrefix, "p"}));
  EXPECT_EQ(route.action, Route::Action::kRedirect);
  ASSERT_EQ(route.targets.size(), 2U);
  EXPECT_EQ(text_of(route.targets[1].address), "[::1]:2");
  EXPECT_EQ(route.targets[1].weight, 5U);
}

TEST(Routes, OtherActions) {
  const auto config =
      routes_of(std::string(kServiceLines) +
                "[[service.route]]\ndeny = true\n[[service.route]]\npath='/b'\ndeny = true\nerror = 104\n"
                "[[service.route]]\npath='/c'\noriginal = true\n");
  const auto& routes = config.services.at(0).routes;
  EXPECT_EQ(routes.at(0).action, Route::Action::kDeny);
  EXPECT_EQ(routes.at(0).error, 13U);
  EXPECT_EQ(routes.at(1).error, 104U);
  EXPECT_EQ(routes.at(2).action, Route::Action::kOriginal);
  EXPECT_EQ(routes.at(2).error, 0U);
}

TEST(Routes, AnAddressHasOneSpelling) {
  EXPECT_EQ(text_of(*parse_address("[::ffff:10.0.0.1]:80")), "10.0.0.1:80");
  EXPECT_EQ(text_of(*parse_address("[0:0::1]:65535")), "[::1]:65535");
  for (const auto* wrong :
       {"", ":", "10.0.0.1", "10.0.0.1:", "10.0.0.1:0", "10.0.0.1:65536", "10.0.0.1:8o", "::1:80", "name:80",
        "[10.0.0.1]:80", "10.0.0.1:-1", "10.0.0:80", "[::1:80", "10.0.0.1: 80"})
    EXPECT_FALSE(parse_address(wrong)) << wrong;
}

TEST(Routes, AnErrorNamesFileAndLine) {
  EXPECT_THAT(route_refusal("path = 'a'\ndeny = true"), HasSubstr("r.toml:3: route: 'a' is no path"));
  EXPECT_THAT(service_refusal("address = 'x'"), HasSubstr("r.toml:1: service: 'x' is no address"));
  EXPECT_THAT(parse_routes("[[service]\n", "r.toml").error().what, HasSubstr("r.toml:1: "));
}

TEST(Routes, AMisspelledKeyIsNotPassedOver) {
  EXPECT_THAT(route_refusal("pth = '/a'\ndeny = true"), HasSubstr("there is no 'pth'"));
  EXPECT_THAT(service_refusal("address='1.2.3.4:5'\npolcy='open'"), HasSubstr("there is no 'polcy'"));
  EXPECT_THAT(parse_routes("[[services]]\n", "r.toml").error().what, HasSubstr("there is no 'services'"));
  EXPECT_THAT(route_refusal("header=[{ name='a', val='b' }]\ndeny = true"), HasSubstr("there is no 'val'"));
  EXPECT_THAT(route_refusal("to=[{ address='1.2.3.4:5', wight=1 }]"), HasSubstr("there is no 'wight'"));
}

TEST(Routes, AValueOfAnotherTypeIsNotPassedOver) {
  EXPECT_THAT(route_refusal("path = 1\ndeny = true"), HasSubstr("another type"));
  EXPECT_THAT(route_refusal("deny = 'yes'"), HasSubstr("another type"));
  EXPECT_THAT(route_refusal("header = 'x'\ndeny = true"), HasSubstr("no list"));
  EXPECT_THAT(route_refusal("to = [1]"), HasSubstr("no address"));
  EXPECT_THAT(service_refusal("address='1.2.3.4:5'\ngrace_ms='1'"), HasSubstr("another type"));
}

TEST(Routes, ARouteSaysOneThing) {
  EXPECT_THAT(route_refusal("path = '/a'"), HasSubstr("exactly one of to, deny and original"));
  EXPECT_THAT(route_refusal("deny = true\noriginal = true"), HasSubstr("exactly one"));
  EXPECT_THAT(route_refusal("deny = false"), HasSubstr("says nothing"));
  EXPECT_THAT(route_refusal("original = true\nerror = 1"), HasSubstr("errno of a denial"));
  EXPECT_THAT(route_refusal("path = '/a'\nexact_path = '/a'\ndeny = true"), HasSubstr("both"));
  EXPECT_THAT(route_refusal("header = [{ name = 'a', value = 'b', prefix = 'c' }]\ndeny = true"),
              HasSubstr("more than one"));
  EXPECT_THAT(route_refusal("to = [{ address = '1.2.3.4:5', weight = 0 }]"), HasSubstr("all weights are 0"));
  EXPECT_THAT(route_refusal("to = []"), HasSubstr("neither"));
  EXPECT_THAT(route_refusal("to = ['1.2.3.4:5', { address = 'rubbish', weight = 0 }]"),
              HasSubstr("no address"));
  EXPECT_THAT(route_refusal("deny = true\nerror = 11"), HasSubstr("try again"));
  EXPECT_THAT(route_refusal("deny = true\nerror = 512"), HasSubstr("may be 1 to 133"));
  EXPECT_THAT(route_refusal("to = '[::1]:80'"), HasSubstr("is IPv6, and the service is IPv4"));
  EXPECT_THAT(service_refusal("address='1.2.3.4:5'\nwait='ever'\ngrace_ms=1"), HasSubstr("both"));
  EXPECT_THAT(service_refusal("address='1.2.3.4:5'\npolicy='opened'"), HasSubstr("may be closed, open"));
  EXPECT_THAT(service_refusal("address='1.2.3.4:5'\ngrace_ms=60001"), HasSubstr("may be 1 to 60000"));
  EXPECT_THAT(service_refusal("address='1.2.3.4:5'\n[[service]]\naddress='[::ffff:1.2.3.4]:5'"),
              HasSubstr("twice"));
}

TEST(Routes, ADenialThatOneCanGoAroundIsRefused) {
  constexpr const char* kDeny = "[[service.route]]\npath='/a'\ndeny=true";
  EXPECT_THAT(service_refusal(std::string("address='1.2.3.4:5'\npolicy='open'\n") + kDeny),
              HasSubstr("open service"));
  EXPECT_THAT(service_refusal(std::string("address='1.2.3.4:5'\nodd_paths='match'\n") + kDeny),
              HasSubstr("other spellings"));
  EXPECT_THAT(route_refusal("path = '/v1:admin'\ndeny = true"), HasSubstr("other spellings"));
  EXPECT_THAT(service_refusal("address='1.2.3.4:5'\nodd_paths='match'\n[[service.route]]\ndeny=true"),
              HasSubstr("it was not refused"));
}

TEST(Routes, NoServiceIsNoFile) {
  EXPECT_THAT(parse_routes("", "r.toml").error().what, HasSubstr("no [[service]]"));
}

}  // namespace
}  // namespace kmesh
