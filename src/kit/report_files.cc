// SPDX-License-Identifier: Apache-2.0
#include "kit/report_files.h"

namespace kmesh {

Result<void> write_report(Kit& kit, const Report& report, const std::string& work) {
  KMESH_TRY(kit.disk.write(join(work, "report.json"), report_json(report)));
  KMESH_TRY(kit.disk.write(join(work, "report.txt"), report_text(report)));
  return kit.disk.write(join(work, "report.html"), report_html(report));
}

Result<void> forget_report(Kit& kit, const std::string& work) {
  for (const auto* name : {"report.json", "report.txt", "report.html"})
    KMESH_TRY(kit.disk.remove_all(join(work, name)));
  return {};
}

}  // namespace kmesh
