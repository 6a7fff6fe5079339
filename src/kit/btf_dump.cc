// SPDX-License-Identifier: Apache-2.0
#include "kit/btf_dump.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace kmesh {
namespace {

// Types of C nest a few levels. What a damaged file nests without an end is cut off.
constexpr int kDeepestType = 24;
constexpr std::size_t kLongest = 100000;  // words and lines of one definition

struct KindName {
  std::string_view word;
  BtfKind kind;
};

constexpr std::array kKinds = std::to_array<KindName>({
    {"INT", BtfKind::kBase},          {"FLOAT", BtfKind::kBase},
    {"PTR", BtfKind::kPointer},       {"ARRAY", BtfKind::kArray},
    {"STRUCT", BtfKind::kStruct},     {"UNION", BtfKind::kUnion},
    {"ENUM", BtfKind::kEnum},         {"ENUM64", BtfKind::kEnum},
    {"FWD", BtfKind::kForward},       {"TYPEDEF", BtfKind::kTypedef},
    {"CONST", BtfKind::kConst},       {"VOLATILE", BtfKind::kVolatile},
    {"RESTRICT", BtfKind::kRestrict}, {"TYPE_TAG", BtfKind::kTag},
    {"FUNC", BtfKind::kFunction},     {"FUNC_PROTO", BtfKind::kPrototype},
    {"VAR", BtfKind::kOther},         {"DATASEC", BtfKind::kOther},
    {"DECL_TAG", BtfKind::kOther},
});

// What stands behind "KEY=", up to the next blank; empty: it is not there.
std::string_view value_of(std::string_view text, std::string_view key) {
  for (std::size_t at = 0; (at = text.find(key, at)) != std::string_view::npos; ++at) {
    const auto end = at + key.size();
    if (at == 0 || text[at - 1] != ' ' || end >= text.size() || text[end] != '=') continue;
    const auto value = text.substr(end + 1);
    return value.substr(0, value.find_first_of(", "));  // a variable's ends with a comma
  }
  return {};
}

template <class Number>
bool read_number(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

// The same for a number that may be missing.
template <class Number>
bool read_optional(std::string_view text, Number& value) {
  return text.empty() || read_number(text, value);
}

// Takes "'name' " off the front.
bool take_name(std::string_view& text, std::string& name) {
  if (!text.starts_with('\'')) return false;
  const auto end = text.find('\'', 1);
  if (end == std::string_view::npos) return false;
  name = text.substr(1, end - 1);
  if (name == "(anon)") name.clear();
  text.remove_prefix(end + 1);
  return true;
}

bool is_composite(BtfKind kind) {
  return kind == BtfKind::kStruct || kind == BtfKind::kUnion || kind == BtfKind::kEnum;
}

std::string_view keyword(const BtfType& type) {
  switch (type.kind) {
    case BtfKind::kStruct:
      return "struct";
    case BtfKind::kUnion:
      return "union";
    case BtfKind::kEnum:
      return "enum";
    case BtfKind::kForward:
      return type.of_union ? "union" : "struct";
    default:
      return "";
  }
}

std::string spaced(std::string_view type, const std::string& inner) {
  const bool tight = inner.empty() || inner.starts_with('[') || inner.starts_with('(');
  return fmt::format("{}{}{}", type, tight && !inner.starts_with("(*") ? "" : " ", inner);
}

class Writer {
 public:
  explicit Writer(const Btf& types) : types_(types) {}

  std::string declare(std::uint32_t id, const std::string& inner, int depth) const {
    if (depth > kDeepestType || ++written_ > kLongest) return "...";
    const BtfType& type = types_[id];
    switch (type.kind) {
      case BtfKind::kVoid:
        return spaced("void", inner);
      case BtfKind::kPointer: {
        const BtfKind target = types_[type.type].kind;
        const bool round = target == BtfKind::kArray || target == BtfKind::kPrototype;
        return declare(type.type, round ? "(*" + inner + ")" : "*" + inner, depth + 1);
      }
      case BtfKind::kArray:
        return declare(type.type, fmt::format("{}[{}]", inner, type.size), depth + 1);
      case BtfKind::kPrototype:
        return declare(type.type, inner + "(" + parameters(type, depth) + ")", depth + 1);
      case BtfKind::kConst:
        return qualified("const", type, inner, depth);
      case BtfKind::kVolatile:
        return qualified("volatile", type, inner, depth);
      case BtfKind::kRestrict:
        return qualified("restrict", type, inner, depth);
      case BtfKind::kTag:
        return declare(type.type, inner, depth + 1);
      case BtfKind::kFunction:
        return declare(type.type, type.name, depth + 1);
      case BtfKind::kStruct:
      case BtfKind::kUnion:
      case BtfKind::kEnum:
      case BtfKind::kForward:
        if (!type.name.empty()) return spaced(fmt::format("{} {}", keyword(type), type.name), inner);
        return spaced(fmt::format("{} {{ {}}}", keyword(type), in_one_line(id, depth)), inner);
      case BtfKind::kBase:
      case BtfKind::kTypedef:
      case BtfKind::kOther:
        break;
    }
    return spaced(type.name, inner);
  }

  void lines_of(std::uint32_t id, int depth, std::vector<std::string>& lines) const {
    const BtfType& type = types_[id];
    const std::string indent(static_cast<std::size_t>(depth) * 2, ' ');
    for (const auto& member : type.members) {
      if (++written_ > kLongest) return;
      if (type.kind == BtfKind::kEnum) {
        lines.push_back(fmt::format("{}{} = {},", indent, member.name, member.value));
        continue;
      }
      const BtfType& inner = types_[member.type];
      if (is_composite(inner.kind) && inner.name.empty() && depth < kDeepestType) {
        lines.push_back(fmt::format("{}{} {{", indent, keyword(inner)));
        lines_of(member.type, depth + 1, lines);
        lines.push_back(fmt::format("{}}}{}{};", indent, member.name.empty() ? "" : " ", member.name));
        continue;
      }
      const std::string bits = member.bits != 0 ? fmt::format(":{}", member.bits) : "";
      lines.push_back(indent + declare(member.type, member.name, depth) + bits + ";");
    }
  }

 private:
  std::string qualified(std::string_view word, const BtfType& type, const std::string& inner,
                        int depth) const {
    // `*const x` is the pointer's own, `const int *x` is not
    if (types_[type.type].kind == BtfKind::kPointer)
      return declare(type.type, inner.empty() ? std::string(word) : fmt::format("{} {}", word, inner),
                     depth + 1);
    return fmt::format("{} {}", word, declare(type.type, inner, depth + 1));
  }

  std::string parameters(const BtfType& type, int depth) const {
    std::string text;
    for (const auto& parameter : type.members) {
      if (!text.empty()) text += ", ";
      const bool rest = parameter.type == 0 && parameter.name.empty();
      text += rest ? "..." : declare(parameter.type, parameter.name, depth + 1);
    }
    return text.empty() ? "void" : text;
  }

  std::string in_one_line(std::uint32_t id, int depth) const {
    std::vector<std::string> lines;
    lines_of(id, depth + 1, lines);
    std::string text;
    for (const auto& line : lines)
      text += line.substr(std::min(line.find_first_not_of(' '), line.size())) + " ";
    return text;
  }

  const Btf& types_;
  mutable std::size_t written_ = 0;
};

}  // namespace

void BtfReader::line(std::string_view text) {
  if (!wrong_.empty()) return;
  if (text.starts_with('[')) {
    type_line(text);
  } else if (text.starts_with("\t'") && types_.size() > 1) {
    member_line(text);
  }
}

void BtfReader::type_line(std::string_view text) {
  const std::string_view whole = text;
  BtfType type;
  std::size_t id = 0;
  const auto close = text.find("] ");
  bool good =
      close != std::string_view::npos && read_number(text.substr(1, close - 1), id) && id == types_.size();
  if (good) text.remove_prefix(close + 2);
  const auto word = text.substr(0, text.find(' '));
  const auto* const kind =
      std::find_if(kKinds.begin(), kKinds.end(), [&](const KindName& known) { return known.word == word; });
  good = good && kind != kKinds.end() && word.size() < text.size();
  if (good) {
    type.kind = kind->kind;
    text.remove_prefix(word.size() + 1);
    good = take_name(text, type.name) &&
           read_optional(value_of(text, type.kind == BtfKind::kPrototype ? "ret_type_id" : "type_id"),
                         type.type) &&
           read_optional(value_of(text, type.kind == BtfKind::kArray ? "nr_elems" : "size"), type.size);
    type.of_union = value_of(text, "fwd_kind") == "union";
  }
  if (!good) {
    wrong_ = whole;
    return;
  }
  types_.push_back(std::move(type));
}

void BtfReader::member_line(std::string_view text) {
  const std::string_view whole = text;
  BtfMember member;
  text.remove_prefix(1);
  if (!take_name(text, member.name) || !read_optional(value_of(text, "type_id"), member.type) ||
      !read_optional(value_of(text, "bits_offset"), member.bits_offset) ||
      !read_optional(value_of(text, "bitfield_size"), member.bits)) {
    wrong_ = whole;
    return;
  }
  member.value = value_of(text, "val");
  types_.back().members.push_back(std::move(member));
}

Result<Btf> BtfReader::finish() {
  if (!wrong_.empty())
    return fail(fmt::format("a line of bpftool's dump cannot be read: '{}'", wrong_),
                "this program knows the raw form of bpftool 5.10 to 7.x");
  if (types_.size() == 1) return fail("bpftool's dump has no types");
  const auto there = [&](std::uint32_t id) { return id < types_.size(); };
  for (const auto& type : types_) {
    const bool whole =
        there(type.type) && std::all_of(type.members.begin(), type.members.end(),
                                        [&](const BtfMember& member) { return there(member.type); });
    if (!whole)
      return fail(fmt::format("the BTF is damaged: '{}' refers to a type that is not there", type.name));
  }
  return std::move(types_);
}

std::string btf_title(const BtfType& type) {
  if (type.kind == BtfKind::kTypedef) return "typedef " + type.name;
  if (!is_composite(type.kind)) return {};
  if (!type.name.empty()) return fmt::format("{} {}", keyword(type), type.name);
  // a list of constants is known by its first; other anonymous types are spelled out where they are used
  if (type.kind == BtfKind::kEnum && !type.members.empty())
    return fmt::format("enum {{ {}, ... }}", type.members.front().name);
  return {};
}

std::string declaration(const Btf& types, std::uint32_t id, const std::string& inner) {
  return Writer(types).declare(id, inner, 0);
}

std::vector<std::string> definition(const Btf& types, std::uint32_t id) {
  const BtfType& type = types[id];
  const Writer writer(types);
  std::vector<std::string> lines;
  if (type.kind != BtfKind::kTypedef) {
    writer.lines_of(id, 0, lines);
    return lines;
  }
  const BtfType& target = types[type.type];
  if (!is_composite(target.kind) || !target.name.empty())
    return {writer.declare(type.type, type.name, 0) + ";"};
  lines.push_back(fmt::format("{} {{", keyword(target)));
  writer.lines_of(type.type, 1, lines);
  lines.push_back(fmt::format("}} {};", type.name));
  return lines;
}

}  // namespace kmesh
