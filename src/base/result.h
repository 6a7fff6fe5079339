// SPDX-License-Identifier: Apache-2.0
// The one error type and the one result alias. An error says what happened and why, what to do about it, and
// the command to copy; it travels by value and only main turns it into an exit code.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace kmesh {

struct Error {
  std::string what;         // what happened, and why
  std::string hint;         // what to do about it
  std::string command;      // a command to copy; empty where there is none
  std::string detail;       // evidence shown whole: a log's tail, a hunk, a console
  bool wrong_call = false;  // the caller asked for something that does not exist; nothing was tried
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(std::string what, std::string hint = {}, std::string command = {},
                                  std::string detail = {}) {
  return tl::make_unexpected(Error{std::move(what), std::move(hint), std::move(command), std::move(detail)});
}

// The same for a name the caller gave that stands for nothing.
inline tl::unexpected<Error> wrong_call(std::string what, std::string hint = {}, std::string command = {}) {
  return tl::make_unexpected(Error{std::move(what), std::move(hint), std::move(command), {}, true});
}

}  // namespace kmesh

// Hand an error on to the caller, or go on.
#define KMESH_TRY(expr)                                                                                   \
  do {                                                                                                    \
    if (auto kmesh_try_ = (expr); !kmesh_try_) return tl::make_unexpected(std::move(kmesh_try_).error()); \
  } while (false)

// Bind the value of a Result to a name, or hand its error on to the caller.
#define KMESH_LET(name, expr)                                                         \
  auto name##_result_ = (expr);                                                       \
  if (!name##_result_) return tl::make_unexpected(std::move(name##_result_).error()); \
  auto& name = *name##_result_  // NOLINT(bugprone-macro-parentheses): a name being declared
