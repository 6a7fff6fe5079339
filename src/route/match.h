// SPDX-License-Identifier: Apache-2.0
// What a route may ask for: hosts, paths, methods and header fields as they are compared, within the bounds
// of the router. Each check gives the text in the form in which it is looked up. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kmesh {

inline constexpr std::size_t kTargetsMax = 16;

// "a.test", "*.a.test", "[::1]" or "*"; gives lower case without a dot at the end, and "" for "*".
Result<std::string> check_host(std::string_view host);

// Gives a prefix without a slash at its end. A path that servers may read otherwise (empty or dot segments,
// needless escapes) matches nothing unless `odd` says so, and is refused.
Result<std::string> check_path(std::string_view path, bool exact, bool odd);

Result<void> check_method(std::string_view method);

// Gives it in lower case. Letters, digits and hyphens: others are dropped by nginx, and _ is taken for - by
// many.
Result<std::string> check_field_name(std::string_view name);
// A value, or the beginning of one, that a field of this name (as it was checked) may have.
Result<void> check_field_value(std::string_view name, std::string_view value, bool prefix);

// Whether no other spelling of the path means the same to a server: nothing in it may be escaped without
// being odd.
bool one_spelling(std::string_view path);

// How many segments a path has: 0 for "/" and "".
std::size_t segments_of(std::string_view path);

}  // namespace kmesh
