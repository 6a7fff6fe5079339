// SPDX-License-Identifier: Apache-2.0
// What a user writes: services, their policy, their routes. Read from TOML, checked against the router's
// bounds, and everything that would mean nothing is refused with its line. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/result.h"

namespace kmesh {

struct Address {
  bool v6 = false;
  std::array<std::uint8_t, 16> bytes{};  // as on the wire; an IPv4 address in the first four
  std::uint16_t port = 0;                // in host order
  bool operator<(const Address& other) const {
    return std::tie(v6, bytes, port) < std::tie(other.v6, other.bytes, other.port);
  }
};

// A condition on a header field.
struct FieldRule {
  enum class Kind { kExact, kPrefix, kPresent, kAbsent };
  std::string name;  // in lower case
  Kind kind = Kind::kPresent;
  std::string value;
  bool operator==(const FieldRule&) const = default;
  bool operator<(const FieldRule& other) const {
    return std::tie(name, kind, value) < std::tie(other.name, other.kind, other.value);
  }
};

struct Target {
  Address address;
  std::uint32_t weight = 1;
};

struct Route {
  enum class Action { kOriginal, kRedirect, kDeny };
  std::string host;    // lower case; "" for any, "*.x" for all below x
  std::string path;    // without a slash at its end, unless it is exact; a prefix "" is every path
  bool exact = false;  // the path is meant as a whole
  std::string method;  // "" for any
  std::vector<FieldRule> fields;
  Action action = Action::kOriginal;
  std::uint32_t error = 0;      // errno of a denial
  std::vector<Target> targets;  // of a redirection
  std::uint32_t line = 0;       // in the file
};

struct Service {
  Address address;
  bool closed = true;          // what has no verdict is denied; otherwise it goes to the address asked for
  std::uint32_t grace_ms = 0;  // time for the first bytes; 0: the module's default
  bool no_grace = false;       // wait for ever
  bool odd_paths = false;      // match paths that servers may read otherwise as they are written
  std::vector<Route> routes;
  std::uint32_t line = 0;
};

struct RouteConfig {
  std::vector<Service> services;
};

// "10.0.0.1:80", "[fd00::1]:80". Errors: no address, no port, a name.
Result<Address> parse_address(std::string_view text);
std::string text_of(const Address& address);

// Errors name the file and the line. `name` is the file's, for them.
Result<RouteConfig> parse_routes(std::string_view toml, std::string_view name);

}  // namespace kmesh
