// SPDX-License-Identifier: Apache-2.0
// An RPM repository as a source: the real dnf, with a configuration, a cache and an install root of its own.
// What it fetches is not trusted for coming from there: its signature is checked afterwards, like that of any
// source package.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kit/kit.h"

namespace kmesh {

struct RepositoryRequest {
  std::string repository;  // a URL, or a .repo file
  std::string package;     // "kernel"
  std::string folder;      // absolute; emptied
  bool take_keys = true;   // those that a .repo names; false where others are given, or none is wanted
};

struct FetchedPackage {
  std::string path;               // the source package
  std::string origin;             // for people
  std::vector<std::string> keys;  // files with the keys that a .repo names
};

// A .repo file for a URL. Pure.
std::string repo_file(std::string_view url);

// The keys that a .repo file names: "file:///...", "https://...". Pure.
std::vector<std::string> named_keys(std::string_view repo);

// What dnf said, as an error of ours. Pure.
Error explain_dnf(std::string_view output, const RepositoryRequest& request);

// Errors: no key is given and the .repo names none, so whatever came from there would be refused in the end.
// `where` says where a baseline's key comes from; empty where there is no baseline.
Result<void> check_vouched(Kit& kit, const std::string& repository, const std::vector<std::string>& keys,
                           const std::string& where);

// Errors: no dnf; a repository that is down, damaged, or has no such package; half a download.
Result<FetchedPackage> fetch_package(Kit& kit, const RepositoryRequest& request);

}  // namespace kmesh
