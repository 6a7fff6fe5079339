// SPDX-License-Identifier: Apache-2.0
// Numbers that a patch adds to what programs are compiled against: helpers of BPF and enumerators of the UAPI
// headers. Each tree deals them out in its own order, and a program that was compiled for one tree uses them
// on another. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kit/series.h"

namespace kmesh {

struct NumberedName {
  std::string kind;  // "helper" | "enumerator"
  std::string name;
  std::string path;  // the header it stands in

  bool operator==(const NumberedName&) const = default;
};

// What the patch adds below include/uapi/ and arch/*/include/uapi/, and not to the copies in tools/; a line
// that is only changed adds nothing.
std::vector<NumberedName> added_names(const Patch& patch);

// The number that a header's text gives a name; nothing where it has none, or one that is no plain expression
// (numbers, shifts, sums, ORs and enumerators before it).
std::optional<long> helper_number(std::string_view header, std::string_view name);
std::optional<long> enumerator_number(std::string_view header, std::string_view name);
std::optional<long> number_of(const NumberedName& name, std::string_view header);

}  // namespace kmesh
