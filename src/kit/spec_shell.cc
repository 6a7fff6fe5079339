// SPDX-License-Identifier: Apache-2.0
#include "kit/spec_shell.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <string_view>
#include <utility>

#include "base/text.h"

namespace kmesh {
namespace {

constexpr std::string_view kBlanks = " \t\r";

// What a macro or an expansion opened, "%{", "%(", "$(", "${", "<(", and has not closed yet.
struct Nest {
  char open = '\0';
  int depth = 0;
  char quote = '\0';
};

// Past the end of the nest, or to the end of the text where it goes on. A bracket that a command's quote has
// is a letter; a macro's text has no quotes.
std::size_t past_nest(std::string_view text, std::size_t at, Nest& nest) {
  const char close = nest.open == '{' ? '}' : ')';
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\\' && nest.quote != '\'') {
      ++at;
    } else if (nest.quote != '\0') {
      if (c == nest.quote) nest.quote = '\0';
    } else if (nest.open == '(' && (c == '\'' || c == '"')) {
      nest.quote = c;
    } else if (c == nest.open) {
      ++nest.depth;
    } else if (c == close && --nest.depth == 0) {
      return at + 1;
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

class ShellReader {
 public:
  explicit ShellReader(const SpecText& spec) : spec_(spec) {}

  Result<ShellText> read(std::size_t begin, std::size_t end) {
    for (line_ = begin; line_ < end; ++line_) {
      const auto& line = spec_.lines[line_];
      const bool code = directive_of(line.text) == Directive::kNone && !is_definition(line.text);
      if (code) KMESH_TRY(in_document() ? document_line(line) : code_line(line));
      if (quote_ != '\0' || nest_.depth > 0 || !documents_.empty() || list_goes_on_)
        shell_.goes_on.insert(line_);
    }
    if (end > begin) line_ = end - 1;
    if (quote_ == '\0' && nest_.depth == 0 && !in_document()) end_command();  // of a last line without an end
    if (misplaced_)
      return fail(fmt::format("line {}: \"{}\" of %prep closes what is not open",
                              spec_.lines[misplaced_->second].begin + 1, misplaced_->first),
                  "the shell of this %prep is not understood");
    if (nest_.depth > 0) return unfinished(fmt::format("a \"{}\"", nest_.open), nest_line_);
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
      if (quote_ == '\0' && nest_.depth == 0) note_list(text, i);
      if (nest_.depth > 0) {
        const auto past = past_nest(text, i, nest_);
        word_ += text.substr(i, past - i);
        i = past;
      } else if (quote_ != '\0') {
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
        i = nest(text, i, i + 1);
      } else if ((c == '<' || c == '>') && text.substr(i + 1).starts_with('(')) {
        i = nest(text, i, i + 1);
      } else if (c == '(' && text.substr(i).starts_with("((") && words_.empty() && word_.empty()) {
        i = nest(text, i, i);  // arithmetic, in which "<<" is no document
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
        i = nest(text, i, i);
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

  // The word goes on from `from` to the end of what is opened at `open`.
  std::size_t nest(std::string_view text, std::size_t from, std::size_t open) {
    nest_ = {text[open], 0, '\0'};
    nest_line_ = line_;
    const auto past = past_nest(text, open, nest_);
    word_ += text.substr(from, past - from);
    return past;
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
    if (quote_ == '"' && text.substr(i).starts_with("$(")) return nest(text, i, i + 1);
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
    openers_.push_back(kind);
    edge(ShellCommand::Kind::kEnter, kind);
  }

  static bool closes(std::string_view word, std::string_view opener) {
    if (word == "fi") return opener == "if";
    if (word == "esac") return opener == "case";
    if (word == "}") return opener == "{";
    if (word == ")") return opener == "(";
    return opener == "for" || opener == "while" || opener == "until" || opener == "select";
  }

  void leave(const std::string& word) {
    if (open_.empty() || !closes(word, openers_.back())) {
      if (!misplaced_) misplaced_ = {word, line_};
      return;
    }
    openers_.pop_back();
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
  std::vector<std::string> openers_;  // the words that opened them: of a function, too
  std::optional<std::pair<std::string, std::size_t>>
      misplaced_;  // the first that closes another one, and its line
  Nest nest_;
  std::size_t nest_line_ = 0;
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
  return ShellReader(spec).read(begin, end);
}

}  // namespace kmesh
