// SPDX-License-Identifier: Apache-2.0
// Laying out the work: a plain source becomes a source RPM with the kit's own spec, and a source RPM is
// unpacked into a private _topdir; or a tree is unpacked, for the outputs that are made without rpm.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "kit/baseline.h"
#include "kit/kit.h"
#include "kit/plan.h"
#include "kit/side.h"

namespace kmesh {

struct ConfigChoice {
  std::string path;       // the file
  bool fragment = false;  // over tinyconfig; otherwise a complete configuration
};

// kernel.spec.in with its placeholders filled. Errors: a placeholder that stays.
Result<std::string> fill_spec(std::string text, const Source& source, const ConfigChoice& config);

// The release part of the packages, "1.kmesh", as it stands in uname -r.
inline constexpr const char* kRelease = "1.kmesh";

// Makes folder/SRPMS/kernel-*.src.rpm and gives its path.
Result<std::string> make_source_package(Kit& kit, const Side& side, const Source& source,
                                        const ConfigChoice& config);

// Unpacks a source RPM into SIDE/rpmbuild/{SOURCES,SPECS}; gives the spec's path.
Result<std::string> unpack_source_package(Kit& kit, const std::string& package, const Side& side);

// Copies the needed patches to SOURCES and edits the spec; both or neither.
Result<void> edit_source_package(Kit& kit, const std::string& spec, const std::string& series,
                                 const std::vector<const PlannedPatch*>& needed, const Side& side);

// Unpacks the source into SIDE/tree and configures nothing yet.
Result<void> unpack_tree(Kit& kit, const Source& source, const Side& side);

}  // namespace kmesh
