// SPDX-License-Identifier: Apache-2.0
// Every known failure is told from the log that showed it, with what it names; and no row fires on a build
// that went well.
#include "kit/known_failures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "base/fakes.h"
#include "kit/doctor.h"
#include "kit/explain.h"
#include "kit/opening.h"
#include "kit/pipeline.h"

namespace kmesh {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

const std::filesystem::path kLogs = std::filesystem::path(KMESH_TEST_DATA) / "failures";

struct Row {
  std::string log;
  std::string failure;
  std::string named;
};

std::vector<Row> rows() {
  std::vector<Row> all;
  std::ifstream file(kLogs / "rows.tsv");
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    Row row;
    std::istringstream fields(line);
    std::getline(fields, row.log, '\t');
    std::getline(fields, row.failure, '\t');
    std::getline(fields, row.named, '\t');
    all.push_back(std::move(row));
  }
  return all;
}

std::string text_of(const std::string& log) {
  std::ifstream file(kLogs / (log + ".log"), std::ios::binary);
  EXPECT_TRUE(file) << log;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(KnownFailures, AreToldFromTheLogsThatShowedThem) {
  ASSERT_GE(rows().size(), 15U);
  for (const auto& row : rows()) {
    const Explanation explanation = explain(text_of(row.log));
    if (row.failure == "clean") {
      EXPECT_FALSE(explanation.known) << row.log << ": " << explanation_text(explanation);
      EXPECT_EQ(explanation.line, 0U) << row.log << ": " << explanation_text(explanation);
      continue;
    }
    if (row.failure == "-") {  // known to be unknown
      EXPECT_FALSE(explanation.known) << row.log << ": " << explanation_text(explanation);
      continue;
    }
    ASSERT_TRUE(explanation.known) << row.log << ": " << explanation_text(explanation);
    const Diagnosis& known = *explanation.known;
    EXPECT_EQ(known.failure->name, row.failure) << row.log << ": " << known.text;
    // an empty text is in any
    EXPECT_EQ(row.named.empty(), known.failure->cause.find("{}") == std::string_view::npos)
        << row.log << ": what a cause is about is named in rows.tsv, and only that";
    if (!row.named.empty()) {
      EXPECT_THAT(std::string(known.failure->cause), Not(HasSubstr(row.named)))
          << row.log << ": the row says this of any log";
    }
    EXPECT_THAT(known.cause(), HasSubstr(row.named)) << row.log;
    for (const auto& text : {known.cause(), known.remedy(), known.command()}) {
      for (const auto* place : {"{}", "{packages}", "{folder}"})
        EXPECT_THAT(text, Not(HasSubstr(place))) << row.log;
    }
  }
}

// The names of all checks, of the host and of a tree, whatever they find.
std::vector<std::string> check_names() {
  MemoryDisk disk;
  FakeProcesses processes;
  FakeStatus status;
  Kit kit{disk, processes, status, {"/k", "/g"}};
  Options options;
  options.work = "/w";
  disk.files["/w/enhanced/tree/Makefile"] = "";
  std::vector<std::string> names;
  const auto looked = examine(kit, options).value();
  for (const auto& finding : looked) names.push_back(finding.check);
  return names;
}

// The stages before the one that compiles.
std::vector<std::string> before_compiling() {
  auto names = stage_names();
  names.erase(std::find(names.begin(), names.end(), "build"), names.end());
  return names;
}

TEST(KnownFailures, NameStagesThatThereAre) {
  for (const auto& row : known_failures())
    EXPECT_THAT(stage_names(), Contains(std::string(row.resume))) << row.name;
}

TEST(KnownFailures, AreSeenByWhatThereIs) {
  std::map<std::string_view, bool> seen;
  for (const auto& row : known_failures()) {
    const auto [same, first] = seen.emplace(row.name, !row.seen_by.empty());
    EXPECT_TRUE(first || same->second == !row.seen_by.empty()) << row.name << " is seen in some words only";
    for (const auto& by : words_of(std::string(row.seen_by))) {
      if (by == kRequirements) continue;
      EXPECT_THAT(by, AnyOf(testing::AnyOfArray(check_names()), testing::AnyOfArray(before_compiling())))
          << row.name;
    }
  }
}

TEST(KnownFailures, HaveEachALogAndEachLogARow) {
  std::set<std::string> logs;
  std::set<std::string> shown;
  for (const auto& row : rows()) {
    EXPECT_TRUE(logs.insert(row.log).second) << row.log << " is named twice";
    shown.insert(row.failure);
  }
  for (const auto& entry : std::filesystem::directory_iterator(kLogs)) {
    if (entry.path().extension() != ".log") continue;
    EXPECT_TRUE(logs.contains(entry.path().stem().string())) << entry.path().stem() << " is not in rows.tsv";
  }
  for (const auto& row : known_failures())
    EXPECT_TRUE(shown.contains(std::string(row.name))) << "no log shows " << row.name;
}

}  // namespace
}  // namespace kmesh
