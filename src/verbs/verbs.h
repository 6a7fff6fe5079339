// SPDX-License-Identifier: Apache-2.0
// The verbs of kmesh-kernel: each takes what stands behind its name and gives the exit code. One file a verb,
// or a pair that shares its options.
#pragma once

#include <string>
#include <vector>

namespace kmesh {

int build_verb(const std::vector<std::string>& arguments);
int plan_verb(const std::vector<std::string>& arguments);
int adapt_verb(const std::vector<std::string>& arguments);
int prove_verb(const std::vector<std::string>& arguments);
int kabi_verb(const std::vector<std::string>& arguments);
int spec_verb(const std::vector<std::string>& arguments);
int doctor_verb(const std::vector<std::string>& arguments);
int explain_verb(const std::vector<std::string>& arguments);
int headers_verb(const std::vector<std::string>& arguments);

}  // namespace kmesh
