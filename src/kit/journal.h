// SPDX-License-Identifier: Apache-2.0
// What a work folder has finished: one record a stage, keyed by the content of its inputs, with the outputs'
// checksums. A stage is done again unless its record matches, and the journal says what did not.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/disk.h"
#include "base/result.h"

namespace kmesh {

struct StageRecord {
  std::map<std::string, std::string> inputs;   // name -> hash or value
  std::map<std::string, std::string> outputs;  // path below the work folder -> SHA-256
  std::map<std::string, std::string> facts;    // what later stages want to know
  double seconds = 0;                          // how long it took when it was done
};

class Journal {
 public:
  // Errors: the folder belongs to another version of the kit, or its journal cannot be read.
  static Result<Journal> open(Disk& disk, std::string work);

  // Empty where the record holds: same inputs, outputs still there with the same content. Otherwise why not.
  std::string why_not(const std::string& stage, const std::map<std::string, std::string>& inputs);
  [[nodiscard]] const StageRecord& record(const std::string& stage) const { return records_.at(stage); }
  // Whether there is a record of it, holding or not.
  [[nodiscard]] bool knows(const std::string& stage) const { return records_.contains(stage); }
  // Facts of the last time, whether or not the record still holds.
  [[nodiscard]] std::string fact(const std::string& stage, const std::string& name) const;

  // Called before a stage begins: a run that is cut off leaves no record behind.
  Result<void> forget(const std::string& stage);
  // Whether an output is there and is not what the stage made.
  bool was_altered(const std::string& stage, const std::string& path);
  // Called when it has ended; hashes the outputs (paths below the work folder).
  Result<void> finish(const std::string& stage, StageRecord record, const std::vector<std::string>& outputs);

 private:
  Journal(Disk& disk, std::string work) : disk_(&disk), work_(std::move(work)) {}
  Result<void> save();

  Disk* disk_;
  std::string work_;
  std::map<std::string, StageRecord> records_;
};

}  // namespace kmesh
