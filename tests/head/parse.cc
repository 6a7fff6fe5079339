// SPDX-License-Identifier: Apache-2.0
// What the parser of kmesh.ko says of requests. Standard input: each one as a line with its length, then its
// bytes. Standard output: a line of JSON for each; bytes beyond ASCII are U+0080 to U+00FF there.
#include <linux/types.h>

#include <array>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "kmesh_head.h"

namespace {

// the names in smuggling.txt, in the order of enum kmesh_head_reason
constexpr std::array<const char*, KMESH_REASON_COUNT_OF> kReasons = {
    "",     "method", "target", "version", "line-end", "folded",
    "name", "value",  "count",  "host",    "framing",  "length"};

std::string latin1(const __u8* bytes, std::size_t len) {
  std::string text;
  for (std::size_t i = 0; i < len; ++i) {
    if (bytes[i] < 0x80) {
      text += static_cast<char>(bytes[i]);
    } else {
      text += static_cast<char>(0xc0 | bytes[i] >> 6);
      text += static_cast<char>(0x80 | (bytes[i] & 0x3f));
    }
  }
  return text;
}

nlohmann::json said(const std::string& request) {
  const auto* bytes = reinterpret_cast<const __u8*>(request.data());
  kmesh_head head;
  kmesh_head_start(&head);
  kmesh_head_parse(&head, bytes, request.size());
  if (head.state == KMESH_HEAD_MORE) return {{"state", "more"}};
  if (head.state == KMESH_HEAD_OTHER) return {{"state", kReasons.at(head.reason)}};

  const auto text = [&](const kmesh_span& span) { return latin1(bytes + span.off, span.len); };
  std::array<__u8, KMESH_HOST_MAX> host;
  kmesh_head_host(&head, bytes, host.data());
  nlohmann::json fields = nlohmann::json::array();
  for (int i = 0; i < head.count; ++i)
    fields.push_back({text(head.fields[i].name), text(head.fields[i].value)});
  return {{"state", (head.flags & KMESH_HEAD_F_PATH_ODD) != 0 ? "odd" : "http"},
          {"method", text(head.method)},
          {"target", text(head.target)},
          {"path", text(head.path)},
          {"host", latin1(host.data(), head.host.len)},
          {"fields", fields}};
}

}  // namespace

int main() {
  std::string length;
  while (std::getline(std::cin, length)) {
    std::string request(std::stoul(length), '\0');
    if (!std::cin.read(request.data(), static_cast<std::streamsize>(request.size()))) return 1;
    std::cout << said(request).dump() << '\n';
  }
  return 0;
}
