// SPDX-License-Identifier: Apache-2.0
// Which C types of two kernels differ, and which of those a function's declaration reaches: that is what
// makes the CRC of an exported function another one. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kit/btf_dump.h"

namespace kmesh {

struct TypeChange {
  std::string title;  // "struct tcp_ulp_ops"
  std::uint64_t old_size = 0;
  std::uint64_t new_size = 0;
  std::vector<std::string> lines;  // "+u32 flags;", "-int x;"; none where members only moved
};

struct TypeDiff {
  std::vector<TypeChange> changed;  // by title
  std::vector<std::string> added;   // titles
  std::vector<std::string> removed;
};

// Types are the same if their titles are. Where several have one (each in a C file of its own), the set of
// their definitions counts.
TypeDiff diff_types(const Btf& old, const Btf& now);

// The lines of two texts that differ, with "-" and "+" in front, in their order.
std::vector<std::string> line_diff(const std::vector<std::string>& old, const std::vector<std::string>& now);

struct FunctionChange {
  std::string name;
  bool known = false;           // BTF has its declaration
  std::string old_declaration;  // both only where they differ
  std::string new_declaration;
  std::vector<std::size_t> types;  // indexes of TypeDiff::changed that it reaches, nearest first
  std::vector<std::string> way;    // titles from the declaration to the nearest, that one last
};

// What became of these functions. The walk follows every member and pointer, which is more than a CRC covers:
// that stops at types which the function's C file does not see into.
std::vector<FunctionChange> reach_types(const Btf& old, const Btf& now, const TypeDiff& diff,
                                        const std::vector<std::string>& functions);

}  // namespace kmesh
