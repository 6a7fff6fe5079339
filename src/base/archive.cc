// SPDX-License-Identifier: Apache-2.0
#include "base/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <lzma.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <thread>

#include "base/disk.h"
#include "base/interrupt.h"
#include "base/relative_path.h"

namespace kmesh {
namespace {

using Reader = std::unique_ptr<archive, decltype(&archive_read_free)>;
using Writer = std::unique_ptr<archive, decltype(&archive_write_free)>;
using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

// What a decoder may take, which is mostly the dictionary: xz -9 has one of 64 MiB, and 128 MiB still fit.
// With the rest of the program that stays below 200 MB.
constexpr std::uint64_t kMostForThreads = 112ULL << 20;
constexpr std::uint64_t kMostForDecoder = 136ULL << 20;

enum class Packed { kOtherwise, kXz, kLzma };

constexpr int kTooLargeToUnpack = ENOMEM;

// Feeds libarchive with what liblzma's threaded decoder makes of an xz file: libarchive's own is
// single-threaded, and takes any dictionary.
class XzStream {
 public:
  XzStream(File file, Packed packed) : file_(std::move(file)), packed_(packed), in_(1 << 20), out_(1 << 20) {
    if (packed == Packed::kLzma) {
      ready_ = lzma_alone_decoder(&stream_, kMostForDecoder) == LZMA_OK;
      return;
    }
    lzma_mt options{};
    options.threads = std::max(1U, std::thread::hardware_concurrency());
    // each thread holds a whole block: where blocks are large, fewer of them go at once, or one as a stream
    options.memlimit_threading = kMostForThreads;
    options.memlimit_stop = kMostForDecoder;
    options.flags = LZMA_CONCATENATED;  // streams in a row are one file, and what follows them is damage
    ready_ = lzma_stream_decoder_mt(&stream_, &options) == LZMA_OK;
  }
  XzStream(const XzStream&) = delete;
  XzStream& operator=(const XzStream&) = delete;
  ~XzStream() { lzma_end(&stream_); }

  static la_ssize_t read(archive* reader, void* self, const void** block) {
    return static_cast<XzStream*>(self)->next(reader, block);
  }

 private:
  la_ssize_t next(archive* reader, const void** block) {
    *block = out_.data();
    if (!ready_ || ended_) return ready_ ? 0 : -1;
    stream_.next_out = out_.data();
    stream_.avail_out = out_.size();
    while (stream_.avail_out == out_.size()) {
      if (stream_.avail_in == 0) {
        stream_.next_in = in_.data();
        stream_.avail_in = std::fread(in_.data(), 1, in_.size(), file_.get());
      }
      const lzma_ret answer = lzma_code(&stream_, std::feof(file_.get()) != 0 ? LZMA_FINISH : LZMA_RUN);
      if (answer == LZMA_STREAM_END) {
        ended_ = true;
        break;
      }
      if (answer == LZMA_MEMLIMIT_ERROR) {
        const std::string text = fmt::format("its dictionary takes {} MiB of memory", memory_needed() >> 20);
        archive_set_error(reader, kTooLargeToUnpack, "%s", text.c_str());
        return -1;
      }
      if (answer != LZMA_OK) {
        archive_set_error(reader, EIO,
                          answer == LZMA_BUF_ERROR ? "the file ends too early" : "damaged xz data");
        return -1;
      }
    }
    return static_cast<la_ssize_t>(out_.size() - stream_.avail_out);
  }

  // The threaded decoder does not say what it would have needed: the other one does, at the same block.
  std::uint64_t memory_needed() {
    if (packed_ == Packed::kLzma) return lzma_memusage(&stream_);
    lzma_stream other = LZMA_STREAM_INIT;
    std::rewind(file_.get());
    lzma_ret answer = lzma_stream_decoder(&other, kMostForDecoder, LZMA_CONCATENATED);
    while (answer == LZMA_OK) {
      if (other.avail_in == 0) {
        other.next_in = in_.data();
        other.avail_in = std::fread(in_.data(), 1, in_.size(), file_.get());
      }
      other.next_out = out_.data();
      other.avail_out = out_.size();
      answer = lzma_code(&other, std::feof(file_.get()) != 0 ? LZMA_FINISH : LZMA_RUN);
    }
    const std::uint64_t needed = answer == LZMA_MEMLIMIT_ERROR ? lzma_memusage(&other) : 0;
    lzma_end(&other);
    return needed;
  }

  File file_;
  Packed packed_;
  std::vector<std::uint8_t> in_;
  std::vector<std::uint8_t> out_;
  lzma_stream stream_ = LZMA_STREAM_INIT;
  bool ready_ = false;
  bool ended_ = false;
};

// Beside it, under a name of its own.
std::string repacked(const std::string& path) {
  const std::string name = name_of(path);
  return join(parent_of(path), "smaller-" + name.substr(0, name.rfind('.')) + ".xz");
}

tl::unexpected<Error> damaged(const std::string& path, archive* reader) {
  const char* why = archive_error_string(reader);
  if (archive_errno(reader) == kTooLargeToUnpack)
    return fail(
        fmt::format("{} cannot be read: {}, and {} MiB are the most that is given", path, why,
                    kMostForDecoder >> 20),
        "pack it again with a smaller dictionary, as xz -9 and below have; it is another file then, with "
        "another checksum",
        fmt::format("xz -dc {} | xz -T0 -6 > {}", path, repacked(path)));
  return fail(
      fmt::format("{} cannot be read as an archive: {}", path, why != nullptr ? why : "unknown format"),
      "the file is truncated or damaged: fetch it again and compare its checksum",
      fmt::format("sha256sum {}", path));
}

// No file of a kernel's source comes near it, and what is read of one is held in memory.
constexpr std::size_t kMostOfSource = 64U << 20;

Result<std::string> content(archive* reader, archive_entry* entry, const std::string& path,
                            std::size_t most = std::numeric_limits<std::size_t>::max()) {
  std::string text;
  // the size is what the archive says, not what it has
  constexpr la_int64_t kBelieved = 1 << 20;
  text.reserve(static_cast<std::size_t>(std::clamp<la_int64_t>(archive_entry_size(entry), 0, kBelieved)));
  std::array<char, 1 << 16> buffer{};
  for (;;) {
    const la_ssize_t n = archive_read_data(reader, buffer.data(), buffer.size());
    if (n < 0) return damaged(path, reader);
    if (n == 0) return text;
    if (text.size() + static_cast<std::size_t>(n) > most) {
      const char* name = archive_entry_pathname(entry);
      return fail(fmt::format("{} holds {}, which is larger than {} MiB", path,
                              name != nullptr ? name : "a file", most >> 20),
                  "no file of a kernel's source is: look at what this archive is");
    }
    text.append(buffer.data(), static_cast<std::size_t>(n));
  }
}

Packed packing(std::FILE* file) {
  std::array<char, 6> magic{};
  const std::size_t size = std::fread(magic.data(), 1, magic.size(), file);
  std::rewind(file);
  const std::string_view head(magic.data(), size);
  using std::string_view_literals::operator""sv;
  if (head == "\xfd\x37zXZ\0"sv) return Packed::kXz;
  return head.starts_with("\x5d\0\0"sv) ? Packed::kLzma : Packed::kOtherwise;
}

// An archive's stream; what feeds the reader lives as long as it.
struct Stream {
  File file{nullptr, &std::fclose};
  std::unique_ptr<XzStream> xz;
  Reader reader{archive_read_new(), &archive_read_free};
};

// `any`: a single file, compressed or not, is an archive of one entry.
Result<Stream> open_stream(const std::string& path, bool any) {
  Stream stream;
  stream.file.reset(std::fopen(path.c_str(), "rbe"));
  if (!stream.file) return cannot("open", path, errno);
  archive_read_support_format_tar(stream.reader.get());
  if (any) archive_read_support_format_raw(stream.reader.get());
  int opened = ARCHIVE_OK;
  if (const Packed packed = packing(stream.file.get()); packed != Packed::kOtherwise) {
    stream.xz = std::make_unique<XzStream>(std::move(stream.file), packed);
    opened = archive_read_open(stream.reader.get(), stream.xz.get(), nullptr, &XzStream::read, nullptr);
  } else {
    archive_read_support_filter_all(stream.reader.get());
    opened = archive_read_open_FILE(stream.reader.get(), stream.file.get());
  }
  if (opened != ARCHIVE_OK) return damaged(path, stream.reader.get());
  return stream;
}

// The payload of a package: an RPM's, which is a compressed cpio.
Result<Reader> open_package(const std::string& path) {
  Reader reader(archive_read_new(), &archive_read_free);
  archive_read_support_filter_all(reader.get());
  archive_read_support_format_cpio(reader.get());
  if (archive_read_open_filename(reader.get(), path.c_str(), 1 << 20) != ARCHIVE_OK)
    return damaged(path, reader.get());
  return reader;
}

}  // namespace

Result<void> each_file(const std::string& path,
                       const std::function<bool(const std::string& name, const std::string& text)>& take) {
  struct stat info = {};
  if (::stat(path.c_str(), &info) != 0) return cannot("open", path, errno);
  // a source package may have empty files, and libarchive takes none for an archive
  if (info.st_size == 0) return {};
  KMESH_LET(stream, open_stream(path, true));
  archive_entry* entry = nullptr;
  int answer = ARCHIVE_OK;
  while ((answer = archive_read_next_header(stream.reader.get(), &entry)) == ARCHIVE_OK ||
         answer == ARCHIVE_WARN) {
    if (interrupted()) return tl::make_unexpected(stopped());
    if (archive_entry_filetype(entry) != AE_IFREG) continue;
    const char* raw = archive_entry_pathname(entry);
    KMESH_LET(text, content(stream.reader.get(), entry, path));
    if (!take(raw != nullptr ? raw : "", text)) return {};
  }
  if (answer != ARCHIVE_EOF) return damaged(path, stream.reader.get());
  return {};
}

Result<std::size_t> reduce_tarball(const std::string& path, const std::string& target,
                                   const std::set<std::string>& wanted) {
  KMESH_LET(stream, open_stream(path, false));
  const Writer writer(archive_write_new(), &archive_write_free);
  archive_write_set_format_pax_restricted(writer.get());
  if (archive_write_open_filename(writer.get(), target.c_str()) != ARCHIVE_OK)
    return cannot("create", target, errno);
  std::size_t kept = 0;
  archive_entry* entry = nullptr;
  int answer = ARCHIVE_OK;
  while ((answer = archive_read_next_header(stream.reader.get(), &entry)) == ARCHIVE_OK ||
         answer == ARCHIVE_WARN) {
    if (interrupted()) return tl::make_unexpected(stopped());
    const char* raw = archive_entry_pathname(entry);
    std::string_view name = raw != nullptr ? raw : "";
    if (name.starts_with("./")) name.remove_prefix(2);
    if (name.empty()) continue;
    if (!safe_relative_path(name))
      return fail(fmt::format("{} holds the name '{}', which leaves its folder", path, name));
    const auto slash = name.find('/');
    const std::string below(slash == std::string_view::npos ? "" : name.substr(slash + 1));
    if (!wanted.contains(below) || archive_entry_filetype(entry) != AE_IFREG) continue;
    KMESH_LET(text, content(stream.reader.get(), entry, path));
    archive_entry_set_size(entry, static_cast<la_int64_t>(text.size()));
    const bool written = archive_write_header(writer.get(), entry) == ARCHIVE_OK &&
                         (text.empty() || archive_write_data(writer.get(), text.data(), text.size()) >= 0);
    if (!written) return cannot("write", target, archive_errno(writer.get()));
    ++kept;
  }
  if (answer != ARCHIVE_EOF) return damaged(path, stream.reader.get());
  if (archive_write_close(writer.get()) != ARCHIVE_OK)
    return cannot("write", target, archive_errno(writer.get()));
  return kept;
}

Result<Tarball> read_from_tarball(const std::string& path, const std::set<std::string>& wanted) {
  KMESH_LET(stream, open_stream(path, false));
  const auto& reader = stream.reader;
  Tarball found;
  archive_entry* entry = nullptr;
  int answer = ARCHIVE_OK;
  // a warning is about a name that this locale cannot spell: it is none that was asked for
  while ((answer = archive_read_next_header(reader.get(), &entry)) == ARCHIVE_OK || answer == ARCHIVE_WARN) {
    if (interrupted()) return tl::make_unexpected(stopped());
    const char* raw = archive_entry_pathname(entry);
    std::string_view name = raw != nullptr ? raw : "";
    if (name.starts_with("./")) name.remove_prefix(2);
    if (name.empty()) continue;
    if (!safe_relative_path(name))
      return fail(fmt::format("{} holds the name '{}', which leaves its folder", path, name));
    const std::string_view top = name.substr(0, name.find('/'));
    if (found.top.empty()) found.top = top;
    if (top != found.top)
      return fail(fmt::format("{} has more than one top folder ({} and {}); a kernel's source has one", path,
                              found.top, top));
    const std::string below(name.size() > top.size() ? name.substr(top.size() + 1) : "");
    if (!wanted.contains(below) || archive_entry_filetype(entry) != AE_IFREG) continue;
    KMESH_LET(text, content(reader.get(), entry, path, kMostOfSource));
    found.texts[below] = std::move(text);
    if (found.texts.size() == wanted.size()) return found;
  }
  if (answer != ARCHIVE_EOF) return damaged(path, reader.get());
  if (stream.xz) {  // the archive may end before the compressed stream does, which must be whole as well
    const void* block = nullptr;
    la_ssize_t n = 1;
    while (n > 0) n = XzStream::read(reader.get(), stream.xz.get(), &block);
    if (n < 0) return damaged(path, reader.get());
  }
  return found;
}

Result<std::vector<std::string>> unpack_flat(const std::string& path, const std::string& folder) {
  KMESH_LET(reader, open_package(path));
  std::vector<std::string> names;
  archive_entry* entry = nullptr;
  int answer = ARCHIVE_OK;
  while ((answer = archive_read_next_header(reader.get(), &entry)) == ARCHIVE_OK) {
    const char* raw = archive_entry_pathname(entry);
    std::string name = raw != nullptr ? raw : "";
    if (name.starts_with("./")) name.erase(0, 2);
    if (!safe_relative_path(name) || name.find('/') != std::string::npos ||
        archive_entry_filetype(entry) != AE_IFREG)
      return fail(fmt::format("{} holds '{}', which is no plain file of a source package", path, name));
    const std::string target = folder + "/" + name;
    const int out = ::open(target.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (out < 0) return cannot("create", target, errno);
    const int unpacked = archive_read_data_into_fd(reader.get(), out);
    const int error = archive_errno(reader.get());
    ::close(out);
    if (unpacked != ARCHIVE_OK && error == ENOSPC) return cannot("write", target, error);
    if (unpacked != ARCHIVE_OK) return damaged(path, reader.get());
    names.push_back(std::move(name));
  }
  if (answer != ARCHIVE_EOF) return damaged(path, reader.get());
  return names;
}

Result<std::map<std::string, std::string>> read_from_package(
    const std::string& path, const std::function<bool(const std::string& name)>& wanted) {
  KMESH_LET(reader, open_package(path));
  std::map<std::string, std::string> texts;
  archive_entry* entry = nullptr;
  int answer = ARCHIVE_OK;
  while ((answer = archive_read_next_header(reader.get(), &entry)) == ARCHIVE_OK || answer == ARCHIVE_WARN) {
    if (interrupted()) return tl::make_unexpected(stopped());
    const char* raw = archive_entry_pathname(entry);
    const std::string name = raw != nullptr ? raw : "";
    if (archive_entry_filetype(entry) != AE_IFREG || !wanted(name)) continue;
    KMESH_LET(text, content(reader.get(), entry, path));
    texts[name] = std::move(text);
  }
  if (answer != ARCHIVE_EOF) return damaged(path, reader.get());
  return texts;
}

Result<void> write_cpio(const std::string& path, const std::vector<CpioEntry>& entries) {
  const Writer writer(archive_write_new(), &archive_write_free);
  archive_write_set_format_cpio_newc(writer.get());
  const std::string temporary = path + ".tmp";
  const auto broken = [&](const std::string& what) {
    const int error = archive_errno(writer.get());
    return cannot(fmt::format("write {} into", what), path, error != 0 ? error : errno);
  };
  if (archive_write_open_filename(writer.get(), temporary.c_str()) != ARCHIVE_OK) return broken("open");
  for (const auto& item : entries) {
    std::string text;
    if (!item.source.empty()) {
      File file(std::fopen(item.source.c_str(), "rbe"), &std::fclose);
      if (!file) return fail(fmt::format("cannot open {}: {}", item.source, std::strerror(errno)));
      std::array<char, 1 << 16> buffer{};
      for (std::size_t n = 0; (n = std::fread(buffer.data(), 1, buffer.size(), file.get())) > 0;)
        text.append(buffer.data(), n);
      if (std::ferror(file.get()) != 0) return cannot("read", item.source, errno);
    }
    const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(),
                                                                              &archive_entry_free);
    archive_entry_set_pathname(entry.get(), item.name.c_str());
    archive_entry_set_mode(entry.get(), item.mode);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(text.size()));
    archive_entry_set_mtime(entry.get(), 0, 0);
    archive_entry_set_rdev(entry.get(), item.device);
    if (!item.link.empty()) archive_entry_set_symlink(entry.get(), item.link.c_str());
    if (archive_write_header(writer.get(), entry.get()) != ARCHIVE_OK) return broken(item.name);
    if (!text.empty() && archive_write_data(writer.get(), text.data(), text.size()) < 0)
      return broken(item.name);
  }
  if (archive_write_close(writer.get()) != ARCHIVE_OK) return broken("close");
  if (::rename(temporary.c_str(), path.c_str()) != 0) return broken("rename");
  return {};
}

}  // namespace kmesh
