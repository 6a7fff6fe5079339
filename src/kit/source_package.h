// SPDX-License-Identifier: Apache-2.0
// Somebody's source RPM: copied into the work folder, its digests and signature checked by rpm, its header
// read, before anything of it is unpacked. All of it in the sandbox, with an rpm database of its own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kit/baseline.h"
#include "kit/side.h"

namespace kmesh {

struct PackageHeader {
  std::string name;
  std::string version;
  std::string release;
  bool source = false;
};

// The output of the query that open_source_package makes. Pure. Errors: it is not that.
Result<PackageHeader> parse_header(std::string_view output);

// What `rpmkeys --checksig --verbose` says of a package. Pure.
struct Signatures {
  std::vector<std::string> good;     // key ids
  std::vector<std::string> unknown;  // keys that were not given
  std::vector<std::string> bad;      // lines
  bool digests = false;              // at least one, and all are right
};
Signatures parse_signatures(std::string_view output);

// The ids of the expired keys in what `gpg --show-keys --with-colons` says, as rpm writes them. Pure:
// rpm 4.18 does not look at a key's end.
std::vector<std::string> expired_keys(std::string_view output);

struct SourcePackage {
  std::string path;  // SIDE/package.src.rpm
  PackageHeader header;
  std::string fingerprint;  // SHA-256 of the file
  std::string verified;     // by what; empty: not verified
  std::vector<std::string> warnings;
};

// `keys` are files with public keys. Errors: no package, a damaged one, a binary one; no signature, or one of
// a key that was not given or has expired, unless `verify` is false; a wrong signature always.
Result<SourcePackage> open_source_package(Kit& kit, const Side& side, const std::string& package,
                                          const std::vector<std::string>& keys, bool verify);

// The source that it is. Pure.
Source source_of_package(const SourcePackage& package, const std::string& file);

}  // namespace kmesh
