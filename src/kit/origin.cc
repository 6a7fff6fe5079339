// SPDX-License-Identifier: Apache-2.0
#include "kit/origin.h"

namespace kmesh {

Result<std::vector<BaselineRow>> read_baselines(Disk& disk, const Data& data) {
  KMESH_LET(text, disk.read(join(data.kernel, "baselines.toml")));
  return parse_baselines(text);
}

}  // namespace kmesh
