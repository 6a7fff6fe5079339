// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "base/archive.h"
#include "base/text.h"
#include "kit/origin.h"

namespace kmesh {

Result<Source> vouch_for_tarball(const std::vector<BaselineRow>& rows, const std::string& tarball,
                                 const std::string& hash, const std::string& sha256, bool verify) {
  Source source;
  source.tarball = tarball;
  source.fingerprint = hash;
  source.origin = fmt::format("tarball {}", name_of(tarball));
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const BaselineRow& candidate) {
    return std::find(candidate.tarballs.begin(), candidate.tarballs.end(), hash) != candidate.tarballs.end();
  });
  const std::string given = lower(sha256);
  if (!given.empty() && given != hash)
    return fail(
        fmt::format("{} does not have the checksum that was given: it was changed or is incomplete", tarball),
        "fetch it again from where the checksum comes from", fmt::format("sha256sum {}", tarball),
        fmt::format("expected {}\nfound    {}\n", given, hash));
  if (!given.empty()) {
    source.verified = "checksum given with --sha256";
  } else if (row != rows.end()) {
    source.verified = fmt::format("checksum known for baseline {}", row->name);
  } else if (verify) {
    return fail(fmt::format("nothing vouches for {}: its checksum is not one the kit knows", tarball),
                "give the checksum its publisher names, or take it as it is with --no-verify",
                fmt::format("kmesh-kernel build --tarball {} --sha256 HEX", tarball),
                fmt::format("its sha256 is {}\n", hash));
  } else {
    source.warnings.emplace_back("the source was not verified (--no-verify)");
  }
  return source;
}

Result<Source> open_tarball(Kit& kit, const std::vector<BaselineRow>& rows, const Options& options) {
  if (!kit.disk.exists(options.tarball))
    return fail(fmt::format("there is no file {}", options.tarball), "check the name given to --tarball");
  KMESH_LET(hash, kit.disk.sha256(options.tarball));
  KMESH_LET(source, vouch_for_tarball(rows, options.tarball, hash, options.sha256, options.verify));
  KMESH_LET(read, read_from_tarball(options.tarball, {"Makefile"}));
  if (!read.texts.contains("Makefile"))
    return fail(
        fmt::format("{} is no kernel source: there is no Makefile in its top folder", options.tarball));
  // it becomes a word of the spec's shell commands
  const bool plain =
      read.top.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._+~-") ==
          std::string::npos &&
      !read.top.starts_with('-');
  if (!plain)
    return fail(
        fmt::format("{} has a top folder '{}', which is no name for a source", options.tarball, read.top));
  KMESH_LET(version, kernel_version(read.texts.at("Makefile")));
  source.top = read.top;
  source.version = version;
  source.name = version;
  return std::move(source);
}

}  // namespace kmesh
