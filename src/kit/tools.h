// SPDX-License-Identifier: Apache-2.0
// The programs and headers a build needs, with the Debian package of each, looked for before anything starts
// so that they are named all at once.
#pragma once

#include "base/result.h"
#include "kit/kit.h"

namespace kmesh {

// Errors: something is missing (all of it, with one command that installs it).
Result<void> check_tools(Kit& kit, const Options& options);

// Errors: bubblewrap is not installed, or cannot make a sandbox here.
Result<void> check_sandbox(Kit& kit);

// What asking about source packages and specs takes: rpm's programs, and the sandbox where it is asked for.
Result<void> check_rpm_tools(Kit& kit, bool sandbox);

// Room a build takes on the disk; `built`: in a work folder that has built before. Errors: there is less.
Result<void> check_space(Kit& kit, const Options& options, bool built);

// A program, or a file where it begins with a slash, and how it is told where it is missing.
struct Need {
  std::string what;
  std::string told;
};

// Errors: some are missing; all of them, with one command that installs them. `who` takes them.
Result<void> check_needs(Kit& kit, const std::vector<Need>& needs, std::string_view who);

// The one that was asked for; "ccache gcc" where ccache is installed, "gcc" otherwise.
std::string compiler(Kit& kit, const Options& options);

// CCACHE_DIR, or a folder of the work folder's own.
std::string cache_folder(const Options& options);

// "gcc" of "ccache gcc": without what stands before it.
std::string compiler_program(const std::string& compiler);

// What a program says of its version, on one line; empty where it cannot be run.
std::string program_version(Kit& kit, const std::string& program);

// What the compiler behind all that stands before it says of its version, on one line; empty where it cannot
// be run.
std::string compiler_version(Kit& kit, const std::string& compiler);

// As many as were asked for, or one a processor.
unsigned jobs_of(const Options& options);

}  // namespace kmesh
