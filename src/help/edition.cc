// SPDX-License-Identifier: Apache-2.0
#include "help/manual.h"

namespace kmesh {

Edition this_edition() { return {KMESH_VERSION, KMESH_RELEASED}; }

}  // namespace kmesh
