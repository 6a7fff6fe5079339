// SPDX-License-Identifier: Apache-2.0
// The folder that the shell of %prep is in, as text: followed through cd, pushd, %setup and subshells. Pure.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kmesh {

class Folder {
 public:
  // The folder that %prep starts in.
  Folder() = default;

  // cd to a place as it is written; quotes and a trailing slash are taken off.
  void enter(std::string_view path);
  // What %setup and %autosetup leave: `words` are theirs.
  void set_up(const std::vector<std::string>& words);
  // Macros of one text each stand for it: folders are compared as text.
  void expand(const std::map<std::string, std::string, std::less<>>& texts);
  // Not known from here on, until an absolute place is entered.
  void lose() { known_ = false; }

  [[nodiscard]] bool known() const { return known_; }
  // Below %{_builddir}; "." is that itself.
  [[nodiscard]] std::string text() const;
  // Whether the other one is this, or lies in it.
  [[nodiscard]] bool holds(const Folder& other) const;
  [[nodiscard]] const std::vector<std::string>& parts() const { return parts_; }
  [[nodiscard]] bool operator==(const Folder&) const = default;

  // The way from `from` to this one; empty where they are the same. Both are known.
  [[nodiscard]] std::string from(const Folder& from) const;

 private:
  std::vector<std::string> parts_;  // below %{_builddir}, or behind the "/" of an absolute path
  bool absolute_ = false;
  bool known_ = true;
};

}  // namespace kmesh
