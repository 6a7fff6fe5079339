// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "help/completion.h"
#include "help/form.h"
#include "help/manual.h"

namespace kmesh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct Given {
  std::string image, tree, tarball, output;
  std::vector<std::string> keys;
  unsigned jobs = 0;
  bool json = false;
};

void declare(Form& form, Given& given) {
  form.add_option("IMAGE", given.image, "an image")->check(named())->required();
  auto* tree = form.add_option("--tree", given.tree, "a folder")->check(named("DIR"));
  form.add_option("--tarball", given.tarball, "it's [a] file: one")
      ->check(named("slim|FILE"))
      ->excludes(tree);
  form.add_option("--key", given.keys, "a key; .may be repeated")
      ->check(named("BASELINE"))
      ->type_name("NAME");
  form.add_option("--jobs,-j", given.jobs, "at once")
      ->check(CLI::PositiveNumber)
      ->type_name("N")
      ->needs(tree);
  form.add_flag("--json", given.json, "as JSON")->group(kRare);
  form.words.examples = {"kmesh do a\\b"};
  form.words.title = "does it";
}

Page page() {
  Form form("Does it.", "kmesh do");
  Given given;
  declare(form, given);
  return page_of(form);
}

const OptionText& option(const Page& page, const std::string& name) {
  for (const auto& option : page.options)
    if (!option.positional() && option.names.front() == name) return option;
  ADD_FAILURE() << name << " is not there";
  return page.options.front();
}

TEST(Form, SaysWhatIsParsed) {
  const Page made = page();
  ASSERT_EQ(made.options.size(), 6U);
  EXPECT_TRUE(made.options[0].positional());
  EXPECT_TRUE(made.options[0].required);
  EXPECT_EQ(made.options[0].value, "IMAGE");
  EXPECT_EQ(option(made, "--tree").value, "DIR");
  EXPECT_THAT(option(made, "--tree").excludes, ElementsAre("--tarball"));
  EXPECT_THAT(option(made, "--tarball").words, ElementsAre("slim", "FILE"));
  EXPECT_TRUE(option(made, "--key").repeats);
  EXPECT_FALSE(option(made, "--tree").repeats);
  EXPECT_EQ(option(made, "--key").value, "NAME");
  EXPECT_THAT(option(made, "--jobs").names, ElementsAre("--jobs", "-j"));
  EXPECT_THAT(option(made, "--jobs").needs, ElementsAre("--tree"));
  EXPECT_THAT(option(made, "--json").value, IsEmpty());
}

TEST(Help, NamesWhatIsRareAndExplainsItWhenAsked) {
  EXPECT_THAT(help_text(page(), false), HasSubstr("More: --json; --help-all"));
  EXPECT_THAT(help_text(page(), false), Not(HasSubstr("as JSON")));
  EXPECT_THAT(help_text(page(), true), HasSubstr("  --json               as JSON\n"));
  EXPECT_THAT(help_text(page(), true), HasSubstr("Usage: kmesh do [OPTIONS] IMAGE\n"));
}

TEST(Help, BreaksLinesBetweenWords) {
  EXPECT_THAT(wrapped("one two three", 7), ElementsAre("one two", "three"));
  EXPECT_THAT(wrapped("one", 2), ElementsAre("one"));
  EXPECT_THAT(wrapped("", 2), IsEmpty());
}

TEST(Manual, IsNeverTakenForRequests) {
  ProgramText program;
  program.name = "kmesh";
  Page verb = page();
  verb.about = {".TH is a request", "'so is this"};
  const std::string roff = manual_page(program, verb, {"1.0", "2026-01-02"});
  EXPECT_THAT(roff, HasSubstr("\n\\&.TH is a request\n"));
  EXPECT_THAT(roff, HasSubstr("\n\\&'so is this\n"));
  EXPECT_THAT(roff, HasSubstr("kmesh do a\\eb\n"));
  EXPECT_THAT(roff, HasSubstr("kmesh\\-do \\- does it\n"));
  EXPECT_THAT(roff, HasSubstr("Not with \\-\\-tree."));
  EXPECT_THAT(roff, HasSubstr("Only with \\-\\-tree."));
}

TEST(Completion, KnowsWhatAKindStandsFor) {
  const Values keys = values_of(option(page(), "--key"), {{"BASELINE", {"5.10", "6.1"}}});
  EXPECT_THAT(keys.words, ElementsAre("5.10", "6.1"));
  EXPECT_FALSE(keys.file);
  const Values tarball = values_of(option(page(), "--tarball"), {});
  EXPECT_THAT(tarball.words, ElementsAre("slim"));
  EXPECT_TRUE(tarball.file);
  EXPECT_TRUE(values_of(option(page(), "--tree"), {}).folder);
}

TEST(Completion, QuotesWhatAShellWouldRead) {
  ProgramText program;
  program.name = "kmesh";
  program.verbs = {page()};
  const std::string zsh = zsh_completion(program, {});
  EXPECT_THAT(zsh, HasSubstr("'(--tree)--tarball=[it'\\''s \\[a\\] file\\: one]:slim|FILE:"));
  EXPECT_THAT(zsh, HasSubstr("'*--key="));
  EXPECT_THAT(zsh, HasSubstr("'1:IMAGE:_files'"));
  EXPECT_THAT(bash_completion(program, {}), HasSubstr("do:--jobs | do:-j)"));
}

}  // namespace
}  // namespace kmesh
