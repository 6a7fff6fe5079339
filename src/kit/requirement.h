// SPDX-License-Identifier: Apache-2.0
// What a line BuildRequires wants, as rpm reads it: a name with or without a version, or several in brackets.
// Pure.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace kmesh {

struct Requirement {
  enum class Kind { kName, kAll, kAny, kIf, kUnless };
  Kind kind = Kind::kName;
  std::string name;
  std::string comparison;  // ">="; empty where any version does
  std::string version;
  std::vector<Requirement> parts;  // of kIf and kUnless: what, when, and else what where that is said
};

// "openssl-devel >= 1.1", "(clang >= 14 or gcc)", "((a and b) if c else d)".
Requirement parse_requirement(std::string_view text);

// What a host of Debian's packages has of it.
struct DebianHost {
  std::map<std::string, std::vector<std::string>> table;  // rpm's name -> Debian's packages
  std::map<std::string, std::string> installed;           // package -> its version
  // Whether the first version compares so with the second, which is rpm's.
  std::function<bool(const std::string&, const std::string&, const std::string&)> compares;
};

struct Standing {
  enum class Kind { kMet, kMissing, kUnknown };  // kUnknown: no row of the table tells
  Kind kind = Kind::kMet;
  std::set<std::string> missing;  // Debian's packages
  std::set<std::string> wanted;   // the same, whether they are there or not
  std::string older;              // "gcc is 12.2.0", of one that is there
};
Standing standing_of(const Requirement& requirement, const DebianHost& host);

// "12.2.0" of Debian's "4:12.2.0-3" and of rpm's "0:12.2.0-1.el9".
std::string upstream_version(std::string_view version);

}  // namespace kmesh
