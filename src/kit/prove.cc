// SPDX-License-Identifier: Apache-2.0
#include "kit/prove.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>

namespace kmesh {
namespace {

constexpr std::string_view kIndent = "    ";

// "ok 2 name # SKIP why" -> the outcome and the name; nothing where the line is no test.
struct TestLine {
  bool test = false;
  Outcome outcome = Outcome::kFail;
  std::string name;
};

// "# without kmesh.ko: ok 2 name"
constexpr std::string_view kWithoutModule = "# without kmesh.ko: ";

TestLine test_line(std::string_view line) {
  TestLine answer;
  const bool not_ok = line.starts_with("not ok ");
  if (!not_ok && !line.starts_with("ok ")) return answer;
  line.remove_prefix(not_ok ? 7 : 3);
  const auto digits = line.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos) return answer;
  line.remove_prefix(digits);
  const auto hash = line.find('#');
  const std::string_view directive = hash == std::string_view::npos ? "" : line.substr(hash + 1);
  std::string_view name = line.substr(0, hash);
  while (name.starts_with(' ') || name.starts_with('-')) name.remove_prefix(1);
  while (name.ends_with(' ')) name.remove_suffix(1);
  answer.test = true;
  answer.name = name;
  const bool skip = directive.find("SKIP") != std::string_view::npos;
  answer.outcome = not_ok ? Outcome::kFail : skip ? Outcome::kAbsent : Outcome::kPass;
  return answer;
}

ProbeResult result_of(const GuestReport& report, const std::string& feature) {
  const auto found = report.probes.find(feature);
  if (found != report.probes.end()) return found->second;
  ProbeResult none;
  // a guest that died before the probe says nothing of the feature, and that is no pass
  none.outcome = report.complete ? Outcome::kAbsent : Outcome::kFail;
  return none;
}

// What is asked of a feature: where several patches make one, it is there only with the last of them.
Verdict verdict_of(const Plan& plan, const PlannedPatch& first) {
  const bool needed = std::any_of(plan.patches.begin(), plan.patches.end(), [&](const PlannedPatch& other) {
    return other.patch.feature == first.patch.feature && other.verdict == Verdict::kNeeded;
  });
  return needed ? Verdict::kNeeded : first.verdict;
}

std::string objection(Verdict verdict, Outcome baseline, Outcome enhanced, bool probed) {
  if (!probed) return "there is no probe for it";
  if (enhanced != Outcome::kPass)
    return enhanced == Outcome::kFail ? "the probe fails on the enhanced kernel" : "its carrier is missing";
  if (verdict == Verdict::kNeeded && baseline == Outcome::kPass)
    return "the probe passes on the baseline as well, so it proves nothing about the patch";
  const bool there = verdict == Verdict::kPresent || verdict == Verdict::kEquivalent;
  if (there && baseline != Outcome::kPass)
    return "the baseline is said to have it, and the probe fails there";
  return {};
}

// The same for a feature that no patch of the series carries.
std::string objection_without_patch(const GuestReport& enhanced, const FeatureProof& item) {
  if (!enhanced.probes.contains(item.feature) && enhanced.complete) return "there is no probe for it";
  if (item.enhanced != Outcome::kPass)
    return item.enhanced == Outcome::kFail ? "the probe fails on the enhanced kernel"
                                           : "its carrier is missing";
  const auto control = enhanced.without_module.find(item.feature);
  if (control == enhanced.without_module.end())
    return "it was not run without kmesh.ko, so there is no control";
  if (control->second == Outcome::kPass)
    return "the probe passes without kmesh.ko as well, so it proves nothing about the module";
  return {};
}

FeatureProof without_patch(const std::string& feature, const GuestReport& baseline,
                           const GuestReport& enhanced) {
  const ProbeResult before = result_of(baseline, feature);
  const ProbeResult after = result_of(enhanced, feature);
  return {feature,
          before.outcome,
          after.outcome,
          "no patch of this series; said, not judged",
          before.lines,
          after.lines,
          "",
          false};
}

}  // namespace

std::string_view name_of(Outcome outcome) {
  return outcome == Outcome::kPass ? "pass" : outcome == Outcome::kFail ? "fail" : "absent";
}

GuestReport parse_guest_report(std::string_view ktap) {
  GuestReport report;
  std::vector<std::string> nested;
  std::istringstream lines{std::string(ktap)};
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.starts_with(kIndent)) {
      nested.push_back(line.substr(kIndent.size()));
      continue;
    }
    if (line == "# done") report.complete = true;
    if (line.starts_with(kWithoutModule)) {
      const TestLine control = test_line(std::string_view(line).substr(kWithoutModule.size()));
      if (control.test) report.without_module[control.name] = control.outcome;
      continue;
    }
    if (line.starts_with("# ")) report.notes.push_back(line.substr(2));
    const TestLine test = test_line(line);
    if (!test.test) continue;
    const ProbeResult result{test.outcome, std::move(nested)};
    nested.clear();
    const auto [known, added] = report.probes.try_emplace(test.name, result);
    if (!added && test.outcome == Outcome::kFail) known->second = result;  // a failure is not taken back
  }
  return report;
}

bool Proof::ok() const {
  return std::all_of(features.begin(), features.end(),
                     [](const auto& proof) { return proof.objection.empty(); });
}

Proof judge(const Plan& plan, const std::vector<std::string>& promised, const GuestReport& baseline,
            const GuestReport& enhanced) {
  Proof proof;
  std::set<std::string> judged;
  for (const auto& planned : plan.patches) {
    const std::string& feature = planned.patch.feature;
    if (!judged.insert(feature).second) continue;
    FeatureProof item;
    item.feature = feature;
    const ProbeResult before = result_of(baseline, feature);
    const ProbeResult after = result_of(enhanced, feature);
    item.baseline = before.outcome;
    item.enhanced = after.outcome;
    item.baseline_lines = before.lines;
    item.enhanced_lines = after.lines;
    const Verdict verdict = verdict_of(plan, planned);
    item.how = verdict == Verdict::kNeeded
                   ? "carried by the patch; control: the same module and programs on the baseline kernel"
                   : "carried by the baseline itself; control: inside the probe";
    const bool probed = enhanced.probes.contains(feature) || !enhanced.complete;
    item.objection = objection(verdict, item.baseline, item.enhanced, probed);
    if (item.objection.empty() && !baseline.complete && !baseline.probes.contains(feature))
      item.objection = "the baseline kernel ended before the probe, so there is no control";
    proof.features.push_back(std::move(item));
  }
  for (const auto& feature : promised) {
    if (!judged.insert(feature).second) continue;
    FeatureProof item = without_patch(feature, baseline, enhanced);
    item.judged = true;
    item.how = "carried by kmesh.ko or the kernel as it is; control: the same run without the module";
    item.objection = objection_without_patch(enhanced, item);
    proof.features.push_back(std::move(item));
  }
  for (const auto& [feature, result] : enhanced.probes) {
    if (!judged.contains(feature)) proof.features.push_back(without_patch(feature, baseline, enhanced));
  }
  return proof;
}

Proof compare_images(const GuestReport* against, const GuestReport& image) {
  Proof proof;
  for (const auto& [feature, result] : image.probes) {
    FeatureProof item;
    item.feature = feature;
    item.enhanced = result.outcome;
    item.enhanced_lines = result.lines;
    if (against != nullptr) {
      const ProbeResult other = result_of(*against, feature);
      item.baseline = other.outcome;
      item.baseline_lines = other.lines;
    }
    item.how = against != nullptr ? "the image, and the image it was held against"
                                  : "the image alone, without a control";
    if (item.enhanced == Outcome::kFail) item.objection = "the probe fails on the image";
    if (against != nullptr && item.enhanced == Outcome::kPass && item.baseline == Outcome::kPass)
      item.objection =
          "the probe passes on the image it was held against as well, so it proves no difference";
    proof.features.push_back(std::move(item));
  }
  return proof;
}

}  // namespace kmesh
