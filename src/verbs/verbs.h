// SPDX-License-Identifier: Apache-2.0
// The verbs of kmesh-kernel: each takes what stands behind its name and gives the exit code. One file a verb,
// or a pair that shares its options.
#pragma once

#include "help/form.h"

namespace kmesh {

int build_verb(const Call& call);
int plan_verb(const Call& call);
int adapt_verb(const Call& call);
int prove_verb(const Call& call);
int kabi_verb(const Call& call);
int spec_verb(const Call& call);
int doctor_verb(const Call& call);
int explain_verb(const Call& call);
int headers_verb(const Call& call);
int man_verb(const Call& call);
int completion_verb(const Call& call);

}  // namespace kmesh
