// SPDX-License-Identifier: Apache-2.0
// Git repositories, by libgit2: nothing is checked out, no program is run.
#pragma once

#include <map>
#include <set>
#include <string>

#include "base/result.h"

namespace kmesh {

struct Revision {
  std::string commit;                        // its id, 40 hexadecimal digits
  std::map<std::string, std::string> texts;  // path -> content, of those that were asked for
};

// The named files of one commit. Errors: no repository, no such revision, one that is no commit.
Result<Revision> read_from_revision(const std::string& repository, const std::string& revision,
                                    const std::set<std::string>& wanted);

}  // namespace kmesh
