// SPDX-License-Identifier: Apache-2.0
// Which names a C header gives to programs: macros, enumerators, tags and typedefs, read from its text
// without a compiler. Enumerators that macro lists make (__BPF_FUNC_MAPPER) are among them. Pure.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kmesh {

// "BPF_JMP32" for a macro, an enumerator or a typedef (one that becomes another is still there), "struct
// bpf_attr" for a tag. Of conditional blocks every branch counts, but `#if 0`; the include guard is none.
// Errors: a comment without end; macros that grow without bound.
Result<std::set<std::string>> header_names(std::string_view text);

// The names of `installed` that `other` lacks, sorted.
std::vector<std::string> lacking(const std::set<std::string>& installed, const std::set<std::string>& other);

}  // namespace kmesh
