// SPDX-License-Identifier: Apache-2.0
// A series carried to another source: what applies is kept, what is there is left out, and what does not
// apply is merged three ways, with the source the patch was written for as the ancestor. Pure; the merge is
// git's own.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "kit/plan.h"

namespace kmesh {

// The tree a patch was written for, as the patches before it leave it, and after it. Empty `after`: it does
// not apply there either, so that there is no ancestor to merge with.
struct Written {
  std::string name;  // of that source, for the markers of a conflict
  TouchedFiles before;
  TouchedFiles after;
  bool applies = false;
};

enum class Adapted {
  kKept,       // applies where it says; the patch as it was
  kRefreshed,  // applies with an offset, or with paths that are not -p1's; the same change made anew
  kMerged,     // applied by a merge without a conflict: a person must read it
  kDropped,    // there already, by the same change or another one
  kUndecided,  // a person must decide
};

std::string_view name_of(Adapted outcome);

struct AdaptedPatch {
  Patch patch;
  Verdict verdict = Verdict::kConflict;  // before anything was merged
  Adapted outcome = Adapted::kUndecided;
  std::string why;                               // in words
  std::string diff;                              // of the new patch: kRefreshed, kMerged
  std::map<std::string, std::string> conflicts;  // path -> text with markers: kUndecided
  std::map<std::string, std::string> clean;      // and its other files, which merged without a conflict
};

struct Adaptation {
  std::vector<AdaptedPatch> patches;

  [[nodiscard]] bool decided() const;    // nothing is left to a person but reading
  [[nodiscard]] bool has_files() const;  // a person who must decide has files to begin with
};

// What each patch's own source looks like before and after it: `files` are that source's. Pure.
std::vector<Written> as_written(const std::vector<Patch>& series, const std::string& source,
                                const TouchedFiles& files);

// `written` has one entry a patch. Later patches are judged on the tree as the earlier ones leave it; one
// that a person must decide leaves it as it was.
Result<Adaptation> adapt_series(const std::vector<Patch>& series, const std::vector<Written>& written,
                                const std::string& target, const TouchedFiles& files);

}  // namespace kmesh
