// SPDX-License-Identifier: Apache-2.0
#include "kit/doctor.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "kit/host_checks.h"
#include "kit/kernel.h"
#include "kit/previous.h"
#include "kit/spec_kabi.h"
#include "kit/tools.h"
#include "kit/tree_checks.h"

namespace kmesh {
namespace {

// A spec of the work folder's that compares what modules are given with what the distribution promised.
// `build` has edited its own already; one that lies there for a build by hand is told of.
Finding kabi(Kit& kit, const Side& side) {
  const std::string folder = side.path("rpmbuild/SPECS");
  const auto names = kit.disk.list(folder).value_or(std::vector<std::string>());
  for (const auto& name : names) {
    if (!name.ends_with(".spec")) continue;
    const auto text = kit.disk.read(join(folder, name));
    if (!text) return doubtful("kabi", text.error());
    const auto spec = read_spec(*text);
    if (!spec) return doubtful("kabi", spec.error());
    const auto switches = find_kabi_switches(*spec);
    if (!switches) return doubtful("kabi", switches.error());
    for (const auto& one : *switches) {
      const auto off = [&](const SpecLine& line) { return stripped(line.text) == one.off; };
      if (std::any_of(spec->lines.begin(), spec->lines.end(), off)) continue;
      return doubtful("kabi",
                      fail(fmt::format("{} checks the kABI ({}): a patch that changes what modules are given "
                                       "fails its build at the very end",
                                       name, one.name),
                           "kmesh-kernel build switches it off in its own copy, and so does spec edit",
                           fmt::format("kmesh-kernel spec edit {} --patch FILE", join(folder, name)))
                          .value());
    }
  }
  return well("kabi", "no spec checks it");
}

}  // namespace

Result<std::vector<std::string>> check_before(Kit& kit, const Options& options, bool built) {
  auto findings = check_host(kit, options);
  if (built) {
    // the work folder has most of what it takes, and all of it where nothing changed
    std::erase_if(findings, [](const Finding& finding) { return finding.check == "space"; });
    if (auto checked = check_space(kit, options, true); !checked)
      findings.push_back(doubtful("space", checked.error()));
  }
  KMESH_TRY(all_well(findings));
  return warnings_of(findings);
}

Result<std::vector<Finding>> examine(Kit& kit, const Options& options) {
  auto findings = check_host(kit, options);
  // nothing is compiled, so there is no cache to show
  const std::string folder = join(options.work, "enhanced");
  const Side side{"enhanced", folder, "", Sandbox(options.sandbox, folder, folder)};
  findings.push_back(kabi(kit, side));
  for (const auto output : {Output::kRpm, Output::kImage}) {
    const auto tree = prepared_tree(kit, side, output);
    if (!tree || !kit.disk.exists(join(*tree, "Makefile"))) continue;
    KMESH_LET(noted, noted_prepared(kit, side));
    auto state = check_tree(kit, side, *tree, compiler(kit, options),
                            noted ? noted->touched : std::vector<std::string>(), Docs::kLook);
    findings.insert(findings.end(), state.findings.begin(), state.findings.end());
    break;
  }
  return findings;
}

}  // namespace kmesh
