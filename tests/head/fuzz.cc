// SPDX-License-Identifier: Apache-2.0
// libFuzzer on the parser of kmesh.ko. The first byte of an input says how the rest is cut into pieces.
#include <linux/types.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>

#include "kmesh_head.h"

namespace {

void demand(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

bool within(const kmesh_span& outer, const kmesh_span& inner) {
  return inner.off >= outer.off && inner.off + inner.len <= outer.off + outer.len;
}

void check(const kmesh_head& head, const __u8* bytes, std::size_t size) {
  demand(head.state <= KMESH_HEAD_OTHER, "the state is one of three");
  demand((head.state == KMESH_HEAD_OTHER) == (head.reason != KMESH_REASON_NONE), "OTHER has a reason");
  demand(head.len <= size && head.len <= KMESH_HEAD_MAX, "no more is parsed than there is");
  demand(head.count <= KMESH_FIELDS_MAX, "the count of fields");
  if (head.state != KMESH_HEAD_HTTP) return;

  const kmesh_span all{0, head.len};
  demand(std::memcmp(bytes + head.len - 4, "\r\n\r\n", 4) == 0, "a head ends with an empty line");
  demand(within(all, head.target) && within(head.target, head.path), "the path lies in the target");
  demand(within(all, head.host), "the host lies in the head");
  demand(head.method.len > 0 && bytes[head.method.len] == ' ', "the method ends with a blank");
  const auto* text = reinterpret_cast<const char*>(bytes);
  demand(std::string_view(text, head.method.len) != "CONNECT", "a tunnel is no request");
  const std::string_view host(text + head.host.off, head.host.len);
  demand(host.starts_with('[') ||
             (!host.starts_with('.') && !host.ends_with('.') && host.find("..") == host.npos),
         "no label is empty");
  demand(head.path.len == 0 || bytes[head.path.off] == '/', "a path starts with a slash");
  for (int i = 0; i < head.segments; ++i) {
    demand(head.segment_end[i] <= head.path.len, "segments lie in the path");
    demand(i == 0 || head.segment_end[i] > head.segment_end[i - 1], "segments follow each other");
  }
  for (int i = 0; i < head.labels; ++i) {
    demand(head.label_start[i] < head.host.len, "labels lie in the host");
    demand(i == 0 || head.label_start[i] < head.label_start[i - 1], "labels go backwards");
  }
  for (int i = 0; i < head.count; ++i) {
    const kmesh_field& field = head.fields[i];
    demand(within(all, field.name) && within(all, field.value), "fields lie in the head");
    demand(bytes[field.name.off + field.name.len] == ':', "a name ends with its colon");
    demand(field.name.off > 1 && bytes[field.name.off - 1] == '\n', "a name starts its line");
    const std::string_view value(text + field.value.off, field.value.len);
    demand(value.find_first_of("\r\n") == value.npos, "a value is one line");
    demand(value.empty() || (!std::strchr(" \t", value.front()) && !std::strchr(" \t", value.back())),
           "a value has no blanks around it");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const __u8* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t step = data[0] + 1U;
  --size;
  // a copy of its own, so that a read past the end is seen
  const auto bytes = std::make_unique<__u8[]>(size);
  std::memcpy(bytes.get(), data + 1, size);
  kmesh_head whole;
  kmesh_head pieces;
  kmesh_head_start(&whole);
  kmesh_head_parse(&whole, bytes.get(), size);
  check(whole, bytes.get(), size);
  kmesh_head_start(&pieces);
  for (std::size_t len = 0; len < size; len += step) {
    const auto part = std::make_unique<__u8[]>(len);
    std::memcpy(part.get(), bytes.get(), len);
    kmesh_head_parse(&pieces, part.get(), len);
    check(pieces, part.get(), len);
  }
  kmesh_head_parse(&pieces, bytes.get(), size);
  demand(std::memcmp(&whole, &pieces, sizeof whole) == 0, "in pieces it is the same");
  __u8 host[KMESH_HOST_MAX];
  if (whole.state == KMESH_HEAD_HTTP) kmesh_head_host(&whole, bytes.get(), host);
  return 0;
}
