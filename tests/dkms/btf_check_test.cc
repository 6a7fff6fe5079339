// SPDX-License-Identifier: Apache-2.0
// btf_check on modules whose BTF libbpf wrote: the right one, and each way to be wrong.
#include <bpf/btf.h>
#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

extern "C" int btf_check_main(int argc, char** argv);

namespace kmesh {
namespace {

using ::testing::HasSubstr;
using Btf = std::unique_ptr<struct btf, decltype(&btf__free)>;

std::string raw(const Btf& btf) {
  unsigned size = 0;
  const void* data = btf__raw_data(btf.get(), &size);
  return {static_cast<const char*>(data), size};
}

template <typename T>
std::string bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

// The kernel's types; `more` of them come first, so that all have other ids, or the two structs change
// places.
Btf kernel_btf(int more = 0, bool swapped = false) {
  Btf btf(btf__new_empty(), &btf__free);
  for (int i = 0; i < more; ++i) btf__add_struct(btf.get(), ("other" + std::to_string(i)).c_str(), 4);
  btf__add_int(btf.get(), "int", 4, BTF_INT_SIGNED);
  btf__add_typedef(btf.get(), "u32", btf__add_int(btf.get(), "unsigned int", 4, 0));
  for (const char* name : {swapped ? "sock" : "bpf_sock_addr", swapped ? "bpf_sock_addr" : "sock"})
    btf__add_struct(btf.get(), name, 72);
  return btf;
}

struct Function {
  std::string name = "kmesh_arm";
  int parameters = 3;
  std::string context = "bpf_sock_addr";
  std::string number = "u32";
};

struct Module {
  Btf btf;
  int id;  // of the function
};

Module module_btf(const Btf& base, const Function& function = {}) {
  Btf btf(btf__new_empty_split(base.get()), &btf__free);
  const auto id = [&](const std::string& name, unsigned kind) {
    return btf__find_by_name_kind(base.get(), name.c_str(), kind);
  };
  const int context = btf__add_ptr(btf.get(), id(function.context, BTF_KIND_STRUCT));
  const int number = function.number == "u32" ? id("u32", BTF_KIND_TYPEDEF) : context;
  const int proto = btf__add_func_proto(btf.get(), id("int", BTF_KIND_INT));
  for (int i = 0; i < function.parameters; ++i)
    btf__add_func_param(btf.get(), ("p" + std::to_string(i)).c_str(), i == 0 ? context : number);
  const int func = btf__add_func(btf.get(), function.name.c_str(), BTF_FUNC_STATIC, proto);
  return {std::move(btf), func};
}

// What BTF_KFUNCS_START and its kind leave: a count, flags, and each id with its flags.
std::string id_set(unsigned id) {
  const std::array<std::uint32_t, 4> words = {1, 1, id, 0};
  return {reinterpret_cast<const char*>(words.data()), sizeof(words)};
}

// A relocatable file with these sections, and a symbol at the beginning of .BTF_ids.
std::string elf_of(std::vector<std::pair<std::string, std::string>> sections,
                   const std::string& symbol = "__BTF_ID__set8__kmesh_kfuncs") {
  std::size_t ids = 0;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    if (sections[i].first == ".BTF_ids") ids = i + 1;
  }
  Elf64_Sym sym{};
  sym.st_name = 1;
  sym.st_shndx = static_cast<Elf64_Section>(ids);
  sections.emplace_back(".symtab", bytes_of(Elf64_Sym{}) + bytes_of(sym));
  sections.emplace_back(".strtab", std::string(1, '\0') + symbol + '\0');
  std::string names(1, '\0');
  for (const auto& [name, content] : sections) names += name + '\0';
  names += std::string(".shstrtab") + '\0';
  sections.emplace_back(".shstrtab", names);

  std::string body;
  std::string headers = bytes_of(Elf64_Shdr{});
  std::size_t name_at = 1;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const auto& [name, content] = sections[i];
    Elf64_Shdr header{};
    header.sh_name = static_cast<Elf64_Word>(name_at);
    header.sh_type = name == ".symtab" ? SHT_SYMTAB : name.ends_with("strtab") ? SHT_STRTAB : SHT_PROGBITS;
    header.sh_offset = sizeof(Elf64_Ehdr) + body.size();
    header.sh_size = content.size();
    header.sh_link = name == ".symtab" ? static_cast<Elf64_Word>(i + 2) : 0;  // the next one
    name_at += name.size() + 1;
    body += content;
    headers += bytes_of(header);
  }
  Elf64_Ehdr elf{};
  std::memcpy(elf.e_ident, ELFMAG, SELFMAG);
  elf.e_ident[EI_CLASS] = ELFCLASS64;
  elf.e_ident[EI_DATA] = ELFDATA2LSB;
  elf.e_type = ET_REL;
  elf.e_shoff = sizeof(elf) + body.size();
  elf.e_shentsize = sizeof(Elf64_Shdr);
  elf.e_shnum = static_cast<Elf64_Half>(sections.size() + 1);
  elf.e_shstrndx = static_cast<Elf64_Half>(sections.size());
  return bytes_of(elf) + body + headers;
}

class BtfCheck : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& name, const std::string& content) {
    const std::string path = folder_ + "/" + name;
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }

  // What it says, or "right".
  std::string check(const std::string& module, const std::string& base) {
    std::array<std::string, 3> words = {"btf_check", file("m.ko", module), file("base", base)};
    std::array<char*, 3> argv = {words[0].data(), words[1].data(), words[2].data()};
    testing::internal::CaptureStderr();
    const int code = btf_check_main(3, argv.data());
    const std::string said = testing::internal::GetCapturedStderr();
    EXPECT_EQ(code == 0, said.empty());
    return code == 0 ? "right" : said;
  }

  std::string right_module(const Module& module) {
    return elf_of({{".BTF", raw(module.btf)}, {".BTF_ids", id_set(static_cast<unsigned>(module.id))}});
  }

  std::string folder_ = testing::TempDir() + "kmesh-btf";
  Btf base_ = kernel_btf();
  Module module_ = module_btf(base_);
};

TEST_F(BtfCheck, TakesTheRightOne) {
  EXPECT_EQ(check(right_module(module_), raw(base_)), "right");
  EXPECT_EQ(check(right_module(module_), elf_of({{".BTF", raw(base_)}})), "right") << "a vmlinux";
}

TEST_F(BtfCheck, TakesOneThatBringsItsBaseAlong) {
  const auto id = static_cast<unsigned>(module_.id);
  const std::string distilled =
      elf_of({{".BTF.base", raw(base_)}, {".BTF", raw(module_.btf)}, {".BTF_ids", id_set(id)}});
  EXPECT_EQ(check(distilled, raw(kernel_btf(5))), "right") << "the kernel looks the types up by name";
}

TEST_F(BtfCheck, RefusesOneOfAnotherKernel) {
  EXPECT_THAT(check(right_module(module_), raw(kernel_btf(1))), HasSubstr("another kernel's"));
  EXPECT_THAT(check(right_module(module_), raw(kernel_btf(200))), HasSubstr("another kernel's"));
  EXPECT_THAT(check(right_module(module_), raw(kernel_btf(0, true))),
              HasSubstr("does not take struct bpf_sock_addr: it was made against another kernel's"));
}

TEST_F(BtfCheck, RefusesWhatIsMissing) {
  const std::string ids = id_set(static_cast<unsigned>(module_.id));
  EXPECT_THAT(check(elf_of({{".BTF_ids", ids}}), raw(base_)), HasSubstr("m.ko: it has no BTF"));
  EXPECT_THAT(check(elf_of({{".BTF", raw(module_.btf)}}), raw(base_)), HasSubstr("has no .BTF_ids"));
  EXPECT_THAT(check(right_module(module_), elf_of({})), HasSubstr("base: it has no BTF"));
  EXPECT_THAT(check("no module", raw(base_)), HasSubstr("this is no module"));
  EXPECT_THAT(check(right_module(module_), ""), HasSubstr("no header that is known here"));
}

TEST_F(BtfCheck, RefusesIdsThatWereNotResolved) {
  EXPECT_THAT(check(elf_of({{".BTF", raw(module_.btf)}, {".BTF_ids", id_set(0)}}), raw(base_)),
              HasSubstr("not resolved"));
  const std::string ids = id_set(static_cast<unsigned>(module_.id));
  EXPECT_THAT(check(elf_of({{".BTF", raw(module_.btf)}, {".BTF_ids", ids}}, "something_else"), raw(base_)),
              HasSubstr("not resolved"))
      << "no set";
}

TEST_F(BtfCheck, RefusesAnotherFunction) {
  const auto with = [&](const Function& function) {
    const Module module = module_btf(base_, function);
    return check(right_module(module), raw(base_));
  };
  EXPECT_THAT(with({.name = "kmesh_arms"}), HasSubstr("knows no kmesh_arm()"));
  EXPECT_THAT(with({.parameters = 2}), HasSubstr("of something else"));
  EXPECT_THAT(with({.number = "pointer"}), HasSubstr("of something else"));
  EXPECT_THAT(with({.context = "sock"}), HasSubstr("does not take struct bpf_sock_addr"));
}

// Whatever is in it, it is read within its bounds: the sanitizers look on.
TEST_F(BtfCheck, SurvivesAnyFile) {
  const std::string module = right_module(module_);
  const std::string base = raw(base_);
  for (std::size_t len = 0; len < module.size(); ++len)
    EXPECT_NE(check(module.substr(0, len), base), "right") << len;
  for (std::size_t at = 0; at < module.size(); ++at) {
    for (const char with : {'\0', '\xff'}) {
      std::string changed = module;
      changed[at] = with;
      check(changed, base);
    }
  }
  for (std::size_t len = 0; len < base.size(); ++len) check(module, base.substr(0, len));
}

}  // namespace
}  // namespace kmesh
