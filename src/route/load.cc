// SPDX-License-Identifier: Apache-2.0
#include "route/load.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>

#include "router.skel.h"
#include "router_call.skel.h"

namespace kmesh {
namespace {

// One source, built twice: programs and maps are the same.
static_assert(sizeof(router_bpf) == sizeof(router_call_bpf));

struct Closer {
  void operator()(router_bpf* router) const { router_bpf::destroy(router); }
  void operator()(bpf_link* link) const { bpf_link__destroy(link); }
};
using Router = std::unique_ptr<router_bpf, Closer>;
using Link = std::unique_ptr<bpf_link, Closer>;

std::string g_log;  // what libbpf said last; it has one printer for all

int keep_log(libbpf_print_level level, const char* format, va_list arguments) {
  if (level == LIBBPF_DEBUG) return 0;
  std::array<char, 65536> text{};  // the verifier's log ends with what matters
  const int n = std::vsnprintf(text.data(), text.size(), format, arguments);
  if (n > 0) g_log += text.data();
  return n;
}

tl::unexpected<Error> refused(const std::string& what, int error, const std::string& hint = {}) {
  const bool right = error == EPERM;  // EACCES is the verifier's word
  return fail(fmt::format("{}: {}", what, std::strerror(error)),
              !hint.empty() ? hint
              : right       ? "loading programs into the kernel needs root"
                            : "",
              "", g_log);
}

Result<bool> arms_by_call() {
  std::ifstream file("/sys/module/kmesh/parameters/arming");
  std::string how;
  if (!(file >> how))
    return fail("kmesh.ko is not loaded", "the programs are attached to it", "modprobe kmesh");
  if (how == "none")
    return fail("this kernel has no way to arm a socket from a program",
                "it needs the patch connect-ulp, or from Linux 6.12 on type information in kmesh.ko",
                "kmesh-kernel build --help");
  return how == "call";
}

// Room for all of them: a map has at least one entry.
template <typename All>
void set_size(bpf_map* map, const All& all) {
  bpf_map__set_max_entries(map, static_cast<__u32>(std::max<std::size_t>(1, all.size())));
}

template <typename Key, typename Value>
Result<void> fill(bpf_map* map, const Entries<Key, Value>& entries) {
  for (const auto& [key, value] : entries) {
    if (bpf_map_update_elem(bpf_map__fd(map), &key, &value, BPF_NOEXIST) != 0)
      return refused(fmt::format("the map {} cannot be filled", bpf_map__name(map)), errno);
  }
  return {};
}

template <typename Value>
Result<void> fill(bpf_map* map, const std::vector<Value>& values) {
  for (__u32 i = 0; i < values.size(); ++i) {
    if (bpf_map_update_elem(bpf_map__fd(map), &i, &values[i], BPF_ANY) != 0)
      return refused(fmt::format("the map {} cannot be filled", bpf_map__name(map)), errno);
  }
  return {};
}

bool needs_treat(const Tables& tables) {
  return std::any_of(tables.services.begin(), tables.services.end(), [](const auto& item) {
    return item.second.grace_ms != 0 || (item.second.arm & KMESH_ARM_F_NO_GRACE) != 0;
  });
}

Result<Router> load_filled(const Tables& tables, bool by_call, bool treat) {
  Router router(by_call ? reinterpret_cast<router_bpf*>(router_call_bpf::open()) : router_bpf::open());
  if (!router) return refused("the router cannot be opened", errno);
  set_size(router->maps.services, tables.services);
  set_size(router->maps.hosts, tables.hosts);
  set_size(router->maps.paths, tables.paths);
  set_size(router->maps.names, tables.names);
  set_size(router->maps.rules, tables.rules);
  set_size(router->maps.targets, tables.targets);
  bpf_program__set_autoload(router->progs.treat, treat);
  if (const int error = router_bpf::load(router.get()); error != 0)
    return refused("the kernel does not take the router", -error,
                   treat && error == -EACCES
                       ? "a grace time of a service needs the patch sockops-reply-words on this kernel"
                       : "");
  KMESH_TRY(fill(router->maps.services, tables.services));
  KMESH_TRY(fill(router->maps.hosts, tables.hosts));
  KMESH_TRY(fill(router->maps.paths, tables.paths));
  KMESH_TRY(fill(router->maps.names, tables.names));
  KMESH_TRY(fill(router->maps.rules, tables.rules));
  KMESH_TRY(fill(router->maps.targets, tables.targets));
  return router;
}

Result<void> make_pins(const Place& place) {
  const std::string parent = place.pins.substr(0, place.pins.rfind('/'));
  struct statfs found {};
  if (::statfs(parent.c_str(), &found) != 0) return refused(fmt::format("there is no {}", parent), errno);
  if (found.f_type != BPF_FS_MAGIC)
    return fail(fmt::format("{} is no BPF file system", parent), "mount one there",
                fmt::format("mount -t bpf -o mode=0700 bpf {}", parent));
  if (::mkdir(place.pins.c_str(), 0700) != 0 && errno != EEXIST)
    return refused(fmt::format("cannot make {}", place.pins), errno);
  // a BPF file system may be everybody's; who owns the names can take the routes away
  struct stat folder {};
  if (::lstat(place.pins.c_str(), &folder) != 0 || !S_ISDIR(folder.st_mode) || folder.st_uid != ::geteuid() ||
      (folder.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return fail(fmt::format("{} belongs to somebody else, who could take the routes away", place.pins),
                "remove it, and mount the BPF file system with -o mode=0700",
                fmt::format("ls -ld {}", place.pins));
  return {};
}

// A file descriptor that closes itself; -1 for none.
class Handle {
 public:
  explicit Handle(int fd) : fd_(fd) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

bool is_of(const Handle& link, int cgroup) {
  bpf_link_info info{};
  __u32 size = sizeof info;
  struct stat folder {};
  return bpf_obj_get_info_by_fd(link.get(), &info, &size) == 0 && ::fstat(cgroup, &folder) == 0 &&
         info.type == BPF_LINK_TYPE_CGROUP && info.cgroup.cgroup_id == folder.st_ino;
}

// At once: a link whose last name goes is detached some time later. A tracepoint's cannot be detached.
void detach(const Handle& link) {
  if (link.get() >= 0) bpf_link_detach(link.get());
}

// The program that judges, 0 for none.
__u32 judge(const Place& place) {
  const Handle link(bpf_obj_get((place.pins + "/route").c_str()));
  bpf_link_info info{};
  __u32 size = sizeof info;
  return link.get() >= 0 && bpf_obj_get_info_by_fd(link.get(), &info, &size) == 0 ? info.prog_id : 0;
}

// Until the kernel has let go of it, it judges beside the next one, and kmesh.ko cannot be unloaded. A
// program that somebody else holds is not waited for longer.
void wait_until_gone(__u32 program) {
  for (int i = 0; program != 0 && i < 5000; ++i) {
    const Handle held(bpf_prog_get_fd_by_id(program));
    if (held.get() < 0) return;
    ::usleep(1000);
  }
}

// A program on its way to the place of another: first everything that may fail, then all at once.
class Attachment {
 public:
  Attachment(const Place& place, std::string name)
      : name_(std::move(name)),
        pin_(place.pins + "/" + name_),
        fresh_(pin_ + "_new"),  // a BPF file system keeps names with a dot for itself
        before_(bpf_obj_get(pin_.c_str())) {}

  // `cgroup` is -1 for the tracepoint.
  Result<void> prepare(bpf_program* program, int cgroup) {
    ::unlink(fresh_.c_str());
    program_ = bpf_program__fd(program);
    same_ = cgroup >= 0 && before_.get() >= 0 && is_of(before_, cgroup);
    if (same_) return {};
    const Link link(cgroup >= 0 ? bpf_program__attach_cgroup(program, cgroup)
                                : bpf_program__attach_raw_tracepoint(program, "kmesh_request"));
    if (!link) return refused(fmt::format("{} cannot be attached", name_), errno);
    if (bpf_link__pin(link.get(), fresh_.c_str()) != 0)
      return refused(fmt::format("cannot keep {}", fresh_), errno);
    return {};
  }

  Result<void> take_over() {
    if (same_) {
      if (bpf_link_update(before_.get(), program_, nullptr) == 0) return {};
      return refused(fmt::format("{} cannot be replaced", pin_), errno);
    }
    if (::rename(fresh_.c_str(), pin_.c_str()) != 0)
      return refused(fmt::format("cannot keep {}", pin_), errno);
    detach(before_);
    return {};
  }

  void undo() const {
    detach(Handle(bpf_obj_get(fresh_.c_str())));
    ::unlink(fresh_.c_str());
  }

 private:
  std::string name_;
  std::string pin_;
  std::string fresh_;
  Handle before_;
  int program_ = -1;
  bool same_ = false;
};

void forget(const Place& place, const char* name) {
  for (const auto* end : {"", "_new"}) {
    const std::string pin = place.pins + "/" + name + end;
    detach(Handle(bpf_obj_get(pin.c_str())));
    ::unlink(pin.c_str());
  }
}

constexpr std::array kNames = {"connect4", "connect6", "treat", "route"};

Result<void> attach_all(router_bpf& router, const Place& place, bool treat) {
  const Handle cgroup(::open(place.cgroup.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (cgroup.get() < 0) return refused(fmt::format("cannot open the cgroup {}", place.cgroup), errno);
  // what judges comes before what arms: a socket that is armed must find its judge
  struct Part {
    Attachment attachment;
    bpf_program* program;
    int cgroup;
  };
  std::vector<std::unique_ptr<Part>> parts;
  const auto add = [&](const char* name, bpf_program* program, int where) {
    parts.push_back(std::unique_ptr<Part>(new Part{{place, name}, program, where}));
  };
  add("route", router.progs.route, -1);
  if (treat) add("treat", router.progs.treat, cgroup.get());
  add("connect4", router.progs.arm4, cgroup.get());
  add("connect6", router.progs.arm6, cgroup.get());
  for (auto& part : parts) {
    if (auto ready = part->attachment.prepare(part->program, part->cgroup); !ready) {
      for (auto& other : parts) other->attachment.undo();
      return ready;
    }
  }
  for (auto& part : parts) KMESH_TRY(part->attachment.take_over());
  if (!treat) forget(place, "treat");
  return {};
}

}  // namespace

Result<void> load_router(const Tables& tables, const Place& place) {
  libbpf_set_print(&keep_log);
  g_log.clear();
  KMESH_LET(by_call, arms_by_call());
  const bool treat = !by_call && needs_treat(tables);
  KMESH_TRY(make_pins(place));
  const bool first = ::access((place.pins + "/route").c_str(), F_OK) != 0;
  const __u32 before = judge(place);
  auto loaded = [&]() -> Result<void> {
    KMESH_LET(router, load_filled(tables, by_call, treat));
    return attach_all(*router, place, treat);
  }();
  if (loaded) wait_until_gone(before);
  if (!loaded && first) {  // nothing is left of a first load that failed
    [[maybe_unused]] const auto unloaded = unload_router(place);
  }
  return loaded;
}

Result<void> unload_router(const Place& place) {
  const __u32 before = judge(place);
  for (const auto* name : kNames) forget(place, name);
  wait_until_gone(before);
  if (::rmdir(place.pins.c_str()) != 0 && errno != ENOENT)
    return refused(fmt::format("cannot take {} away", place.pins), errno);
  return {};
}

}  // namespace kmesh
