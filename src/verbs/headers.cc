// SPDX-License-Identifier: Apache-2.0
#include "kit/headers.h"

#include "kit/header_report.h"
#include "kit/include_root.h"
#include "verbs/call.h"
#include "verbs/verbs.h"

namespace kmesh {
namespace {

// What changes the system's header has its folder to itself.
template <typename Work>
Result<HeadersReport> alone(Kit& kit, const HeadersOptions& options, const Work& work) {
  const std::string folder = headers_folder(options);
  if (!kit.disk.exists(folder)) return work(kit, options);  // which says so
  const auto lock = FolderLock::hold(folder);
  if (!lock) return tl::make_unexpected(lock.error());
  return work(kit, options);
}

}  // namespace

int headers_verb(const std::vector<std::string>& arguments) {
  HeadersOptions options{"build/5.10", "/"};
  std::string what;
  bool json = false;
  CLI::App app(
      "The enhanced kernel's UAPI headers: where they are, or its bpf.h in place of a system's, and back.",
      "kmesh-kernel headers");
  app.add_option("WHAT", what, "path, install, restore or status")
      ->check(one_of({"path", "install", "restore", "status"}))
      ->required();
  app.add_option("--work", options.work, "work folder of a build (default build/5.10)")->check(named());
  app.add_option("--root", options.root, "the system whose header it is (default /), or an image's root")
      ->check(named());
  app.add_flag("--json", json, "what was done as JSON on standard output");
  app.footer("Example:\n  kmesh-kernel headers path --work build/kernel");
  if (const auto code = parse(app, arguments)) return *code;
  options.work = absolute(options.work);
  options.root = absolute(options.root);
  if (what == "path") {
    return work_without_folder(
        json, [&](Kit& kit) { return find_include_root(kit, options.work); },
        [&](const IncludeRoot& root) {
          return Answer{json ? include_root_json(root) : include_root_text(root)};
        });
  }
  return work_without_folder(
      json,
      [&](Kit& kit) {
        return what == "status"    ? header_status(kit, options)
               : what == "install" ? alone(kit, options, install_header)
                                   : alone(kit, options, restore_header);
      },
      [&](const HeadersReport& report) {
        return Answer{json ? headers_json(report) : headers_text(report)};
      });
}

}  // namespace kmesh
