// SPDX-License-Identifier: Apache-2.0
#include "kit/kabi_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace kmesh {
namespace {

constexpr std::size_t kRows = 40;       // of a table
constexpr std::size_t kTypeLines = 12;  // of one type's diff

std::string plural(std::size_t n, std::string_view word) {
  return fmt::format("{} {}{}", n, word, n == 1 ? "" : "s");
}

void add_all(std::vector<Cause>& causes, const std::vector<Cause>& more) {
  for (const auto& cause : more) {
    const bool there = std::any_of(causes.begin(), causes.end(),
                                   [&](const Cause& other) { return other.patch == cause.patch; });
    if (!there) causes.push_back(cause);
  }
}

// What is known of a CRC's change, without the patches.
std::string why_crc(const Symbol& symbol, const FunctionChange* function) {
  if (function == nullptr) return "types unknown";
  if (!function->known)
    return symbol.module == "vmlinux" ? "BTF does not have its declaration"
                                      : fmt::format("in module {}, whose types were not read", symbol.module);
  if (!function->old_declaration.empty()) return "its declaration changed";
  if (function->types.empty()) return "no type that BTF knows of";
  std::string text = fmt::format("{}", fmt::join(function->way, " > "));
  if (function->types.size() > 1) text += fmt::format(" and {} more", function->types.size() - 1);
  return text;
}

// What a row says of patches: nothing where no series was named.
std::string patches_cell(const KabiReport& report, const std::vector<Cause>& causes, bool traced) {
  return report.patches_known ? patches_text(patches_of(causes), traced) : "";
}

std::string row(std::string_view symbol, std::string_view old_crc, std::string_view new_crc,
                std::string_view why, std::string_view patches) {
  std::string text = fmt::format("  {:<32} {:<10}  {:<10}  {}\n", symbol, old_crc, new_crc, why);
  if (!patches.empty()) text += fmt::format("{:60}{}\n", "", patches);
  return text;
}

std::string table(const KabiReport& report) {
  struct Row {
    std::string symbol, old_crc, new_crc, why, patches;
  };
  std::vector<Row> rows;
  const auto& symbols = report.symbols;
  for (std::size_t i = 0; i < symbols.removed.size(); ++i)
    rows.push_back({symbols.removed[i].name, crc_text(symbols.removed[i].crc), "-", "removed",
                    patches_cell(report, causes_at(report.removed_causes, i), true)});
  for (std::size_t i = 0; i < symbols.changed.size(); ++i)
    rows.push_back({symbols.changed[i].now.name, crc_text(symbols.changed[i].old.crc),
                    crc_text(symbols.changed[i].now.crc), why_changed(report, i),
                    patches_cell(report, causes_at(report.causes, i), traceable(report, i))});
  for (std::size_t i = 0; i < symbols.added.size(); ++i)
    rows.push_back({symbols.added[i].name, "-", crc_text(symbols.added[i].crc), "added",
                    patches_cell(report, causes_at(report.added_causes, i), true)});
  if (rows.empty()) return {};
  std::string text = "\n" + row("symbol", "old CRC", "new CRC", "why", "");
  for (std::size_t i = 0; i < std::min(rows.size(), kRows); ++i)
    text += row(rows[i].symbol, rows[i].old_crc, rows[i].new_crc, rows[i].why, rows[i].patches);
  if (rows.size() > kRows) text += fmt::format("  and {} more; --json has all\n", rows.size() - kRows);
  return text;
}

std::string types_section(const KabiReport& report) {
  if (!report.types_compared)
    return report.types_unknown.empty()
               ? ""
               : fmt::format("\ntypes were not compared: {}\n", report.types_unknown);
  std::vector<bool> reached(report.types.changed.size(), false);
  for (const auto& function : report.functions) {
    for (const auto type : function.types) reached[type] = true;
  }
  const auto count = static_cast<std::size_t>(std::count(reached.begin(), reached.end(), true));
  std::string text =
      fmt::format("\n{} of C changed, {} added, {} removed", plural(report.types.changed.size(), "type"),
                  report.types.added.size(), report.types.removed.size());
  if (report.types.changed.size() > count)
    text += fmt::format("; {} that no symbol with another CRC reaches", report.types.changed.size() - count);
  text += "\n";
  std::size_t shown = 0;
  for (std::size_t i = 0; i < reached.size(); ++i) {
    // where CRCs say nothing, every type counts
    if (!reached[i] && report.symbols.comparable()) continue;
    if (++shown > kRows) {
      text += "  and more; --json has all\n";
      break;
    }
    const auto& type = report.types.changed[i];
    text += fmt::format("\n  {}", type.title);
    if (type.old_size != type.new_size)
      text += fmt::format("   {} -> {} bytes", type.old_size, type.new_size);
    text += "\n";
    for (std::size_t line = 0; line < std::min(type.lines.size(), kTypeLines); ++line)
      text += fmt::format("    {}\n", type.lines[line]);
    if (type.lines.empty()) text += "    its members moved\n";
    if (type.lines.size() > kTypeLines)
      text += fmt::format("    and {} more lines\n", type.lines.size() - kTypeLines);
    if (!report.patches_known) continue;
    const auto& causes = causes_at(report.type_causes, i);
    if (causes.empty()) text += fmt::format("    {}\n", patches_text({}, true));
    for (const auto& cause : causes)
      text += fmt::format("    by {}\n       {}\n", cause.patch, cause.evidence);
  }
  return text;
}

std::string counts(const KabiReport& report) {
  const auto& symbols = report.symbols;
  const auto how_many = [&](bool SymbolChange::*what) {
    return std::count_if(symbols.changed.begin(), symbols.changed.end(),
                         [&](const SymbolChange& change) { return change.*what; });
  };
  std::string text;
  if (!symbols.comparable()) text = symbols.not_comparable + "\n";
  text += fmt::format("{} the same, {} added, {} removed", plural(symbols.same, "symbol"),
                      symbols.added.size(), symbols.removed.size());
  if (symbols.comparable()) text += fmt::format(", {} with another CRC", how_many(&SymbolChange::crc));
  if (symbols.comparable() && symbols.without_crc != 0)
    text += fmt::format(", {} of the same without any", symbols.without_crc);
  if (const auto n = how_many(&SymbolChange::module); n != 0) text += fmt::format(", {} moved", n);
  if (const auto n = how_many(&SymbolChange::type); n != 0) text += fmt::format(", {} exported otherwise", n);
  if (const auto n = how_many(&SymbolChange::space); n != 0)
    text += fmt::format(", {} in another namespace", n);
  return text + "\n";
}

}  // namespace

std::vector<std::string> patches_of(const std::vector<Cause>& causes) {
  std::vector<std::string> files;
  for (const auto& cause : causes) files.push_back(cause.patch);
  return files;
}

const std::vector<Cause>& causes_at(const std::vector<std::vector<Cause>>& all, std::size_t i) {
  static const std::vector<Cause> none;
  return i < all.size() ? all[i] : none;
}

const FunctionChange* function_of(const KabiReport& report, std::size_t i) {
  return i < report.functions.size() ? &report.functions[i] : nullptr;
}

bool traceable(const KabiReport& report, std::size_t i) {
  const auto* function = function_of(report, i);
  return !report.symbols.changed[i].crc || (function != nullptr && function->known);
}

std::string patches_text(const std::vector<std::string>& patches, bool traceable) {
  if (!patches.empty()) return fmt::format("{}", fmt::join(patches, ", "));
  return traceable ? "no patch of the series explains it"
                   : "which patch did it is not known without its types";
}

std::string why_changed(const KabiReport& report, std::size_t i) {
  const auto& change = report.symbols.changed[i];
  std::vector<std::string> parts;
  if (change.crc) parts.push_back(why_crc(change.now, function_of(report, i)));
  if (change.type) parts.push_back(fmt::format("{} -> {}", change.old.type, change.now.type));
  if (change.module)
    parts.push_back(fmt::format("moved from {} to {}", change.old.module, change.now.module));
  if (change.space)
    parts.push_back(fmt::format("namespace {} -> {}", change.old.space.empty() ? "none" : change.old.space,
                                change.now.space.empty() ? "none" : change.now.space));
  return fmt::format("{}", fmt::join(parts, "; "));
}

void explain(KabiReport& report, const std::vector<Patch>& patches) {
  const auto lines = changed_lines(patches);
  report.patches_known = true;
  for (const auto& type : report.types.changed) report.type_causes.push_back(causes_of_type(type, lines));
  for (std::size_t i = 0; i < report.symbols.changed.size(); ++i) {
    const auto& change = report.symbols.changed[i];
    std::vector<Cause> causes = causes_of_export(change.now.name, lines);
    const auto* function = function_of(report, i);
    const bool known = traceable(report, i);
    if (change.crc && (!known || !function->old_declaration.empty()))
      add_all(causes, causes_of_declaration(change.now.name, lines));
    if (change.crc && known) {
      for (const auto type : function->types) add_all(causes, report.type_causes[type]);
    }
    report.causes.push_back(std::move(causes));
  }
  for (const auto& symbol : report.symbols.added)
    report.added_causes.push_back(causes_of_export(symbol.name, lines));
  for (const auto& symbol : report.symbols.removed)
    report.removed_causes.push_back(causes_of_export(symbol.name, lines));
}

std::string kabi_text(const KabiReport& report) {
  std::string text =
      fmt::format("old: {}\nnew: {}\n\n{}", report.old.symvers, report.now.symvers, counts(report));
  text += table(report) + types_section(report);
  if (!report.modules.empty()) text += "\n";
  for (const auto& module : report.modules) text += judgement_text(module) + "\n";
  if (!report.abidiff.empty()) text += fmt::format("\nabidiff's own words: {}\n", report.abidiff);
  return text;
}

}  // namespace kmesh
