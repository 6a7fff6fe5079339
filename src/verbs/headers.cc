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

int headers_verb(const Call& call) {
  HeadersOptions options{"build/5.10", "/"};
  std::string what;
  bool json = false;
  Form form(
      "The enhanced kernel's UAPI headers: where they are; or its bpf.h in place of a system's, and back.",
      "kmesh-kernel headers");
  form.add_option("WHAT", what, "path, install, restore or status")
      ->check(one_of({"path", "install", "restore", "status"}))
      ->required();
  form.add_option("--work", options.work, "work folder of a build (default build/5.10)")->check(named("DIR"));
  form.add_option("--root", options.root, "the system whose header it is (default /), or an image's root")
      ->check(named("DIR"));
  form.add_flag("--json", json, "what was done as JSON on standard output");
  form.words.about = {
      "- path: the include folder of a build, for a compiler's -I. No system is touched.",
      "- install: puts the build's linux/bpf.h in the place of the system's, with a backup. Refused where "
      "names would be lost "
      "that programs may use. With dpkg the original is diverted, so that updates of its package go on "
      "reaching it.",
      "- restore: the original is back, exactly; also after install was killed at any moment.",
      "- status: which of the two is there."};
  form.words.examples = {"kmesh-kernel headers path --work build/kernel",
                         "kmesh-kernel headers install --work build/kernel", "kmesh-kernel headers status",
                         "kmesh-kernel headers restore"};
  form.words.files = {
      {"WORK/headers/include/", "the headers of a build"},
      {"/var/lib/kmesh/headers/", "below --root: the original, and the record of it, until restore"}};
  if (const auto code = parse(form, call)) return *code;
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
