// SPDX-License-Identifier: Apache-2.0
#include "kit/boot.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "kit/prove.h"

namespace kmesh {
namespace {

// long enough for a kernel to say its first word, short enough not to hurt where KVM exists in name only
constexpr auto kKvmProbe = std::chrono::seconds(2);

std::string last_lines(std::string_view text, std::size_t count) {
  std::size_t at = text.size();
  while (at > 0 && count > 0) {
    at = text.rfind('\n', at - 1);
    if (at == std::string_view::npos) return std::string(text);
    --count;
  }
  return std::string(text.substr(at == 0 ? 0 : at + 1));
}

std::string first_lines(std::string_view text, std::size_t count) {
  std::size_t end = 0;
  while (count-- > 0 && end < text.size()) {
    const auto line = text.find('\n', end);
    end = line == std::string_view::npos ? text.size() : line + 1;
  }
  return std::string(text.substr(0, end));
}

// no_timer_check: a kernel gives up where no tick comes in a time by another clock, and on a busy host none
// may.
constexpr const char* kCommandLine = "console=ttyS0 panic=-1 oops=panic no_timer_check kmesh.results=ttyS1";

// A value between the commas of one of QEMU's options.
std::string option_value(std::string_view text) {
  std::string value;
  for (const char c : text) value += c == ',' ? ",," : std::string(1, c);
  return value;
}

// The folder as a 9p device, which init mounts when the command line tells of it.
std::vector<std::string> share_arguments(const std::string& folder) {
  // remap: a root folder has other file systems below it, with inode numbers of their own
  return {"-fsdev",
          fmt::format("local,id=share,path={},security_model=none,readonly=on,multidevs=remap",
                      option_value(folder)),
          "-device", "virtio-9p-pci,fsdev=share,mount_tag=share"};
}

// cmpxchg16b, which SLUB allocates with, is emulated by QEMU 7.2 with wrong flags for whoever interrupts
// behind it: they come back with a trap or a fault in them. The kernel must not use it. Programs may, as
// haproxy does.
constexpr const char* kWithoutCx16 = " clearcpuid=141";

std::vector<std::string> processor(bool kvm, bool icount) {
  if (kvm) return {"-accel", "kvm", "-cpu", "host"};
  if (icount) return {"-accel", "tcg,thread=single", "-cpu", "max", "-icount", "shift=0,sleep=off"};
  return {"-accel", "tcg,thread=multi", "-cpu", "max"};
}

Command qemu(const Image& image, const std::string& folder, const BootOptions& options, bool kvm) {
  Command command;
  std::string words = kCommandLine;
  if (!kvm) words += kWithoutCx16;
  if (!options.share.empty()) words += " kmesh.share=1";
  command.argv = {"qemu-system-x86_64",
                  "-nodefaults",
                  "-no-user-config",
                  "-nographic",
                  "-display",
                  "none",
                  "-no-reboot",
                  "-m",
                  "512",
                  "-smp",
                  std::to_string(options.icount ? 1 : options.cpus),
                  "-nic",
                  "none",
                  "-kernel",
                  image.kernel,
                  "-append",
                  fmt::format("{} {}", words, options.append),
                  "-serial",
                  "file:" + join(folder, "console.txt"),
                  "-serial",
                  "file:" + join(folder, "results.txt")};
  const auto accel = processor(kvm, options.icount);
  command.argv.insert(command.argv.end(), accel.begin(), accel.end());
  if (!image.initramfs.empty()) command.argv.insert(command.argv.end(), {"-initrd", image.initramfs});
  if (!options.share.empty()) {
    const auto share = share_arguments(options.share);
    command.argv.insert(command.argv.end(), share.begin(), share.end());
  }
  command.log = join(folder, "qemu.txt");
  return command;
}

Result<void> clear(Kit& kit, const std::string& folder) {
  KMESH_TRY(kit.disk.make_dirs(folder));
  for (const auto* name : {"console.txt", "results.txt", "qemu.txt"})
    KMESH_TRY(kit.disk.remove_all(join(folder, name)));
  return {};
}

}  // namespace

Result<bool> kvm_works(Kit& kit, const Image& image, const std::string& folder) {
  if (::access("/dev/kvm", R_OK | W_OK) != 0) return false;
  const std::string kept = join(parent_of(folder), "kvm.txt");  // one answer for both kernels
  if (const auto text = kit.disk.read(kept)) return *text == "works\n";
  kit.status.doing("trying KVM");
  KMESH_TRY(clear(kit, folder));
  Command command = qemu(image, folder, {"kmesh.test=none"}, true);
  command.timeout = kKvmProbe;
  KMESH_TRY(kit.processes.run(command));
  const auto console = kit.disk.read(join(folder, "console.txt"));
  const bool works = console && console->find("Linux version") != std::string::npos;
  KMESH_TRY(kit.disk.write(kept, works ? "works\n" : "does not work\n"));
  return works;
}

Result<BootResult> boot(Kit& kit, const Image& image, const std::string& folder, const BootOptions& options) {
  KMESH_TRY(kit.disk.make_dirs(folder));
  KMESH_LET(usable, kvm_works(kit, image, folder));
  const bool kvm = usable && !options.icount;
  KMESH_TRY(clear(kit, folder));
  kit.status.doing(fmt::format("booting {} ({})", image.release, kvm ? "KVM" : "TCG"));
  Command command = qemu(image, folder, options, kvm);
  command.timeout = options.timeout;
  const auto started = std::chrono::steady_clock::now();
  KMESH_LET(exit, kit.processes.run(command));
  BootResult result;
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  result.accelerator = kvm ? "kvm" : "tcg";
  result.timed_out = exit.timed_out;
  const auto console = kit.disk.read(join(folder, "console.txt"));
  const auto results = kit.disk.read(join(folder, "results.txt"));
  if (!exit.ok() && !exit.timed_out && (!console || console->empty()))
    return fail("QEMU cannot run the kernel", "", shown(command.argv), exit.tail);
  if (console) {
    result.panicked = console->find("Kernel panic") != std::string::npos;
    result.console = last_lines(*console, 25);
    result.complaint = complaint_of(*console);
  }
  if (results) result.results = *results;
  return result;
}

std::string complaint_of(std::string_view console) {
  // what the hardware brings up before init is not the subject of a proof
  const auto start = console.find(" as init process");
  if (start == std::string_view::npos) return {};
  constexpr std::array kSigns = {"BUG: ",
                                 "WARNING: ",
                                 "KASAN: ",
                                 "UBSAN: ",
                                 "ODEBUG: ",
                                 "INFO: task ",
                                 "INFO: rcu",
                                 "INFO: possible ",
                                 "unreferenced object",
                                 "general protection fault",
                                 "Call Trace:"};
  std::size_t first = std::string_view::npos;
  for (const char* sign : kSigns) first = std::min(first, console.find(sign, start));
  if (first == std::string_view::npos) return {};
  const auto line = console.rfind('\n', first);
  return first_lines(console.substr(line == std::string_view::npos ? 0 : line + 1), 40);
}

Result<void> check_guest(const BootResult& result, const std::string& who, const std::string& folder) {
  if (!result.complaint.empty() && !result.panicked)
    return fail(fmt::format("{} booted, and complained while the probes ran", who),
                fmt::format("the console is {}", join(folder, "console.txt")), "", result.complaint);
  if (parse_guest_report(result.results).complete) return {};
  const std::string what = result.panicked    ? "panicked"
                           : result.timed_out ? "did not come to its end in time"
                                              : "ended before its probes did";
  return fail(fmt::format("{} booted, and {}", who, what),
              fmt::format("the console is {}", join(folder, "console.txt")), "", result.console);
}

}  // namespace kmesh
