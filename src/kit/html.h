// SPDX-License-Identifier: Apache-2.0
// What the pages of the kit have in common: self-contained, without scripts, readable in the dark, on paper
// and aloud. Pure.
#pragma once

#include <string>
#include <string_view>

namespace kmesh {

// Text as HTML shows it; fit for an attribute in double quotes, too.
std::string escaped(std::string_view text);

// The head of a column; of one with numbers; of one with long texts, whose cells (class below) stand below
// the row's others on a screen as small as a phone's.
std::string heading(std::string_view html);
std::string number_heading(std::string_view html);
std::string text_heading(std::string_view html);

// A table that scrolls by itself where it is wider than the screen. `rows` are <tr>.
std::string html_table(std::string_view headings, std::string_view rows);

// A whole page around `body`. `title` is plain text.
std::string html_page(std::string_view title, std::string_view body);

}  // namespace kmesh
