// SPDX-License-Identifier: Apache-2.0
#include "kit/diagnose.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "kit/debian_packages.h"
#include "kit/ere.h"

namespace kmesh {
namespace {

constexpr std::size_t kBefore = 5;
constexpr std::size_t kAfter = 15;

// The lines as they were meant to be read: without the colours of a terminal and the line ends of other
// systems.
template <typename Take>
void each_plain_line(std::string_view log, const Take& take) {
  constexpr char kEscape = '\x1b';
  std::string plain;
  each_line(log, [&](std::string_view line) {
    while (line.ends_with('\r')) line.remove_suffix(1);
    if (line.find(kEscape) == std::string_view::npos) return take(line);
    plain.clear();
    for (std::size_t at = 0; at < line.size(); ++at) {
      if (line[at] != kEscape || at + 1 == line.size() || line[at + 1] != '[') {
        plain += line[at];
        continue;
      }
      at = std::min(line.size(), line.find_first_not_of("0123456789;:?", at + 2));
    }
    take(plain);
  });
}

std::string filled(std::string_view text, std::string_view place, std::string_view value) {
  std::string whole(text);
  for (auto at = whole.find(place); at != std::string::npos; at = whole.find(place, at + value.size()))
    whole.replace(at, place.size(), value);
  return whole;
}

const std::vector<Ere>& patterns() {
  static const std::vector<Ere> compiled = [] {
    std::vector<Ere> all;
    for (const auto& failure : known_failures()) {
      auto pattern = Ere::compile(std::string(failure.pattern));
      // the table is ours: a unit test compiles every row
      all.push_back(pattern ? std::move(*pattern) : std::move(*Ere::compile("$.")));
    }
    return all;
  }();
  return compiled;
}

// What such a row catches is mended by installing it.
bool tells_what_is_missing(const KnownFailure& failure) {
  return failure.command.find("{packages}") != std::string_view::npos;
}

// After the first failure only more of the same is wanted, or what tells more of it. What is missing is
// listed whole, so that one command installs it.
bool goes_with(const Diagnosis& found, const KnownFailure& failure) {
  return found.failure == &failure || failure.over == found.failure->name ||
         (tells_what_is_missing(*found.failure) && tells_what_is_missing(failure));
}

enum class Rows { kAll, kNotTried };

std::optional<Diagnosis> first_known(std::string_view log, Rows rows) {
  const auto& failures = known_failures();
  const auto& eres = patterns();
  std::optional<Diagnosis> found;
  std::size_t number = 0;
  each_plain_line(log, [&](std::string_view line) {
    ++number;
    for (std::size_t row = 0; row < failures.size(); ++row) {
      if (found && !goes_with(*found, failures[row])) continue;
      if (failures[row].tried && rows == Rows::kNotTried) continue;
      if (line.find(failures[row].mark) == std::string_view::npos) continue;
      auto subject = eres[row].group(std::string(line), failures[row].group);
      if (!subject) continue;
      if (!found || failures[row].over == found->failure->name)
        found = Diagnosis{&failures[row], number, std::string(line), {}};
      found->several = found->several || found->failure != &failures[row];
      auto& subjects = found->subjects;
      if (!subject->empty() && std::find(subjects.begin(), subjects.end(), *subject) == subjects.end())
        subjects.push_back(std::move(*subject));
      break;
    }
  });
  return found;
}

bool has(std::string_view log, std::string_view text) { return log.find(text) != std::string_view::npos; }

bool ended_well(std::string_view log) {
  return first_error_line(log) == 0 && !has(log, "*** ") && !has(log, "Bad exit status") &&
         (has(log, "Wrote: ") || has(log, "+ exit 0") || has(log, "Kernel: arch/"));
}

}  // namespace

std::string Diagnosis::cause() const {
  return filled(
      several ? "programs, headers or libraries that the build takes are not installed: {}" : failure->cause,
      "{}", listed(subjects));
}
std::string Diagnosis::remedy() const {
  return several ? "install them" : filled(failure->remedy, "{}", listed(subjects));
}

std::string Diagnosis::command(std::string_view folder) const {
  std::vector<std::string> packages;
  for (const auto& subject : subjects) {
    std::string package = debian_package_of(subject);
    if (std::find(packages.begin(), packages.end(), package) == packages.end())
      packages.push_back(std::move(package));
  }
  return filled(filled(failure->command, "{packages}", fmt::format("{}", fmt::join(packages, " "))),
                "{folder}", folder);
}

std::optional<Diagnosis> diagnose(std::string_view log) {
  auto found = first_known(log, Rows::kAll);
  if (!found || !found->failure->tried || has(log, "Error 127")) return found;
  if (ended_well(log)) return std::nullopt;
  auto other = first_known(log, Rows::kNotTried);
  return other && has(other->text, ": error: ") ? std::move(other) : std::move(found);
}

std::size_t first_error_line(std::string_view log) {
  static constexpr std::array<std::string_view, 9> kMarks = {
      " error: ",    "fatal error:", "error: ", "*** [", "FAILED:", "Error:", "No such file or directory",
      " FAILED at ", "No space left"};
  std::size_t number = 0;
  std::size_t first = 0;
  each_plain_line(log, [&](std::string_view line) {
    ++number;
    if (first != 0) return;
    if (std::any_of(kMarks.begin(), kMarks.end(),
                    [&](std::string_view mark) { return line.find(mark) != std::string_view::npos; }))
      first = number;
  });
  return first;
}

std::string around(std::string_view log, std::size_t line) {
  std::string text;
  std::size_t number = 0;
  each_plain_line(log, [&](std::string_view one) {
    ++number;
    if (number + kBefore >= line && number < line + kAfter) text.append(one).push_back('\n');
  });
  return text;
}

std::string first_error(std::string_view log) {
  if (const std::size_t line = first_error_line(log); line != 0) return around(log, line);
  std::size_t lines = 0;
  each_line(log, [&](std::string_view /*line*/) { ++lines; });
  return around(log, lines < kAfter ? 1 : lines - kAfter + 1);
}

}  // namespace kmesh
