// SPDX-License-Identifier: Apache-2.0
#include "kit/type_diff.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace kmesh {
namespace {

struct Definition {
  std::uint64_t size = 0;
  std::vector<std::string> lines;
  std::vector<std::uint64_t> offsets;

  friend bool operator==(const Definition& a, const Definition& b) {
    return std::tie(a.size, a.lines, a.offsets) == std::tie(b.size, b.lines, b.offsets);
  }
  friend bool operator<(const Definition& a, const Definition& b) {
    return std::tie(a.size, a.lines, a.offsets) < std::tie(b.size, b.lines, b.offsets);
  }
};

Definition define(const Btf& types, std::uint32_t id) {
  Definition made;
  made.size = types[id].size;
  made.lines = definition(types, id);
  for (const auto& member : types[id].members) made.offsets.push_back(member.bits_offset);
  return made;
}

std::map<std::string, std::set<Definition>> definitions(const Btf& types) {
  std::map<std::string, std::set<Definition>> all;
  for (std::uint32_t id = 1; id < types.size(); ++id) {
    const std::string title = btf_title(types[id]);
    if (!title.empty()) all[title].insert(define(types, id));
  }
  return all;
}

// A title's definitions that the other side does not have.
std::vector<Definition> without(const std::set<Definition>& own, const std::set<Definition>& others) {
  std::vector<Definition> left;
  std::set_difference(own.begin(), own.end(), others.begin(), others.end(), std::back_inserter(left));
  return left;
}

TypeChange change_of(const std::string& title, const std::vector<Definition>& gone,
                     const std::vector<Definition>& come) {
  TypeChange change{title, 0, 0, {}};
  const Definition none;
  for (std::size_t i = 0; i < std::max(gone.size(), come.size()); ++i) {
    const Definition& old = i < gone.size() ? gone[i] : none;
    const Definition& now = i < come.size() ? come[i] : none;
    if (i == 0) {
      change.old_size = old.size;
      change.new_size = now.size;
    }
    const auto lines = line_diff(old.lines, now.lines);
    change.lines.insert(change.lines.end(), lines.begin(), lines.end());
  }
  return change;
}

using Ids = std::vector<std::uint32_t>;

// For each type who refers to it.
std::vector<Ids> referrers(const Btf& types) {
  std::vector<Ids> all(types.size());
  for (std::uint32_t id = 1; id < types.size(); ++id) {
    const auto& type = types[id];
    if (type.type != 0) all[type.type].push_back(id);
    if (type.kind == BtfKind::kEnum) continue;
    for (const auto& member : type.members) {
      if (member.type != 0) all[member.type].push_back(id);
    }
  }
  return all;
}

constexpr std::uint32_t kFar = UINT32_MAX;

// How far each type is from the targets, and the next one on the way there.
struct Distances {
  std::vector<std::uint32_t> far;
  Ids next;
};

Distances distances(const std::vector<Ids>& referred, const Ids& targets) {
  Distances found{std::vector<std::uint32_t>(referred.size(), kFar), Ids(referred.size(), 0)};
  Ids queue = targets;
  for (const auto id : targets) found.far[id] = 0;
  for (std::size_t at = 0; at < queue.size(); ++at) {
    const auto id = queue[at];
    for (const auto from : referred[id]) {
      if (found.far[from] != kFar) continue;
      found.far[from] = found.far[id] + 1;
      found.next[from] = id;
      queue.push_back(from);
    }
  }
  return found;
}

std::unordered_map<std::string, Ids> ids_of_functions(const Btf& types) {
  std::unordered_map<std::string, Ids> all;
  for (std::uint32_t id = 1; id < types.size(); ++id) {
    if (types[id].kind == BtfKind::kFunction) all[types[id].name].push_back(id);
  }
  return all;
}

std::set<std::string> declarations(const Btf& types, const Ids& ids) {
  std::set<std::string> all;
  for (const auto id : ids) all.insert(declaration(types, id, "") + ";");
  return all;
}

std::vector<std::string> titles_on_way(const Btf& types, const Distances& found, std::uint32_t from) {
  std::vector<std::string> titles;
  for (auto id = from; found.far[id] != 0; id = found.next[id]) {
    const std::string title = btf_title(types[id]);
    if (!title.empty()) titles.push_back(title);
  }
  return titles;
}

// One kernel's types, and how the functions that are asked for reach a changed one.
class Walk {
 public:
  explicit Walk(const Btf& types)
      : types_(types), referred_(referrers(types)), functions_(ids_of_functions(types)) {
    for (std::uint32_t id = 1; id < types.size(); ++id) {
      if (const auto title = btf_title(types[id]); !title.empty()) titled_[title].push_back(id);
    }
  }

  void aim(const std::string& title) {
    const auto ids = titled_.find(title);
    found_ = distances(referred_, ids == titled_.end() ? Ids{} : ids->second);
  }
  // The nearest declaration of the function; 0 where it has none.
  [[nodiscard]] std::pair<std::uint32_t, std::uint32_t> nearest(const std::string& function) const {
    std::pair<std::uint32_t, std::uint32_t> best{kFar, 0};
    for (const auto id : ids(function)) best = std::min(best, {found_.far[id], id});
    return best;
  }
  [[nodiscard]] Ids ids(const std::string& function) const {
    const auto at = functions_.find(function);
    return at == functions_.end() ? Ids{} : at->second;
  }
  [[nodiscard]] std::vector<std::string> way(std::uint32_t from) const {
    return titles_on_way(types_, found_, from);
  }

 private:
  const Btf& types_;
  std::vector<Ids> referred_;
  std::unordered_map<std::string, Ids> functions_;
  std::unordered_map<std::string, Ids> titled_;
  Distances found_;
};

std::string first_without(const std::set<std::string>& own, const std::set<std::string>& others) {
  for (const auto& text : own) {
    if (!others.contains(text)) return text;
  }
  return {};
}

}  // namespace

std::vector<std::string> line_diff(const std::vector<std::string>& old, const std::vector<std::string>& now) {
  std::size_t first = 0;
  while (first < old.size() && first < now.size() && old[first] == now[first]) ++first;
  std::size_t last = 0;
  while (last < old.size() - first && last < now.size() - first &&
         old[old.size() - 1 - last] == now[now.size() - 1 - last])
    ++last;
  const std::size_t rows = old.size() - first - last;
  const std::size_t columns = now.size() - first - last;
  // what is longer than any type of the kernel is not worth the table
  constexpr std::size_t kLargest = 4U << 20;
  const bool whole = rows * columns > kLargest;
  std::vector<std::uint32_t> table(whole ? 0 : (rows + 1) * (columns + 1), 0);
  const auto length = [&](std::size_t i, std::size_t j) -> std::uint32_t& {
    return table[i * (columns + 1) + j];
  };
  if (!whole) {
    for (std::size_t i = rows; i-- > 0;) {
      for (std::size_t j = columns; j-- > 0;)
        length(i, j) = old[first + i] == now[first + j] ? length(i + 1, j + 1) + 1
                                                        : std::max(length(i + 1, j), length(i, j + 1));
    }
  }
  std::vector<std::string> lines;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < rows || j < columns) {
    if (!whole && i < rows && j < columns && old[first + i] == now[first + j]) {
      ++i;
      ++j;
    } else if (i < rows && (j == columns || whole || length(i + 1, j) >= length(i, j + 1))) {
      lines.push_back("-" + old[first + i++]);
    } else {
      lines.push_back("+" + now[first + j++]);
    }
  }
  return lines;
}

TypeDiff diff_types(const Btf& old, const Btf& now) {
  TypeDiff diff;
  const auto before = definitions(old);
  const auto after = definitions(now);
  for (const auto& [title, own] : before) {
    const auto other = after.find(title);
    if (other == after.end())
      diff.removed.push_back(title);
    else if (own != other->second)
      diff.changed.push_back(change_of(title, without(own, other->second), without(other->second, own)));
  }
  for (const auto& [title, own] : after) {
    if (!before.contains(title)) diff.added.push_back(title);
  }
  return diff;
}

std::vector<FunctionChange> reach_types(const Btf& old, const Btf& now, const TypeDiff& diff,
                                        const std::vector<std::string>& functions) {
  std::vector<FunctionChange> changes(functions.size());
  Walk before(old);
  Walk after(now);
  for (std::size_t i = 0; i < functions.size(); ++i) {
    auto& change = changes[i];
    change.name = functions[i];
    const auto declared = declarations(old, before.ids(change.name));
    const auto redeclared = declarations(now, after.ids(change.name));
    change.known = !declared.empty() && !redeclared.empty();
    if (!change.known || declared == redeclared) continue;
    change.old_declaration = first_without(declared, redeclared);
    change.new_declaration = first_without(redeclared, declared);
  }
  std::vector<std::vector<std::pair<std::uint32_t, std::size_t>>> reached(functions.size());
  for (std::size_t type = 0; type < diff.changed.size(); ++type) {
    before.aim(diff.changed[type].title);
    after.aim(diff.changed[type].title);
    for (std::size_t i = 0; i < functions.size(); ++i) {
      const auto then = before.nearest(functions[i]);
      const auto today = after.nearest(functions[i]);
      const auto far = std::min(then.first, today.first);
      if (far == kFar) continue;
      const bool nearest = std::all_of(reached[i].begin(), reached[i].end(),
                                       [&](const auto& other) { return far < other.first; });
      reached[i].emplace_back(far, type);
      if (!nearest) continue;
      changes[i].way = today.first == far ? after.way(today.second) : before.way(then.second);
      changes[i].way.push_back(diff.changed[type].title);
    }
  }
  for (std::size_t i = 0; i < functions.size(); ++i) {
    std::sort(reached[i].begin(), reached[i].end());
    for (const auto& [far, type] : reached[i]) changes[i].types.push_back(type);
  }
  return changes;
}

}  // namespace kmesh
