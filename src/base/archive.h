// SPDX-License-Identifier: Apache-2.0
// Archives as streams: source tarballs read without unpacking them, source packages unpacked with every name
// checked, and the initramfs written. libarchive does the formats, liblzma the multi-threaded xz.
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kmesh {

struct Tarball {
  std::string top;                           // the one folder everything lies in
  std::map<std::string, std::string> texts;  // path below `top` -> content, of those that were asked for
};

// Reads the named files (paths below the top folder) in one pass over the compressed stream, and stops at the
// last one found. A name that is not in the archive is not in the answer. Errors: truncated or damaged
// archives, names that leave the top folder.
Result<Tarball> read_from_tarball(const std::string& path, const std::set<std::string>& wanted);

// Hands over the regular files of an archive one by one, or what a single file holds, compressed or not;
// `take` says whether it wants more. Errors: damaged archives.
Result<void> each_file(const std::string& path,
                       const std::function<bool(const std::string& name, const std::string& text)>& take);

// Writes a tarball with the named files of another (paths below its top folder), and nothing else; gives how
// many it has.
Result<std::size_t> reduce_tarball(const std::string& path, const std::string& target,
                                   const std::set<std::string>& wanted);

// Writes the regular files of a flat package (a source RPM) into a folder and gives their names. Refuses
// anything but plain file names.
Result<std::vector<std::string>> unpack_flat(const std::string& path, const std::string& folder);

// Reads the files of a package (an RPM's payload) that are wanted by name, and nothing else; name -> content.
Result<std::map<std::string, std::string>> read_from_package(
    const std::string& path, const std::function<bool(const std::string& name)>& wanted);

struct CpioEntry {
  std::string name;    // path in the archive, without a leading slash
  std::string source;  // file to read; empty for folders and links
  std::string link;    // target of a symbolic link
  unsigned mode = 0;   // with the file type, as in stat
  dev_t device = 0;    // of a device node, as makedev gives it
};

// Writes an initramfs (cpio, newc), everything owned by root.
Result<void> write_cpio(const std::string& path, const std::vector<CpioEntry>& entries);

}  // namespace kmesh
