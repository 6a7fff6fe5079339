// SPDX-License-Identifier: Apache-2.0
// The headers verb: puts the enhanced kernel's linux/bpf.h in place of a system's, and gives that back to the
// byte. Whenever a run is cut off, the header is one of the two, whole, and the next run knows how to go on.
#pragma once

#include <string>

#include "base/result.h"
#include "kit/header_report.h"
#include "kit/kit.h"

namespace kmesh {

struct HeadersOptions {
  std::string work;  // absolute
  std::string root;  // absolute: the system, or an image of one
};

// The folder in which nobody else may work on the system's headers meanwhile.
std::string headers_folder(const HeadersOptions& options);

// Errors: names that the system's header has and ours lacks; no record of what lies there; no right to.
Result<HeadersReport> install_header(Kit& kit, const HeadersOptions& options);
// Errors: a header that neither a package nor this program put there; no right to.
Result<HeadersReport> restore_header(Kit& kit, const HeadersOptions& options);
Result<HeadersReport> header_status(Kit& kit, const HeadersOptions& options);

}  // namespace kmesh
