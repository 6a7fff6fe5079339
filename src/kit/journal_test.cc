// SPDX-License-Identifier: Apache-2.0
#include "kit/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/fakes.h"

namespace kmesh {
namespace {

using ::testing::HasSubstr;

constexpr const char* kPath = "/w/journal.json";

Journal opened(Disk& disk) {
  auto journal = Journal::open(disk, "/w");
  EXPECT_TRUE(journal) << (journal ? "" : journal.error().what);
  return std::move(*journal);
}

std::string journal_refusal(const std::string& text) {
  MemoryDisk disk;
  disk.files[kPath] = text;
  const auto journal = Journal::open(disk, "/w");
  return journal ? "it was opened" : journal.error().what + " / " + journal.error().hint;
}

StageRecord record_of(std::map<std::string, std::string> inputs) {
  StageRecord record;
  record.inputs = std::move(inputs);
  record.facts = {{"spec", "x.spec"}};
  record.seconds = 1.5;
  return record;
}

class JournalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    disk_.files["/w/out/a.rpm"] = "packed";
    auto journal = Journal::open(disk_, "/fresh");
    ASSERT_TRUE(journal);
    disk_.files.erase("/w/out/a.rpm");
    disk_.files[kPath] = disk_.files["/fresh/journal.json"];
    disk_.files["/w/out/a.rpm"] = "packed";
    Journal ours = opened(disk_);
    ASSERT_TRUE(ours.finish("build", record_of({{"source", "1"}, {"patch", "2"}}), {"out/a.rpm"}));
  }
  // Every question is asked to a journal read anew, as the next run would.
  std::string why_not(const std::map<std::string, std::string>& inputs) {
    return opened(disk_).why_not("build", inputs);
  }
  MemoryDisk disk_;
};

TEST_F(JournalTest, ARecordHoldsForTheSameInputsAndOutputs) {
  EXPECT_EQ(why_not({{"source", "1"}, {"patch", "2"}}), "");
  Journal journal = opened(disk_);
  EXPECT_EQ(journal.record("build").seconds, 1.5);
  EXPECT_EQ(journal.fact("build", "spec"), "x.spec");
  EXPECT_EQ(journal.fact("build", "nothing"), "");
  EXPECT_EQ(journal.fact("never", "spec"), "");
  EXPECT_EQ(journal.record("build").outputs.at("out/a.rpm"), sha256_text("packed"));
}

TEST_F(JournalTest, SaysWhyItDoesNotHold) {
  EXPECT_EQ(why_not({{"source", "1"}, {"patch", "3"}}), "patch changed");
  EXPECT_EQ(why_not({{"source", "1"}, {"patch", "2"}, {"config", "9"}}), "config is new");
  EXPECT_EQ(why_not({{"source", "1"}}), "patch is gone");
  disk_.files["/w/out/a.rpm"] = "other";
  EXPECT_EQ(why_not({{"source", "1"}, {"patch", "2"}}), "out/a.rpm was altered");
  disk_.files.erase("/w/out/a.rpm");
  EXPECT_EQ(why_not({{"source", "1"}, {"patch", "2"}}), "out/a.rpm is missing");
  EXPECT_EQ(opened(disk_).why_not("plan", {}), "not done before");
}

TEST_F(JournalTest, AForgottenStageIsNotDoneForTheNextRunEither) {
  ASSERT_TRUE(opened(disk_).forget("build"));
  EXPECT_EQ(why_not({{"source", "1"}, {"patch", "2"}}), "not done before");
  EXPECT_TRUE(opened(disk_).forget("never")) << "nothing to forget is no error";
}

TEST_F(JournalTest, AStageWhoseOutputIsNotThereDoesNotFinish) {
  Journal journal = opened(disk_);
  EXPECT_FALSE(journal.finish("package", record_of({}), {"out/none.rpm"}));
  EXPECT_EQ(opened(disk_).why_not("package", {}), "not done before");
}

TEST_F(JournalTest, AJournalThatCannotBeWrittenIsAnError) {
  disk_.unwritable.insert(kPath);
  Journal journal = opened(disk_);
  EXPECT_FALSE(journal.finish("package", record_of({}), {}));
  EXPECT_FALSE(journal.forget("build"));
}

TEST_F(JournalTest, KnowsWhatSomebodyAltered) {
  disk_.files["/w/spec"] = "made";
  Journal journal = opened(disk_);
  EXPECT_FALSE(journal.was_altered("edit", "spec")) << "nobody has made it";
  ASSERT_TRUE(journal.finish("edit", record_of({}), {"spec"}));
  EXPECT_FALSE(journal.was_altered("edit", "spec"));
  EXPECT_FALSE(journal.was_altered("edit", "other"));
  disk_.files["/w/spec"] = "mended";
  EXPECT_TRUE(journal.was_altered("edit", "spec"));
  disk_.files.erase("/w/spec");
  EXPECT_FALSE(journal.was_altered("edit", "spec")) << "gone is not altered";
}

// Names come from files, and files may be called anything.
TEST_F(JournalTest, TextThatIsNoUtf8IsNoCrash) {
  Journal journal = opened(disk_);
  ASSERT_NO_THROW((void)journal.finish("package", record_of({{"f\xfcr.patch", "1"}}), {}));
  EXPECT_EQ(why_not({{"source", "1"}, {"patch", "2"}}), "") << "the other records must survive it";
}

TEST(JournalOpen, MakesAJournalInAnEmptyOrNewFolder) {
  MemoryDisk disk;
  opened(disk);
  EXPECT_TRUE(disk.files.contains(kPath));
  disk.files.clear();
  disk.files["/w/lock"] = "";
  disk.files["/w/.kmesh-tmp/1-1.tmp"] = "half";
  opened(disk);
  EXPECT_TRUE(disk.files.contains(kPath)) << "the lock is taken before the journal is opened";
  EXPECT_EQ(nlohmann::json::parse(disk.files[kPath]), nlohmann::json::parse(R"({"version":1,"stages":{}})"));
}

TEST(JournalOpen, RefusesAFolderWithSomebodysFiles) {
  MemoryDisk disk;
  disk.files["/w/thesis.tex"] = "years of work";
  const auto journal = Journal::open(disk, "/w");
  ASSERT_FALSE(journal);
  EXPECT_EQ(journal.error().what, "/w holds files and is no work folder");
  EXPECT_FALSE(disk.files.contains(kPath));
}

TEST(JournalOpen, RefusesWhatItCannotRead) {
  for (const char* text : {"", "{", "[]", "7", "null", "{\"stages\":{}}", "{\"version\":1", "\x80\xff"})
    EXPECT_THAT(journal_refusal(text), HasSubstr("/w/journal.json cannot be read")) << text;
  for (const char* text :
       {R"({"version":1})", R"({"version":1,"stages":{"plan":7}})",
        R"({"version":1,"stages":{"plan":{"inputs":{},"outputs":{},"facts":{}}}})",
        R"({"version":1,"stages":{"plan":{"inputs":[1],"outputs":{},"facts":{},"seconds":1}}})",
        R"({"version":1,"stages":{"plan":{"inputs":{"a":1},"outputs":{},"facts":{},"seconds":1}}})"})
    EXPECT_THAT(journal_refusal(text), HasSubstr("/w/journal.json cannot be read")) << text;
}

TEST(JournalOpen, RefusesAnotherVersionAndChangesNothing) {
  EXPECT_THAT(journal_refusal(R"({"version":2,"stages":{}})"), HasSubstr("belongs to another version"));
  EXPECT_THAT(journal_refusal(R"({"version":"1","stages":{}})"), HasSubstr("belongs to another version"));
  MemoryDisk disk;
  disk.files[kPath] = R"({"version":99})";
  EXPECT_FALSE(Journal::open(disk, "/w"));
  EXPECT_EQ(disk.files[kPath], R"({"version":99})");
}

}  // namespace
}  // namespace kmesh
