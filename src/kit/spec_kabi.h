// SPDX-License-Identifier: Apache-2.0
// The switches of a spec's kABI check, in the forms in which specs carry them, and what turns each off. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "kit/spec_lines.h"

namespace kmesh {

struct KabiSwitch {
  std::string name;      // with_kabichk
  bool bcond = false;    // it is on where it is defined, whatever its value
  std::size_t line = 0;  // of the file, from 0: what turns it off goes before it
  std::string off;       // "%define with_kabichk 0"
};

// In the order of their places. A spec without a check gives none. Errors name the line: a switch that is
// tested in two ways that contradict each other.
Result<std::vector<KabiSwitch>> find_kabi_switches(const SpecText& spec);

// The macro's name is that of a kABI check's switch: with_kabichk, with_kabidwchk, do_kabichk...
bool is_kabi_switch(std::string_view name);

}  // namespace kmesh
