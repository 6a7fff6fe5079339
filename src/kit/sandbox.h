// SPDX-License-Identifier: Apache-2.0
// Where somebody else's code runs: a spec, a kernel's makefiles, a package's scriptlets. No network, the
// system read-only, one folder bound at one fixed path and the compiler cache. Pure: it turns a command into
// the bubblewrap command that runs it.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/process.h"

namespace kmesh {

inline constexpr std::string_view kInside = "/kmesh";
inline constexpr std::string_view kShown = "/sources";

class Sandbox {
 public:
  // `folder` becomes /kmesh, `cache` /ccache. Both must exist. `network`: it is kept, for compilers on other
  // hosts, with the variables that say where those are.
  Sandbox(bool enabled, std::string folder, std::string cache,
          std::map<std::string, std::string> network = {})
      : enabled_(enabled),
        folder_(std::move(folder)),
        cache_(std::move(cache)),
        network_(std::move(network)) {}

  // The same sandbox with one more folder, read-only.
  [[nodiscard]] Sandbox showing(std::string folder) const;

  // What a path below the folder is called inside; without a sandbox it stays as it is.
  [[nodiscard]] std::string inside(std::string_view path) const;

  [[nodiscard]] Command wrap(Command command) const;
  // The same with root's identity (of a user namespace): for rpm, which changes root and owner.
  [[nodiscard]] Command wrap_as_root(Command command) const;

  [[nodiscard]] const std::string& folder() const { return folder_; }
  [[nodiscard]] bool enabled() const { return enabled_; }

 private:
  [[nodiscard]] Command wrapped(Command command, bool root) const;

  bool enabled_;
  std::string folder_;
  std::string cache_;
  std::map<std::string, std::string> network_;
  std::string shown_;  // read-only at kShown; empty: none
};

}  // namespace kmesh
