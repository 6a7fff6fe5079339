// SPDX-License-Identifier: Apache-2.0
// Booting an image in QEMU: KVM where it works, TCG otherwise, a watchdog always. The guest writes its
// results to the second serial port; the first carries the console.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"
#include "kit/kit.h"
#include "kit/root.h"

namespace kmesh {

struct BootResult {
  std::string results;      // what came through the second port
  std::string console;      // the console's last lines
  std::string complaint;    // from the first line on in which the running kernel says that it is broken
  std::string accelerator;  // "kvm" | "tcg"
  bool panicked = false;
  bool timed_out = false;
  double seconds = 0;
};

// On the kernel's command line: init runs the probes once before it loads kmesh.ko.
inline constexpr const char* kModuleControl = "kmesh.control=module";

struct BootOptions {
  std::string append;                 // added to the kernel's command line
  std::chrono::seconds timeout{120};  // a slim kernel comes to its end in 10 s under TCG
  unsigned cpus = 2;
  std::string share{};  // a folder of the host that the guest sees read-only at /share; empty: none
  bool icount = false;  // the guest's clocks count instructions, one a nanosecond: TCG, one CPU
};

// Whether KVM runs a guest here, and not only has a device; the image needs no initramfs for that. The answer
// is kept above `folder`, where the next one finds it.
Result<bool> kvm_works(Kit& kit, const Image& image, const std::string& folder);

// Logs go to `folder`: console.txt, results.txt, qemu.txt.
// A guest that panics, hangs or falls silent is a result, not an error; a QEMU that cannot start is an error.
Result<BootResult> boot(Kit& kit, const Image& image, const std::string& folder, const BootOptions& options);

// What a kernel says of itself between the start of init and the end: a BUG, a WARNING, a report of KASAN,
// lockdep and their kind, from its first line on; empty if there is none. Pure.
std::string complaint_of(std::string_view console);

// The error of a guest that did not come to its end: a panic, a hang, a silence; or that complained on its
// way. Its detail is the console. `who` names the kernel in the message, `folder` is where its logs are.
// Pure.
Result<void> check_guest(const BootResult& result, const std::string& who, const std::string& folder);

}  // namespace kmesh
