// SPDX-License-Identifier: Apache-2.0
#include "kit/spec_encoding.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <vector>

#include "base/text.h"
#include "kit/spec_edit.h"

namespace kmesh {

bool is_utf8(std::string_view text) {
  const iconv_t reader = ::iconv_open("UCS-4LE", "UTF-8");
  std::string copy(text);
  char* in = copy.data();
  std::size_t left = copy.size();
  std::array<char, 4096> nowhere{};
  bool valid = true;
  while (valid && left > 0) {
    char* out = nowhere.data();
    std::size_t room = nowhere.size();
    valid = ::iconv(reader, &in, &left, &out, &room) != static_cast<std::size_t>(-1) || errno == E2BIG;
  }
  ::iconv_close(reader);
  return valid;
}

std::optional<Error> encoding_error(std::string_view spec, std::string_view said) {
  if (said.find("invalid utf-8 encoding") == std::string_view::npos) return std::nullopt;
  std::vector<std::size_t> others;
  std::size_t number = 0;
  std::size_t utf8 = 0;  // a line with more than ASCII
  each_line(undo_spec(spec), [&](std::string_view line) {
    ++number;
    if (std::none_of(line.begin(), line.end(), [](char c) { return (c & 0x80) != 0; })) return;
    if (is_utf8(line)) {
      utf8 = number;
    } else {
      others.push_back(number);
    }
  });
  if (others.empty()) return std::nullopt;
  const auto which = fmt::format("{} {} {}", others.size() == 1 ? "line" : "lines", fmt::join(others, ", "),
                                 others.size() == 1 ? "is" : "are");
  Error error;
  error.what =
      utf8 == 0
          ? fmt::format("the spec's {} no UTF-8, and rpm takes a package's texts in no other encoding", which)
          : fmt::format("the spec is in two encodings: {} no UTF-8, line {} is", which, utf8);
  error.hint =
      "write those lines in UTF-8; the command takes them for Latin-1 and leaves all others alone. A source "
      "package is made of the spec with rpmbuild -bs";
  error.command =
      "perl -MEncode -i -pe 'Encode::from_to($_, \"latin1\", \"utf8\") unless utf8::decode(my $copy = $_)' "
      "kernel.spec";
  return error;
}

}  // namespace kmesh
