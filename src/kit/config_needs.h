// SPDX-License-Identifier: Apache-2.0
// What a kernel's resolved configuration takes besides what every kernel takes: programs and headers of this
// host, files of the tree. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kmesh {

struct ConfigNeed {
  std::string_view option;  // without CONFIG_
  std::string_view what;    // a program, or a file where it begins with a slash
};

// The rows whose option is y.
std::vector<ConfigNeed> needs_of(std::string_view config);

// The value of CONFIG_name, without quotation marks; nothing where it is not set.
std::optional<std::string> config_value(std::string_view config, std::string_view name);

// Where kbuild puts the key that it makes for MODULE_SIG, and what MODULE_SIG_KEY says then.
constexpr std::string_view kMadeKey = "certs/signing_key.pem";

// Certificates and keys that the configuration names: option and file.
struct NamedFile {
  std::string option;
  std::string file;
};
std::vector<NamedFile> named_files(std::string_view config);

}  // namespace kmesh
