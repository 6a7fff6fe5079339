// SPDX-License-Identifier: Apache-2.0
// What a person sees while the work goes on: on a terminal one line that overwrites itself, in a log plain
// lines without control characters. Success is short; failures are shown whole by main.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace kmesh {

class Status {
 public:
  virtual ~Status() = default;
  virtual void begin(const std::string& stage) = 0;
  // What is being done at the moment; replaces what was said before.
  virtual void doing(std::string_view what) = 0;
  // The same, and part `done` of `total` (0: not known); the time left is reckoned from the stage's own
  // speed.
  virtual void progress(std::size_t done, std::size_t total, std::string_view what) = 0;
  // A line that stays.
  virtual void say(std::string_view line) = 0;
  virtual void end(std::string_view outcome) = 0;
  // Leaves no half-drawn line behind; before anything else is printed.
  virtual void stop() = 0;
};

// Writes and flushes; false where that failed. A terminal that went away is no reason to stop: no exception.
bool put(std::FILE* out, std::string_view text);

// Somebody else's text, fit for a terminal and a log: control characters but tab and line end become blanks.
std::string plain(std::string_view text);

// Says nothing: for work that goes on beside what is shown.
class SilentStatus : public Status {
 public:
  void begin(const std::string& /*stage*/) override {}
  void doing(std::string_view /*what*/) override {}
  void progress(std::size_t /*done*/, std::size_t /*total*/, std::string_view /*what*/) override {}
  void say(std::string_view /*line*/) override {}
  void end(std::string_view /*outcome*/) override {}
  void stop() override {}
};

// How much a person wants to see of the work: nothing, where it is at, or all that is being done.
enum class Talk { kQuiet, kNormal, kVerbose };

// "3 min 5 s"
std::string duration(double seconds);

// The text of one progress line, without its end; pure, for both writers.
std::string progress_text(std::string_view stage, std::string_view what, std::size_t done, std::size_t total,
                          double elapsed_seconds);

// When a stage's progress is shown: its first message, the ones after that, and what is shown once more by
// itself where nothing has been shown for a while. A message that comes sooner waits, and the last one
// stands.
struct Pace {
  std::chrono::milliseconds first;
  std::chrono::milliseconds between;
  std::chrono::milliseconds silence;
};

// A timer thread shows what waits; it ends with stop(), and signals are not for it.
class StatusWriter : public Status {
 public:
  // `verbose`: a line for each thing that is done. The pace is by what it writes to, if none is given.
  StatusWriter(std::FILE* out, bool terminal, int columns, bool verbose = false,
               std::optional<Pace> pace = std::nullopt);
  void begin(const std::string& stage) override;
  void doing(std::string_view what) override;
  void progress(std::size_t done, std::size_t total, std::string_view what) override;
  void say(std::string_view line) override;
  void end(std::string_view outcome) override;
  void stop() override;

 private:
  using Clock = std::chrono::steady_clock;
  void start(Clock::time_point now);
  void set(std::string_view what, std::size_t done, std::size_t total);
  void draw();
  void clear();
  void put_line(std::string_view line);
  [[nodiscard]] std::string so_far() const;
  [[nodiscard]] Clock::time_point next() const;
  void wait_and_draw(const std::stop_token& token);

  std::FILE* out_;
  bool terminal_;
  int columns_;
  Pace pace_;

  std::mutex mutex_;  // for all below but the timer
  std::condition_variable_any changed_;
  bool running_ = false;
  std::string stage_;
  std::string what_;
  std::size_t done_ = 0;
  std::size_t total_ = 0;
  Clock::time_point started_;
  Clock::time_point said_;                  // what_, for the first time
  std::optional<Clock::time_point> drawn_;  // the stage, for the last time
  bool on_screen_ = false;
  std::jthread timer_;  // the last one: it ends before what it looks at
};

std::unique_ptr<Status> status_for(std::FILE* out, bool terminal, int columns, Talk talk);
// For standard error as it is: a terminal or not. One that cannot go back in its line counts as none.
std::unique_ptr<Status> status_for_stderr(Talk talk);

// The text in red where `out` is a terminal and nobody asked for no colours (NO_COLOR, TERM=dumb).
std::string in_red(std::FILE* out, std::string_view text);

}  // namespace kmesh
