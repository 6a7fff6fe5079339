// SPDX-License-Identifier: Apache-2.0
#include "kit/facts.h"

namespace kmesh {

Result<std::string> files_hash(Disk& disk, const std::vector<std::string>& files) {
  std::string listing;
  for (const auto& file : files) {
    KMESH_LET(hash, disk.sha256(file));
    listing += hash + " " + name_of(file) + "\n";
  }
  return sha256_text(listing);
}

Result<Facts> file_hashes(Disk& disk, const std::vector<std::string>& files) {
  Facts hashes;
  for (const auto& file : files) {
    KMESH_LET(hash, disk.sha256(file));
    hashes[name_of(file)] = hash;
  }
  return hashes;
}

std::string facts_hash(const Facts& facts) {
  std::string listing;
  for (const auto& [name, value] : facts) listing += name + "=" + value + "\n";
  return sha256_text(listing);
}

Result<std::string> folder_hash(Disk& disk, const std::string& folder) {
  KMESH_LET(files, disk.walk(folder));
  for (auto& file : files) file = join(folder, file);
  return files_hash(disk, files);
}

}  // namespace kmesh
