// SPDX-License-Identifier: Apache-2.0
#include "kit/spec_failure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <deque>
#include <vector>

#include "base/text.h"
#include "kit/spec_lines.h"

namespace kmesh {
namespace {

constexpr std::size_t kRemembered = 8;

// Without quotes, with one blank between words: how a shell prints a command is not how it was written.
std::string plain(std::string_view text) {
  std::string words;
  for (const char c : stripped(text)) {
    if (c == '\'' || c == '"' || c == '\\') continue;
    const bool blank = std::isspace(static_cast<unsigned char>(c)) != 0;
    if (blank && (words.empty() || words.back() == ' ')) continue;
    words += blank ? ' ' : c;
  }
  return words;
}

// The commands that ran last, the very last at the end.
std::deque<std::string> last_commands(std::string_view log) {
  const auto end = log.rfind("\nerror: Bad exit status");
  std::deque<std::string> commands;
  each_line(log.substr(0, end), [&](std::string_view line) {
    const auto first = line.find_first_not_of('+');
    if (first == 0 || first == std::string_view::npos || line[first] != ' ') return;
    commands.push_back(plain(line.substr(first)));
    if (commands.size() > kRemembered) commands.pop_front();
  });
  return commands;
}

std::string_view program_of(std::string_view command) {
  const auto word = command.substr(0, command.find(' '));
  return word.substr(word.rfind('/') + 1);
}

// What is written out of a line: a macro or a variable may be anything.
std::vector<std::string> written(std::string_view line) {
  const std::string text = plain(line);
  std::vector<std::string> parts(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%' && text[i] != '$') {
      parts.back() += text[i];
      continue;
    }
    parts.emplace_back();
    int depth = 0;
    for (++i; i < text.size(); ++i) {
      depth += text[i] == '{' || text[i] == '(' ? 1 : text[i] == '}' || text[i] == ')' ? -1 : 0;
      const bool name =
          std::isalnum(static_cast<unsigned char>(text[i])) != 0 || text[i] == '_' || text[i] == '?';
      if (depth == 0 && !name) {
        i -= text[i] == '}' || text[i] == ')' ? 0 : 1;
        break;
      }
    }
  }
  return parts;
}

// How many of the command's letters stand in the line as they are; 0 where the line is another command.
std::size_t likeness(std::string_view line, std::string_view command) {
  const auto parts = written(line);
  if (!command.starts_with(parts.front())) return 0;
  std::size_t at = 0;
  std::size_t letters = 0;
  for (const auto& part : parts) {
    const auto found = command.find(part, at);
    if (found == std::string_view::npos) return 0;
    at = found + part.size();
    letters += part.size();
  }
  const bool whole = parts.back().empty() || at == command.size();
  return whole ? letters : 0;
}

std::string quoted(const SpecText& spec, const SpecLine& line) {
  const auto text = stripped(spec.file[line.begin]);
  return fmt::format("line {}: {}", line.begin + 1, text);
}

// The tag of the patch that was handed over last.
std::string patch_tag(const SpecText& spec, const std::deque<std::string>& commands) {
  for (auto command = commands.rbegin(); command != commands.rend(); ++command) {
    for (const auto& line : spec.lines) {
      SourceTag tag;
      if (!line.may_be_tag() || !source_tag(line.text, tag)) continue;
      const auto value = stripped(line.text.substr(line.text.find(':') + 1));
      const auto name = value.substr(value.rfind('/') + 1);
      if (!name.empty() && name.find('%') == std::string_view::npos &&
          command->find(name) != std::string::npos)
        return quoted(spec, line);
    }
  }
  return {};
}

}  // namespace

std::string failed_line(std::string_view spec, std::string_view log) {
  const auto commands = last_commands(log);
  if (commands.empty()) return {};
  const std::string& last = commands.back();
  const auto text = read_spec(spec);
  if (!text) return last;
  const auto program = program_of(last);
  if (program == "patch" || program == "git") {
    if (auto tag = patch_tag(*text, commands); !tag.empty()) return tag;
  }
  const SpecLine* most_like = nullptr;
  std::size_t most = 0;
  for (const auto& line : text->lines) {
    if (line.section != Section::kPrep || line.comment || line.starts_section) continue;
    const auto like = likeness(line.text, last);
    if (like <= most) continue;
    most = like;
    most_like = &line;
  }
  return most_like == nullptr ? last : quoted(*text, *most_like);
}

}  // namespace kmesh
