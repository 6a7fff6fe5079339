// SPDX-License-Identifier: Apache-2.0
#include "kit/journal.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace kmesh {
namespace {

constexpr int kJournalVersion = 1;
constexpr const char* kJournalFile = "journal.json";

using PlainJson = nlohmann::json;

}  // namespace

Result<Journal> Journal::open(Disk& disk, std::string work) {
  Journal journal(disk, std::move(work));
  const std::string path = join(journal.work_, kJournalFile);
  if (!disk.exists(path)) {
    if (disk.exists(journal.work_)) {
      KMESH_LET(names, disk.list(journal.work_));
      std::erase(names, "lock");
      std::erase(names, kTemporaries);
      if (!names.empty())
        return fail(fmt::format("{} holds files and is no work folder", journal.work_),
                    "name an empty or new folder with --work DIR");
    }
    KMESH_TRY(journal.save());
    return journal;
  }
  KMESH_LET(text, disk.read(path));
  const PlainJson json = PlainJson::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("version"))
    return fail(fmt::format("{} cannot be read", path),
                "the work folder is damaged; remove it and run the same command again",
                fmt::format("rm -r {}", journal.work_));
  if (json["version"] != kJournalVersion)
    return fail(
        fmt::format("{} belongs to another version of kmesh-kernel (its journal is version {}, this one "
                    "writes {})",
                    journal.work_, json["version"].dump(), kJournalVersion),
        "nothing in it was changed; name another folder with --work DIR, or remove this one",
        fmt::format("rm -r {}", journal.work_));
  try {
    for (const auto& [stage, entry] : json.at("stages").items()) {
      StageRecord record;
      entry.at("inputs").get_to(record.inputs);
      entry.at("outputs").get_to(record.outputs);
      entry.at("facts").get_to(record.facts);
      entry.at("seconds").get_to(record.seconds);
      journal.records_[stage] = std::move(record);
    }
  } catch (const PlainJson::exception& error) {
    return fail(fmt::format("{} cannot be read: {}", path, error.what()),
                "the work folder is damaged; remove it and run the same command again",
                fmt::format("rm -r {}", journal.work_));
  }
  return journal;
}

std::string Journal::why_not(const std::string& stage, const std::map<std::string, std::string>& inputs) {
  const auto found = records_.find(stage);
  if (found == records_.end()) return "not done before";
  const StageRecord& record = found->second;
  for (const auto& [name, value] : inputs) {
    const auto old = record.inputs.find(name);
    if (old == record.inputs.end()) return fmt::format("{} is new", name);
    if (old->second != value) return fmt::format("{} changed", name);
  }
  for (const auto& [name, value] : record.inputs) {
    if (!inputs.contains(name)) return fmt::format("{} is gone", name);
  }
  for (const auto& [path, hash] : record.outputs) {
    const auto now = disk_->sha256(join(work_, path));
    if (!now) return fmt::format("{} is missing", path);
    if (*now != hash) return fmt::format("{} was altered", path);
  }
  return {};
}

bool Journal::was_altered(const std::string& stage, const std::string& path) {
  const auto found = records_.find(stage);
  if (found == records_.end() || !found->second.outputs.contains(path)) return false;
  const auto now = disk_->sha256(join(work_, path));
  return now && *now != found->second.outputs.at(path);
}

std::string Journal::fact(const std::string& stage, const std::string& name) const {
  const auto found = records_.find(stage);
  if (found == records_.end()) return {};
  const auto fact = found->second.facts.find(name);
  return fact == found->second.facts.end() ? std::string() : fact->second;
}

Result<void> Journal::forget(const std::string& stage) {
  if (records_.erase(stage) == 0) return {};
  return save();
}

Result<void> Journal::finish(const std::string& stage, StageRecord record,
                             const std::vector<std::string>& outputs) {
  for (const auto& path : outputs) {
    KMESH_LET(hash, disk_->sha256(join(work_, path)));
    record.outputs[path] = std::move(hash);
  }
  records_[stage] = std::move(record);
  return save();
}

Result<void> Journal::save() {
  PlainJson stages = PlainJson::object();
  for (const auto& [stage, record] : records_) {
    stages[stage] = {{"inputs", record.inputs},
                     {"outputs", record.outputs},
                     {"facts", record.facts},
                     {"seconds", record.seconds}};
  }
  return disk_->write(join(work_, kJournalFile),
                      PlainJson{{"version", kJournalVersion}, {"stages", stages}}.dump(
                          1, ' ', false, PlainJson::error_handler_t::replace) +
                          "\n");
}

}  // namespace kmesh
