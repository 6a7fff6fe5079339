// SPDX-License-Identifier: Apache-2.0
// The private include root of a work folder: the enhanced kernel's UAPI headers, for programs that use names
// which a patch adds. WORK/headers, and a pkg-config file that goes with it wherever it is moved.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kit/kernel.h"
#include "kit/kit.h"
#include "kit/side.h"

namespace kmesh {

struct IncludeRoot {
  std::string folder;   // absolute: the folder for -isystem
  std::string header;   // linux/bpf.h in it
  std::string version;  // of the kernel
};

// Makes `work`/headers anew: of the headers that were installed in the side's private root, or with
// `make headers_install` in its tree. Gives the files to hold it to, below the work folder.
Result<std::vector<std::string>> make_include_root(Kit& kit, const Side& side, const KernelRecipe& recipe,
                                                   const std::string& work, const std::string& version);

// The last line of its linux/bpf.h: by that a header is known for one of ours wherever it is copied to.
inline constexpr std::string_view kHeaderMark = "/* of an enhanced kernel: made by kmesh-kernel */\n";

// Errors: the work folder has none, with the command that makes it.
Result<IncludeRoot> find_include_root(Kit& kit, const std::string& work);

std::string include_root_text(const IncludeRoot& root);
std::string include_root_json(const IncludeRoot& root);

// The pkg-config file. Pure. One word: pkgconf does not escape what follows a word of its own.
std::string include_root_pc(const std::string& version);

}  // namespace kmesh
