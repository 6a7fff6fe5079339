// SPDX-License-Identifier: Apache-2.0
// What a build's log is answered with. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kit/diagnose.h"

namespace kmesh {

struct Explanation {
  std::optional<Diagnosis> known;
  std::size_t line = 0;  // of the first error; 0: the log tells of none
  std::string shown;     // that line with what belongs to it
  std::string resume;    // the stage that the same build goes on with, where the failure is known
};

Explanation explain(std::string_view log);

std::string explanation_text(const Explanation& explanation);
// {ok, known, name, line, text, cause, remedy, command, resume, mended_by_kit, shown}; ok: nothing went
// wrong.
std::string explanation_json(const Explanation& explanation);

}  // namespace kmesh
