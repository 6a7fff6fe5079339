// SPDX-License-Identifier: Apache-2.0
// Module.symvers: the symbols a kernel exports, each with the checksum (CRC) of its C declaration that
// modules are held against when they are loaded. Pure: takes text, returns values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kmesh {

struct Symbol {
  std::string name;
  std::uint32_t crc = 0;  // 0: without a version
  std::string module;     // "vmlinux", or a module's path without .ko
  std::string type;       // "EXPORT_SYMBOL", "EXPORT_SYMBOL_GPL"
  std::string space;      // namespace; empty: none
};

// By name; each is there once.
using Symvers = std::vector<Symbol>;

// Errors name the line: a column too few or too many, no CRC, no export, a symbol that was there already; and
// a text without any symbol.
Result<Symvers> parse_symvers(std::string_view text);

// Null where there is none of that name.
const Symbol* find_symbol(const Symvers& symbols, std::string_view name);

// False where every CRC is 0: such a kernel is built without CONFIG_MODVERSIONS.
bool versioned(const Symvers& symbols);

struct SymbolChange {
  Symbol old;
  Symbol now;
  bool crc = false;  // never where the two are not comparable
  bool module = false;
  bool type = false;
  bool space = false;
};

struct SymversDiff {
  std::string not_comparable;  // why; empty: the CRCs are comparable
  std::vector<Symbol> added;
  std::vector<Symbol> removed;
  std::vector<SymbolChange> changed;
  std::size_t same = 0;
  std::size_t without_crc = 0;  // of those: 0 on both sides, so that nobody can tell

  [[nodiscard]] bool comparable() const { return not_comparable.empty(); }
  [[nodiscard]] bool nothing() const { return added.empty() && removed.empty() && changed.empty(); }
};

SymversDiff compare_symvers(const Symvers& old, const Symvers& now);

// "0x1f49ca75", as Module.symvers has it.
std::string crc_text(std::uint32_t crc);

}  // namespace kmesh
