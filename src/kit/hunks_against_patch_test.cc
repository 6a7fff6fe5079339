// SPDX-License-Identifier: Apache-2.0
// The matcher's word against GNU patch's: random texts, diffs by `diff`, random changes of the target. Where
// the matcher says that everything applies, patch applies it with the same result; where patch refuses, the
// matcher does too. It may be stricter.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "base/process.h"
#include "kit/hunks.h"

namespace kmesh {
namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

constexpr int kCases = 400;

// A generator whose numbers are the same everywhere: the standard's distributions are not.
class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : engine_() % limit; }
  bool one_in(std::size_t n) { return below(n) == 0; }

 private:
  std::mt19937 engine_;
};

// Few different lines, so that some stand in several places.
std::string any_line(Dice& dice) {
  static const Lines kWords = {"{",        "}",        "",       "\treturn 0;", "\tint i;",
                               "\ta = b;", "\tif (x)", "#endif", "\tbreak;"};
  return (dice.one_in(3) ? fmt::format("line {}", dice.below(40)) : kWords[dice.below(kWords.size())]) + "\n";
}

Lines any_text(Dice& dice, std::size_t least) {
  Lines lines(least + dice.below(30));
  for (auto& line : lines) line = any_line(dice);
  return lines;
}

void change(Dice& dice, Lines& lines, std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) {
    const auto at = lines.begin() + static_cast<std::ptrdiff_t>(dice.below(lines.size() + 1));
    const auto choice = dice.below(3);
    if (choice == 0 || at == lines.end()) {
      lines.insert(at, any_line(dice));
    } else if (choice == 1) {
      *at = any_line(dice);
    } else {
      lines.erase(at);
    }
  }
}

// The target a patch meets: the text it was made for, or one that went another way.
Lines target(Dice& dice, const Lines& before, const Lines& after) {
  Lines lines = dice.one_in(6) ? after : before;
  switch (dice.below(6)) {
    case 0:
      break;
    case 1: {  // shifted
      const Lines more = any_text(dice, 1);
      lines.insert(lines.begin(), more.begin(), more.end());
      break;
    }
    case 2: {  // a part of it twice
      const Lines copy = lines;
      lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(dice.below(lines.size() + 1)), copy.begin(),
                   copy.end());
      break;
    }
    case 3:
      change(dice, lines, 1 + dice.below(3));
      break;
    case 4: {  // shortened at the top
      lines.erase(lines.begin(),
                  lines.begin() + static_cast<std::ptrdiff_t>(dice.below(lines.size() + 1) / 2));
      break;
    }
    default:
      lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(dice.below(lines.size() + 1)), any_line(dice));
  }
  return lines;
}

std::string whole_text(const Lines& lines) {
  std::string text;
  for (const auto& line : lines) text += line;
  return text;
}

class AgainstPatch : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "kmesh-hunks-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    fs::create_directories(folder_ / "a");
    fs::create_directories(folder_ / "b");
  }
  void TearDown() override { fs::remove_all(folder_); }

  void put(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  [[nodiscard]] std::string get(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(folder_ / name, std::ios::binary).rdbuf();
    return text.str();
  }
  Exit run(std::vector<std::string> argv) {
    Command command;
    command.argv = std::move(argv);
    command.folder = folder_.string();
    command.keep_output = true;
    auto exit = processes_.run(command);
    EXPECT_TRUE(exit) << (exit ? "" : exit.error().what);
    return exit ? *exit : Exit{};
  }

  fs::path folder_;
  RealProcesses processes_;
};

TEST_F(AgainstPatch, NeverSaysMoreThanPatchAndNeverSomethingElse) {
  Dice dice(20240607);
  int agreed = 0;
  int refused_by_both = 0;
  int stricter = 0;
  for (int i = 0; i < kCases; ++i) {
    const Lines before = any_text(dice, dice.one_in(10) ? 0 : 5);
    Lines after = before;
    change(dice, after, 1 + dice.below(5));
    std::string old_text = whole_text(before);
    std::string new_text = whole_text(after);
    std::string now = whole_text(target(dice, before, after));
    for (std::string* text : {&old_text, &new_text, &now}) {
      if (dice.one_in(8) && text->ends_with('\n')) text->pop_back();
    }
    put("a/f", old_text);
    put("b/f", new_text);
    const std::string context = dice.one_in(3) ? std::to_string(dice.below(3)) : "3";
    const std::string diff = run({"diff", "-U", context, "a/f", "b/f"}).output;
    if (diff.empty()) continue;
    put("p", diff);
    put("f", now);

    const auto parsed = parse_diff(diff);
    ASSERT_TRUE(parsed) << parsed.error().what << "\n" << diff;
    const FileMatch ours = match_file(parsed->front(), split_lines(now), true, Direction::kForward);
    const bool theirs = run({"patch", "-s", "-F0", "-p1", "--dry-run", "-i", "p"}).ok();
    const std::string which = fmt::format("case {}\n--- the patch\n{}\n--- the file\n{}\n---", i, diff, now);
    if (!theirs) {
      ASSERT_FALSE(ours.all) << "patch refuses what the matcher takes; " << which;
      ++refused_by_both;
    } else if (ours.all) {
      ASSERT_TRUE(run({"patch", "-s", "-F0", "-p1", "-i", "p"}).ok()) << which;
      ASSERT_EQ(get("f"), whole_text(ours.result)) << "patch makes something else of it; " << which;
      ++agreed;
    } else {
      ++stricter;
    }
  }
  // without these the comparison would compare nothing
  EXPECT_GT(agreed, kCases / 4);
  EXPECT_GT(refused_by_both, kCases / 8);
  EXPECT_LT(stricter, kCases / 4) << "the matcher refuses much that patch takes";
  RecordProperty("agreed", agreed);
  RecordProperty("refused_by_both", refused_by_both);
  RecordProperty("stricter", stricter);
}

// What is stricter on purpose, and what must not be: each with patch as the witness.
TEST_F(AgainstPatch, PatchTakesTheNearestOfSeveralPlaces) {
  put("f", "x\na\nb\nc\na\nb\nc\n");
  const std::string diff = "--- a/f\n+++ b/f\n@@ -10,3 +10,3 @@\n a\n-b\n+B\n c\n";
  put("p", diff);
  EXPECT_TRUE(run({"patch", "-s", "-F0", "-p1", "--dry-run", "-i", "p"}).ok());
  const auto parsed = parse_diff(diff);
  ASSERT_TRUE(parsed) << parsed.error().what;
  const auto match = match_file(parsed->front(), split_lines(get("f")), true, Direction::kForward);
  EXPECT_EQ(match.hunks.front().match.found, Found::kAmbiguous);
}

TEST_F(AgainstPatch, BothRefuseToDeleteAFileWithOtherLines) {
  put("f", "a\nb\nc\n");
  const std::string diff = "--- a/f\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n";
  put("p", diff);
  EXPECT_FALSE(run({"patch", "-s", "-F0", "-p1", "-E", "--dry-run", "-i", "p"}).ok());
  const auto parsed = parse_diff(diff);
  ASSERT_TRUE(parsed) << parsed.error().what;
  EXPECT_FALSE(match_file(parsed->front(), split_lines(get("f")), true, Direction::kForward).all);
}

// What is said of modes is what patch does with them.
TEST_F(AgainstPatch, PatchSetsTheModesThatAreSaidToBeSet) {
  const auto mode_after = [&](const std::string& head) {
    put("f", "a\nb\n");
    fs::permissions(folder_ / "f", fs::perms(0644));
    const std::string diff = head + "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-b\n+B\n";
    put("p", diff);
    EXPECT_TRUE(run({"patch", "-s", "-F0", "-p1", "-i", "p"}).ok());
    const bool set = fs::status(folder_ / "f").permissions() == fs::perms(0755);
    const auto parsed = parse_diff(diff);
    EXPECT_TRUE(parsed);
    EXPECT_EQ(parsed && parsed->front().sets_mode(), set) << diff;
    return set;
  };
  EXPECT_TRUE(mode_after("diff --git a/f b/f\nold mode 100644\nnew mode 100755\nindex 1..2\n"));
  EXPECT_FALSE(mode_after("diff --git a/f b/f\nindex 1..2 100755\n")) << "it stays";
  EXPECT_FALSE(mode_after("old mode 100644\nnew mode 100755\n")) << "no header of git";
}

// Why these are refused: patch carries them out, and nothing of them is in a hunk.
TEST_F(AgainstPatch, PatchTakesWhatHasNoHunk) {
  put("f", "a\n");
  for (const std::string rest : {"old mode 100644\nnew mode 100755\n", "rename from f\nrename to g\n",
                                 "new file mode 100644\nindex 0..e69de29\n"}) {
    const std::string diff = "diff --git a/f b/g\n" + rest;
    put("p", diff);
    EXPECT_TRUE(run({"patch", "-s", "-f", "-F0", "-p1", "--dry-run", "-i", "p"}).ok()) << diff;
    EXPECT_FALSE(parse_diff(diff)) << diff;
  }
}

TEST_F(AgainstPatch, BothPutTwoHunksOfNoContextAtOnePlace) {
  put("f", "a\nb\nc\n");
  const std::string diff = "--- a/f\n+++ b/f\n@@ -0,0 +1 @@\n+0\n@@ -1 +2 @@\n-a\n+A\n@@ -3,0 +5 @@\n+d\n";
  put("p", diff);
  const auto parsed = parse_diff(diff);
  ASSERT_TRUE(parsed) << parsed.error().what;
  const auto match = match_file(parsed->front(), split_lines(get("f")), true, Direction::kForward);
  ASSERT_TRUE(match.all);
  ASSERT_TRUE(run({"patch", "-s", "-F0", "-p1", "-i", "p"}).ok());
  EXPECT_EQ(get("f"), whole_text(match.result));
}

TEST_F(AgainstPatch, BothRefuseAPatchThatEndsInTheMiddleOfALine) {
  for (const std::string text : {"a\nb\n", "a\nb"}) {
    put("f", text);
    for (const std::string end : {" b", "-b", " b\n+c"}) {
      const std::string counts = end == " b" ? "1,2 +1,2" : end == "-b" ? "1,2 +1" : "1,2 +1,3";
      const std::string diff = "--- a/f\n+++ b/f\n@@ -" + counts + " @@\n-a\n+A\n" + end;
      put("p", diff);
      EXPECT_FALSE(run({"patch", "-s", "-f", "-F0", "-p1", "--dry-run", "-i", "p"}).ok()) << diff;
      EXPECT_FALSE(parse_diff(diff)) << diff;
    }
  }
}

TEST_F(AgainstPatch, BothDropTheReturnsOfAMailedPatch) {
  put("f", "a\nb\n");
  const std::string diff = "--- a/f\r\n+++ b/f\r\n@@ -1,2 +1,2 @@\r\n a\r\n-b\r\n+B\r\n";
  put("p", diff);
  const auto parsed = parse_diff(diff);
  ASSERT_TRUE(parsed) << parsed.error().what;
  const auto match = match_file(parsed->front(), split_lines(get("f")), true, Direction::kForward);
  ASSERT_TRUE(run({"patch", "-s", "-F0", "-p1", "-i", "p"}).ok());
  EXPECT_EQ(get("f"), whole_text(match.result));
}

}  // namespace
}  // namespace kmesh
