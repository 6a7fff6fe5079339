// SPDX-License-Identifier: Apache-2.0
#include "kit/spec_shell.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <string_view>
#include <utility>

namespace kmesh {
namespace {

constexpr std::string_view kBlanks = " \t\r";

// Past a macro or an expansion that begins at `at`, "%{...}", "%(...)", "$(...)", "${...}": nested ones
// belong to it.
std::size_t past_braced(std::string_view text, std::size_t at) {
  const char open = text[at + 1];
  const char close = open == '{' ? '}' : ')';
  int depth = 0;
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == open) {
      ++depth;
    } else if (text[i] == close && --depth == 0) {
      return i + 1;
    }
  }
  return text.size();
}

// A macro's definition is no command, and its body no shell of this place.
bool is_definition(std::string_view line) {
  const auto text = stripped(line);
  for (const std::string_view word :
       {"%define", "%global", "%undefine", "%dnl", "%{lua:", "%{echo:", "%{warn:"}) {
    if (text.starts_with(word)) return true;
  }
  return false;
}

class Reader {
 public:
  explicit Reader(const SpecText& spec) : spec_(spec) {}

  Result<ShellText> read(std::size_t begin, std::size_t end) {
    for (line_ = begin; line_ < end; ++line_) {
      const auto& line = spec_.lines[line_];
      const bool code = directive_of(line.text) == Directive::kNone && !is_definition(line.text);
      if (code) KMESH_TRY(in_document() ? document_line(line) : code_line(line));
      if (quote_ != '\0' || !documents_.empty() || list_goes_on_) shell_.goes_on.insert(line_);
    }
    if (end > begin) line_ = end - 1;
    if (quote_ == '\0' && !in_document()) end_command();  // of a last line without an end
    if (quote_ != '\0') return unfinished("a quote", quote_line_);
    if (in_document()) return unfinished("a here-document", documents_.front().line);
    if (!open_.empty()) {
      const auto& compound = shell_.compounds[open_.back()];
      return unfinished(fmt::format("\"{}\"", compound.kind), compound.opened);
    }
    return std::move(shell_);
  }

 private:
  struct Document {
    std::string end;
    bool tabs = false;  // <<-
    std::size_t line = 0;
  };

  [[nodiscard]] tl::unexpected<Error> unfinished(const std::string& what, std::size_t line) const {
    return fail(fmt::format("line {}: {} of %prep is never closed", spec_.lines[line].begin + 1, what),
                "the shell of this %prep is not understood");
  }

  [[nodiscard]] bool in_document() const { return reading_documents_ && !documents_.empty(); }

  Result<void> document_line(const SpecLine& line) {
    std::string_view text = line.text;
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (documents_.front().tabs) text.remove_prefix(std::min(text.find_first_not_of('\t'), text.size()));
    if (text == documents_.front().end) documents_.pop_front();
    reading_documents_ = !documents_.empty();
    return {};
  }

  Result<void> code_line(const SpecLine& line) {
    const std::string_view text = line.text;
    std::size_t i = 0;
    while (i < text.size()) {
      const char c = text[i];
      if (quote_ == '\0') note_list(text, i);
      if (quote_ != '\0') {
        i = quoted(text, i);
      } else if (c == '\\') {
        // an escaped line end is none; anything else is the character itself
        const bool line_end = i + 1 < text.size() && (text[i + 1] == '\n' || text[i + 1] == '\r');
        if (!line_end) word_ += text.substr(i, 2);
        i += line_end && text[i + 1] == '\r' ? 3 : 2;
      } else if (c == '\'' || c == '"' || c == '`') {
        quote_ = c;
        quote_line_ = line_;
        word_ += c;
        ++i;
      } else if ((c == '$' || c == '%') && i + 1 < text.size() &&
                 (text[i + 1] == '{' || text[i + 1] == '(')) {
        const auto past = past_braced(text, i);
        word_ += text.substr(i, past - i);
        i = past;
      } else if (c == '#' && word_.empty()) {
        i = std::min(text.find('\n', i), text.size());
      } else if (kBlanks.find(c) != std::string_view::npos) {
        end_word();
        ++i;
      } else if (c == '<' && text.substr(i).starts_with("<<") && !text.substr(i).starts_with("<<<")) {
        i = document_start(text, i + 2);
      } else if (c == '\n' || c == ';' || c == '|' || c == '&') {
        // ">&2" and "&>file" are redirections
        const bool redirection =
            c == '&' && ((!word_.empty() && (word_.back() == '>' || word_.back() == '<')) ||
                         (i + 1 < text.size() && text[i + 1] == '>'));
        if (redirection) {
          word_ += c;
        } else {
          end_command();
          for (const auto* join : {"&&", "||"}) {
            if (text.substr(i).starts_with(join)) joined_ = join;
          }
        }
        ++i;
        if (c == '\n' && !documents_.empty()) reading_documents_ = true;
      } else if (c == '(' && word_.ends_with('=')) {
        const auto past = past_braced(text, i - 1);
        word_ += text.substr(i, past - i);
        i = past;
      } else if (c == '(' || c == ')') {
        parenthesis(c);
        ++i;
      } else {
        word_ += c;
        ++i;
      }
    }
    return {};
  }

  // "||", "&&" and "|" want another command, on whatever line it is.
  void note_list(std::string_view text, std::size_t i) {
    const char c = text[i];
    if (c == '|' || text.substr(i).starts_with("&&"))
      list_goes_on_ = true;
    else if (c != '\n' && c != '&' && c != '#' && kBlanks.find(c) == std::string_view::npos)
      list_goes_on_ = false;
  }

  std::size_t quoted(std::string_view text, std::size_t i) {
    if (quote_ == '"' && text[i] == '\\') {
      word_ += text.substr(i, 2);
      return i + 2;
    }
    word_ += text[i];
    if (text[i] == quote_) quote_ = '\0';
    return i + 1;
  }

  std::size_t document_start(std::string_view text, std::size_t i) {
    end_word();
    Document document;
    document.line = line_;
    if (i < text.size() && text[i] == '-') {
      document.tabs = true;
      ++i;
    }
    i = std::min(text.find_first_not_of(kBlanks, i), text.size());
    for (; i < text.size() && std::string_view(" \t\r\n;|&)").find(text[i]) == std::string_view::npos; ++i) {
      if (text[i] != '\'' && text[i] != '"' && text[i] != '\\') document.end += text[i];
    }
    documents_.push_back(document);
    return i;
  }

  void end_word() {
    if (word_.empty()) return;
    std::string word = std::move(word_);
    word_.clear();
    if (words_.empty() && reserved(word)) return;
    words_.push_back(std::move(word));
  }

  void end_command() {
    end_word();
    if (words_.empty()) return;
    pending_.clear();
    shell_.commands.push_back(
        {ShellCommand::Kind::kCommand, std::move(words_), line_, open_, std::exchange(joined_, "")});
    words_.clear();
  }

  void edge(ShellCommand::Kind kind, const std::string& word) {
    shell_.commands.push_back({kind, {word}, line_, open_, std::exchange(joined_, "")});
  }

  void enter(const std::string& kind) {
    shell_.compounds.push_back({pending_.empty() ? kind : "function", pending_, line_, line_});
    pending_.clear();
    open_.push_back(shell_.compounds.size() - 1);
    edge(ShellCommand::Kind::kEnter, kind);
  }

  void leave(const std::string& word) {
    if (open_.empty()) return;
    edge(ShellCommand::Kind::kLeave, word);
    shell_.compounds[open_.back()].closed = line_;
    open_.pop_back();
  }

  // Words that shape the code, where a command may begin.
  bool reserved(const std::string& word) {
    if (word == "if" || word == "for" || word == "while" || word == "until" || word == "select" ||
        word == "case" || word == "{") {
      enter(word);
      // what "for" and "case" name is no command
      if (word == "for" || word == "select" || word == "case") words_.push_back(word);
      return true;
    }
    if (word == "fi" || word == "done" || word == "esac" || word == "}") {
      leave(word);
      return true;
    }
    if (word == "else" || word == "elif") {
      edge(ShellCommand::Kind::kElse, word);
      return true;
    }
    if (word == "function") {
      function_word_ = true;
      return true;
    }
    if (function_word_) {
      function_word_ = false;
      pending_ = word;
      return true;
    }
    return word == "then" || word == "do" || word == "!" || word == "time";
  }

  void parenthesis(char c) {
    if (c == '(') {
      // name() begins a function
      if (words_.empty() && !word_.empty()) {
        pending_ = std::move(word_);
        word_.clear();
        function_parens_ = true;
        return;
      }
      end_word();
      if (words_.size() == 1 && pending_.empty()) {
        pending_ = words_.front();
        words_.clear();
        function_parens_ = true;
        return;
      }
      if (words_.empty()) enter("(");
      return;
    }
    if (function_parens_) {
      function_parens_ = false;
      return;
    }
    // a pattern's end in "case" opens nothing and closes nothing
    const bool in_case = !open_.empty() && shell_.compounds[open_.back()].kind == "case";
    if (in_case) {
      word_.clear();
      words_.clear();
      return;
    }
    end_command();
    leave(")");
  }

  const SpecText& spec_;
  ShellText shell_;
  std::size_t line_ = 0;
  std::vector<std::size_t> open_;
  std::vector<std::string> words_;
  std::string word_;
  std::string pending_;  // the function whose body comes next
  std::string joined_;   // the operator between the command before and the next
  bool function_word_ = false;
  bool function_parens_ = false;
  bool list_goes_on_ = false;
  char quote_ = '\0';
  std::size_t quote_line_ = 0;
  std::deque<Document> documents_;
  bool reading_documents_ = false;
};

}  // namespace

Result<ShellText> read_shell(const SpecText& spec, std::size_t begin, std::size_t end) {
  return Reader(spec).read(begin, end);
}

}  // namespace kmesh
