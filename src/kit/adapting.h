// SPDX-License-Identifier: Apache-2.0
// The adapt verb: a series for another source, written as a new folder of patches.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "kit/adapt.h"
#include "kit/kit.h"
#include "kit/sources.h"

namespace kmesh {

struct AdaptOptions {
  std::string baseline;  // the source to adapt to: a name, a tarball, a tree or a source package
  std::string tarball;
  std::string tree;
  std::string package;            // a source RPM, as the distribution's own patches leave it
  std::vector<std::string> keys;  // files with the public keys that sign source packages
  // what the patches were written for: a baseline, tarball, tree or source package; empty: their Kmesh-Base
  std::string from;
  std::string series;  // folder; empty: that of the next older baseline
  std::string output;  // absolute; must not be there yet
  SourceOptions sources;
};

struct AdaptReport {
  std::string target;  // the source's name
  std::string version;
  std::string output;  // the new folder
  std::string called;  // the options that name the source to the verb build
  std::string from;    // its path, where its name is none that a later call could open
  Adaptation adaptation;
};

// Writes the new folder: its series, the patches, and for each undecided one the files with markers in
// PATCH.conflicts/. What is written is read again and judged on the source: it applies there without an
// offset.
Result<AdaptReport> adapt(Kit& kit, const AdaptOptions& options);

// The path of the source to adapt to; empty where it is a baseline.
std::string path_of_target(const AdaptOptions& options);

// The options by which the verb build takes the source that was adapted to.
std::string source_options(const AdaptOptions& options);

std::string adapt_text(const AdaptReport& report);
std::string adapt_json(const AdaptReport& report);

}  // namespace kmesh
