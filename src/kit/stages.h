// SPDX-License-Identifier: Apache-2.0
// Runs one stage unless the journal's record of it holds, shows it, and keeps its time for the report.
#pragma once

#include <fmt/format.h>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/interrupt.h"
#include "base/text.h"
#include "kit/journal.h"
#include "kit/kit.h"
#include "kit/report.h"

namespace kmesh {

// A list as a fact, and back: none of its words has a line end.
inline std::string fact_of(const std::vector<std::string>& list) {
  return fmt::format("{}", fmt::join(list, "\n"));
}

inline std::vector<std::string> list_of(std::string_view fact) {
  std::vector<std::string> list;
  each_line(fact, [&](std::string_view line) { list.emplace_back(line); });
  return list;
}

struct Made {
  std::map<std::string, std::string> facts;
  std::vector<std::string> outputs;  // below the work folder
};

class Stages {
 public:
  Stages(Kit& kit, Journal& journal, std::vector<StageTime>& times)
      : kit_(kit), journal_(journal), times_(times) {}

  // The facts of the stage, whether it ran now or before. `altered`: why it is done again though its record
  // holds.
  Result<std::map<std::string, std::string>> run(const std::string& name,
                                                 const std::map<std::string, std::string>& inputs,
                                                 const std::function<Result<Made>()>& body,
                                                 const std::string& altered = {}) {
    if (interrupted()) return tl::make_unexpected(stopped());
    begin(name);
    std::string why = journal_.why_not(name, inputs);
    if (why.empty()) why = altered;
    if (const auto detail = details_.find(why); detail != details_.end()) why += ": " + detail->second;
    if (why.empty()) {
      const auto& record = journal_.record(name);
      end(name, true, "", "reused", record.seconds);
      return record.facts;
    }
    KMESH_TRY(journal_.forget(name));
    KMESH_LET(made, body());
    StageRecord record{inputs, {}, made.facts, elapsed()};
    KMESH_TRY(journal_.finish(name, std::move(record), made.outputs));
    const std::string reason = why == "not done before" ? "" : why;
    end(name, false, reason, reason.empty() ? "done" : fmt::format("done again: {}", reason));
    return std::move(made.facts);
  }

  // More of a reason that the journal gives: the file that it was.
  void tell(const std::string& why, const std::string& detail) {
    if (!detail.empty()) details_[why] = detail;
  }

  // A stage that leaves nothing to keep: it is done every time.
  Result<void> run_always(const std::string& name, const std::function<Result<std::string>()>& body) {
    begin(name);
    KMESH_LET(outcome, body());
    end(name, false, "", outcome);
    return {};
  }

 private:
  void begin(const std::string& name) {
    kit_.status.begin(name);
    started_ = std::chrono::steady_clock::now();
  }
  [[nodiscard]] double elapsed() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
  }
  void end(const std::string& name, bool reused, const std::string& why, std::string_view outcome,
           double before = 0) {
    times_.push_back({name, elapsed(), reused, why, before});
    kit_.status.end(outcome);
  }

  Kit& kit_;
  Journal& journal_;
  std::vector<StageTime>& times_;
  std::map<std::string, std::string> details_;
  std::chrono::steady_clock::time_point started_;
};

}  // namespace kmesh
