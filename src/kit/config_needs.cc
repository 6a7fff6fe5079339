// SPDX-License-Identifier: Apache-2.0
#include "kit/config_needs.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"

namespace kmesh {
namespace {

constexpr std::array kConfigNeeds = std::to_array<ConfigNeed>({
    {"KERNEL_BZIP2", "bzip2"},
    {"KERNEL_LZMA", "lzma"},
    {"KERNEL_LZO", "lzop"},
    {"KERNEL_LZ4", "lz4"},
    {"KERNEL_ZSTD", "zstd"},
    {"MODULE_COMPRESS_ZSTD", "zstd"},
    {"IKHEADERS", "cpio"},
    {"DEBUG_INFO_BTF", "pahole"},
    {"MODULE_SIG", "openssl"},
    {"SYSTEM_TRUSTED_KEYRING", "/usr/include/openssl/ssl.h"},
    {"UNWINDER_ORC", "/usr/include/gelf.h"},
    {"RUST", "rustc"},
});

}  // namespace

std::optional<std::string> config_value(std::string_view config, std::string_view name) {
  const std::string begin = fmt::format("CONFIG_{}=", name);
  std::optional<std::string> value;
  each_line(config, [&](std::string_view line) {
    if (!line.starts_with(begin)) return;
    line.remove_prefix(begin.size());
    if (line.size() >= 2 && line.front() == '"' && line.back() == '"') line = line.substr(1, line.size() - 2);
    value = std::string(line);
  });
  return value;
}

std::vector<ConfigNeed> needs_of(std::string_view config) {
  std::vector<ConfigNeed> needs;
  for (const auto& need : kConfigNeeds) {
    if (config_value(config, need.option) == "y") needs.push_back(need);
  }
  return needs;
}

std::vector<NamedFile> named_files(std::string_view config) {
  std::vector<NamedFile> named;
  for (const auto* option : {"SYSTEM_TRUSTED_KEYS", "SYSTEM_REVOCATION_KEYS", "MODULE_SIG_KEY"}) {
    const auto value = config_value(config, option);
    // this one is made where it is not there; and a key in a token is no file
    if (!value || value->empty() || *value == kMadeKey || value->starts_with("pkcs11:")) continue;
    named.push_back({option, *value});
  }
  return named;
}

}  // namespace kmesh
