// SPDX-License-Identifier: Apache-2.0
// Judging a proof: the guest's KTAP of the baseline and of the enhanced kernel against what the plan says
// must be so. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kit/plan.h"

namespace kmesh {

enum class Outcome { kPass, kFail, kAbsent };

std::string_view name_of(Outcome outcome);

struct ProbeResult {
  Outcome outcome = Outcome::kAbsent;
  std::vector<std::string> lines;  // what the probe itself said, without its indentation
};

struct GuestReport {
  std::map<std::string, ProbeResult> probes;  // by feature
  std::map<std::string, Outcome>
      without_module;              // the same probes before kmesh.ko was loaded, where they were run
  std::vector<std::string> notes;  // the guest's own comments
  bool complete = false;           // it came to its end
};

// Reads the outer KTAP document of the guest: one test a probe, its own document nested in it.
GuestReport parse_guest_report(std::string_view ktap);

struct FeatureProof {
  std::string feature;
  Outcome baseline = Outcome::kAbsent;
  Outcome enhanced = Outcome::kAbsent;
  std::string how;  // the carrier and its control, for people
  std::vector<std::string> baseline_lines;
  std::vector<std::string> enhanced_lines;
  std::string objection;  // why this proves nothing; empty: proven
  bool judged = true;     // false where nothing said what it must be
};

struct Proof {
  std::vector<FeatureProof> features;
  [[nodiscard]] bool ok() const;
};

// Every feature of the plan must pass on the enhanced kernel. Where its patch was needed, the same probe must
// not pass on the baseline, for then it would prove nothing about the patch; where the baseline has the
// feature, it must pass there too. The other `promised` features are carried by kmesh.ko or by the kernel as
// it is: they must pass as well, and not without the module. What nobody promised is reported and not judged.
Proof judge(const Plan& plan, const std::vector<std::string>& promised, const GuestReport& baseline,
            const GuestReport& enhanced);

// The proof of one image alone, or against another. No plan says which features it must have, so an absent
// one is no objection; a failing probe is, and so is one that passes on both.
Proof compare_images(const GuestReport* against, const GuestReport& image);

}  // namespace kmesh
