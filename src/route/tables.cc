// SPDX-License-Identifier: Apache-2.0
#include "route/tables.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "route/match.h"

namespace kmesh {
namespace {

// Zeros where the language leaves padding as it is: the maps compare keys byte by byte.
template <typename T>
T zeroed() {
  T value;
  std::memset(&value, 0, sizeof value);
  return value;
}

__u32 name_hash(std::string_view name) {
  __u32 hash = KMESH_NAME_HASH_START;
  for (const char c : name) hash = (hash ^ static_cast<__u8>(c)) * KMESH_NAME_HASH_PRIME;
  return hash;
}

void set_address(const Address& address, __u16& family, __be16& port, __be32* words) {
  family = address.v6 ? AF_INET6 : AF_INET;
  port = htons(address.port);
  std::memcpy(words, address.bytes.data(), address.v6 ? 16 : 4);
}

// The conditions on header fields of one service: a bit for each, the same one for the same condition.
class Fields {
 public:
  // Adds the rules to a mask and what must be in it. False: beyond the bounds, and `why` says of what.
  bool add(const std::vector<FieldRule>& rules, router_rule& rule, std::string& why) {
    for (const auto& field : rules) {
      const auto bit = bit_of(field, why);
      if (bit < 0) return false;
      const __u64 mask = 1ULL << bit;
      const bool want = field.kind != FieldRule::Kind::kAbsent;
      if ((rule.mask & mask) != 0 && ((rule.want & mask) != 0) != want) {
        why = fmt::format("the header {} is to be there and not to be there", field.name);
        return false;
      }
      rule.mask |= mask;
      if (want) rule.want |= mask;
    }
    return true;
  }

  void give(__u32 service, Tables& tables, router_service& entry) const {
    entry.fields = names_.empty() ? 0 : 1;
    for (const auto& [name, value] : names_) {
      entry.names |= 1ULL << (name_hash(name) & 63);
      auto key = zeroed<router_name_key>();
      key.service = service;
      key.len = static_cast<__u32>(name.size());
      std::memcpy(key.text, name.data(), name.size());
      tables.names.emplace_back(key, value);
    }
  }

 private:
  int bit_of(const FieldRule& field, std::string& why) {
    auto found = names_.find(field.name);
    if (found == names_.end()) {
      auto entry = zeroed<router_name>();
      entry.slot = static_cast<__u32>(names_.size());
      entry.present = ROUTER_BITS;
      found = names_.emplace(field.name, entry).first;
    }
    router_name& entry = found->second;
    if (field.kind == FieldRule::Kind::kPresent || field.kind == FieldRule::Kind::kAbsent) {
      if (entry.present < ROUTER_BITS) return static_cast<int>(entry.present);
      if (bits_ == ROUTER_BITS) return too_many_bits(why);
      entry.present = bits_++;
      return static_cast<int>(entry.present);
    }
    const FieldRule key{field.name, field.kind, field.value};
    if (const auto known = values_.find(key); known != values_.end()) return static_cast<int>(known->second);
    if (bits_ == ROUTER_BITS) return too_many_bits(why);
    if (entry.count == ROUTER_VALUES_MAX) {
      why = fmt::format("the rules of a service may ask for {} values of a header, and {} has more",
                        ROUTER_VALUES_MAX, field.name);
      return -1;
    }
    router_value& value = entry.value[entry.count++];
    std::memcpy(value.text, field.value.data(), field.value.size());
    // of an exact value all bytes count, the zeros behind it, too
    const bool exact = field.kind == FieldRule::Kind::kExact;
    std::memset(value.mask, 0xff, exact ? sizeof value.mask : field.value.size());
    value.len = exact ? static_cast<__u32>(field.value.size()) : ~0U;
    value.bit = bits_++;
    values_[key] = value.bit;
    return static_cast<int>(value.bit);
  }

  static int too_many_bits(std::string& why) {
    why = fmt::format("the rules of a service may ask for {} different things of header fields", ROUTER_BITS);
    return -1;
  }

  std::map<std::string, router_name> names_;
  std::map<FieldRule, __u32> values_;
  __u32 bits_ = 0;
};

router_targets targets_of(const Route& route) {
  auto entry = zeroed<router_targets>();
  for (const auto& target : route.targets) {
    router_target& one = entry.target[entry.count++];
    set_address(target.address, one.family, one.port, one.addr);
    entry.total += target.weight;
    one.below = entry.total;
  }
  return entry;
}

// Routes of one host and path, in the order of the file.
using Paths = std::map<std::pair<bool, std::string>, std::vector<const Route*>>;

class Maker {
 public:
  explicit Maker(std::string_view file) : file_(file) {}

  Result<void> add(const Service& service) {
    auto key = zeroed<router_service_key>();
    set_address(service.address, key.family, key.port, key.addr);
    auto entry = zeroed<router_service>();
    entry.id = static_cast<__u32>(tables_.services.size());
    entry.arm = (service.closed ? 0 : KMESH_ARM_F_OPEN) | (service.no_grace ? KMESH_ARM_F_NO_GRACE : 0);
    entry.grace_ms = service.grace_ms;
    entry.flags = service.odd_paths ? ROUTER_F_ODD_PATHS : 0;
    std::map<std::string, Paths> hosts;
    for (const auto& route : service.routes) hosts[route.host][{route.exact, route.path}].push_back(&route);
    Fields fields;
    for (const auto& [host, paths] : hosts) KMESH_TRY(add_host(host, paths, entry, fields));
    fields.give(entry.id, tables_, entry);
    tables_.services.emplace_back(key, entry);
    return {};
  }

  Tables take() { return std::move(tables_); }

 private:
  Result<void> add_host(const std::string& host, const Paths& paths, router_service& service,
                        Fields& fields) {
    auto key = zeroed<router_host_key>();
    key.service = service.id;
    const std::string text = host.starts_with("*.") ? host.substr(2) : host;
    if (host.empty()) {
      key.kind = ROUTER_HOST_ANY;
      service.flags |= ROUTER_F_ANY_HOST;
    } else if (text != host) {
      key.kind = ROUTER_HOST_SUFFIX;
      service.suffixes |= 1U << (1 + std::count(text.begin(), text.end(), '.'));
    } else {
      key.kind = ROUTER_HOST_EXACT;
      service.flags |= ROUTER_F_HOSTS;
    }
    key.len = static_cast<__u16>(text.size());
    std::memcpy(key.text, text.data(), text.size());
    auto entry = zeroed<router_host>();
    entry.id = static_cast<__u32>(tables_.hosts.size());
    for (const auto& [path, routes] : paths) {
      entry.depths |= path.first ? ROUTER_DEPTH_EXACT : 1U << segments_of(path.second);
      KMESH_TRY(add_path(entry.id, path.first, path.second, routes, fields));
    }
    tables_.hosts.emplace_back(key, entry);
    return {};
  }

  Result<void> add_path(__u32 host, bool exact, const std::string& path,
                        const std::vector<const Route*>& routes, Fields& fields) {
    if (routes.size() > ROUTER_RULES_MAX)
      return wrong(*routes[ROUTER_RULES_MAX], fmt::format("{} routes of one host and path; there may be {}",
                                                          routes.size(), ROUTER_RULES_MAX));
    auto key = zeroed<router_path_key>();
    key.host = host;
    key.kind = exact ? ROUTER_PATH_EXACT : ROUTER_PATH_PREFIX;
    key.len = static_cast<__u16>(path.size());
    std::memcpy(key.text, path.data(), path.size());
    auto entry = zeroed<router_path>();
    entry.first = static_cast<__u32>(tables_.rules.size());
    const Route* all = nullptr;  // after it nothing is asked
    for (const auto* route : routes) {
      if (all != nullptr)
        return wrong(*route,
                     fmt::format("it is never reached: the route at line {} takes everything", all->line));
      if (route->method.empty() && route->fields.empty()) all = route;
      auto rule = zeroed<router_rule>();
      std::string why;
      if (!fields.add(route->fields, rule, why)) return wrong(*route, why);
      std::memcpy(rule.method, route->method.data(), route->method.size());
      rule.route = route->line;
      rule.error = route->error;
      rule.action = route->action == Route::Action::kDeny       ? KMESH_ACTION_DENY
                    : route->action == Route::Action::kOriginal ? KMESH_ACTION_ORIGINAL
                                                                : KMESH_ACTION_REDIRECT;
      if (route->action == Route::Action::kRedirect) {
        rule.targets = static_cast<__u32>(tables_.targets.size());
        tables_.targets.push_back(targets_of(*route));
      }
      tables_.rules.push_back(rule);
      ++entry.count;
    }
    tables_.paths.emplace_back(key, entry);
    return {};
  }

  [[nodiscard]] tl::unexpected<Error> wrong(const Route& route, const std::string& why) const {
    return fail(fmt::format("{}:{}: route: {}", file_, route.line, why));
  }

  std::string file_;
  Tables tables_;
};

}  // namespace

Result<Tables> make_tables(const RouteConfig& config, std::string_view name) {
  Maker maker(name);
  for (const auto& service : config.services) KMESH_TRY(maker.add(service));
  return maker.take();
}

}  // namespace kmesh
