// SPDX-License-Identifier: Apache-2.0
// Manual pages, as text for troff's man macros.
#pragma once

#include <string>

#include "help/page.h"

namespace kmesh {

// What the head and foot of a page say.
struct Edition {
  std::string version;
  std::string date;  // "2026-01-01"
};
Edition this_edition();

// One of the program, with its verbs as a list; whole: with each verb's options, for programs that have no
// page a verb.
std::string manual_page(const ProgramText& program, const Edition& edition, bool whole = false);
// One of a verb, and what it is called: "kmesh-kernel-build".
std::string manual_page(const ProgramText& program, const Page& verb, const Edition& edition);
std::string page_name(const Page& verb);

}  // namespace kmesh
