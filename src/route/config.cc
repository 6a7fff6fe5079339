// SPDX-License-Identifier: Apache-2.0
#include "route/config.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/types.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <set>
#include <sstream>

#include "route/match.h"

namespace kmesh {
namespace {

constexpr std::uint32_t kGraceMax = 60000;  // ms
constexpr std::uint32_t kWeightMax = 1000000;
constexpr std::uint32_t kErrnoMax = EHWPOISON;  // the last that a program can get

// One table of the file, its place for errors, and the keys it may have.
class Part {
 public:
  Part(const toml::table& table, std::string_view file, std::string what)
      : table_(table), file_(file), what_(std::move(what)) {}

  [[nodiscard]] std::uint32_t line() const { return table_.source().begin.line; }

  [[nodiscard]] tl::unexpected<Error> wrong(const std::string& why, const std::string& hint = {}) const {
    return fail(fmt::format("{}:{}: {}: {}", file_, line(), what_, why), hint);
  }

  // A key that nobody reads is a misspelled one, and a route without it would match too much.
  [[nodiscard]] Result<void> only(std::initializer_list<std::string_view> keys) const {
    for (const auto& [key, value] : table_) {
      if (std::find(keys.begin(), keys.end(), key.str()) == keys.end())
        return wrong(fmt::format("there is no '{}'", key.str()),
                     fmt::format("known are {}", fmt::join(keys, ", ")));
    }
    return {};
  }

  [[nodiscard]] bool has(std::string_view key) const { return table_.contains(key); }

  template <typename T>
  [[nodiscard]] Result<T> get(std::string_view key, T otherwise) const {
    const auto* node = table_.get(key);
    if (node == nullptr) return otherwise;
    if (const auto value = node->value_exact<T>()) return *value;
    return wrong(fmt::format("'{}' is of another type", key));
  }

  [[nodiscard]] Result<std::uint32_t> number(std::string_view key, std::uint32_t least, std::uint32_t most,
                                             std::uint32_t otherwise) const {
    KMESH_LET(value, get<std::int64_t>(key, otherwise));
    if (has(key) && (value < least || value > most))
      return wrong(fmt::format("'{}' is {}, and may be {} to {}", key, value, least, most));
    return static_cast<std::uint32_t>(value);
  }

  [[nodiscard]] Result<std::string> word(std::string_view key,
                                         std::initializer_list<std::string_view> words) const {
    KMESH_LET(text, get<std::string>(key, std::string(*words.begin())));
    if (std::find(words.begin(), words.end(), text) == words.end())
      return wrong(fmt::format("'{}' is '{}', and may be {}", key, text, fmt::join(words, ", ")));
    return text;
  }

  // The tables of an array, each as a part of its own.
  [[nodiscard]] Result<std::vector<Part>> parts(std::string_view key, const std::string& what) const {
    std::vector<Part> all;
    const auto* node = table_.get(key);
    if (node == nullptr) return all;
    const auto* array = node->as_array();
    if (array == nullptr) return wrong(fmt::format("'{}' is no list", key));
    for (const auto& item : *array) {
      const auto* table = item.as_table();
      if (table == nullptr) return wrong(fmt::format("'{}' holds something that is no table", key));
      all.push_back(inner(*table, what));
    }
    return all;
  }

  [[nodiscard]] Part inner(const toml::table& table, const std::string& what) const {
    return {table, file_, what};
  }

  [[nodiscard]] const toml::node* node(std::string_view key) const { return table_.get(key); }

 private:
  const toml::table& table_;
  std::string file_;
  std::string what_;
};

Result<FieldRule> field_rule(const Part& part) {
  KMESH_TRY(part.only({"name", "value", "prefix", "present"}));
  FieldRule rule;
  KMESH_LET(name, part.get<std::string>("name", ""));
  const auto checked = check_field_name(name);
  if (!checked) return part.wrong(checked.error().what, checked.error().hint);
  rule.name = *checked;
  if (part.has("value") + part.has("prefix") + part.has("present") > 1)
    return part.wrong("more than one of value, prefix and present", "write a header table for each");
  KMESH_LET(present, part.get<bool>("present", true));
  if (!part.has("value") && !part.has("prefix")) {
    rule.kind = present ? FieldRule::Kind::kPresent : FieldRule::Kind::kAbsent;
    return rule;
  }
  rule.kind = part.has("value") ? FieldRule::Kind::kExact : FieldRule::Kind::kPrefix;
  KMESH_LET(value, part.get<std::string>(part.has("value") ? "value" : "prefix", ""));
  if (auto ok = check_field_value(rule.name, value, rule.kind == FieldRule::Kind::kPrefix); !ok)
    return part.wrong(ok.error().what, ok.error().hint);
  if (value.empty() && rule.kind == FieldRule::Kind::kPrefix)
    return part.wrong("an empty prefix", "write present = true");
  rule.value = value;
  return rule;
}

// to = "ADDRESS", a list of those, or a list of tables with a weight.
Result<std::vector<Target>> targets(const Part& part) {
  std::vector<Target> all;
  const auto add = [&](const std::string& text, std::uint32_t weight) -> Result<void> {
    auto address = parse_address(text);
    if (!address) return part.wrong(address.error().what, address.error().hint);
    all.push_back({*address, weight});
    return {};
  };
  const auto* node = part.node("to");
  if (const auto one = node->value_exact<std::string>()) {
    KMESH_TRY(add(*one, 1));
    return all;
  }
  const auto* array = node->as_array();
  if (array == nullptr || array->empty()) return part.wrong("'to' is neither an address nor a list of some");
  for (const auto& item : *array) {
    if (const auto text = item.value_exact<std::string>()) {
      KMESH_TRY(add(*text, 1));
      continue;
    }
    const auto* table = item.as_table();
    if (table == nullptr) return part.wrong("'to' holds something that is no address");
    const Part target = part.inner(*table, "target");
    KMESH_TRY(target.only({"address", "weight"}));
    KMESH_LET(address, target.get<std::string>("address", ""));
    KMESH_LET(weight, target.number("weight", 0, kWeightMax, 1));
    KMESH_TRY(add(address, weight));
    if (weight == 0) all.pop_back();
  }
  if (all.empty()) return part.wrong("all weights are 0", "write deny = true, if nothing is to answer");
  if (all.size() > kTargetsMax)
    return part.wrong(fmt::format("{} targets; a route has at most {}", all.size(), kTargetsMax));
  return all;
}

Result<void> set_action(const Part& part, Route& route) {
  if (part.has("to") + part.has("deny") + part.has("original") != 1)
    return part.wrong("exactly one of to, deny and original is needed",
                      "to = \"10.0.0.1:80\", deny = true, or original = true");
  if (part.has("to")) {
    KMESH_LET(all, targets(part));
    route.action = Route::Action::kRedirect;
    route.targets = std::move(all);
    return {};
  }
  const char* key = part.has("deny") ? "deny" : "original";
  KMESH_LET(meant, part.get<bool>(key, true));
  if (!meant) return part.wrong(fmt::format("{} = false says nothing", key), "leave it out");
  route.action = part.has("deny") ? Route::Action::kDeny : Route::Action::kOriginal;
  return {};
}

Result<Route> route_of(const Part& part, bool odd_paths) {
  KMESH_TRY(part.only({"host", "path", "exact_path", "method", "header", "to", "deny", "original", "error"}));
  Route route;
  route.line = part.line();
  KMESH_LET(host, part.get<std::string>("host", "*"));
  KMESH_LET(method, part.get<std::string>("method", ""));
  if (part.has("path") && part.has("exact_path")) return part.wrong("both path and exact_path");
  route.exact = part.has("exact_path");
  KMESH_LET(path, part.get<std::string>(route.exact ? "exact_path" : "path", "/"));
  const auto checked_host = check_host(host);
  if (!checked_host) return part.wrong(checked_host.error().what, checked_host.error().hint);
  const auto checked_path = check_path(path, route.exact, odd_paths);
  if (!checked_path) return part.wrong(checked_path.error().what, checked_path.error().hint);
  if (auto ok = check_method(method); !ok) return part.wrong(ok.error().what, ok.error().hint);
  route.host = *checked_host;
  route.path = *checked_path;
  route.method = method;
  KMESH_LET(headers, part.parts("header", "header"));
  for (const auto& header : headers) {
    KMESH_LET(rule, field_rule(header));
    route.fields.push_back(std::move(rule));
  }
  std::sort(route.fields.begin(), route.fields.end());
  KMESH_TRY(set_action(part, route));
  KMESH_LET(error, part.number("error", 1, kErrnoMax, EACCES));
  for (const int retried : {EAGAIN, EINTR, EINPROGRESS, EALREADY}) {
    if (static_cast<int>(error) == retried)
      return part.wrong(fmt::format("'error' is {}, at which programs try again", error));
  }
  if (part.has("error") && route.action != Route::Action::kDeny)
    return part.wrong("'error' is the errno of a denial", "write deny = true beside it");
  route.error = route.action == Route::Action::kDeny ? error : 0;
  return route;
}

// A denial that one can go around is worse than none.
Result<void> check_denial(const Part& part, const Service& service, const Route& route) {
  if (!service.closed)
    return part.wrong("a denial in an open service: what gets no verdict goes to the address itself there",
                      "make the service closed, and let its last route be original = true");
  if (service.odd_paths && route.path.size() > (route.exact ? 1U : 0U))
    return part.wrong("a denial by a path where odd_paths = \"match\": the path has other spellings",
                      "leave odd_paths out");
  if (!one_spelling(route.path))
    return part.wrong(fmt::format("a denial by the path '{}', which has other spellings", route.path),
                      "name a shorter path, of letters, digits and -._~");
  return {};
}

Result<Service> service_of(const Part& part) {
  KMESH_TRY(part.only({"address", "policy", "grace_ms", "wait", "odd_paths", "route"}));
  Service service;
  service.line = part.line();
  KMESH_LET(text, part.get<std::string>("address", ""));
  const auto address = parse_address(text);
  if (!address) return part.wrong(address.error().what, address.error().hint);
  service.address = *address;
  KMESH_LET(policy, part.word("policy", {"closed", "open"}));
  service.closed = policy == "closed";
  KMESH_LET(grace, part.number("grace_ms", 1, kGraceMax, 0));
  service.grace_ms = grace;
  KMESH_LET(wait, part.word("wait", {"grace", "ever"}));
  service.no_grace = wait == "ever";
  if (service.no_grace && grace != 0) return part.wrong("both grace_ms and wait = \"ever\"");
  KMESH_LET(odd, part.word("odd_paths", {"refuse", "match"}));
  service.odd_paths = odd == "match";
  KMESH_LET(routes, part.parts("route", "route"));
  for (const auto& item : routes) {
    KMESH_LET(route, route_of(item, service.odd_paths));
    if (route.action == Route::Action::kDeny) KMESH_TRY(check_denial(item, service, route));
    for (const auto& target : route.targets) {
      if (target.address.v6 && !service.address.v6)
        return item.wrong(
            fmt::format("the target {} is IPv6, and the service is IPv4", text_of(target.address)),
            "a socket that asked for an IPv4 address cannot speak IPv6");
    }
    service.routes.push_back(std::move(route));
  }
  return service;
}

}  // namespace

Result<Address> parse_address(std::string_view text) {
  const auto refused = [&] {
    return fail(fmt::format("'{}' is no address and port", text),
                "write an IP address and a port: 10.0.0.1:80 or [fd00::1]:80");
  };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return refused();
  std::string host(text.substr(0, colon));
  const std::string_view digits = text.substr(colon + 1);
  Address address;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
  if (error != std::errc() || end != digits.data() + digits.size() || address.port == 0) return refused();
  address.v6 = host.starts_with('[') && host.ends_with(']');
  if (address.v6) host = host.substr(1, host.size() - 2);
  if (::inet_pton(address.v6 ? AF_INET6 : AF_INET, host.c_str(), address.bytes.data()) != 1) return refused();
  // one spelling an address: what the kernel sees as IPv4 is IPv4
  constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (address.v6 && std::equal(kMapped.begin(), kMapped.end(), address.bytes.begin())) {
    std::array<std::uint8_t, 16> four{};
    std::copy_n(address.bytes.begin() + 12, 4, four.begin());
    address.bytes = four;
    address.v6 = false;
  }
  return address;
}

std::string text_of(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(address.v6 ? AF_INET6 : AF_INET, address.bytes.data(), text.data(), text.size());
  return fmt::format("{}{}{}:{}", address.v6 ? "[" : "", text.data(), address.v6 ? "]" : "", address.port);
}

Result<RouteConfig> parse_routes(std::string_view toml, std::string_view name) {
  toml::table table;
  try {
    table = toml::parse(toml, name);
  } catch (const toml::parse_error& error) {
    return fail(fmt::format("{}:{}: {}", name, error.source().begin.line, error.description()));
  }
  const Part file(table, name, "the file");
  KMESH_TRY(file.only({"service"}));
  KMESH_LET(parts, file.parts("service", "service"));
  RouteConfig config;
  std::set<Address> known;
  for (const auto& part : parts) {
    KMESH_LET(service, service_of(part));
    if (!known.insert(service.address).second)
      return part.wrong(fmt::format("{} is there twice", text_of(service.address)));
    config.services.push_back(std::move(service));
  }
  if (config.services.empty())
    return fail(fmt::format("{}: there is no [[service]]", name), "kmesh-route unload takes all routes away");
  return config;
}

}  // namespace kmesh
