// SPDX-License-Identifier: Apache-2.0
#include "kit/sandbox.h"

#include <utility>

#include "base/disk.h"

namespace kmesh {

Sandbox Sandbox::showing(std::string folder) const {
  Sandbox more = *this;
  more.shown_ = std::move(folder);
  return more;
}

std::string Sandbox::inside(std::string_view path) const {
  if (enabled_ && !shown_.empty() && path == shown_) return std::string(kShown);
  const bool below = path == folder_ || path.starts_with(folder_ + "/");
  if (!enabled_ || !below) return std::string(path);
  return std::string(kInside) + std::string(path.substr(folder_.size()));
}

Command Sandbox::wrap(Command command) const { return wrapped(std::move(command), false); }
Command Sandbox::wrap_as_root(Command command) const { return wrapped(std::move(command), true); }

Command Sandbox::wrapped(Command command, bool root) const {
  std::map<std::string, std::string> env = {
      {"HOME", inside(join(folder_, "home"))},
      {"PATH", "/usr/sbin:/usr/bin:/sbin:/bin"},
      {"LC_ALL", "C.UTF-8"},
      {"TMPDIR", "/tmp"},
      {"CCACHE_DIR", enabled_ ? "/ccache" : cache_},
      // a kernel's compiler writes down what it includes: the preprocessor need not run to find that out
      {"CCACHE_DEPEND", "1"},
  };
  env.insert(network_.begin(), network_.end());
  for (const auto& [name, value] : command.env) env[name] = value;
  if (!enabled_) {
    // what a make above us was told (-w, -n, its job server) is not meant for the ones that are started here
    for (const auto* name : {"MAKEFLAGS", "MFLAGS"}) env.try_emplace(name, "");
    env.try_emplace("MAKELEVEL", "0");
    command.env = std::move(env);
    return command;
  }
  std::vector<std::string> argv = {
      "bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--ro-bind",
      "/usr",  "/usr",          "--ro-bind",         "/etc",          "/etc"};
  const auto add = [&](std::initializer_list<std::string> words) { argv.insert(argv.end(), words); };
  for (const std::string name : {"bin", "sbin", "lib", "lib64", "lib32", "libx32"})
    add({"--symlink", "usr/" + name, "/" + name});
  add({"--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/var"});
  // dpkg-buildpackage writes down what is installed
  add({"--ro-bind-try", "/var/lib/dpkg", "/var/lib/dpkg"});
  add({"--bind", folder_, std::string(kInside), "--bind", cache_, "/ccache"});
  if (!shown_.empty()) add({"--ro-bind", shown_, std::string(kShown)});
  if (!network_.empty()) add({"--share-net"});
  if (root) add({"--uid", "0", "--gid", "0", "--cap-add", "ALL"});
  for (const auto& [name, value] : env) add({"--setenv", name, value});
  add({"--chdir", command.folder.empty() ? std::string(kInside) : inside(command.folder), "--"});
  argv.insert(argv.end(), command.argv.begin(), command.argv.end());
  command.argv = std::move(argv);
  command.env.clear();
  command.folder.clear();
  return command;
}

}  // namespace kmesh
