// SPDX-License-Identifier: Apache-2.0
#include "kit/texts.h"

#include <fmt/format.h>

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

namespace kmesh {
namespace {

constexpr std::string_view kNoSuchFile = "-";
constexpr std::int64_t kSettledNs = 2'000'000'000;

using Known = std::map<std::string, std::string>;  // path -> checksum

Known read_known(Disk& disk, const std::string& file) {
  Known known;
  const auto text = disk.read(file);
  if (!text) return known;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    const auto blank = line.find(' ');
    if (blank != std::string::npos) known[line.substr(blank + 1)] = line.substr(0, blank);
  }
  return known;
}

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Result<TouchedFiles> TextCache::read(const std::string& fingerprint, const std::vector<std::string>& paths,
                                     const Reader& reader) {
  const std::string home = join(folder_, fingerprint);
  Known known = read_known(disk_, join(home, "known"));
  TouchedFiles files;
  std::vector<std::string> missing;
  for (const auto& path : paths) {
    const auto kept = known.find(path);
    if (kept != known.end() && kept->second == kNoSuchFile) continue;
    auto text =
        kept == known.end() ? Result<std::string>(fail("not kept")) : disk_.read(join(home, "files/" + path));
    if (text && sha256_text(*text) == kept->second)
      files[path] = std::move(*text);
    else
      missing.push_back(path);
  }
  if (missing.empty()) return files;
  KMESH_LET(found, reader(missing));
  for (const auto& path : missing) {
    const auto text = found.find(path);
    if (text == found.end()) {
      known.insert_or_assign(path, std::string(kNoSuchFile));
      continue;
    }
    known[path] = sha256_text(text->second);
    KMESH_TRY(disk_.write(join(home, "files/" + path), text->second));
    files[path] = std::move(text->second);
  }
  // written last: a run that is cut off has kept nothing it does not have
  std::string listing;
  for (const auto& [path, hash] : known) listing += fmt::format("{} {}\n", hash, path);
  KMESH_TRY(disk_.write(join(home, "known"), listing));
  return files;
}

Result<std::string> FileHashes::sha256(const std::string& path) {
  using Json = nlohmann::ordered_json;
  KMESH_LET(info, disk_.info(path));
  const auto text = disk_.read(file_);
  Json kept = text ? Json::parse(*text, nullptr, false) : Json::object();
  if (!kept.is_object()) kept = Json::object();
  const Json state = {{"bytes", info.bytes}, {"mtime_ns", info.mtime_ns}};
  if (const auto found = kept.find(path); found != kept.end() && found->is_object() &&
                                          found->value("state", Json()) == state &&
                                          found->contains("sha256") && (*found)["sha256"].is_string())
    return (*found)["sha256"].get<std::string>();
  KMESH_LET(hash, disk_.sha256(path));
  if (now_ns() - info.mtime_ns < kSettledNs) return std::move(hash);
  kept[path] = {{"state", state}, {"sha256", hash}};
  KMESH_TRY(disk_.write(file_, kept.dump(1) + "\n"));
  return std::move(hash);
}

}  // namespace kmesh
