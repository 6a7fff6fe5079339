// SPDX-License-Identifier: Apache-2.0
// A patch for unit tests.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "kit/hunks.h"
#include "kit/series.h"

namespace kmesh {

// Of a diff; its feature is called like its file.
inline Patch patch_of(const std::string& file, const std::string& diff) {
  Patch patch;
  patch.file = file;
  patch.feature = file;
  auto files = parse_diff(diff);
  EXPECT_TRUE(files) << (files ? "" : files.error().what) << "\n" << diff;
  if (files) patch.files = *files;
  return patch;
}

}  // namespace kmesh
