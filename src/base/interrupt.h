// SPDX-License-Identifier: Apache-2.0
// Ctrl-C as a value: a signal sets a flag, long work looks at it, and the error travels like any other.
#pragma once

#include "base/result.h"

namespace kmesh {

// Turns SIGINT, SIGTERM and SIGHUP into the flag. Called once, by main.
void catch_interrupts();
bool interrupted();

// The error of work that was stopped.
Error stopped();

}  // namespace kmesh
