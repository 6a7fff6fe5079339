// SPDX-License-Identifier: Apache-2.0
// A configuration as the entries of the router's maps (bpf/router_abi.h). What does not fit into them is
// refused with the line of the route that is too many. Pure.
#pragma once

#include <linux/types.h>

#include <utility>
#include <vector>

#include "base/result.h"
#include "route/config.h"
#include "router_abi.h"

namespace kmesh {

template <typename Key, typename Value>
using Entries = std::vector<std::pair<Key, Value>>;

struct Tables {
  Entries<router_service_key, router_service> services;
  Entries<router_host_key, router_host> hosts;
  Entries<router_path_key, router_path> paths;
  Entries<router_name_key, router_name> names;
  std::vector<router_rule> rules;  // by index
  std::vector<router_targets> targets;
};

// `name` is the file's, for errors.
Result<Tables> make_tables(const RouteConfig& config, std::string_view name);

}  // namespace kmesh
