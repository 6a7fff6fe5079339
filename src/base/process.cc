// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <deque>

#include "base/disk.h"
#include "base/interrupt.h"

extern char** environ;

namespace kmesh {
namespace {

constexpr std::size_t kTailLines = 40;
constexpr std::size_t kOutputLimit = 64U << 20;
constexpr std::size_t kLineLimit = 1U << 16;  // a line without end is cut here, so that memory stays bounded

// Splits the stream into lines and hands each to those who want it.
class Lines {
 public:
  Lines(const Command& command, int log) : command_(command), log_(log) {}

  bool take(std::string_view chunk, Exit& exit) {
    if (command_.keep_output && exit.output.size() < kOutputLimit) exit.output.append(chunk);
    for (auto rest = chunk; !rest.empty();) {
      const auto part = rest.substr(0, std::min(rest.find('\n'), kLineLimit - pending_.size()));
      pending_ += part;
      rest.remove_prefix(part.size());
      const bool ends = !rest.empty() && rest.front() == '\n';
      if (ends) rest.remove_prefix(1);
      if (ends || pending_.size() >= kLineLimit) flush();
    }
    return log_ < 0 || write_all(chunk);
  }

  void flush() {
    if (command_.on_line) command_.on_line(pending_);
    tail_.push_back(std::move(pending_));
    pending_.clear();
    if (tail_.size() > kTailLines) tail_.pop_front();
  }

  std::string tail() {
    if (!pending_.empty()) flush();
    std::string text;
    for (const auto& line : tail_) text += line + "\n";
    return text;
  }

 private:
  bool write_all(std::string_view rest) const {
    while (!rest.empty()) {
      const ssize_t n = ::write(log_, rest.data(), rest.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return false;
      rest.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  const Command& command_;
  int log_;
  std::string pending_;
  std::deque<std::string> tail_;
};

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& added) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (!added.contains(std::string(text.substr(0, text.find('='))))) all.emplace_back(text);
  }
  for (const auto& [name, value] : added) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (auto& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

// In the child, between fork and exec: only what is safe there.
[[noreturn]] void become(const char* path, char* const* argv, char* const* env, const char* folder,
                         int output, int report) {
  ::setsid();  // a group of its own, and no terminal at which a program could wait for an answer
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::signal(SIGPIPE, SIG_DFL);  // ignored by us only: `yes | head` in a makefile must end as it does elsewhere
  const int null = ::open("/dev/null", O_RDONLY);
  ::dup2(null, 0);
  ::dup2(output, 1);
  ::dup2(output, 2);
  if (*folder == '\0' || ::chdir(folder) == 0) ::execve(path, argv, env);
  const int error = errno;
  [[maybe_unused]] const ssize_t n = ::write(report, &error, sizeof error);
  ::_exit(127);
}

bool is_program(const std::string& path) {
  struct stat found {};
  return ::access(path.c_str(), X_OK) == 0 && ::stat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode);
}

void end_group(pid_t child) {
  ::kill(-child, SIGTERM);
  for (int i = 0; i < 20; ++i) {
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid != 0)
      break;
    ::usleep(100'000);
  }
  ::kill(-child, SIGKILL);
}

}  // namespace

std::string answer_of(Processes& processes, Command ask) {
  ask.keep_output = true;
  const auto said = processes.run(ask);
  return said && said->ok() ? said->output : std::string();
}

std::string answer_of(Processes& processes, std::vector<std::string> argv) {
  Command ask;
  ask.argv = std::move(argv);
  return answer_of(processes, std::move(ask));
}

tl::unexpected<Error> program_failed(std::string what, std::string hint, const Exit& exit) {
  if (exit.tail.find("No space left on device") == std::string::npos)
    return fail(std::move(what), std::move(hint), "", exit.tail);
  return fail(fmt::format("the disk is full: {}", what), "free some space, then run the same command again",
              "", exit.tail);
}

std::string shown(const std::vector<std::string>& argv) {
  std::string text;
  for (const auto& word : argv) {
    if (!text.empty()) text += ' ';
    const bool plain =
        !word.empty() && word.find_first_of(" \t\n'\"\\$&|;<>()*?[]{}#~`!") == std::string::npos;
    if (plain) {
      text += word;
      continue;
    }
    text += '\'';
    for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    text += '\'';
  }
  return text;
}

std::string RealProcesses::find(const std::string& program) {
  if (program.find('/') != std::string::npos) return is_program(program) ? program : "";
  const char* path = std::getenv("PATH");
  // sbin folders are not on an ordinary user's PATH, and depmod lives there
  std::string folders = fmt::format("{}:/usr/sbin:/sbin", path != nullptr ? path : "/usr/bin:/bin");
  for (std::size_t at = 0; at <= folders.size();) {
    const std::size_t end = std::min(folders.find(':', at), folders.size());
    std::string candidate = folders.substr(at, end - at) + "/" + program;
    if (is_program(candidate)) return candidate;
    at = end + 1;
  }
  return {};
}

Result<Exit> RealProcesses::run(const Command& command) {
  if (interrupted()) return tl::make_unexpected(stopped());
  const std::string path = find(command.argv.front());
  if (path.empty())
    return fail(fmt::format("{} is not installed", command.argv.front()),
                "install the package it comes in, then run the same command again");

  std::array<int, 2> out{};
  std::array<int, 2> report{};
  if (::pipe2(out.data(), O_CLOEXEC) != 0) return fail(fmt::format("no pipe: {}", std::strerror(errno)));
  if (::pipe2(report.data(), O_CLOEXEC) != 0) return fail(fmt::format("no pipe: {}", std::strerror(errno)));
  int log = -1;
  if (!command.log.empty()) {
    log = ::open(command.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (log < 0) return cannot("open the log", command.log, errno);
  }
  auto words = command.argv;
  auto settings = merged_environment(command.env);
  const auto argv = pointers(words);
  const auto env = pointers(settings);

  const pid_t child = ::fork();
  if (child == 0) become(path.c_str(), argv.data(), env.data(), command.folder.c_str(), out[1], report[1]);
  ::close(out[1]);
  ::close(report[1]);
  if (child < 0) return fail(fmt::format("cannot start {}: {}", path, std::strerror(errno)));

  Exit exit;
  Lines lines(command, log);
  bool log_broken = false;
  const auto deadline = std::chrono::steady_clock::now() + command.timeout;
  std::vector<char> buffer(1 << 16);
  pollfd waiting{out[0], POLLIN, 0};
  bool ended_early = false;
  constexpr std::chrono::duration<int, std::milli> kTick(200);
  auto tick = std::chrono::steady_clock::now();
  for (;;) {
    const bool late = command.timeout.count() > 0 && std::chrono::steady_clock::now() > deadline;
    if ((interrupted() || late) && !ended_early) {
      exit.timed_out = late && !interrupted();
      ended_early = true;
      end_group(child);
    }
    if (command.on_tick && std::chrono::steady_clock::now() >= tick) {
      command.on_tick();
      tick = std::chrono::steady_clock::now() + kTick;
    }
    const int ready = ::poll(&waiting, 1, kTick.count());
    if (ready < 0 && errno != EINTR) break;
    if (ready == 0 && ended_early) break;  // what still holds the pipe left the group, and is not waited for
    if (ready <= 0) continue;
    const ssize_t n = ::read(out[0], buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    if (!lines.take({buffer.data(), static_cast<std::size_t>(n)}, exit) && !log_broken) {
      log_broken = ended_early = true;
      end_group(child);
    }
  }
  ::close(out[0]);
  int start_error = 0;
  const bool never_started = ::read(report[0], &start_error, sizeof start_error) == sizeof start_error;
  ::close(report[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    if (interrupted()) ::kill(-child, SIGKILL);
  }
  if (log >= 0) ::close(log);
  exit.tail = lines.tail();
  exit.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (never_started) return fail(fmt::format("cannot start {}: {}", path, std::strerror(start_error)));
  if (interrupted()) return tl::make_unexpected(stopped());
  if (log_broken)
    return fail(fmt::format("cannot write the log {}", command.log),
                "the disk is full: free some space, then run the same command again",
                fmt::format("df -h {}", command.log));
  return exit;
}

}  // namespace kmesh
