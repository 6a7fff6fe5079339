// SPDX-License-Identifier: Apache-2.0
#include "base/status.h"

#include <fmt/format.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <system_error>

namespace kmesh {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Pace kOnTerminal{milliseconds(0), milliseconds(100), seconds(1)};
constexpr Pace kInLog{seconds(5), seconds(15), seconds(0)};
constexpr Pace kVerbose{milliseconds(0), milliseconds(0), seconds(15)};

Pace pace_for(bool terminal, bool verbose) {
  if (verbose) return kVerbose;
  return terminal ? kOnTerminal : kInLog;
}

// At most `bytes` of it, without half a letter (UTF-8) at its end.
std::string_view cut(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0U) == 0x80) --bytes;
  return text.substr(0, bytes);
}

// A terminal that can take back what it shows.
bool goes_back(std::FILE* out) {
  const char* kind = std::getenv("TERM");
  return ::isatty(::fileno(out)) != 0 && (kind == nullptr || std::string_view(kind) != "dumb");
}

}  // namespace

bool put(std::FILE* out, std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), out) == text.size();
  return std::fflush(out) == 0 && written;
}

std::string plain(std::string_view text) {
  std::string clean(text);
  for (char& c : clean) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < ' ' && c != '\n' && c != '\t') || byte == 0x7f) c = ' ';
  }
  return clean;
}

std::string duration(double seconds) {
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = std::lround(seconds);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string progress_text(std::string_view stage, std::string_view what, std::size_t done, std::size_t total,
                          double elapsed_seconds) {
  std::string text = fmt::format("{:<8} ", stage);
  if (total > 0) {
    const std::size_t shown = std::min(done, total);
    // 100 % is said by the end of the stage, not by an estimate
    text += fmt::format("{:3} %, {} of {}", std::min<std::size_t>(99, shown * 100 / total), shown, total);
    // more than was reckoned with: how much more is not known
    if (shown * 50 >= total && done < total && elapsed_seconds > 3)
      text += fmt::format(", {} left", duration(elapsed_seconds * static_cast<double>(total - shown) /
                                                static_cast<double>(shown)));
    text += "  ";
  }
  text += what;
  return text;
}

StatusWriter::StatusWriter(std::FILE* out, bool terminal, int columns, bool verbose, std::optional<Pace> pace)
    : out_(out),
      terminal_(terminal && !verbose),
      columns_(columns),
      pace_(pace.value_or(pace_for(terminal, verbose))) {}

void StatusWriter::begin(const std::string& stage) {
  const std::lock_guard lock(mutex_);
  stage_ = stage;
  what_.clear();
  done_ = total_ = 0;
  start(Clock::now());
}

void StatusWriter::start(Clock::time_point now) {
  started_ = said_ = now;
  drawn_.reset();
  running_ = true;
  if (timer_.joinable()) {
    changed_.notify_one();
    return;
  }
  // Ctrl-C has to wake the thread that waits for a program, not this one
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    timer_ = std::jthread([this](const std::stop_token& token) { wait_and_draw(token); });
  } catch (const std::system_error&) {
    // no thread to be had: what waits is shown with the next message
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void StatusWriter::doing(std::string_view what) {
  const std::lock_guard lock(mutex_);
  set(what, done_, total_);
}

void StatusWriter::progress(std::size_t done, std::size_t total, std::string_view what) {
  const std::lock_guard lock(mutex_);
  set(what, done, total);
}

void StatusWriter::set(std::string_view what, std::size_t done, std::size_t total) {
  const auto now = Clock::now();
  if (!running_) start(now);
  done_ = done;
  total_ = total;
  std::string line;
  // it is one line that is overwritten, and a narrow one at times: make's columns have no place in it
  for (const char c : plain(what)) {
    const char shown = c == '\n' || c == '\t' ? ' ' : c;
    if (shown != ' ' || !line.ends_with(' ')) line += shown;
  }
  if (line != what_) said_ = now;
  what_ = std::move(line);
  if (now >= (drawn_ ? *drawn_ + pace_.between : started_ + pace_.first)) draw();
}

void StatusWriter::draw() {
  const auto now = Clock::now();
  drawn_ = now;
  std::string text =
      progress_text(stage_, what_, done_, total_, std::chrono::duration<double>(now - started_).count());
  std::string time = so_far();
  if (!terminal_) {
    put(out_, text + time + "\n");
    return;
  }
  const auto room = static_cast<std::size_t>(std::max(20, columns_ - 1));
  if (time.size() > room / 2) time.clear();
  if (text.size() + time.size() > room) text = std::string(cut(text, room - time.size() - 3)) + "...";
  put(out_, "\r\x1b[K" + text + time);
  on_screen_ = true;
}

// How long that has been going on, where it is long enough to wonder.
std::string StatusWriter::so_far() const {
  const auto whole = std::chrono::floor<seconds>(Clock::now() - said_).count();
  if (whole < 1) return {};
  return fmt::format("{}{} so far", what_.empty() ? "" : ", ",
                     whole < 60 ? fmt::format("{} s", whole) : duration(static_cast<double>(whole)));
}

// When the timer has to draw.
StatusWriter::Clock::time_point StatusWriter::next() const {
  return drawn_ ? *drawn_ + std::max(pace_.between, pace_.silence)
                : started_ + std::max(pace_.first, pace_.silence);
}

void StatusWriter::wait_and_draw(const std::stop_token& token) {
  std::unique_lock lock(mutex_);
  while (!token.stop_requested()) {
    if (!running_) {
      changed_.wait(lock, token, [this] { return running_; });
    } else if (Clock::now() >= next()) {
      draw();
    } else {
      const auto until = next();  // later, once the stage itself has drawn; sooner, for the next stage
      changed_.wait_until(lock, token, until, [this, until] { return !running_ || next() < until; });
    }
  }
}

void StatusWriter::clear() {
  if (on_screen_) put(out_, "\r\x1b[K");
  on_screen_ = false;
}

void StatusWriter::put_line(std::string_view line) {
  clear();
  put(out_, plain(line) + "\n");
}

void StatusWriter::say(std::string_view line) {
  const std::lock_guard lock(mutex_);
  put_line(line);
}

void StatusWriter::end(std::string_view outcome) {
  const std::lock_guard lock(mutex_);
  running_ = false;
  put_line(fmt::format("{:<8} {} ({})", stage_, outcome,
                       duration(std::chrono::duration<double>(Clock::now() - started_).count())));
}

void StatusWriter::stop() {
  {
    const std::lock_guard lock(mutex_);
    running_ = false;
    clear();
  }
  if (!timer_.joinable()) return;
  timer_.request_stop();
  timer_.join();
}

std::unique_ptr<Status> status_for(std::FILE* out, bool terminal, int columns, Talk talk) {
  if (talk == Talk::kQuiet) return std::make_unique<SilentStatus>();
  return std::make_unique<StatusWriter>(out, terminal, columns, talk == Talk::kVerbose);
}

std::unique_ptr<Status> status_for_stderr(Talk talk) {
  winsize size{};
  const bool terminal = goes_back(stderr);
  if (!terminal || ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) size.ws_col = 80;
  return status_for(stderr, terminal, size.ws_col, talk);
}

std::string in_red(std::FILE* out, std::string_view text) {
  const char* none = std::getenv("NO_COLOR");
  if (!goes_back(out) || (none != nullptr && *none != '\0')) return std::string(text);
  return fmt::format("\x1b[1;31m{}\x1b[0m", text);
}

}  // namespace kmesh
