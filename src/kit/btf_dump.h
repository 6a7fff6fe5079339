// SPDX-License-Identifier: Apache-2.0
// A kernel's C types, read from what `bpftool btf dump file X format raw` prints, and written as C again.
// Pure: takes lines, returns values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kmesh {

enum class BtfKind {
  kVoid,
  kBase,  // integers and floating point
  kPointer,
  kArray,
  kStruct,
  kUnion,
  kEnum,
  kForward,
  kTypedef,
  kConst,
  kVolatile,
  kRestrict,
  kTag,  // of a type; C has no word for it
  kFunction,
  kPrototype,
  kOther,  // variables, sections, tags of declarations: nothing else refers to them
};

struct BtfMember {
  std::string name;  // of an enumerator, too
  std::uint32_t type = 0;
  std::uint64_t bits_offset = 0;
  unsigned bits = 0;  // of a bit field; 0: none
  std::string value;  // of an enumerator
};

struct BtfType {
  BtfKind kind = BtfKind::kVoid;
  std::string name;                // empty: anonymous
  std::uint32_t type = 0;          // what it points to, is an array of, returns...
  std::uint64_t size = 0;          // bytes; of an array: how many elements
  bool of_union = false;           // of a forward declaration
  std::vector<BtfMember> members;  // enumerators, parameters
};

// The index is the type's id; 0 is void.
using Btf = std::vector<BtfType>;

class BtfReader {
 public:
  // Lines of another form are passed over: a library's warnings come the same way.
  void line(std::string_view text);
  // Errors: a line of the dump that cannot be read, a type that is not there, no type at all.
  Result<Btf> finish();

 private:
  void type_line(std::string_view text);
  void member_line(std::string_view text);

  Btf types_{BtfType{}};
  std::string wrong_;  // the first line that could not be read
};

// "struct sock", "typedef u32", "enum { FIRST, ... }"; empty for what has no definition of its own.
std::string btf_title(const BtfType& type);

// A declaration of `inner` with that type: declaration(types, 17, "*x") is "struct sock **x".
std::string declaration(const Btf& types, std::uint32_t id, const std::string& inner);

// The lines between the braces of a struct, union or enum, anonymous ones within it spelled out; a typedef's
// declaration.
std::vector<std::string> definition(const Btf& types, std::uint32_t id);

}  // namespace kmesh
