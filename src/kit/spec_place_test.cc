// SPDX-License-Identifier: Apache-2.0
#include "kit/spec_place.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kit/spec_folder.h"

namespace kmesh {
namespace {

using ::testing::HasSubstr;

// The line that the patches go behind, and the folder they are applied in where it is another than the
// shell's.
std::string place(const std::string& prep) {
  const auto spec = read_spec("Source0: a\n%prep\n" + prep + "%build\nmake\n");
  if (!spec) return "error: " + spec.error().what;
  const auto found = find_prep_place(*spec);
  if (!found) return "error: " + found.error().what;
  const auto& line = spec->file[found->line - 1];
  return std::string(line.substr(0, line.find('\n'))) + (found->folder.empty() ? "" : " | " + found->folder);
}

TEST(PrepPlace, BehindTheLastPatch) {
  EXPECT_EQ(place("%setup -q\n%patch1 -p1\n%patch -P 2 -p1\nmake oldconfig\n"), "%patch -P 2 -p1");
  EXPECT_EQ(place("%autosetup -p1 -n linux\nmake oldconfig\n"), "%autosetup -p1 -n linux");
  EXPECT_EQ(place("%autosetup -N\n%autopatch -p1\ncp -a . ../b\n"), "%autopatch -p1");
  EXPECT_EQ(place("%setup -q\ngit init\ngit am %{patches}\n"), "git am %{patches}");
  EXPECT_EQ(place("%setup -q\nQUILT_PATCHES=x quilt push -a\n"), "QUILT_PATCHES=x quilt push -a");
  EXPECT_EQ(place("%setup -q\nxzcat %{SOURCE2} | patch -p1 -s\ntrue\n"), "xzcat %{SOURCE2} | patch -p1 -s");
  EXPECT_EQ(place("%setup -q\n%{?with_x:%patch3 -p1}\ntrue\n"), "%{?with_x:%patch3 -p1}");
  EXPECT_EQ(place("%setup -q\n%_sourcedir/apply-patches series.conf\ntrue\n"),
            "%_sourcedir/apply-patches series.conf");
}

TEST(PrepPlace, BehindTheLoopThatPatches) {
  EXPECT_EQ(place("%setup -q\nfor p in $(cat series); do\n  patch -p1 < $p\ndone # all\ntrue\n"),
            "done # all");
  EXPECT_EQ(place("%setup -q\nwhile read -r p\ndo if [ -s $p ]; then\ngit apply $p; fi\ndone < series\n"),
            "done < series");
}

TEST(PrepPlace, BehindTheCallsOfAFunctionThatPatches) {
  const std::string function =
      "ApplyPatch()\n{\n  case \"$1\" in\n  *.xz) xzcat $1 | patch -p1 ;;\n  *) patch -p1 < $1 ;;\n  "
      "esac\n}\n"
      "ApplyOptionalPatch() {\n  if [ -s \"$1\" ]; then ApplyPatch \"$1\"; fi\n}\n";
  EXPECT_EQ(place(function + "%setup -q -n linux\nApplyPatch a\nApplyOptionalPatch b\nmake mrproper\n"),
            "ApplyOptionalPatch b");
  EXPECT_EQ(place("log() { echo $1; }\n%setup -q\nlog patching\ncp -a . ../b\n"), "%setup -q")
      << "a function that does not";
}

TEST(PrepPlace, OutsideOfConditions) {
  EXPECT_EQ(place("%setup -q\n%if 0%{?with_patch}\n%if 1\n%patch1 -p1\n%endif\n%endif\ncp -rl . ../b\n"),
            "%endif");
  EXPECT_EQ(place("%setup -q\nif [ -e x ]; then\n%patch1 -p1\nfi\ntrue\n"), "fi");
  EXPECT_THAT(place("%setup -q\n%if 1\n%patch1 -p1\ncp -a . ../copy\n%endif\n"),
              HasSubstr("error: the kernel's tree is used before patches can follow the last one (line 5: "
                        "%patch1 -p1; line 6:"));
}

TEST(PrepPlace, FollowsTheFolder) {
  EXPECT_EQ(place("%setup -q -c -n k\nmv a linux-1\ncd linux-1\ncd ..\ncp -a linux-1 b\n"), "cd linux-1");
  EXPECT_EQ(place("%setup -q -n k -c\npushd linux-1\n%patch1 -p1\npopd\n"), "%patch1 -p1");
  EXPECT_EQ(place("%setup -q -n k -c\n%if 1\npushd linux-1\n%patch1 -p1\npopd\n%endif\n"),
            "%endif | linux-1");
  EXPECT_EQ(place("%setup -q -n k -c\n( cd linux-1\n%patch1 -p1\n)\ntrue\n"), ") | linux-1");
  EXPECT_EQ(place("%setup -q -n k/linux\n%if 1\n%patch1 -p1\ncd ..\n%else\ncd ..\n%endif\n"),
            "%endif | linux");
  EXPECT_EQ(place("%setup -q -c -n k\npatch -p1 -d linux-1 < x\n"), "patch -p1 -d linux-1 < x | linux-1");
}

TEST(PrepPlace, BranchesThatAgreeAreOneWay) {
  const std::string rhel = "if [ ! -d kernel-1 ]; then\n%setup -q -n kernel-1 -c\nelse\ncd kernel-1/\nfi\n";
  EXPECT_EQ(
      place(rhel +
            "cp -al vanilla linux-1\ncd linux-1\nApplyPatch() { patch -p1 < $1; }\nApplyPatch x\nmake\n"),
      "ApplyPatch x");
  EXPECT_THAT(
      place("%if 1\n%setup -q -n a\n%else\n%setup -q -n b\n%endif\n%patch1 -p1\n"),
      HasSubstr("error: the folder in which %prep applies its patches is not known (line 8: %patch1 -p1)"));
  EXPECT_THAT(place("%if 1\n%setup -q -n a\n%endif\n"),
              HasSubstr("error: behind line 5: %endif it is not known"));
}

TEST(PrepPlace, ReadsTheShellAndNotItsTexts) {
  EXPECT_EQ(place("%setup -q\ncat > x <<EOF\npatch -p1\nEOF\necho 'quilt push\npatch'\n# patch -p1\ntrue\n"),
            "%setup -q");
  EXPECT_THAT(place("%setup -q\necho 'open\n"), HasSubstr("error: line 4: a quote of %prep is never closed"));
  EXPECT_THAT(place("%setup -q\nif true; then\n%patch1\n"),
              HasSubstr("error: line 4: \"if\" of %prep is never closed"));
  EXPECT_THAT(place("%setup -q\ncat <<EOF\n"),
              HasSubstr("error: line 4: a here-document of %prep is never closed"));
}

TEST(PrepPlace, MacrosThatPatch) {
  const auto spec = read_spec(
      "Source0: a\n%define apply() patch -p1 < %1\n%global patchlevel 3\n%prep\n%setup -q\n%apply "
      "x\n%{patchlevel}\n%build\n");
  ASSERT_TRUE(spec);
  const auto found = find_prep_place(*spec);
  ASSERT_TRUE(found) << found.error().what;
  EXPECT_EQ(found->line, 6U);
}

TEST(PrepPlace, WhatIsNotUnderstoodIsRefused) {
  EXPECT_THAT(
      place("%setup -q -n a\n%patch1 -p1\ncd ../b\n%patch2 -p1\n"),
      HasSubstr("error: %prep patches in two folders: a (line 4: %patch1 -p1) and b (line 6: %patch2 -p1)"));
  EXPECT_THAT(place("tar xf %{SOURCE0}\n"), HasSubstr("error: no place for the patches was found in %prep"));
  EXPECT_THAT(place("%setup -q\n%prep\n"),
              HasSubstr("error: lines 2 and 4: the spec has two %prep sections"));
  EXPECT_THAT(place("cp -a /usr/src/linux linux\ncd linux\n"),
              HasSubstr("error: the kernel's tree is used before %prep is in it"));
  EXPECT_THAT(place("%setup -q\ncd $top\n%patch1 -p1\n"), HasSubstr("is not known"));
}

TEST(PrepPlace, ACopyThatWouldBeWithoutOursIsRefused) {
  EXPECT_THAT(place("%setup -q -n l\ncp -a . ../debug\n%patch1 -p1\n"),
              HasSubstr("error: the kernel's tree is copied before its last patch (line 4: cp -a . ../debug; "
                        "line 5: %patch1 -p1)"));
  EXPECT_EQ(place("%setup -q -c -n k\ncd vanilla\npatch -p1 < x\ncd ..\ncp -al vanilla linux\ncd "
                  "linux\n%patch1 -p1\n"),
            "%patch1 -p1")
      << "a tree that was patched and became this one";
  EXPECT_THAT(place("%autosetup -S git -n l\ngit archive HEAD | tar -x -C ../m\n"),
              HasSubstr("error: what is built comes out of a commit (line 4:"));
}

TEST(PrepPlace, ToolsThatAreNotKnownAreRefused) {
  EXPECT_THAT(place("%setup -q\nsh %{SOURCE9} series.conf\n"),
              HasSubstr("error: line 4: sh %{SOURCE9} series.conf: what this does"));
  const auto listed = read_spec("Source0: a\nPatch1: b\n%prep\n%setup -q\nweave\n%build\n");
  ASSERT_TRUE(listed);
  EXPECT_EQ(find_prep_place(*listed).error().what,
            "line 2: Patch1: b: the spec lists patches, and nothing that is known applies them in %prep");
  const auto macro = read_spec("Source0: a\n%define all() \\\n%setup -q \\\n%patch1\n%prep\n%all\n");
  ASSERT_TRUE(macro);
  EXPECT_THAT(find_prep_place(*macro).error().what, HasSubstr("line 6: %all: what this does"));
}

TEST(Folder, IsFollowedAsText) {
  Folder folder;
  EXPECT_EQ(folder.text(), ".");
  folder.enter("\"a/b/\"");
  EXPECT_EQ(folder.text(), "a/b");
  folder.enter("../c");
  EXPECT_EQ(folder.text(), "a/c");
  folder.enter("%{_builddir}/x-%{y/z}");
  EXPECT_EQ(folder.text(), "x-%{y/z}");
  const Folder known = folder;
  folder.enter("../../..");
  EXPECT_FALSE(folder.known());
  folder.enter("%{_builddir}");
  EXPECT_EQ(folder.from(known), "..");
  EXPECT_EQ(known.from(folder), "x-%{y/z}");
  folder.enter("/abs");
  EXPECT_EQ(folder.text(), "/abs");
  EXPECT_EQ(known.from(folder), "%{_builddir}/x-%{y/z}");
  folder.set_up({"%setup", "-qn", "n-1", "-a", "2"});
  EXPECT_EQ(folder.text(), "n-1");
  folder.set_up({"%setup", "-q"});
  EXPECT_EQ(folder.text(), "%{name}-%{version}");
}

TEST(PrepPlace, BehindWhatTheLastPatchsLineGoesOnWith) {
  EXPECT_EQ(place("%setup -q\npatch -p1 <<'EOF'\n--- a/x\n+++ b/x\nEOF\ntrue\n"), "EOF");
  EXPECT_EQ(place("%setup -q\npatch -p1 < x; echo \"a\nb\"\ntrue\n"), "b\"");
  EXPECT_EQ(place("%setup -q\npatch -p1 < x ||\n{ echo failed; exit 1; }\ntrue\n"),
            "{ echo failed; exit 1; }");
  EXPECT_EQ(place("%setup -q\npatch -p1 < x &&\n# a comment\necho fine\ntrue\n"), "echo fine");
  EXPECT_EQ(place("%setup -q\npatch -p1 < x |\ntee log\ntrue\n"), "tee log");
  EXPECT_EQ(place("%setup -q\npatch -p1 < x 2>&1 # ||\ntrue\n"), "patch -p1 < x 2>&1 # ||");
}

TEST(PrepPlace, NotBehindAUseOfTheTree) {
  for (const auto* use : {"tar cf ../source.tar .", "rsync -a ./ ../copy/", "make olddefconfig"})
    EXPECT_THAT(place("%setup -q -n linux\n%patch1 -p1\n" + std::string(use) + "\n%patch2 -p1\n"),
                HasSubstr("is used before its last patch (line 5: "))
        << use;
  EXPECT_THAT(place("%setup -q -n linux\n%if 0%{?v}\nmake olddefconfig\n%else\n%patch1 -p1\n%endif\n"),
              HasSubstr("is used before its last patch"));
  EXPECT_EQ(place("%setup -q -n linux\nmake -f %{SOURCE19} config\n%patch2 -p1\n"), "%patch2 -p1")
      << "a Makefile of the package's";
}

TEST(PrepPlace, PatchesInOtherClothes) {
  EXPECT_EQ(place("%setup -q\n%patch1 -p1\n%{__patch} -p1 -i %{PATCH2}\ntrue\n"),
            "%{__patch} -p1 -i %{PATCH2}");
  EXPECT_EQ(place("%setup -q\n%patch1 -p1\nxargs git am < %{SOURCE1}\ntrue\n"), "xargs git am < %{SOURCE1}");
  EXPECT_EQ(
      place("%define one() %{expand:%%patch%{1} -p1}\n%define all %{one 2}\n%setup -q\n%patch1 -p1\n%all\n"),
      "%all");
  for (const auto* line : {"if ! out=$(patch -p1 < %{PATCH2} 2>&1); then false; fi",
                           "%{lua: print(rpm.expand(\"%patch2 -p1\"))}", "%include more"})
    EXPECT_THAT(place("%setup -q\n%patch1 -p1\n" + std::string(line) + "\n"), HasSubstr("is not known"))
        << line;
}

TEST(PrepPlace, AProgramOfThePackagesMayPatch) {
  for (const auto* line : {"sh %{SOURCE2}", "sh %{SOURCE2} %{SOURCE1}", "%{SOURCE2}", "python3 %{SOURCE2}"})
    EXPECT_THAT(place("%setup -q\n" + std::string(line) + "\n"),
                HasSubstr("what this does to the kernel's tree is not known"))
        << line;
  EXPECT_EQ(place("%setup -q\n%patch1 -p1\nsh %{SOURCE2}\n"), "%patch1 -p1")
      << "where others patch it does not";
  EXPECT_EQ(place("%setup -q -n linux\nsh %{SOURCE2} adopt ../kernel.config\n"), "%setup -q -n linux");
}

TEST(PrepPlace, AConditionThatReachesOverThePrep) {
  const auto spec = read_spec("Source0: a\n%if 1\n%prep\n%setup -q\n%patch1 -p1\n%build\nmake\n%endif\n");
  ASSERT_TRUE(spec);
  const auto found = find_prep_place(*spec);
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().what, HasSubstr("reaches over the end of %prep"));
}

TEST(PrepPlace, AStepThatIsTakenOnlyWhereATestSaysSo) {
  for (const auto* step :
       {"[ -d linux-1 ] && cd linux-1", "test -d linux-1 &&\n cd linux-1", "cd a || cd linux-1",
        "[ -d linux-1 ] && { cd linux-1; }", "[ -e x ] || pushd linux-1"})
    EXPECT_THAT(place("%setup -q -c -n k\n" + std::string(step) + "\n%patch1 -p1\n"),
                HasSubstr("error: the folder in which %prep applies its patches is not known"))
        << step;
  for (const auto* step : {"cd linux-1 || exit 1", "mkdir -p linux-1 && cd linux-1", "{ cd linux-1; }",
                           "[ -e x ] && echo; cd linux-1", "[ -e x ] && (cd x; make)\ncd linux-1"})
    EXPECT_EQ(place("%setup -q -c -n k\n" + std::string(step) + "\n%patch1 -p1\n"), "%patch1 -p1") << step;
}

TEST(PrepPlace, AFolderWhoseNameIsAnotherOneLater) {
  const std::string setup = "%setup -q -c -n k\n";
  for (const auto* lines : {"for f in a b; do\n  patch -p1 -d linux-$f < x\ndone\n",
                            "while read f; do patch -p1 -d linux-${f} < x; done < list\n",
                            "V=1\npatch -p1 -d linux-$V < x\nexport V=2\n",
                            "for i in 1 2; do V=a$i; cd linux-$V; patch -p1 < x; cd ..; done\n"})
    EXPECT_THAT(place(setup + lines), HasSubstr("is not known")) << lines;
  EXPECT_EQ(place(setup + "V=1\npatch -p1 -d linux-$V < x\nW=$V\nV=2 make\n"),
            "patch -p1 -d linux-$V < x | linux-$V");
  EXPECT_EQ(
      place(setup + "for p in a b; do patch -p1 -d linux-$RPM_PACKAGE_VERSION < $p; done\n"),
      "for p in a b; do patch -p1 -d linux-$RPM_PACKAGE_VERSION < $p; done | linux-$RPM_PACKAGE_VERSION");
}

TEST(PrepPlace, AFolderThatIsNotTheTreesOwn) {
  EXPECT_THAT(place("%setup -q -n linux-1\ncd tools/perf\npatch -p1 < x\n"),
              HasSubstr("error: %prep applies its patches in linux-1/tools/perf, which looks like a part"));
  EXPECT_THAT(
      place("%setup -q -c -n k\npatch -p0 < x\n"),
      HasSubstr("error: line 4: patch -p0 < x: whether k is the kernel's tree or the folder around it"));
  EXPECT_THAT(place("%setup -q -cn k\n%patch1 -p 0\n"), HasSubstr("whether k is the kernel's tree"));
  EXPECT_EQ(place("%setup -q -n linux-1\npatch -p0 < x\n"), "patch -p0 < x");
  EXPECT_EQ(place("%setup -q -c -n k\nmv a linux-1\ncd linux-1\npatch -p0 < x\n"), "patch -p0 < x");
  EXPECT_EQ(place("%setup -q -c -n k\npatch -p0 -d linux-1 < x\n"), "patch -p0 -d linux-1 < x | linux-1");
}

TEST(PrepPlace, TheFolderAroundTheTreeIsNoTree) {
  const std::string elrepo = "%setup -q -n k -c\nmv linux-1 linux-2\n";
  EXPECT_EQ(place(elrepo + "pushd linux-2 > /dev/null\nmake olddefconfig\npopd\n"),
            "pushd linux-2 > /dev/null");
  EXPECT_THAT(place(elrepo + "cd %src\nmake olddefconfig\n"),
              HasSubstr("error: no step of %prep into the kernel's tree"));
}

TEST(PrepPlace, AUseBehindThePatchOnItsOwnLine) {
  for (const auto* line : {"patch -p1 < x && make olddefconfig", "patch -p1 < x; cp -al . ../debug",
                           "for p in a b; do patch -p1 < $p; done; make olddefconfig"})
    EXPECT_THAT(place("%setup -q -n linux-1\n" + std::string(line) + "\n"),
                HasSubstr("is used before patches can follow"))
        << line;
}

TEST(PrepPlace, WhatAFunctionOrAMacroDoesToTheTree) {
  const std::string setup = "%setup -q -n linux-1\n";
  EXPECT_THAT(place("Copy() { cp -al . ../debug; }\n" + setup + "Copy\n%patch1 -p1\n"),
              HasSubstr("before its last patch"));
  EXPECT_THAT(place("Both() { patch -p1 < $1; make olddefconfig; }\n" + setup + "Both x\n"),
              HasSubstr("is not known"));
  EXPECT_THAT(place("Clean() { git checkout -q .; }\n" + setup + "%patch1 -p1\nClean\n"),
              HasSubstr("comes out of a commit"));
  EXPECT_THAT(place("Apply() { patch -d linux-1 -p1 < $1; }\n%setup -q -c -n k\nApply x\n"),
              HasSubstr("is not known"));
  EXPECT_THAT(place(setup + "%{!?_without_debug:cp -al . ../debug}\n%patch1 -p1\n"),
              HasSubstr("is copied before its last patch"));
  EXPECT_THAT(place("%define confit make olddefconfig\n" + setup + "%confit\n%patch1 -p1\n"),
              HasSubstr("before its last patch"));
  EXPECT_THAT(place("%define all() patch -p1 < a; cp -a . ../b\n" + setup + "%all\n"),
              HasSubstr("is not known"));
}

TEST(PrepPlace, CopiesByOtherNames) {
  for (const auto* copy :
       {"cp -al \"$PWD\" ../debug", "cp -al ../linux-%version ../debug", "cp -al ../%{tree} ../debug",
        "cp -a -t ../debug .", "(cd ../.. && cp -al k k-debug)", "tar --exclude=.git -cf ../v.tar .",
        "git clone -q . ../debug", "$MAKE olddefconfig", "env ARCH=x86 make olddefconfig",
        "(cd .. && make -C linux-%{version} defconfig)"})
    EXPECT_THAT(place("%define tree linux-%{version}\n%setup -q -c -n k\ncd linux-%{version}\n" +
                      std::string(copy) + "\n%patch1 -p1\n"),
                HasSubstr("before its last patch"))
        << copy;
  EXPECT_THAT(
      place(
          "%setup -q -c -n k\ncp -a vanilla/. linux-a/\ncp -a vanilla/. linux-b/\ncd linux-a\n%patch1 -p1\n"),
      HasSubstr("is copied before its last patch"));
  EXPECT_EQ(
      place("%setup -q -c -n k\ncp -al $found/vanilla .\ncp -al vanilla linux-a\ncd linux-a\n%patch1 -p1\n"),
      "%patch1 -p1");
}

TEST(PrepPlace, AFlavourThatIsPatchedFurther) {
  const std::string rt =
      "%setup -q -c -n k\ncd linux-1\n%patch1 -p1\ncp -al ../linux-1 ../linux-rt\ncd ../linux-rt\n%patch2 "
      "-p1\n";
  EXPECT_EQ(place(rt), "%patch2 -p1");
  EXPECT_THAT(place(rt + "cd ../linux-1\nmake olddefconfig\n"), HasSubstr("patches in two folders"));
}

TEST(PrepPlace, ADriverBesideTheTree) {
  const std::string driver = "%setup -q -n linux-1\n%patch1 -p1\npushd ../i40e-1\n%patch2 -p1\npopd\n";
  EXPECT_THAT(place(driver), HasSubstr("patches in two folders")) << "it may be the tree that is built";
  EXPECT_EQ(place(driver + "%patch3 -p1\n"), "%patch3 -p1");
  EXPECT_THAT(place("%setup -q -n linux-1\npushd i40e-1\n%patch2 -p1\npopd\n"),
              HasSubstr("is the kernel's tree is not known"));
}

TEST(PrepPlace, ATreeThatIsUnpackedAgain) {
  EXPECT_THAT(place("%setup -q -n l\n%patch1 -p1\n%setup -q -n l\n"),
              HasSubstr("is unpacked again behind its last patch"));
  EXPECT_EQ(place("%setup -q -n l\n%patch1 -p1\n%setup -q -D -T -a 2 -n l\n"), "%patch1 -p1");
}

TEST(PrepPlace, ToolsThatPatchByOtherNames) {
  EXPECT_EQ(place("%setup -q\n%patch1 -p1\n%{patches_dir}/scripts/apply_patches\n"),
            "%{patches_dir}/scripts/apply_patches");
  EXPECT_EQ(place("%setup -q\n%patch1 -p1\ngit -c user.name=a quiltimport --patches ../p\n"),
            "git -c user.name=a quiltimport --patches ../p");
  EXPECT_EQ(place("%autosetup -S git -n l\ngit checkout -q -b build\n"), "%autosetup -S git -n l")
      << "that keeps the files";
}

TEST(PrepPlace, BracketsOverSeveralLines) {
  for (const auto* lines :
       {"list=$(\n ls ..\n)\n", "declare -a q=(a\n b)\n", "while read l; do :; done < <(ls\n)\n",
        "echo \"$(echo \")\")\"\n", "((x = 1 << 2))\n"})
    EXPECT_EQ(place("%setup -q\nif [ -f x ]; then\n" + std::string(lines) + "%patch1 -p1\nfi\ntrue\n"), "fi")
        << lines;
  EXPECT_THAT(place("%setup -q\nif true; then\n)\nfi\n"),
              HasSubstr("line 5: \")\" of %prep closes what is not open"));
  EXPECT_THAT(place("%setup -q\nx=$(ls\n"), HasSubstr("line 4: a \"(\" of %prep is never closed"));
}

TEST(PrepPlace, GitCleanTakesNewFilesAway) {
  EXPECT_THAT(place("%setup -q\ngit am %{patches}\ngit clean -fdxq\n"), HasSubstr("comes out of a commit"));
}

}  // namespace
}  // namespace kmesh
