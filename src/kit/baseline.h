// SPDX-License-Identifier: Apache-2.0
// A baseline: the kernel an enhancement starts from. The rows of kernel/baselines.toml, and what an origin
// makes of one: a source that can be read and built.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kmesh {

struct BaselineRow {
  std::string name;                          // "5.10"
  std::string series;                        // folder of its patches, "5.10.0"
  std::string package;                       // Debian's source package, "linux-source-5.10"
  std::string config_package;                // Debian's configurations, "linux-config-5.10"
  std::vector<std::string> suites;           // where they are
  std::string repository;                    // or else an RPM repository with its source package
  std::string rpm;                           // that package's name
  std::string key;                           // where the key comes from that signs it, for people
  std::vector<std::string> tarballs;         // SHA-256 of tarballs that were taken from the signed archive
  std::vector<std::string> features;         // what its own series and kmesh.ko must prove together
  std::map<std::string, std::size_t> steps;  // compile steps of a configuration, for the first progress bar
};

struct Source {
  std::string name;         // the row's name, or the file's
  std::string version;      // the kernel's own, "5.10.262"
  std::string origin;       // for people: "Debian linux-source-5.10 5.10.262-1"
  std::string tarball;      // path; empty for a tree
  std::string tree;         // path; empty for a tarball
  std::string package;      // path of a verified source RPM; it has neither of the two
  std::string top;          // the tarball's one folder
  std::string fingerprint;  // SHA-256 of the content
  std::string changed;      // of a tree: a file that is not as in the run before, where one is known
  std::string config;       // a complete configuration that came with it; may be empty
  std::string verified;     // by what; empty: not verified
  std::vector<std::string> warnings;
};

// Errors: not TOML, a row without a name, two rows of one name.
Result<std::vector<BaselineRow>> parse_baselines(std::string_view toml);

// The row of that name. The error lists the names and the nearest one.
Result<BaselineRow> find_baseline(const std::vector<BaselineRow>& rows, std::string_view name);

// The row that has this suite, for a host whose own archive can serve it.
std::optional<BaselineRow> baseline_of_suite(const std::vector<BaselineRow>& rows, std::string_view suite);

// VERSION.PATCHLEVEL.SUBLEVEL and EXTRAVERSION from the head of a kernel's Makefile.
Result<std::string> kernel_version(std::string_view makefile);

// The row a kernel version belongs to: 5.10.262 -> 5.10.
std::optional<BaselineRow> baseline_of_version(const std::vector<BaselineRow>& rows,
                                               std::string_view version);

}  // namespace kmesh
