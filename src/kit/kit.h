// SPDX-License-Identifier: Apache-2.0
// What every stage is handed: the doors, where the archive and the probes are, and what the user asked for.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/disk.h"
#include "base/process.h"
#include "base/status.h"

namespace kmesh {

struct Data {
  std::string kernel;  // patches/, configs/, rpm/, ko_src/, baselines.toml
  std::string guest;   // init and probes/, compiled
};

struct Kit {
  Disk& disk;
  Processes& processes;
  Status& status;
  Data data;
};

enum class Output { kRpm, kDeb, kImage };

struct Options {
  std::string baseline;  // empty: 5.10, or what the source's version says
  std::string tarball;
  std::string tree;
  std::string repository;         // a URL or a .repo file with a source RPM
  std::string package_name;       // which of its packages
  std::string package;            // a source RPM
  std::vector<std::string> keys;  // files with the public keys that sign it
  std::string sha256;             // of the tarball, from the user
  std::string series;             // folder; empty: the archive's
  std::string config = "slim";    // configs.h has the names; or a file
  Output output = Output::kRpm;
  std::string work;   // absolute
  std::string until;  // name of the last stage; empty: all
  bool verify = true;
  bool sandbox = true;
  bool install_requirements = false;  // have dnf or apt-get install what a source package's spec wants
  bool refresh = false;               // ask the archive again
  std::string compiler;               // "ccache distcc gcc"; empty: gcc, with ccache where it is installed
  // where the compilers of a farm are (DISTCC_HOSTS...); the sandbox keeps its network then
  std::map<std::string, std::string> farm;
  std::string signing_key;  // of modules, a PEM file; empty: one that the build makes
  unsigned jobs = 0;        // 0: as many as there are processors
};

inline std::string_view name_of(Output output) {
  return output == Output::kRpm ? "rpm" : output == Output::kDeb ? "deb" : "image";
}

// Back again, for a word that is one of the three.
inline Output output_of(std::string_view name) {
  return name == "deb" ? Output::kDeb : name == "image" ? Output::kImage : Output::kRpm;
}

}  // namespace kmesh
