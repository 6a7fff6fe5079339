// SPDX-License-Identifier: Apache-2.0
// What a build has to say, for people (text, one HTML page) and for programs (JSON). Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kit/kabi_summary.h"
#include "kit/package.h"
#include "kit/plan.h"
#include "kit/prove.h"

namespace kmesh {

struct StageTime {
  std::string name;
  double seconds = 0;
  bool reused = false;
  std::string why;    // why it was done (again); empty where it was reused
  double before = 0;  // seconds that it took when it was done, where it is reused
};

struct BootTime {
  std::string image;  // "baseline" | "enhanced"
  double seconds = 0;
  std::string accelerator;
};

struct Report {
  std::string baseline_name;
  std::string version;
  std::string fingerprint;
  std::string origin;
  std::string verified;
  std::string config;
  std::string output;
  std::string until;  // the last stage asked for; empty: all
  std::vector<std::string> warnings;
  Plan plan;
  std::vector<Package> packages;
  std::optional<KabiSummary> kabi;  // empty: it did not get that far
  std::optional<Proof> proof;
  std::vector<BootTime> boots;
  std::vector<StageTime> stages;
  std::optional<Error> error;  // what stopped the build; empty: nothing did
  bool ok = false;
};

// Of the stages that were done, not reused.
double total_seconds(const Report& report);
// Where most of that time went, as a sentence; empty where no stage took two seconds.
std::string slowest_text(const Report& report);

// "proven", "not proven: why"; empty where it was not judged.
std::string proof_word(const FeatureProof& item);

// "12 KiB", "1.5 MiB"
std::string size_text(std::uint64_t bytes);

std::string report_json(const Report& report);
std::string report_text(const Report& report);
std::string report_html(const Report& report);

// The proof alone, for the prove verb.
std::string proof_text(const Report& report);

// The last screen: what was built, from what, which patches, which proof, what to type next.
std::string report_screen(const Report& report, const std::string& work);

}  // namespace kmesh
