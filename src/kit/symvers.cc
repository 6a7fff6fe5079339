// SPDX-License-Identifier: Apache-2.0
#include "kit/symvers.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace kmesh {
namespace {

std::vector<std::string_view> columns(std::string_view line) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto tab = line.find('\t');
    parts.push_back(line.substr(0, tab));
    if (tab == std::string_view::npos) return parts;
    line.remove_prefix(tab + 1);
  }
}

bool read_crc(std::string_view text, std::uint32_t& crc) {
  if (text.size() != 10 || !text.starts_with("0x")) return false;
  const auto [end, error] = std::from_chars(text.data() + 2, text.data() + text.size(), crc, 16);
  return error == std::errc() && end == text.data() + text.size();
}

bool is_word(std::string_view text) {
  return !text.empty() && text.find_first_of(" \r\v\f") == std::string_view::npos;
}

bool is_export(std::string_view text) {
  return text.starts_with("EXPORT_") &&
         std::all_of(text.begin(), text.end(), [](char c) { return c == '_' || (c >= 'A' && c <= 'Z'); });
}

// What is wrong with the line; empty: nothing.
std::string read_line(std::string_view line, Symbol& symbol) {
  const auto parts = columns(line);
  if (parts.size() < 4 || parts.size() > 5)
    return fmt::format("{} column{} where CRC, symbol, module, export and namespace stand", parts.size(),
                       parts.size() == 1 ? "" : "s");
  if (!read_crc(parts[0], symbol.crc)) return fmt::format("'{}' is no CRC", parts[0]);
  if (!is_word(parts[1])) return fmt::format("'{}' is no symbol", parts[1]);
  // from 5.4 to 5.6 the namespace stood behind the symbol
  const bool early = parts.size() == 5 && !is_export(parts[3]) && is_export(parts[4]);
  const auto module = parts[early ? 3 : 2];
  const auto type = parts[early ? 4 : 3];
  if (!is_word(module)) return fmt::format("'{}' is no module", module);
  if (!is_export(type)) return fmt::format("'{}' is no export", type);
  symbol.name = parts[1];
  symbol.module = module;
  symbol.type = type;
  if (parts.size() == 5) symbol.space = parts[early ? 2 : 4];
  return {};
}

std::string unversioned(std::string_view side) {
  return fmt::format("not comparable: every CRC of {} is 0 (CONFIG_MODVERSIONS is off)", side);
}

}  // namespace

Result<Symvers> parse_symvers(std::string_view text) {
  Symvers symbols;
  constexpr std::string_view kHint = "Module.symvers is what a kernel's build leaves: copy it again, whole";
  std::vector<std::pair<std::string, int>> lines;
  for (int number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    Symbol symbol;
    const std::string wrong = read_line(text.substr(0, end), symbol);
    if (!wrong.empty()) return fail(fmt::format("line {}: {}", number, wrong), std::string(kHint));
    lines.emplace_back(symbol.name, number);
    symbols.push_back(std::move(symbol));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (symbols.empty()) return fail("there is no symbol in it", std::string(kHint));
  std::sort(lines.begin(), lines.end());
  const auto twice = std::adjacent_find(lines.begin(), lines.end(),
                                        [](const auto& a, const auto& b) { return a.first == b.first; });
  if (twice != lines.end())
    return fail(fmt::format("line {}: {} is there in line {} already", std::next(twice)->second, twice->first,
                            twice->second),
                std::string(kHint));
  std::sort(symbols.begin(), symbols.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return symbols;
}

const Symbol* find_symbol(const Symvers& symbols, std::string_view name) {
  const auto at =
      std::lower_bound(symbols.begin(), symbols.end(), name,
                       [](const Symbol& symbol, std::string_view wanted) { return symbol.name < wanted; });
  return at != symbols.end() && at->name == name ? &*at : nullptr;
}

bool versioned(const Symvers& symbols) {
  return std::any_of(symbols.begin(), symbols.end(), [](const Symbol& symbol) { return symbol.crc != 0; });
}

SymversDiff compare_symvers(const Symvers& old, const Symvers& now) {
  SymversDiff diff;
  const bool old_has = versioned(old);
  const bool now_has = versioned(now);
  if (!old_has || !now_has)
    diff.not_comparable = unversioned(old_has ? "the new side" : now_has ? "the old side" : "both sides");
  for (const auto& symbol : old) {
    const Symbol* other = find_symbol(now, symbol.name);
    if (other == nullptr) {
      diff.removed.push_back(symbol);
      continue;
    }
    SymbolChange change{symbol,
                        *other,
                        diff.comparable() && symbol.crc != other->crc,
                        symbol.module != other->module,
                        symbol.type != other->type,
                        symbol.space != other->space};
    if (change.crc || change.module || change.type || change.space) {
      diff.changed.push_back(std::move(change));
      continue;
    }
    ++diff.same;
    if (symbol.crc == 0 && other->crc == 0) ++diff.without_crc;
  }
  for (const auto& symbol : now) {
    if (find_symbol(old, symbol.name) == nullptr) diff.added.push_back(symbol);
  }
  return diff;
}

std::string crc_text(std::uint32_t crc) { return fmt::format("0x{:08x}", crc); }

}  // namespace kmesh
