// SPDX-License-Identifier: Apache-2.0
// What a stage is made of, as names and values, and the hashes that stand for files among them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/disk.h"
#include "base/result.h"

namespace kmesh {

using Facts = std::map<std::string, std::string>;

// Names and content of some files (absolute) as one SHA-256.
Result<std::string> files_hash(Disk& disk, const std::vector<std::string>& files);

// The same of all files below a folder.
Result<std::string> folder_hash(Disk& disk, const std::string& folder);

// File name -> SHA-256 of each.
Result<Facts> file_hashes(Disk& disk, const std::vector<std::string>& files);

std::string facts_hash(const Facts& facts);

}  // namespace kmesh
