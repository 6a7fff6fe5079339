// SPDX-License-Identifier: Apache-2.0
// POSIX extended regular expressions as grep -E takes them: the C library's own. Pure.
#pragma once

#include <regex.h>

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"

namespace kmesh {

class Ere {
 public:
  static Result<Ere> compile(const std::string& pattern) {
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
