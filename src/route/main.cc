// SPDX-License-Identifier: Apache-2.0
// kmesh-route: routes from a TOML file into the kernel. Exit codes: 0 done, 1 the work failed, 2 the call was
// wrong.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "route/config.h"
#include "route/load.h"
#include "route/tables.h"

namespace kmesh {
namespace {

constexpr int kFailed = 1;
constexpr int kWrongCall = 2;

constexpr const char* kExample = R"(
An example:

  [[service]]
  address = "10.0.0.1:80"       # what applications connect to
  policy = "closed"             # without a verdict: denied; "open": to the address itself

  [[service.route]]
  host = "*.shop.test"
  path = "/cart"                # and everything below it; the longest wins
  method = "POST"
  header = [{ name = "x-canary", value = "1" }]
  to = [{ address = "10.0.1.1:8080", weight = 9 }, { address = "10.0.1.2:8080" }]

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

Result<std::string> check_verb(const std::string& file) {
  KMESH_LET(tables, tables_of(file));
  return fmt::format("{}: {}; nothing was loaded\n", file, counted(tables));
}

Result<std::string> load_verb(const std::string& file, const Place& place) {
  KMESH_LET(tables, tables_of(file));
  KMESH_TRY(load_router(tables, place));
  return fmt::format("{}: {}; kept in {}\n", file, counted(tables), place.pins);
}

Result<std::string> unload_verb(const Place& place) {
  KMESH_TRY(unload_router(place));
  return std::string("nothing is routed any more\n");
}

int run(int argc, char** argv) {
  CLI::App app("kmesh-route: says where the kernel connects to, by the first request", "kmesh-route");
  app.footer(kExample);
  app.require_subcommand(1);
  std::string file;
  Place place;
  auto* check = app.add_subcommand("check", "read FILE and say what is wrong with it; needs no right");
  auto* load = app.add_subcommand("load", "take FILE for the kernel's routes, in place of those before");
  auto* unload = app.add_subcommand("unload", "take all routes out of the kernel");
  for (auto* verb : {check, load}) verb->add_option("FILE", file, "services and routes, TOML")->required();
  for (auto* verb : {load, unload})
    verb->add_option("--pins", place.pins, "where what is attached is kept")->capture_default_str();
  load->add_option("--cgroup", place.cgroup, "whose processes are routed")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    return said({error.what(), "", "kmesh-route --help", "", true});
  }
  const auto done = check->parsed()  ? check_verb(file)
                    : load->parsed() ? load_verb(file, place)
                                     : unload_verb(place);
  if (!done) return said(done.error());
  return std::fputs(done->c_str(), stdout) < 0 || std::fflush(stdout) != 0 ? kFailed : 0;
}

}  // namespace
}  // namespace kmesh

int main(int argc, char** argv) {
  try {
    return kmesh::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: something that must not happen: %s\n", error.what());
    return kmesh::kFailed;
  }
}
