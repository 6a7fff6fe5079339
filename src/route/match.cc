// SPDX-License-Identifier: Apache-2.0
#include "route/match.h"

#include <fmt/format.h>
#include <linux/types.h>

#include <algorithm>

#include "kmesh_head.h"
#include "router_abi.h"

namespace kmesh {
namespace {

static_assert(kTargetsMax == ROUTER_TARGETS_MAX);

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return result;
}

struct Parsed {
  std::string bytes;
  kmesh_head head;
};

// The request that would match, as kmesh.ko's own parser reads it: nothing is allowed in a rule that could
// not come.
Parsed parse_request(const std::string& method, const std::string& path, const std::string& host,
                     const std::string& field) {
  Parsed parsed{fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n{}\r\n", method, path, host, field), {}};
  kmesh_head_start(&parsed.head);
  kmesh_head_parse(&parsed.head, reinterpret_cast<const __u8*>(parsed.bytes.data()), parsed.bytes.size());
  return parsed;
}

bool is_http(const Parsed& parsed) {
  return parsed.head.state == KMESH_HEAD_HTTP && parsed.head.len == parsed.bytes.size();
}

}  // namespace

Result<std::string> check_host(std::string_view host) {
  std::string name = lower(host);
  if (name == "*") return std::string();
  const bool suffix = name.starts_with("*.");
  if (suffix) name.erase(0, 2);
  if (name.size() > 1 && name.ends_with('.')) name.pop_back();
  const Parsed parsed = parse_request("GET", "/", name, "");
  if (name.empty() || !is_http(parsed) || parsed.head.host.len != name.size())
    return fail(fmt::format("'{}' is no host", host),
                "a name (shop.test), all below one (*.shop.test), an address, or *; without a port");
  if (name.size() >= ROUTER_TEXT)
    return fail(fmt::format("the host has {} bytes; a rule's has at most {}", name.size(), ROUTER_TEXT - 1));
  if (!suffix) return name;
  const auto labels = static_cast<std::size_t>(std::count(name.begin(), name.end(), '.')) + 1;
  if (name.starts_with('[') || labels > KMESH_LABELS_MAX)
    return fail(
        fmt::format("'{}' has {} labels behind the *; it may have 1 to {}", host, labels, KMESH_LABELS_MAX));
  return "*." + name;
}

Result<std::string> check_path(std::string_view path, bool exact, bool odd) {
  const Parsed parsed = parse_request("GET", std::string(path), "a", "");
  if (!path.starts_with('/') || !is_http(parsed) || parsed.head.path.len != path.size())
    return fail(fmt::format("'{}' is no path", path), "it starts with a slash and has no query: /cart");
  if ((parsed.head.flags & KMESH_HEAD_F_PATH_ODD) != 0 && !odd)
    return fail(fmt::format("'{}' is a path that servers may read otherwise than it is written", path),
                "such requests match nothing, unless the service says odd_paths = \"match\"");
  if (path.size() >= ROUTER_TEXT)
    return fail(fmt::format("the path has {} bytes; a rule's has at most {}", path.size(), ROUTER_TEXT - 1));
  if (exact) return std::string(path);
  path.remove_suffix(path.ends_with('/') ? 1 : 0);
  if (path.ends_with('/'))
    return fail(fmt::format("the prefix '{}/' ends with an empty segment", path), "write an exact_path");
  if (segments_of(path) > KMESH_SEGMENTS_MAX)
    return fail(fmt::format("the path has {} segments; a prefix has at most {}", segments_of(path),
                            KMESH_SEGMENTS_MAX),
                "an exact_path may have more");
  return std::string(path);
}

Result<void> check_method(std::string_view method) {
  if (method.empty()) return {};
  const Parsed parsed = parse_request(std::string(method), "/", "a", "");
  if (!is_http(parsed) || parsed.head.method.len != method.size() || method.size() > ROUTER_METHOD)
    return fail(fmt::format("'{}' is no method", method),
                fmt::format("a word of at most {} bytes, as it is sent: GET", ROUTER_METHOD));
  return {};
}

Result<std::string> check_field_name(std::string_view name) {
  std::string key = lower(name);
  if (key == "host") return fail("the host is no header rule", "write host = \"...\"");
  // with this before it, it is none of the names that have a meaning for the parser
  const Parsed parsed = parse_request("GET", "/", "a", "x-" + key + ": 1\r\n");
  if (key.empty() || !is_http(parsed) || parsed.head.count != 2 ||
      parsed.head.fields[1].name.len != key.size() + 2)
    return fail(fmt::format("'{}' is no name of a header field", name));
  if (key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos)
    return fail(
        fmt::format("'{}' is the name of a header field that servers drop, or take for another", name),
        "letters, digits and hyphens");
  if (key.size() >= ROUTER_NAME)
    return fail(
        fmt::format("the field's name has {} bytes; a rule's has at most {}", key.size(), ROUTER_NAME - 1));
  return key;
}

Result<void> check_field_value(std::string_view name, std::string_view value, bool prefix) {
  const std::string field = fmt::format("{}{}: {}\r\n", prefix ? "x-" : "", name, value);
  const Parsed parsed = parse_request("GET", "/", "a", field);
  if (!is_http(parsed) || parsed.head.count != 2 || parsed.head.fields[1].value.len != value.size())
    return fail(fmt::format("'{}' is no value of the header field {}", value, name),
                "no line ends, and no blanks around it");
  if (value.size() > ROUTER_VALUE)
    return fail(fmt::format("the value has {} bytes; a rule's has at most {}", value.size(), ROUTER_VALUE));
  return {};
}

bool one_spelling(std::string_view path) {
  return path.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/") ==
         std::string_view::npos;
}

std::size_t segments_of(std::string_view path) {
  std::size_t count = 0;
  for (std::size_t i = 1; i <= path.size(); ++i) {
    const bool end = i == path.size() || path[i] == '/';
    if (end && path[i - 1] != '/') ++count;
  }
  return count;
}

}  // namespace kmesh
