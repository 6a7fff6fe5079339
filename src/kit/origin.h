// SPDX-License-Identifier: Apache-2.0
// Where a source comes from: one file an origin. Each gives a Source that is verified, or says by what it is
// not.
#pragma once

#include "base/result.h"
#include "kit/baseline.h"
#include "kit/kit.h"

namespace kmesh {

// The rows of the archive's baselines.toml.
Result<std::vector<BaselineRow>> read_baselines(Disk& disk, const Data& data);

// Debian's linux-source-X from the host's own mirrors, with a private apt state below `folder`; signatures
// are apt's business. `with_config` fetches Debian's own configuration as well. Errors: no network, a suite
// that is gone (with the baseline the host can serve instead), a host without apt.
Result<Source> fetch_debian(Kit& kit, const std::vector<BaselineRow>& rows, const BaselineRow& row,
                            const std::string& folder, bool with_config);

// A tarball that is already here. Verified by its checksum: the user's, or one the row knows.
Result<Source> open_tarball(Kit& kit, const std::vector<BaselineRow>& rows, const Options& options);

// The same before anything is read: who vouches for a tarball of that checksum. Pure.
Result<Source> vouch_for_tarball(const std::vector<BaselineRow>& rows, const std::string& tarball,
                                 const std::string& hash, const std::string& sha256, bool verify);

// A tree that is already here; nobody vouches for it, so it needs --no-verify.
Result<Source> open_tree(Kit& kit, const Options& options);

// The same without a fingerprint, for which the whole tree would be looked at.
Result<Source> name_tree(Kit& kit, const std::string& tree, bool verify);

// What the journal keeps of a fetched source, and the source again; `folder` is where its files are. Pure.
std::map<std::string, std::string> facts_of(const Source& source);
Source source_of(const std::map<std::string, std::string>& facts, const std::string& folder);

// What apt said, as an error of ours. Pure.
Error explain_apt(std::string_view output, const BaselineRow& row, const std::vector<BaselineRow>& rows,
                  std::string_view host_suite);

// Versions of a package from `apt-cache madison`, in its order (newest first), without repetitions. Pure.
std::vector<std::string> madison_versions(std::string_view output);

}  // namespace kmesh
