// SPDX-License-Identifier: Apache-2.0
// The door to the kernel: loads the router with its maps, attaches it, and keeps it attached by names below a
// BPF file system. Another configuration comes with programs and maps of its own, which take the place of the
// ones before; until it is whole, nothing changes.
#pragma once

#include <string>

#include "base/result.h"
#include "route/tables.h"

namespace kmesh {

struct Place {
  std::string pins = "/sys/fs/bpf/kmesh";  // where the attachments are kept
  std::string cgroup = "/sys/fs/cgroup";   // whose processes are routed
};

// Errors: no right, no kmesh.ko, a kernel without what the configuration needs.
Result<void> load_router(const Tables& tables, const Place& place);

// Takes it all away again; nothing loaded is no error.
Result<void> unload_router(const Place& place);

}  // namespace kmesh
