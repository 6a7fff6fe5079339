// SPDX-License-Identifier: Apache-2.0
// Which line of a spec made %prep fail, by what its shell said last. Pure.
#pragma once

#include <string>
#include <string_view>

namespace kmesh {

// "line 57: cp %{SOURCE1} .config", or "line 12: Patch3: fix.patch" where a patch does not go in; the command
// itself, "cp a b", where no line of the spec is known to be it; empty where the log tells of none. `log` is
// rpmbuild's, whose shell prints each command behind a "+".
std::string failed_line(std::string_view spec, std::string_view log);

}  // namespace kmesh
