// SPDX-License-Identifier: Apache-2.0
// Git repositories and git's own merge, by libgit2: nothing is checked out, no program is run.
#pragma once

#include <map>
#include <optional>
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

struct MergedText {
  bool clean = false;  // no conflict
  std::string text;    // with conflict markers where it is not clean
};

struct MergeSide {
  std::string label;  // stands in the markers
  std::string text;
};

// git's three-way merge of one file, in memory; a conflict shows the ancestor's lines too (diff3).
Result<MergedText> merge_texts(const MergeSide& ancestor, const MergeSide& ours, const MergeSide& theirs);

// The change of one file as a unified diff with git's header and three lines of context; nothing on a side:
// the file is not there. Empty where both are the same.
Result<std::string> diff_texts(const std::string& path, const std::optional<std::string>& before,
                               const std::optional<std::string>& after);

}  // namespace kmesh
