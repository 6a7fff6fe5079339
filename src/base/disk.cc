// SPDX-License-Identifier: Apache-2.0
#include "base/disk.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

#include "base/interrupt.h"

namespace kmesh {
namespace fs = std::filesystem;
namespace {

tl::unexpected<Error> cannot(std::string_view verb, std::string_view path, const std::error_code& error) {
  return kmesh::cannot(verb, path, error.value());
}

// A file descriptor that closes itself.
class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

std::string hex(const unsigned char* bytes, unsigned size) {
  std::string text;
  for (unsigned i = 0; i < size; ++i) text += fmt::format("{:02x}", bytes[i]);
  return text;
}

using DigestContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

DigestContext sha256_context() {
  DigestContext context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
  return context;
}

std::string finish(const DigestContext& context) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_DigestFinal_ex(context.get(), digest.data(), &size);
  return hex(digest.data(), size);
}

// 0, or why not all of it could be written.
int write_all(int fd, std::string_view rest) {
  while (!rest.empty()) {
    const ssize_t n = ::write(fd, rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
  return 0;
}

// 0, or why the open file cannot have these. The owner first: a change of it takes special bits away.
int set_attributes(int fd, const Attributes& wanted) {
  constexpr unsigned kSame = ~0U;
  if ((wanted.owner || wanted.group) &&
      ::fchown(fd, wanted.owner.value_or(kSame), wanted.group.value_or(kSame)) != 0)
    return errno;
  if (::fchmod(fd, wanted.mode) != 0) return errno;
  if (!wanted.mtime_ns) return 0;
  constexpr std::int64_t kSecond = 1'000'000'000;
  const std::int64_t part = (*wanted.mtime_ns % kSecond + kSecond) % kSecond;
  const std::array<timespec, 2> times = {{{0, UTIME_OMIT}, {(*wanted.mtime_ns - part) / kSecond, part}}};
  return ::futimens(fd, times.data()) != 0 ? errno : 0;
}

// The written file gets its name, or is taken away where `error` says that it is not whole.
Result<void> put_in_place(const std::string& temporary, const std::string& path, int error) {
  if (error == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) return {};
  ::unlink(temporary.c_str());
  return kmesh::cannot("write", path, error);
}

std::int64_t nanoseconds(const timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

// A pipe or a device: reading it may never end, nor even opening it.
bool is_special(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 && !S_ISREG(found.st_mode) && !S_ISDIR(found.st_mode);
}

}  // namespace

tl::unexpected<Error> cannot(std::string_view verb, std::string_view path, int error) {
  std::string hint;
  std::string command;
  if (error == ENOSPC || error == EDQUOT) {
    hint = "the disk is full: free some space (df shows what is left), then run the same command again";
    command = fmt::format("df -h {}", fs::path(path).parent_path().string());
  } else if (error == EACCES || error == EPERM || error == EROFS) {
    hint = "this user may not; choose a folder of your own with --work DIR";
  }
  return fail(fmt::format("cannot {} {}: {}", verb, path, std::strerror(error)), hint, command);
}

std::string sha256_text(std::string_view text) {
  auto context = sha256_context();
  EVP_DigestUpdate(context.get(), text.data(), text.size());
  return finish(context);
}

std::string join(std::string_view folder, std::string_view name) {
  if (folder.empty() || name.starts_with('/')) return std::string(name);
  return fmt::format("{}{}{}", folder, folder.ends_with('/') ? "" : "/", name);
}

std::string parent_of(std::string_view path) { return fs::path(path).parent_path().string(); }
std::string name_of(std::string_view path) { return fs::path(path).filename().string(); }

bool RealDisk::exists(const std::string& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path, error));
}

Result<FileInfo> RealDisk::info(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return cannot("look at", path, errno);
  return FileInfo{static_cast<std::uint64_t>(found.st_size), nanoseconds(found.st_mtim),
                  S_ISDIR(found.st_mode), (found.st_mode & S_IXUSR) != 0, nanoseconds(found.st_ctim)};
}

Result<std::string> RealDisk::real_path(const std::string& path) {
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  if (error) return cannot("find", path, error.value());
  return real.string();
}

Result<std::string> RealDisk::read(const std::string& path) {
  if (is_special(path)) return fail(fmt::format("{} is a pipe or a device, and no file", path));
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return cannot("open", path, errno);
  std::string text;
  // a file of /proc has no size, and another may grow: what fstat says is a guess
  if (struct stat status = {}; ::fstat(file.get(), &status) == 0 && status.st_size < 1 << 30)
    text.reserve(static_cast<std::size_t>(status.st_size));
  std::array<char, 1 << 16> buffer{};
  for (;;) {
    const ssize_t n = ::read(file.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return cannot("read", path, errno);
    if (n == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(n));
  }
}

Result<void> RealDisk::keep_temporaries_in(const std::string& folder) {
  const std::string temporaries = join(folder, kTemporaries);
  KMESH_TRY(remove_all(temporaries));
  KMESH_TRY(make_dirs(temporaries));
  own_ = folder;
  return {};
}

std::string RealDisk::temporary_for(const std::string& path) const {
  static std::atomic<unsigned> counter{0};  // two threads may write beside each other
  const std::string unique = fmt::format("{}-{}.tmp", ::getpid(), ++counter);
  const std::string kept = join(own_, kTemporaries);
  struct stat there {};
  struct stat here {};
  // a name is given from one file system to the same only
  if (!own_.empty() && path.starts_with(join(own_, "")) && ::stat(kept.c_str(), &there) == 0 &&
      ::stat(parent_of(path).c_str(), &here) == 0 && there.st_dev == here.st_dev)
    return join(kept, unique);
  return fmt::format("{}.{}", path, unique);
}

Result<void> RealDisk::write(const std::string& path, std::string_view text) {
  KMESH_TRY(make_dirs(parent_of(path)));
  const std::string temporary = temporary_for(path);
  int error = 0;
  {
    const Fd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (file.get() < 0) return cannot("create", temporary, errno);
    error = write_all(file.get(), text);
    // a file that was there keeps its rights
    struct stat old = {};
    if (error == 0 && ::stat(path.c_str(), &old) == 0 && ::fchmod(file.get(), old.st_mode & 07777) != 0)
      error = errno;
    if (error == 0 && ::fsync(file.get()) != 0) error = errno;
  }
  return put_in_place(temporary, path, error);
}

Result<std::vector<std::string>> RealDisk::list(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    names.push_back(it->path().filename().string());
  if (error) return cannot("list", folder, error);
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::vector<std::string>> RealDisk::walk(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;  // a link to nowhere is no regular file, that is all
    if (it->is_regular_file(ignored)) names.push_back(it->path().lexically_relative(folder).string());
  }
  if (error) return cannot("list", folder, error);
  std::sort(names.begin(), names.end());
  return names;
}

Result<void> RealDisk::make_dirs(const std::string& folder) {
  if (folder.empty()) return {};
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return cannot("make the folder", folder, error);
  return {};
}

Result<void> RealDisk::remove_all(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) return cannot("remove", path, error);
  return {};
}

Result<void> RealDisk::rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return cannot("rename", from, errno);
  return {};
}

Result<void> RealDisk::copy(const std::string& from, const std::string& to) {
  KMESH_TRY(make_dirs(parent_of(to)));
  std::error_code error;
  fs::remove(to, error);  // never into a file that another name may share
  fs::copy_file(from, to, error);
  if (error) return cannot("copy " + from + " to", to, error);
  return {};
}

Result<void> RealDisk::symlink(const std::string& target, const std::string& path) {
  KMESH_TRY(make_dirs(parent_of(path)));
  if (::symlink(target.c_str(), path.c_str()) != 0) return cannot("make the link", path, errno);
  return {};
}

Result<void> RealDisk::make_executable(const std::string& path) {
  if (::chmod(path.c_str(), 0755) != 0) return cannot("make executable", path, errno);
  return {};
}

Result<std::string> RealDisk::sha256(const std::string& path) {
  if (is_special(path)) return fail(fmt::format("{} is a pipe or a device, and no file", path));
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return cannot("open", path, errno);
  auto context = sha256_context();
  std::vector<char> buffer(1 << 20);
  for (;;) {
    const ssize_t n = ::read(file.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return cannot("read", path, errno);
    if (n == 0) return finish(context);
    if (interrupted()) return tl::make_unexpected(stopped());
    EVP_DigestUpdate(context.get(), buffer.data(), static_cast<std::size_t>(n));
  }
}

Result<std::uint64_t> RealDisk::free_bytes(const std::string& folder) {
  struct statvfs found {};
  if (::statvfs(folder.c_str(), &found) != 0) return cannot("ask for the free space of", folder, errno);
  return static_cast<std::uint64_t>(found.f_bavail) * found.f_frsize;
}

std::string temporary_of(std::string_view path) { return fmt::format("{}.kmesh-new", path); }

Result<Attributes> RealDisk::attributes(const std::string& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) return cannot("look at", path, errno);
  const FileKind kind = S_ISREG(found.st_mode)   ? FileKind::kFile
                        : S_ISDIR(found.st_mode) ? FileKind::kFolder
                        : S_ISLNK(found.st_mode) ? FileKind::kLink
                                                 : FileKind::kOther;
  return Attributes{kind, found.st_mode & 07777, found.st_uid, found.st_gid, nanoseconds(found.st_mtim)};
}

Result<void> RealDisk::write_as(const std::string& path, std::string_view text,
                                const Attributes& attributes) {
  const std::string temporary = temporary_of(path);
  if (::unlink(temporary.c_str()) != 0 && errno != ENOENT) return cannot("replace", temporary, errno);
  int error = 0;
  {
    const Fd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (file.get() < 0) return cannot("create", temporary, errno);
    error = write_all(file.get(), text);
    if (error == 0) error = set_attributes(file.get(), attributes);
    if (error == 0 && ::fsync(file.get()) != 0) error = errno;
  }
  KMESH_TRY(put_in_place(temporary, path, error));
  return sync(parent_of(path));
}

Result<void> RealDisk::link(const std::string& from, const std::string& to) {
  if (::link(from.c_str(), to.c_str()) != 0) return cannot("make another name of", from, errno);
  return {};
}

Result<void> RealDisk::sync(const std::string& folder) {
  const Fd opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() < 0) return cannot("open", folder, errno);
  // not every file system can do this for a folder
  if (::fsync(opened.get()) != 0 && errno != EINVAL) return cannot("write", folder, errno);
  return {};
}

Result<void> RealDisk::may_write(const std::string& folder) {
  if (::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0)
    return cannot("write into", folder, errno);
  return {};
}

}  // namespace kmesh
