// SPDX-License-Identifier: Apache-2.0
#include "kit/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/status.h"
#include "kit/configs.h"
#include "kit/evidence.h"

namespace kmesh {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kWorthNaming = 2;  // seconds

std::string outcome_text(const Report& report) {
  if (!report.ok) return "Built, but not proven";
  return report.plan.patches.empty() ? "Built and booted; the series is empty, so there was nothing to prove"
                                     : "Built and proven";
}

}  // namespace

std::string proof_word(const FeatureProof& item) {
  if (!item.objection.empty()) return "not proven: " + item.objection;
  return item.judged && item.enhanced == Outcome::kPass ? "proven" : "";
}

std::string size_text(std::uint64_t bytes) {
  if (bytes < 1U << 20) return fmt::format("{} KiB", bytes >> 10);
  return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1 << 20));
}

double total_seconds(const Report& report) {
  double sum = 0;
  for (const auto& stage : report.stages) sum += stage.reused ? 0 : stage.seconds;
  return sum;
}

std::string slowest_text(const Report& report) {
  const StageTime* slowest = nullptr;
  for (const auto& stage : report.stages) {
    if (!stage.reused && stage.seconds >= kWorthNaming &&
        (slowest == nullptr || stage.seconds > slowest->seconds))
      slowest = &stage;
  }
  if (slowest == nullptr) return {};
  return fmt::format("{} in this run; the slowest stage, {}, took {}.", duration(total_seconds(report)),
                     slowest->name, duration(slowest->seconds));
}

std::string report_json(const Report& report) {
  Json json;
  json["ok"] = report.ok;
  if (report.error)
    json["error"] = {{"what", report.error->what},
                     {"hint", report.error->hint},
                     {"command", report.error->command},
                     {"detail", report.error->detail}};
  json["baseline"] = {{"name", report.baseline_name},
                      {"version", report.version},
                      {"fingerprint", report.fingerprint},
                      {"origin", report.origin},
                      {"verified", report.verified}};
  json["config"] = report.config;
  json["output"] = report.output;
  if (!report.until.empty()) json["until"] = report.until;
  json["patches"] = Json::array();
  for (const auto& planned : report.plan.patches) {
    json["patches"].push_back({{"file", planned.patch.file},
                               {"subject", planned.patch.subject},
                               {"feature", planned.patch.feature},
                               {"verdict", name_of(planned.verdict)}});
    put_evidence(planned, json["patches"].back());
  }
  json["packages"] = Json::array();
  for (const auto& package : report.packages)
    json["packages"].push_back(
        {{"path", package.path}, {"sha256", package.sha256}, {"bytes", package.bytes}});
  if (report.kabi) json["kabi"] = Json::parse(summary_json(*report.kabi));
  json["proof"] = Json::array();
  if (report.proof) {
    for (const auto& item : report.proof->features) {
      Json entry = {{"feature", item.feature},
                    {"baseline", name_of(item.baseline)},
                    {"enhanced", name_of(item.enhanced)},
                    {"how", item.how},
                    {"baseline_lines", item.baseline_lines},
                    {"enhanced_lines", item.enhanced_lines}};
      if (!item.objection.empty()) entry["objection"] = item.objection;
      json["proof"].push_back(std::move(entry));
    }
  }
  json["boots"] = Json::array();
  for (const auto& boot : report.boots)
    json["boots"].push_back(
        {{"image", boot.image}, {"seconds", boot.seconds}, {"accelerator", boot.accelerator}});
  json["stages"] = Json::array();
  for (const auto& stage : report.stages) {
    Json entry = {{"name", stage.name}, {"seconds", stage.seconds}, {"reused", stage.reused}};
    if (!stage.why.empty()) entry["why"] = stage.why;
    if (stage.reused) entry["before"] = stage.before;
    json["stages"].push_back(std::move(entry));
  }
  json["warnings"] = report.warnings;
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string proof_text(const Report& report) {
  std::string text = "Proof                              baseline   enhanced\n";
  if (!report.proof) return text + "  nothing was booted\n";
  for (const auto& item : report.proof->features)
    text += fmt::format("  {:<32} {:<10} {:<10} {}\n             {}\n", item.feature, name_of(item.baseline),
                        name_of(item.enhanced), proof_word(item), item.how);
  for (const auto& boot : report.boots)
    text += fmt::format("  {} booted and was judged in {} ({})\n", boot.image, duration(boot.seconds),
                        boot.accelerator);
  return text;
}

std::string report_text(const Report& report) {
  std::string text = fmt::format("Linux {} ({}), baseline {}, {} configuration\n", report.version,
                                 report.origin, report.baseline_name, report.config);
  text += fmt::format("verified by: {}\nfingerprint: {}\n",
                      report.verified.empty() ? "nothing" : report.verified, report.fingerprint);
  if (report.error)
    text +=
        fmt::format("\nStopped: {}\n{}\n{}", report.error->what, report.error->hint, report.error->detail);
  text += "\nPatches\n";
  if (report.plan.patches.empty()) text += "  none: the series of this baseline is empty\n";
  for (const auto& planned : report.plan.patches) {
    text += fmt::format("  {:<10} {}\n             {} ({})\n", name_of(planned.verdict), planned.patch.file,
                        planned.patch.feature, evidence_text(planned));
    for (const auto& note : planned.notes) text += fmt::format("             {}\n", note);
  }
  if (!report.packages.empty()) {
    text += "\nPackages\n";
    for (const auto& package : report.packages)
      text += fmt::format("  {}  {}\n             sha256 {}\n", package.path, size_text(package.bytes),
                          package.sha256);
  }
  if (report.proof) text += "\n" + proof_text(report);
  if (report.kabi) text += "\n" + summary_text(*report.kabi);
  text += "\nStages\n";
  for (const auto& stage : report.stages)
    text += fmt::format("  {:<10} {:>12}{}\n", stage.name, stage.reused ? "reused" : duration(stage.seconds),
                        stage.why.empty() ? "" : "   (" + stage.why + ")");
  if (const auto slowest = slowest_text(report); !slowest.empty()) text += fmt::format("  {}\n", slowest);
  if (!report.warnings.empty()) {
    text += "\nTo know\n";
    for (const auto& warning : report.warnings) text += fmt::format("  - {}\n", warning);
  }
  return text;
}

std::string report_screen(const Report& report, const std::string& work) {
  std::string text = "\n" + report_text(report);
  const auto kernel =
      std::find_if(report.packages.begin(), report.packages.end(), [](const Package& package) {
        return package.path.ends_with(".rpm") && package.path.find("-devel-") == std::string::npos &&
               package.path.find("-headers-") == std::string::npos;
      });
  if (report.until.empty())
    text += fmt::format("\n{} ({}).\n", outcome_text(report), duration(total_seconds(report)));
  text += fmt::format("Report:  {}\n", work + "/report.html");
  if (report.ok && kernel != report.packages.end()) {
    if (const auto* named = named_config(report.config); named != nullptr && !named->layers.empty())
      text += fmt::format(
          "This is the {} kernel: made to prove and to develop on, in a virtual machine. For a real "
          "machine build\n"
          "with the distribution's configuration:  kmesh-kernel build --config distro\n",
          named->name);
    text += fmt::format("Install on an RPM host:  dnf install {}/packages/*.rpm\n", work);
  }
  return text;
}

}  // namespace kmesh
