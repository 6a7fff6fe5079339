// SPDX-License-Identifier: Apache-2.0
// The matrix of patches and baselines to look at. Pure.
#pragma once

#include <string>

#include "kit/matrix.h"

namespace kmesh {

// Coloured by verdict; a cell opens to its evidence. What a verdict means is said below it, for those that
// occur.
std::string matrix_table(const Matrix& matrix);

// The same as a page of its own, with where the sources are from and the numbers of the UAPI.
std::string matrix_html(const Matrix& matrix);

}  // namespace kmesh
