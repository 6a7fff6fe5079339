// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <chrono>
#include <map>
#include <utility>

#include "base/text.h"
#include "kit/origin.h"

namespace kmesh {

Result<Source> name_tree(Kit& kit, const std::string& tree, bool verify) {
  const auto makefile = kit.disk.read(join(tree, "Makefile"));
  if (!makefile)
    return fail(fmt::format("{} is no kernel source tree: it has no Makefile", tree),
                "check the name given to --tree");
  if (verify)
    return fail(
        fmt::format("nothing vouches for the tree {}", tree),
        "a tree on disk carries no signature; take it as it is with --no-verify, and the report will say so",
        fmt::format("kmesh-kernel build --tree {} --no-verify", tree));
  KMESH_LET(version, kernel_version(*makefile));
  Source source;
  source.tree = tree;
  source.version = version;
  source.name = version;
  source.top = "linux-" + version;
  source.origin = fmt::format("tree {}", name_of(tree));
  source.warnings.emplace_back("the source was not verified (--no-verify)");
  return source;
}

namespace {

// What was read of a tree before, in the work folder: a line "size, times, sha256, path" a file.
constexpr const char* kRead = "tree.sums";

std::string looks_of(const FileInfo& info) {
  return fmt::format("{} {} {} {}", info.bytes, info.mtime_ns, info.changed_ns, info.executable ? 'x' : '-');
}

struct Content {
  std::string hash;
  std::string changed;  // a file that is not as in the run before; empty where none is known
};

// A file whose size and times are the same was not written meanwhile, and is not read again.
Result<Content> content_of(Kit& kit, const std::string& tree, const std::string& sums) {
  const std::string before = kit.disk.read(sums).value_or(std::string());
  std::map<std::string_view, std::pair<std::string_view, std::string_view>> known;  // path -> looks, sum
  each_line(before, [&](std::string_view line) {
    const auto first = line.find('\t');
    const auto second = line.find('\t', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) return;
    known[line.substr(second + 1)] = {line.substr(0, first), line.substr(first + 1, second - first - 1)};
  });
  using std::chrono::nanoseconds;
  const auto now = std::chrono::system_clock::now().time_since_epoch() - std::chrono::seconds(1);
  const std::int64_t settled = std::chrono::duration_cast<nanoseconds>(now).count();
  kit.status.doing("reading the tree");
  KMESH_LET(files, kit.disk.walk(tree));
  std::string after;
  std::string content;
  std::string added;
  Content result;
  for (const auto& file : files) {
    if (file.starts_with(".git/")) continue;
    KMESH_LET(info, kit.disk.info(join(tree, file)));
    const std::string looks = looks_of(info);
    const auto found = known.find(file);
    std::string sum;
    if (found != known.end() && found->second.first == looks) {
      sum = found->second.second;
    } else {
      KMESH_LET(text, kit.disk.read(join(tree, file)));
      sum = sha256_text(text);
      if (found == known.end())
        added = file;
      else if (found->second.second != sum && result.changed.empty())
        result.changed = file;
    }
    if (found != known.end()) known.erase(found);
    // what is written again within the same tick looks the same
    if (info.changed_ns < settled) after += fmt::format("{}\t{}\t{}\n", looks, sum, file);
    content += fmt::format("{} {} {}\n", sum, info.executable ? 'x' : '-', file);
  }
  if (result.changed.empty() && !known.empty()) result.changed = known.begin()->first;
  if (result.changed.empty() && !before.empty()) result.changed = added;
  if (after != before) KMESH_TRY(kit.disk.write(sums, after));
  result.hash = sha256_text(content);
  return result;
}

}  // namespace

Result<Source> open_tree(Kit& kit, const Options& options) {
  KMESH_LET(source, name_tree(kit, options.tree, options.verify));
  KMESH_LET(content, content_of(kit, options.tree, join(options.work, kRead)));
  source.fingerprint = std::move(content.hash);
  source.changed = std::move(content.changed);
  return std::move(source);
}

}  // namespace kmesh
