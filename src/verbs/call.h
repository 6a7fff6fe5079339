// SPDX-License-Identifier: Apache-2.0
// What verbs share: how a call is read, how an answer and an error are said, and the only place that makes
// the real doors.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/disk.h"
#include "base/lock.h"
#include "base/process.h"
#include "base/result.h"
#include "base/status.h"
#include "help/form.h"
#include "kit/kit.h"

namespace kmesh {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kWrongCall = 2;

// What people are told: plain text, with commands of this program (two blanks are before each) as they can be
// copied: by the path it was called by, where it was called by one.
std::string told(std::string_view words);

// The answer of the program, on standard output. A lost answer is no success.
int answer(std::string_view text, int code);

// An error as JSON on standard output where it was asked for, and always whole on standard error.
int show(const Error& error, bool json);

// Whether the call asks for JSON, before it is read.
bool asks_json(const std::vector<std::string>& words);

// Parses a verb's words, or shows its page to who looks at it; nothing where the verb is to run, an exit code
// where it is not.
std::optional<int> parse(Form& form, const Call& call);

// A choice of words whose refusal names the nearest.
CLI::Validator one_of(const std::vector<std::string>& words);

// What --config takes: the configurations that have a name, or a file.
std::string config_words();

std::string absolute(const std::string& path);

// Where this program's archive and probes are. Installed: PREFIX/share/kmesh/kernel and
// PREFIX/libexec/kmesh/guest, by the place of the program itself, whatever links lead there. In a checkout:
// the folder above it that has kernel/baselines.toml, and guest/ beside it.
Result<Data> find_data();

struct Answer {
  std::string text;
  bool ok = true;
  Error error = {};  // said on standard error besides, where it has words
};

// The end of every verb: its answer, or its error.
template <typename Value, typename Say>
int conclude(const Result<Value>& result, bool json, const Say& say) {
  if (!result) return show(result.error(), json);
  const Answer said = say(*result);
  const int code = answer(json ? said.text : told(said.text), said.ok ? kDone : kFailed);
  return said.error.what.empty() ? code : show(said.error, false);
}

// How a verb speaks.
struct Manner {
  bool json = false;
  Talk talk = Talk::kNormal;
};

// --quiet and --verbose, for verbs whose work may last.
void add_talk(Form& form, Talk& talk, const std::string& group = {});
void add_quiet(Form& form, Talk& talk, const std::string& group = {});

template <typename Check, typename Work, typename Say>
int work_in(const std::string& folder, const Manner& manner, const Check& check, const Work& work,
            const Say& say) {
  RealDisk disk;
  RealProcesses processes;
  const auto status = status_for_stderr(manner.talk);
  const auto data = find_data();
  const bool json = manner.json;
  if (!data) return show(data.error(), json);
  Kit kit{disk, processes, *status, *data};
  if (const auto right = check(kit); !right) return show(right.error(), json);
  if (const auto made = disk.make_dirs(folder); !made) return show(made.error(), json);
  const auto lock = FolderLock::take(folder);
  if (!lock) return show(lock.error(), json);
  if (const auto kept = disk.keep_temporaries_in(folder); !kept) return show(kept.error(), json);
  const auto result = work(kit);
  status->stop();
  return conclude(result, json, say);
}

// A verb without a work folder of its own, and without the archive.
template <typename Work, typename Say>
int work_without_folder(bool json, const Work& work, const Say& say) {
  RealDisk disk;
  RealProcesses processes;
  SilentStatus status;
  Kit kit{disk, processes, status, {}};
  return conclude(work(kit), json, say);
}

}  // namespace kmesh
