// SPDX-License-Identifier: Apache-2.0
#include "base/status.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace kmesh {
namespace {

constexpr auto kTerminalInterval = std::chrono::milliseconds(100);
constexpr auto kLogInterval = std::chrono::seconds(15);

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

double StatusWriter::elapsed() const {
  return std::chrono::duration<double>(Clock::now() - started_).count();
}

void StatusWriter::begin(const std::string& stage) {
  stage_ = stage;
  what_.clear();
  done_ = total_ = 0;
  started_ = drawn_ = Clock::now();
}

void StatusWriter::doing(std::string_view what) {
  what_.clear();
  // it is one line that is overwritten, and a narrow one at times: make's columns have no place in it
  for (const char c : plain(what)) {
    const char shown = c == '\n' || c == '\t' ? ' ' : c;
    if (shown != ' ' || !what_.ends_with(' ')) what_ += shown;
  }
  draw(false);
}

void StatusWriter::progress(std::size_t done, std::size_t total, std::string_view what) {
  done_ = done;
  total_ = total;
  doing(what);
}

void StatusWriter::draw(bool now) {
  if (verbose_) {
    put(out_, progress_text(stage_, what_, done_, total_, elapsed()) + "\n");
    return;
  }
  const auto interval = terminal_ ? std::chrono::duration_cast<Clock::duration>(kTerminalInterval)
                                  : std::chrono::duration_cast<Clock::duration>(kLogInterval);
  if (!now && Clock::now() - drawn_ < interval) return;
  drawn_ = Clock::now();
  std::string text = progress_text(stage_, what_, done_, total_, elapsed());
  if (terminal_) {
    const auto room = static_cast<std::size_t>(std::max(20, columns_ - 1));
    if (text.size() > room) text = std::string(cut(text, room - 3)) + "...";
    put(out_, "\r\x1b[K" + text);
    on_screen_ = true;
  } else {
    put(out_, text + "\n");
  }
}

void StatusWriter::clear() {
  if (on_screen_) put(out_, "\r\x1b[K");
  on_screen_ = false;
}

void StatusWriter::say(std::string_view line) {
  clear();
  put(out_, plain(line) + "\n");
}

void StatusWriter::end(std::string_view outcome) {
  say(fmt::format("{:<8} {} ({})", stage_, outcome, duration(elapsed())));
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
