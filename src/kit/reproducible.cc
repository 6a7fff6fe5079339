// SPDX-License-Identifier: Apache-2.0
#include "kit/reproducible.h"

#include <fmt/format.h>

#include <array>

#include "kit/config_needs.h"

namespace kmesh {
namespace {

// Not under the name of its own: kbuild makes that anew whenever it has not made it itself.
constexpr std::string_view kGivenKey = "certs/kmesh_signing_key.pem";
constexpr std::array kSeedScripts = {"scripts/gcc-plugins/gen-random-seed.sh",
                                     "scripts/gen-randstruct-seed.sh"};

bool is_on(std::string_view config, std::string_view option) { return config_value(config, option) == "y"; }

Result<bool> fix_seed(Kit& kit, const std::string& tree, std::string_view seed) {
  for (const auto* name : kSeedScripts) {
    const std::string path = join(tree, name);
    if (!kit.disk.exists(path)) continue;
    KMESH_LET(script, kit.disk.read(path));
    const auto fixed = with_seed(script, seed);
    if (!fixed) continue;
    KMESH_TRY(kit.disk.write(path, *fixed));
    return true;
  }
  return false;
}

Result<void> give_key(Kit& kit, const std::string& tree, const std::string& config,
                      const std::string& signing_key) {
  KMESH_LET(pem, kit.disk.read(signing_key));
  for (const auto* part : {"PRIVATE KEY-----", "BEGIN CERTIFICATE-----"}) {
    if (pem.find(part) == std::string::npos)
      return fail(fmt::format("{} signs no modules: it has no line with '{}'", signing_key, part),
                  "give one PEM file with a private key and its certificate",
                  "openssl req -new -x509 -newkey rsa:4096 -nodes -days 36500 -subj /CN=modules/ -keyout "
                  "key.pem -out key.pem");
  }
  KMESH_TRY(kit.disk.make_dirs(join(tree, "certs")));
  Attributes own;
  own.mode = 0600;
  KMESH_TRY(kit.disk.write_as(join(tree, kGivenKey), pem, own));
  const std::string before = fmt::format("CONFIG_MODULE_SIG_KEY=\"{}\"", kMadeKey);
  const auto at = config.find(before);
  if (at == std::string::npos)
    return fail(fmt::format("{} has no line {}", join(tree, ".config"), before), "have kconfig write it");
  std::string changed = config;
  changed.replace(at, before.size(), fmt::format("CONFIG_MODULE_SIG_KEY=\"{}\"", kGivenKey));
  return kit.disk.write(join(tree, ".config"), changed);
}

bool is_elliptic(Kit& kit, const std::string& signing_key) {
  Command ask;
  ask.argv = {"openssl", "x509", "-noout", "-text", "-in", signing_key};
  return answer_of(kit.processes, std::move(ask)).find("id-ecPublicKey") != std::string::npos;
}

// What a key on an elliptic curve means; empty for another.
std::string curve_warning(Kit& kit, const std::string& config, const std::string& signing_key) {
  if (!is_elliptic(kit, signing_key)) return {};
  std::string text = fmt::format(
      "{} is a key on an elliptic curve, whose signatures are drawn by lot: another build makes other "
      "packages",
      signing_key);
  if (!is_on(config, "CRYPTO_ECDSA"))
    text +=
        "; and this kernel cannot check them (that takes CONFIG_CRYPTO_ECDSA, which 5.13 is the first to "
        "have): it takes its modules for unsigned. Name an RSA key";
  return text;
}

}  // namespace

std::optional<std::string> with_seed(std::string_view script, std::string_view seed) {
  constexpr std::string_view kDraws = "od -A n -t x8 -N 32 /dev/urandom";
  const auto at = script.find(kDraws);
  if (at == std::string_view::npos) return {};
  return fmt::format("{}echo {}{}", script.substr(0, at), seed, script.substr(at + kDraws.size()));
}

Result<std::vector<std::string>> fix_lots(Kit& kit, const std::string& tree, const Lots& lots) {
  std::vector<std::string> warnings;
  const auto read = kit.disk.read(join(tree, ".config"));
  if (!read) {
    if (!lots.signing_key.empty())
      warnings.push_back(
          fmt::format("{} was not used: the spec configures the kernel while it builds", lots.signing_key));
    return warnings;
  }
  const std::string& config = *read;
  if (is_on(config, "GCC_PLUGIN_RANDSTRUCT") || is_on(config, "RANDSTRUCT")) {
    KMESH_LET(fixed, fix_seed(kit, tree, sha256_text(lots.seed)));
    if (!fixed)
      warnings.emplace_back(
          "RANDSTRUCT is on, and how this tree draws its seed is not known: another build makes other "
          "packages");
  }
  const bool makes_key =
      is_on(config, "MODULE_SIG") && config_value(config, "MODULE_SIG_KEY") == std::string(kMadeKey);
  if (makes_key && !lots.signing_key.empty()) {
    KMESH_TRY(give_key(kit, tree, config, lots.signing_key));
    if (auto warning = curve_warning(kit, config, lots.signing_key); !warning.empty())
      warnings.push_back(std::move(warning));
  } else if (makes_key) {
    warnings.emplace_back(
        "modules are signed with a key that this build makes: another build makes other packages; name a key "
        "of your own with --signing-key FILE");
  } else if (!lots.signing_key.empty()) {
    warnings.push_back(fmt::format(
        "{} was not used: the configuration signs no modules, or names a key of its own", lots.signing_key));
  }
  return warnings;
}

}  // namespace kmesh
