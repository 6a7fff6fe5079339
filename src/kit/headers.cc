// SPDX-License-Identifier: Apache-2.0
#include "kit/headers.h"

#include <fmt/format.h>

#include "kit/diversion.h"
#include "kit/header_names.h"
#include "kit/header_place.h"
#include "kit/include_root.h"

namespace kmesh {
namespace {

// The call as a person types it.
std::string call(std::string_view verb, const HeadersOptions& options) {
  std::string text = fmt::format("kmesh-kernel headers {}", verb);
  if (verb == "install") text += " --work " + shown({options.work});
  if (options.root != "/") text += " --root " + shown({options.root});
  return text;
}

// ---- install ----

Result<void> check_header_names(Kit& kit, const std::string& installed, const IncludeRoot& ours,
                                const std::string& text) {
  KMESH_LET(old_text, kit.disk.read(installed));
  KMESH_LET(old_names, header_names(old_text));
  KMESH_LET(new_names, header_names(text));
  const auto missing = lacking(old_names, new_names);
  if (missing.empty()) return {};
  return fail(
      fmt::format("{} knows {} name{} that the header of Linux {} lacks; what uses {} would no longer "
                  "compile",
                  installed, missing.size(), missing.size() == 1 ? "" : "s", ours.version,
                  missing.size() == 1 ? "it" : "them"),
      "nothing was changed; compile with the private include root instead",
      fmt::format("cc -isystem {} ...", shown({ours.folder})), fmt::format("{}\n", fmt::join(missing, "\n")));
}

// The record of a header that was not replaced before, from what lies there.
Result<HeaderState> first_record(Kit& kit, const Place& place, const std::string& now) {
  KMESH_LET(found, kit.disk.attributes(place.header));
  HeaderState state;
  state.path = kHeader;
  state.sha256 = now;
  state.mode = found.mode;
  state.owner = found.owner.value_or(0);
  state.group = found.group.value_or(0);
  state.mtime_ns = found.mtime_ns.value_or(0);
  if (!can_divert(kit, place.root)) return state;
  KMESH_LET(who, diverted_by(kit, place.root, kHeader));
  if (!who.empty())
    return fail(fmt::format("{} is diverted already ({})", place.header, who),
                "whoever did that has to take it back first", "dpkg-divert --list '*bpf.h'");
  KMESH_LET(package, package_of(kit, place.root, kHeader));
  state.package = package;
  if (package.empty()) return state;
  state.diverted = kDiverted;
  if (kit.disk.exists(place.in_root(kDiverted)))
    return fail(
        fmt::format("{} is in the way: the package's header is to lie there", place.in_root(kDiverted)),
        "no diversion says what it is; move it away");
  return state;
}

// The folder of the record and of the original, empty.
Result<void> make_states(Kit& kit, const Place& place) {
  KMESH_TRY(sweep(kit, place));
  KMESH_TRY(kit.disk.make_dirs(place.states));
  KMESH_TRY(kit.disk.sync(parent_of(parent_of(place.states))));
  return kit.disk.sync(parent_of(place.states));
}

// The record and then the original are on the disk before anything is changed: where there is a record
// alone, the header was not touched, and whatever lies there now is the distribution's.
Result<void> keep_original(Kit& kit, const Place& place, const HeaderState& state) {
  KMESH_TRY(write_state(kit, place, state));
  if (kit.disk.exists(place.kept)) return {};
  KMESH_LET(bytes, kit.disk.read(place.header));
  if (sha256_text(bytes) != state.sha256) return {};
  return kit.disk.write_as(place.kept, bytes, original_attributes(state));
}

// The change itself. The diversion first, so that no update can come between; the header's name always has a
// file.
Result<void> put_ours(Kit& kit, const Place& place, HeaderState& state, const std::string& text) {
  if (!state.diverted.empty()) {
    KMESH_LET(who, diverted_by(kit, place.root, kHeader));
    if (who.empty()) KMESH_TRY(divert(kit, place.root, kHeader, state.diverted));
    const std::string aside = place.in_root(state.diverted);
    KMESH_LET(now, kit.disk.sha256(place.header));
    if (now == state.sha256 && !kit.disk.exists(aside)) {
      KMESH_TRY(kit.disk.link(place.header, aside));
      KMESH_TRY(kit.disk.sync(place.folder));
    }
  }
  Attributes attributes = original_attributes(state);
  attributes.mtime_ns.reset();  // newer than what was compiled with the other
  KMESH_TRY(kit.disk.write_as(place.header, text, attributes));
  state.phase = HeaderPhase::kInstalled;
  state.ours = {sha256_text(text)};
  return write_state(kit, place, state);
}

// ---- restore ----

// The header goes back to the original, or to what the distribution has put in its place since.
Result<void> give_back(Kit& kit, const Place& place, HeaderState& state, std::vector<std::string>& notes) {
  const std::string aside = state.diverted.empty() ? "" : place.in_root(state.diverted);
  const bool waits_aside = !aside.empty() && kit.disk.exists(aside);
  KMESH_LET(now, hash_of(kit, place.header));
  const bool known = now.empty() || now == state.sha256 || state.is_ours(now);
  if (waits_aside && !known && state.phase != HeaderPhase::kRestoring)
    return fail(
        fmt::format("{} is neither the original nor what this program put there", place.header),
        fmt::format("nothing was changed; the package's header is {}. Keep what you need of the other, "
                    "remove it, and run the same command again",
                    aside));
  state.phase = HeaderPhase::kRestoring;
  KMESH_TRY(write_state(kit, place, state));
  if (waits_aside) {
    KMESH_TRY(kit.disk.rename(aside, place.header));
    // two names of one file stay both
    if (kit.disk.exists(aside)) KMESH_TRY(kit.disk.remove_all(aside));
    KMESH_TRY(kit.disk.sync(place.folder));
  } else if (now.empty() || state.is_ours(now)) {
    KMESH_LET(bytes, kit.disk.read(place.kept));
    if (sha256_text(bytes) != state.sha256)
      return fail(fmt::format("{} is damaged: it is not the original that was kept", place.kept),
                  "install the header's package again, then run the same command again");
    KMESH_TRY(kit.disk.write_as(place.header, bytes, original_attributes(state)));
    if (now.empty() || !aside.empty())
      notes.push_back(fmt::format("{} was gone; the original that was kept is in its place",
                                  now.empty() ? place.header : aside));
  }
  if (!state.diverted.empty()) KMESH_TRY(undivert(kit, place.root, kHeader, state.diverted));
  return sweep(kit, place);
}

// ---- status ----

// Whether the distribution has brought another version than the one that was replaced.
Result<bool> was_updated(Kit& kit, const Place& place, const HeaderState& state, const std::string& now) {
  if (!state.diverted.empty()) {
    KMESH_LET(aside, hash_of(kit, place.in_root(state.diverted)));
    if (!aside.empty()) return aside != state.sha256;
  }
  // not diverted, or not yet where an install was cut off
  return !now.empty() && now != state.sha256 && !state.is_ours(now);
}

Result<HeadersReport> report_of(Kit& kit, const Place& place, const std::string& action,
                                const std::optional<HeaderState>& state) {
  HeadersReport report{action, place.header, "", "", state};
  KMESH_LET(now, hash_of(kit, place.header));
  report.sha256 = now;
  if (!state) return report;
  report.kept = place.kept;
  KMESH_LET(updated, was_updated(kit, place, *state, now));
  report.updated = updated;
  if (updated && (!state->diverted.empty() || state->phase != HeaderPhase::kInstalled)) {
    const std::string aside = state->diverted.empty() ? "" : place.in_root(state->diverted);
    report.notes.push_back(fmt::format("the distribution has updated its header since, which is {}",
                                       !aside.empty() && kit.disk.exists(aside) ? aside : place.header));
  }
  return report;
}

std::string update_note(Kit& kit, const Place& place, const HeaderState& state) {
  if (!state.diverted.empty())
    return fmt::format("updates of {} go to {}", state.package, place.in_root(state.diverted));
  for (const auto* database : {"/var/lib/rpm", "/usr/lib/sysimage/rpm"}) {
    if (kit.disk.exists(place.in_root(database)))
      return "an update of the kernel-headers package will overwrite it: rpm knows no diversions";
  }
  return "an update of the package that owns it will overwrite it";
}

}  // namespace

std::string headers_folder(const HeadersOptions& options) { return Place(options.root).folder; }

Result<HeadersReport> install_header(Kit& kit, const HeadersOptions& options) {
  const Place place(options.root);
  KMESH_LET(ours, find_include_root(kit, options.work));
  KMESH_TRY(check_root(kit, place));
  KMESH_LET(text, kit.disk.read(ours.header));
  const std::string hash = sha256_text(text);
  KMESH_LET(state, read_state(kit, place));
  KMESH_LET(found, hash_of(kit, place.header));
  if (state && state->phase == HeaderPhase::kInstalled && found == hash && state->is_ours(hash))
    return report_of(kit, place, "already installed", state);
  KMESH_TRY(check_rights(kit, place, call("install", options)));
  std::vector<std::string> notes;
  if (state && state->phase == HeaderPhase::kRestoring) {
    KMESH_TRY(give_back(kit, place, *state, notes));
    state.reset();
  }
  KMESH_LET(now, hash_of(kit, place.header));
  if (now.empty())
    return fail(fmt::format("there is no {} to replace", place.header),
                "install the package it comes in first (linux-libc-dev, kernel-headers)");
  if (state && now != state->sha256 && !state->is_ours(now))
    return fail(
        fmt::format("{} was replaced by another since it was installed: it is neither the original that "
                    "is kept nor what this program put there",
                    place.header),
        "restore keeps it and forgets the older one; then install again", call("restore", options));
  KMESH_LET(there, kit.disk.read(place.header));
  // somebody may have copied it out of the tree, or run its headers_install: then it has no mark
  const bool same = now == hash || there + std::string(kHeaderMark) == text;
  if (!state && (same || there.ends_with(kHeaderMark)))
    return fail(
        fmt::format(
            "{} is {}, and no record says what was there before", place.header,
            same ? "the very header that is to be installed" : "the header of another enhanced kernel"),
        fmt::format("a package brought it, or {} was removed. Nothing is to be done; the original comes "
                    "back with its package, installed again",
                    place.states));
  if (!state) KMESH_TRY(check_leftover(kit, place));
  KMESH_TRY(check_header_names(kit, place.header, ours, text));
  const bool first = !state;
  if (first) {
    KMESH_LET(record, first_record(kit, place, now));
    state = std::move(record);
  } else if (const std::string aside = place.in_root(kDiverted);
             !state->diverted.empty() && kit.disk.exists(aside)) {
    KMESH_TRY(check_header_names(kit, aside, ours, text));
  }
  state->phase = HeaderPhase::kInstalling;
  state->version = ours.version;
  state->from = ours.header;
  if (!state->is_ours(hash)) state->ours.push_back(hash);
  auto kept = first ? make_states(kit, place) : Result<void>();
  if (kept) kept = keep_original(kit, place, *state);
  auto done = kept ? put_ours(kit, place, *state, text) : kept;
  if (!done) {
    const auto undone = first ? give_back(kit, place, *state, notes) : fail("");
    done.error().hint +=
        fmt::format("{}{}", done.error().hint.empty() ? "" : "\n  ",
                    undone ? "the header is as it was"
                           : "the header is whole; to have the original back: " + call("restore", options));
    return tl::make_unexpected(done.error());
  }
  KMESH_LET(report, report_of(kit, place, "installed", state));
  report.notes.insert(report.notes.begin(), notes.begin(), notes.end());
  report.notes.push_back(update_note(kit, place, *state));
  return report;
}

Result<HeadersReport> restore_header(Kit& kit, const HeadersOptions& options) {
  const Place place(options.root);
  KMESH_TRY(check_root(kit, place));
  KMESH_LET(state, read_state(kit, place));
  if (!state) {
    if (has_leftover(kit, place)) {
      KMESH_TRY(check_leftover(kit, place));
      KMESH_TRY(check_rights(kit, place, call("restore", options)));
      KMESH_TRY(sweep(kit, place));
    }
    return report_of(kit, place, "not installed", std::nullopt);
  }
  KMESH_TRY(check_rights(kit, place, call("restore", options)));
  const std::string original = state->sha256;
  std::vector<std::string> notes;
  KMESH_TRY(give_back(kit, place, *state, notes));
  KMESH_LET(report, report_of(kit, place, "restored", std::nullopt));
  report.notes = std::move(notes);
  if (report.sha256 == original) return report;
  report.action = "kept newer";
  report.updated = true;
  return report;
}

Result<HeadersReport> header_status(Kit& kit, const HeadersOptions& options) {
  const Place place(options.root);
  KMESH_TRY(check_root(kit, place));
  KMESH_LET(state, read_state(kit, place));
  if (!state) {
    KMESH_TRY(check_leftover(kit, place));
    KMESH_LET(report, report_of(kit, place, "not installed", std::nullopt));
    if (has_leftover(kit, place))
      report.notes.push_back(fmt::format("a run was cut off before it changed anything; {} sweeps up",
                                         call("restore", options)));
    return report;
  }
  KMESH_LET(report, report_of(kit, place, "installed", state));
  if (state->phase != HeaderPhase::kInstalled) {
    report.action = "interrupted";
    report.notes.push_back(fmt::format("to have the original back: {}", call("restore", options)));
    if (state->phase == HeaderPhase::kInstalling)
      report.notes.push_back("to go on: the same headers install again");
  } else if (!state->is_ours(report.sha256)) {
    report.action = "changed";
    report.notes.push_back(
        state->diverted.empty()
            ? fmt::format("an update has overwritten it; {} forgets the original that is kept",
                          call("restore", options))
            : "somebody has changed it by hand");
  }
  return report;
}

}  // namespace kmesh
