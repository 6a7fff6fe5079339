// SPDX-License-Identifier: Apache-2.0
// POSIX extended regular expressions as grep -E takes them: the C library's own. Pure.
#pragma once

#include <regex.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kmesh {

// How many times an atom of the pattern is written out when it is compiled, in all: glibc copies what "+" and
// "{n,m}" stand behind, so that nested or adjacent ones grow as a power.
inline std::size_t copies_in(std::string_view pattern) {
  constexpr std::size_t kEnough = std::size_t{1} << 30;
  std::vector<std::size_t> open = {0};  // the sum of each group that is not closed
  std::size_t atom = 0;                 // the last one
  const auto times = [&](std::size_t factor) {
    const std::size_t more = atom * (std::max<std::size_t>(factor, 1) - 1);
    open.back() = std::min(kEnough, open.back() + more);
    atom = std::min(kEnough, atom + more);
  };
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const char c = pattern[at];
    if (c == '(') {
      open.push_back(0);
      atom = 0;
      continue;
    }
    if (c == ')' && open.size() > 1) {
      atom = open.back() + 1;
      open.pop_back();
      open.back() = std::min(kEnough, open.back() + atom);
      continue;
    }
    if (c == '+' || c == '*' || c == '?') {
      times(2);
      continue;
    }
    if (c == '{') {
      std::size_t most = 1;
      std::size_t number = 0;
      for (++at; at < pattern.size() && pattern[at] != '}'; ++at) {
        const char digit = pattern[at];
        number = digit >= '0' && digit <= '9' ? std::min(kEnough, number * 10 + (digit - '0')) : 0;
        most = std::max(most, number);
      }
      times(std::min<std::size_t>(most, kEnough >> 8) + 1);
      continue;
    }
    if (c == '\\') ++at;
    if (c == '[') {  // up to its end; a "]" that comes first is one of its signs
      at = pattern.find(']', at + (pattern.substr(at + 1, 1) == "^" ? 3 : 2));
      if (at == std::string_view::npos) break;
    }
    atom = 1;
    open.back() = std::min(kEnough, open.back() + 1);
  }
  std::size_t all = 0;
  for (const auto sum : open) all = std::min(kEnough, all + sum);
  return all;
}

class Ere {
 public:
  static Result<Ere> compile(const std::string& pattern) {
    constexpr std::size_t kMostCopies = 20000;
    if (copies_in(pattern) > kMostCopies)
      return fail("'" + pattern.substr(0, 80) + "' repeats what is repeated: it would take all memory",
                  "write it with fewer +, * and {n,m} behind one another or around one another");
    Ere ere;
    const int error = ::regcomp(ere.compiled_.get(), pattern.c_str(), REG_EXTENDED);
    if (error == 0) {
      ere.compiled_.get_deleter().armed = true;
      return ere;
    }
    std::array<char, 128> why{};
    ::regerror(error, ere.compiled_.get(), why.data(), why.size());
    return fail("'" + pattern + "' is no extended regular expression: " + why.data(), "try it with grep -E");
  }

  [[nodiscard]] bool matches(const std::string& line) const {
    return ::regexec(compiled_.get(), line.c_str(), 0, nullptr, 0) == 0;
  }

  // What a group of a matching line holds, from 1; empty where it took no part, and for 0.
  [[nodiscard]] std::optional<std::string> group(const std::string& line, std::size_t number) const {
    std::array<regmatch_t, 5> found{};
    if (::regexec(compiled_.get(), line.c_str(), found.size(), found.data(), 0) != 0) return std::nullopt;
    const regmatch_t& at = found.at(number);
    if (number == 0 || at.rm_so < 0) return std::string();
    return line.substr(static_cast<std::size_t>(at.rm_so), static_cast<std::size_t>(at.rm_eo - at.rm_so));
  }

 private:
  struct Free {
    bool armed;
    void operator()(regex_t* regex) const {
      if (armed) ::regfree(regex);
      delete regex;
    }
  };
  std::unique_ptr<regex_t, Free> compiled_{new regex_t{}, Free{false}};
};

}  // namespace kmesh
