// SPDX-License-Identifier: Apache-2.0
// POSIX extended regular expressions as grep -E takes them: the C library's own. Pure.
#pragma once

#include <regex.h>

#include <array>
#include <memory>
#include <string>

#include "base/result.h"

namespace kmesh {

class Ere {
 public:
  static Result<Ere> compile(const std::string& pattern) {
    Ere ere;
    const int error = ::regcomp(ere.compiled_.get(), pattern.c_str(), REG_EXTENDED | REG_NOSUB);
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
