// SPDX-License-Identifier: Apache-2.0
#include "kit/explain.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace kmesh {
namespace {

// The row's own, unless rpmbuild was still at %prep where it failed: nothing was compiled then.
std::string resume_of(std::string_view log, const Diagnosis& known) {
  std::string_view at;
  std::size_t number = 0;
  each_line(log, [&](std::string_view line) {
    if (++number < known.line && line.starts_with("Executing(%")) at = line;
  });
  const bool later = known.failure->resume == "build" || known.failure->resume == "package";
  return std::string(later && at.starts_with("Executing(%prep)") ? "prep" : known.failure->resume);
}

}  // namespace

Explanation explain(std::string_view log) {
  Explanation explanation;
  explanation.known = diagnose(log);
  explanation.line = explanation.known ? explanation.known->line : first_error_line(log);
  if (explanation.known) explanation.resume = resume_of(log, *explanation.known);
  if (explanation.line != 0) explanation.shown = around(log, explanation.line);
  return explanation;
}

std::string explanation_text(const Explanation& explanation) {
  if (explanation.line == 0) return "no line of this log tells of an error\n";
  std::string text = fmt::format("line {}:\n\n{}\n", explanation.line, explanation.shown);
  if (!explanation.known) return text;
  const Diagnosis& known = *explanation.known;
  text += fmt::format("{}: {}\n  {}\n", known.failure->name, known.cause(), known.remedy());
  if (!known.command().empty()) text += fmt::format("\n    {}\n\n", known.command());
  return text + fmt::format("the same build command then goes on with its stage {}\n", explanation.resume);
}

std::string explanation_json(const Explanation& explanation) {
  using Json = nlohmann::ordered_json;
  Json json = {{"ok", explanation.known || explanation.line == 0},
               {"clean", explanation.line == 0},
               {"known", explanation.known.has_value()},
               {"line", explanation.line},
               {"shown", explanation.shown}};
  if (explanation.known) {
    const Diagnosis& known = *explanation.known;
    json["name"] = known.failure->name;
    json["text"] = known.text;
    json["cause"] = known.cause();
    json["remedy"] = known.remedy();
    json["command"] = known.command();
    json["resume"] = explanation.resume;
    json["mended_by_kit"] = known.failure->mend != Mend::kNone;
  }
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace kmesh
