// SPDX-License-Identifier: Apache-2.0
#include "kit/deb_scripts.h"

#include <fmt/format.h>

namespace kmesh {
namespace {

// Nothing where the text does not have it.
std::optional<std::string> replaced(std::string_view text, std::string_view what, std::string_view with) {
  const auto at = text.find(what);
  if (at == std::string_view::npos) return std::nullopt;
  return fmt::format("{}{}{}", text.substr(0, at), with, text.substr(at + what.size()));
}

}  // namespace

Result<std::vector<std::string>> fix_deb_scripts(Kit& kit, const std::string& tree) {
  const std::string changelog = join(tree, "scripts/package/mkdebian");
  const std::string packages = join(tree, "scripts/package/builddeb");
  if (!kit.disk.exists(changelog) || !kit.disk.exists(packages)) return std::vector<std::string>{};
  KMESH_LET(builddeb, kit.disk.read(packages));
  const std::string sorted = with_sorted_sums(builddeb);
  if (sorted != builddeb) KMESH_TRY(kit.disk.write(packages, sorted));
  KMESH_LET(mkdebian, kit.disk.read(changelog));
  const auto fixed = with_fixed_date(mkdebian);
  if (!fixed)
    return std::vector<std::string>{
        "how scripts/package/mkdebian dates the packages is not known: another build makes other packages"};
  KMESH_TRY(kit.disk.write(changelog, *fixed));
  return std::vector<std::string>{};
}

std::optional<std::string> with_fixed_date(std::string_view mkdebian) {
  return replaced(mkdebian, "$(date -R)", kDebDate);
}

std::string with_sorted_sums(std::string_view builddeb) {
  const auto sorted = replaced(builddeb, "| xargs -r0 md5sum >", "| LC_ALL=C sort -z | xargs -r0 md5sum >");
  return sorted ? *sorted : std::string(builddeb);
}

}  // namespace kmesh
