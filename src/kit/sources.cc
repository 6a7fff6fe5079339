// SPDX-License-Identifier: Apache-2.0
#include "kit/sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/git.h"
#include "kit/origin.h"
#include "kit/prep_texts.h"
#include "kit/repository.h"
#include "kit/source_package.h"
#include "kit/tools.h"
#include "kit/touched.h"

namespace kmesh {
namespace {

using Json = nlohmann::ordered_json;
using Facts = std::map<std::string, std::string>;

// The facts of a source that was fetched before.
std::optional<Facts> read_record(Disk& disk, const std::string& file) {
  const auto text = disk.read(file);
  if (!text) return std::nullopt;
  const Json json = Json::parse(*text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  Facts facts;
  for (const auto& [name, value] : json.items()) {
    if (value.is_string()) facts[name] = value.get<std::string>();
  }
  const std::string& fingerprint = facts["fingerprint"];
  const bool good = fingerprint.size() == 64 &&
                    fingerprint.find_first_not_of("0123456789abcdef") == std::string::npos &&
                    !facts["version"].empty();
  return good ? std::optional<Facts>(facts) : std::nullopt;
}

// Names a source after what its Makefile says.
Result<void> take_version(Source& source, const TouchedFiles& files) {
  const auto makefile = files.find("Makefile");
  if (makefile == files.end())
    return fail(fmt::format("{} is no kernel source: there is no Makefile in its top folder", source.origin));
  KMESH_LET(version, kernel_version(makefile->second));
  source.version = version;
  source.name = version;
  return {};
}

}  // namespace

Sources::Sources(Kit& kit, std::vector<BaselineRow> rows, SourceOptions options,
                 std::vector<std::string> paths)
    : kit_(kit),
      rows_(std::move(rows)),
      options_(std::move(options)),
      paths_(std::move(paths)),
      texts_(kit.disk, join(options_.work, "texts")),
      hashes_(kit.disk, join(options_.work, "hashes.json")) {
  if (std::find(paths_.begin(), paths_.end(), "Makefile") == paths_.end()) paths_.emplace_back("Makefile");
}

Result<OpenSource> Sources::baseline(const BaselineRow& row, const std::vector<std::string>& keys) {
  const std::string home = join(options_.work, row.name);
  if (!row.repository.empty()) return from_repository(row, join(home, "repository"), keys);
  const std::string record = join(home, "source.json");
  if (options_.refresh) KMESH_TRY(kit_.disk.remove_all(record));
  OpenSource opened;
  if (const auto kept = read_record(kit_.disk, record)) {
    opened.source = source_of(*kept, join(home, "source"));
  } else {
    kit_.status.begin("baseline");
    KMESH_LET(fetched, fetch_debian(kit_, rows_, row, join(home, "source"), false));
    kit_.status.end(fetched.origin);
    KMESH_TRY(kit_.disk.write(record, Json(facts_of(fetched)).dump(1) + "\n"));
    opened.source = std::move(fetched);
  }
  opened.source.name = row.name;
  KMESH_LET(files, read_tarball(opened.source));
  opened.files = std::move(files);
  return opened;
}

Result<OpenSource> Sources::from_repository(const BaselineRow& row, const std::string& folder,
                                            const std::vector<std::string>& keys) {
  if (options_.verify) KMESH_TRY(check_vouched(kit_, row.repository, keys, row.key));
  const auto kept = kit_.disk.list(join(folder, "packages"));
  std::string package =
      kept && !kept->empty() && !options_.refresh ? join(folder, "packages/" + kept->back()) : "";
  if (!package.ends_with(".src.rpm")) {
    kit_.status.begin("baseline");
    KMESH_LET(fetched, fetch_package(kit_, {row.repository, row.rpm, folder, false}));
    kit_.status.end(fetched.origin);
    package = fetched.path;
  }
  auto opened = this->package(package, keys);
  if (opened) opened->source.name = row.name;
  return opened;
}

Result<OpenSource> Sources::tarball(const std::string& path, const std::string& sha256) {
  if (!kit_.disk.exists(path))
    return fail(fmt::format("there is no file {}", path), "check the name given to --tarball");
  KMESH_LET(hash, hashes_.sha256(path));
  KMESH_LET(source, vouch_for_tarball(rows_, path, hash, sha256, options_.verify));
  KMESH_LET(files, read_tarball(source));
  KMESH_TRY(take_version(source, files));
  return OpenSource{std::move(source), std::move(files)};
}

Result<OpenSource> Sources::tree(const std::string& path) {
  KMESH_LET(source, name_tree(kit_, path, options_.verify));
  KMESH_LET(files, read_touched(kit_, source, paths_));
  // of what was read: a whole tree takes longer to read than to judge
  std::string listing;
  for (const auto& [name, text] : files) listing += fmt::format("{} {}\n", sha256_text(text), name);
  source.fingerprint = sha256_text(listing);
  return OpenSource{std::move(source), std::move(files)};
}

Result<OpenSource> Sources::package(const std::string& path, const std::vector<std::string>& keys) {
  KMESH_TRY(check_rpm_tools(kit_, options_.sandbox));
  const std::string home = join(options_.work, "package");
  const std::string cache = join(home, "ccache");
  const auto side = [&](const std::string& name) {
    const std::string folder = join(home, name);
    return Side{name, folder, join(home, name + ".log"), Sandbox(options_.sandbox, folder, cache)};
  };
  KMESH_TRY(kit_.disk.make_dirs(cache));
  KMESH_LET(opened, open_source_package(kit_, side("rpm"), path, keys, options_.verify));
  Source source = source_of_package(opened, path);
  const auto reader = [&](const std::vector<std::string>& missing) -> Result<TouchedFiles> {
    kit_.status.begin("reading");
    KMESH_LET(files, read_prep_texts(kit_, side("prep"), opened.path, missing));
    kit_.status.end(fmt::format("{} files of {}", files.size(), source.origin));
    return std::move(files);
  };
  KMESH_LET(files, texts_.read(source.fingerprint, paths_, reader));
  KMESH_TRY(take_version(source, files));
  return OpenSource{std::move(source), std::move(files)};
}

Result<OpenSource> Sources::revision(const std::string& repository, const std::string& name) {
  if (options_.verify)
    return fail(fmt::format("nothing vouches for the repository {}", repository),
                "take it as it is with --no-verify, and the answer will say so",
                fmt::format("kmesh-kernel plan --tree {} --revision {} --no-verify", repository, name));
  KMESH_LET(read, read_from_revision(repository, name, {paths_.begin(), paths_.end()}));
  Source source;
  source.tree = repository;
  source.fingerprint = read.commit;
  source.origin = fmt::format("{} of the repository {}", name, name_of(repository));
  KMESH_TRY(take_version(source, read.texts));
  source.name = name;
  return OpenSource{std::move(source), std::move(read.texts)};
}

Result<TouchedFiles> Sources::read_tarball(const Source& source) {
  const auto reader = [&](const std::vector<std::string>& missing) -> Result<TouchedFiles> {
    kit_.status.begin("reading");
    kit_.status.doing(source.origin);
    // what is kept under a checksum must come out of what has it
    const auto hash = kit_.disk.sha256(source.tarball);
    if (!hash || *hash != source.fingerprint)
      return fail(fmt::format("{} is gone or was changed since it was fetched", source.tarball),
                  "fetch it again", "kmesh-kernel plan --refresh");
    KMESH_LET(files, read_touched(kit_, source, missing));
    kit_.status.end(fmt::format("{} files of {}", files.size(), source.origin));
    return std::move(files);
  };
  return texts_.read(source.fingerprint, paths_, reader);
}

}  // namespace kmesh
