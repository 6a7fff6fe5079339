// SPDX-License-Identifier: Apache-2.0
// The door to files. Everything that reads or changes the disk goes through it, so that a unit test can hand
// in a disk in memory. Paths are plain strings; every failure names the path and the reason.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kmesh {

struct FileInfo {
  std::uint64_t bytes = 0;
  std::int64_t mtime_ns = 0;  // since the epoch
  bool directory = false;
  bool executable = false;
  std::int64_t changed_ns = 0;  // the last change of content or attributes, which nobody can set back
};

enum class FileKind { kFile, kFolder, kLink, kOther };

// Whose a file is, and what it says of itself besides its bytes.
struct Attributes {
  FileKind kind = FileKind::kFile;
  unsigned mode = 0644;           // the lower twelve bits
  std::optional<unsigned> owner;  // none: whoever writes
  std::optional<unsigned> group;
  std::optional<std::int64_t> mtime_ns;  // since the epoch; none: the time of writing
};

class Disk {
 public:
  virtual ~Disk() = default;
  virtual bool exists(const std::string& path) = 0;
  virtual Result<FileInfo> info(const std::string& path) = 0;
  virtual Result<std::string> read(const std::string& path) = 0;
  // The path with its links followed, of what is there.
  virtual Result<std::string> real_path(const std::string& path) = 0;
  // Whole or not at all: a temporary file beside it, fsync, rename. Makes missing folders; a file that was
  // there keeps its rights.
  virtual Result<void> write(const std::string& path, std::string_view text) = 0;
  // Names of the entries, sorted; not their paths.
  virtual Result<std::vector<std::string>> list(const std::string& folder) = 0;
  // Paths of the regular files below the folder, relative to it, sorted.
  virtual Result<std::vector<std::string>> walk(const std::string& folder) = 0;
  virtual Result<void> make_dirs(const std::string& folder) = 0;
  virtual Result<void> remove_all(const std::string& path) = 0;
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  // A copy that shares its blocks where the file system can; keeps the mode.
  virtual Result<void> copy(const std::string& from, const std::string& to) = 0;
  virtual Result<void> symlink(const std::string& target, const std::string& path) = 0;
  virtual Result<void> make_executable(const std::string& path) = 0;
  virtual Result<std::string> sha256(const std::string& path) = 0;
  virtual Result<std::uint64_t> free_bytes(const std::string& folder) = 0;

  // For files of the system, which outlive a crash of it.
  // Of the path itself, not of what a link there points to.
  virtual Result<Attributes> attributes(const std::string& path) = 0;
  // As write, with these attributes, and on the disk when it returns; it makes no folders. What a cut-off
  // call leaves behind is temporary_of(path), and the next one takes that.
  virtual Result<void> write_as(const std::string& path, std::string_view text,
                                const Attributes& attributes) = 0;
  // Another name for the same file.
  virtual Result<void> link(const std::string& from, const std::string& to) = 0;
  // The folder's entries are on the disk when it returns.
  virtual Result<void> sync(const std::string& folder) = 0;
  // An error where this user may not make or replace files in the folder.
  virtual Result<void> may_write(const std::string& folder) = 0;
};

// The name under which write_as writes, beside the path.
std::string temporary_of(std::string_view path);

// The error of a file that could not be had, from errno; a full disk and a missing right get their remedy.
tl::unexpected<Error> cannot(std::string_view verb, std::string_view path, int error);

// SHA-256 of a text, lower-case hexadecimal.
std::string sha256_text(std::string_view text);

// "a" + "b" -> "a/b"; an absolute second part stands alone.
std::string join(std::string_view folder, std::string_view name);
std::string parent_of(std::string_view path);
std::string name_of(std::string_view path);

class RealDisk : public Disk {
 public:
  // Half-written files of what lies below `folder` are from now on in its folder of temporaries, and those of
  // a killed process are cleared away. Only for whoever holds the folder's lock.
  Result<void> keep_temporaries_in(const std::string& folder);
  bool exists(const std::string& path) override;
  Result<FileInfo> info(const std::string& path) override;
  Result<std::string> read(const std::string& path) override;
  Result<std::string> real_path(const std::string& path) override;
  Result<void> write(const std::string& path, std::string_view text) override;
  Result<std::vector<std::string>> list(const std::string& folder) override;
  Result<std::vector<std::string>> walk(const std::string& folder) override;
  Result<void> make_dirs(const std::string& folder) override;
  Result<void> remove_all(const std::string& path) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> copy(const std::string& from, const std::string& to) override;
  Result<void> symlink(const std::string& target, const std::string& path) override;
  Result<void> make_executable(const std::string& path) override;
  Result<std::string> sha256(const std::string& path) override;
  Result<std::uint64_t> free_bytes(const std::string& folder) override;
  Result<Attributes> attributes(const std::string& path) override;
  Result<void> write_as(const std::string& path, std::string_view text,
                        const Attributes& attributes) override;
  Result<void> link(const std::string& from, const std::string& to) override;
  Result<void> sync(const std::string& folder) override;
  Result<void> may_write(const std::string& folder) override;

 private:
  std::string temporary_for(const std::string& path) const;
  std::string own_;  // the folder held, or empty
};

// A work folder's own folder of half-written files.
inline constexpr std::string_view kTemporaries = ".kmesh-tmp";

}  // namespace kmesh
