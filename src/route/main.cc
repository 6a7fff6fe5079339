// SPDX-License-Identifier: Apache-2.0
// kmesh-route: routes from a TOML file into the kernel. Exit codes: 0 done, 1 the work failed, 2 the call was
// wrong.
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "help/completion.h"
#include "help/form.h"
#include "help/manual.h"
#include "route/config.h"
#include "route/load.h"
#include "route/tables.h"

namespace kmesh {
namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kWrongCall = 2;

constexpr const char* kExample = R"(A file of routes:
  [[service]]
  address = "10.0.0.1:80"       # what applications connect to
  policy = "closed"             # without a verdict: denied; "open": to itself

  [[service.route]]
  host = "*.shop.test"
  path = "/cart"                # and everything below it; the longest wins
  method = "POST"
  header = [{ name = "x-canary", value = "1" }]
  to = [{ address = "10.0.1.1:80", weight = 9 }, { address = "10.0.1.2:80" }]

  [[service.route]]
  path = "/admin"
  deny = true
)";

int said(const Error& error) {
  std::string text = fmt::format("error: {}\n", error.what);
  if (!error.hint.empty()) text += fmt::format("  {}\n", error.hint);
  if (!error.command.empty()) text += fmt::format("  {}\n", error.command);
  if (!error.detail.empty()) text += error.detail;
  std::fputs(text.c_str(), stderr);
  return error.wrong_call ? kWrongCall : kFailed;
}

Result<Tables> tables_of(const std::string& file) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) return fail(fmt::format("{} is a folder", file));
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return fail(fmt::format("cannot read {}: {}", file, std::strerror(errno)));
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  KMESH_LET(config, parse_routes(text, file));
  return make_tables(config, file);
}

std::string counted(const Tables& tables) {
  return fmt::format("{} service{}, {} route{}", tables.services.size(),
                     tables.services.size() == 1 ? "" : "s", tables.rules.size(),
                     tables.rules.size() == 1 ? "" : "s");
}

int answer(const std::string& text) {
  return std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0 ? kFailed : kDone;
}

int conclude(const Result<std::string>& done) { return done ? answer(*done) : said(done.error()); }

// Parses a verb's words, or shows its page to who looks at it; nothing where the verb is to run.
std::optional<int> parse(Form& form, const Call& call) {
  const Page page = page_of(form);
  if (call.look) {
    call.look(page);
    return kDone;
  }
  try {
    form.parse(std::vector<std::string>(call.words.rbegin(), call.words.rend()));
    return std::nullopt;
  } catch (const CLI::CallForHelp&) {
    return answer(help_text(page, true));
  } catch (const CLI::ParseError& error) {
    return said({error.what(), "", form.get_name() + " --help", "", true});
  }
}

void add_file(Form& form, std::string& file) {
  form.add_option("FILE", file, "services and routes, TOML")->check(named())->required();
}

void add_pins(Form& form, Place& place) {
  form.add_option("--pins", place.pins,
                  fmt::format("where what is attached is kept (default {})", place.pins))
      ->check(named("DIR"));
}

int check_verb(const Call& call) {
  std::string file;
  Form form("Reads a file of routes and says what is wrong with it.", "kmesh-route check");
  add_file(form, file);
  form.words.examples = {"kmesh-route check routes.toml"};
  form.words.sample = kExample;
  if (const auto code = parse(form, call)) return *code;
  const auto check = [&]() -> Result<std::string> {
    KMESH_LET(tables, tables_of(file));
    return fmt::format("{}: {}; nothing was loaded\n", file, counted(tables));
  };
  return conclude(check());
}

int load_verb(const Call& call) {
  std::string file;
  Place place;
  Form form("Takes a file for the kernel's routes, in place of those before. Needs root and kmesh.ko.",
            "kmesh-route load");
  add_file(form, file);
  add_pins(form, place);
  form.add_option("--cgroup", place.cgroup,
                  fmt::format("whose processes are routed (default {})", place.cgroup))
      ->check(named("DIR"));
  form.words.about = {
      "A file with an error changes nothing, and while one configuration takes the place of another a "
      "request is judged by the "
      "one or the other. What is attached stays when the program ends."};
  form.words.examples = {"kmesh-route load routes.toml"};
  if (const auto code = parse(form, call)) return *code;
  const auto load = [&]() -> Result<std::string> {
    KMESH_LET(tables, tables_of(file));
    KMESH_TRY(load_router(tables, place));
    return fmt::format("{}: {}; kept in {}\n", file, counted(tables), place.pins);
  };
  return conclude(load());
}

int unload_verb(const Call& call) {
  Place place;
  Form form("Takes all routes out of the kernel.", "kmesh-route unload");
  add_pins(form, place);
  form.words.examples = {"kmesh-route unload"};
  if (const auto code = parse(form, call)) return *code;
  const auto gone = unload_router(place);
  return gone ? answer("nothing is routed any more\n") : said(gone.error());
}

ProgramText program_text();

int man_verb(const Call& call) {
  Form form("The manual's page, as text for man.", "kmesh-route man");
  form.words.examples = {"kmesh-route man | man -l -"};
  if (const auto code = parse(form, call)) return *code;
  return answer(manual_page(program_text(), this_edition(), true));
}

int completion_verb(const Call& call) {
  std::string shell;
  Form form("What bash or zsh reads to complete calls of this program.", "kmesh-route completion");
  form.add_option("SHELL", shell, "bash or zsh")
      ->check(CLI::IsMember({"bash", "zsh"}).description("bash|zsh"))
      ->required();
  form.words.examples = {"kmesh-route completion bash > kmesh-route.bash"};
  if (const auto code = parse(form, call)) return *code;
  return answer(shell == "bash" ? bash_completion(program_text(), {}) : zsh_completion(program_text(), {}));
}

constexpr std::array kVerbs = std::to_array<Verb>({
    {"check", "read a file of routes and say what is wrong; needs no right", &check_verb},
    {"load", "take a file for the kernel's routes, in place of those before", &load_verb},
    {"unload", "take all routes out of the kernel", &unload_verb},
    {"man", "the manual, as a page for man", &man_verb},
    {"completion", "what bash or zsh reads to complete calls", &completion_verb},
});

ProgramText program_text() {
  ProgramText text;
  text.name = "kmesh-route";
  text.title = "says where the kernel connects to, by the first request";
  text.about = {
      "Takes services and their routes from a file into the kernel. Applications go on connecting to a "
      "service's address; the "
      "first request says where the kernel connects to, and decides for the whole connection. It needs "
      "kmesh.ko, and a BPF "
      "file system at /sys/fs/bpf."};
  text.verbs = pages_of(kVerbs);
  text.examples = {"kmesh-route check routes.toml", "kmesh-route load routes.toml"};
  text.sample = kExample;
  text.exits = {{"0", "Done."},
                {"1", "The work failed, or the file is wrong; the routes are those of before."},
                {"2", "The call was wrong; nothing was done."}};
  text.files = {{"/sys/fs/bpf/kmesh/", "What is attached; --pins names another folder."}};
  text.see = {"kmesh-kernel(1)"};
  return text;
}

int run(const std::vector<std::string>& words) {
  if (words.empty()) return said({"a verb is missing", "", "kmesh-route --help", "", true});
  if (words[0] == "--help" || words[0] == "-h" || words[0] == "help")
    return answer(help_text(program_text()));
  if (words[0] == "--version") return answer("kmesh-route " + this_edition().version + "\n");
  if (const Verb* verb = verb_named(kVerbs, words[0])) return verb->run({{words.begin() + 1, words.end()}});
  return said({fmt::format("there is no verb '{}'", words[0]), "", "kmesh-route --help", "", true});
}

}  // namespace
}  // namespace kmesh

int main(int argc, char** argv) {
  try {
    return kmesh::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: something that must not happen: %s\n", error.what());
    return kmesh::kFailed;
  }
}
