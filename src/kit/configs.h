// SPDX-License-Identifier: Apache-2.0
// The configurations that have a name. All but distro are fragments of kernel/configs over tinyconfig.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kmesh {

struct NamedConfig {
  std::string name;
  std::vector<std::string>
      layers;                // files of kernel/configs, each over those before it; none: the source's own
  std::uint64_t bytes = 0;   // of the work folder, one side
  std::uint64_t memory = 0;  // bytes that the largest single step takes: linking, and BTF of what was linked
};

const std::vector<NamedConfig>& named_configs();

// nullptr: a file's name, or nobody's.
const NamedConfig* named_config(std::string_view name);

// The same for what it takes: a file's may be anybody's, and counts as the largest.
const NamedConfig& sized_config(std::string_view name);

// `upper` laid over `lower`: of each symbol one line.
std::string layered(std::string_view lower, std::string_view upper);

}  // namespace kmesh
