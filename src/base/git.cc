// SPDX-License-Identifier: Apache-2.0
#include "base/git.h"

#include <fmt/format.h>
#include <git2.h>

#include <array>
#include <memory>

namespace kmesh {
namespace {

// libgit2 counts who uses it.
class Library {
 public:
  Library() { git_libgit2_init(); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library() { git_libgit2_shutdown(); }
};

template <class T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

std::string why() {
  const git_error* error = git_error_last();
  return error != nullptr ? error->message : "unknown reason";
}

}  // namespace

Result<Revision> read_from_revision(const std::string& repository, const std::string& revision,
                                    const std::set<std::string>& wanted) {
  const Library library;
  git_repository* raw_repository = nullptr;
  if (git_repository_open(&raw_repository, repository.c_str()) != 0)
    return fail(fmt::format("{} cannot be opened as a git repository: {}", repository, why()),
                "--revision reads from the repository that --tree names");
  const Owned<git_repository> opened(raw_repository, &git_repository_free);
  git_object* raw_object = nullptr;
  if (git_revparse_single(&raw_object, opened.get(), (revision + "^{commit}").c_str()) != 0)
    return fail(fmt::format("{} has no revision {}: {}", repository, revision, why()), "see what there is",
                fmt::format("git -C {} tag --list", repository));
  const Owned<git_object> object(raw_object, &git_object_free);
  Revision found;
  std::array<char, GIT_OID_HEXSZ + 1> id{};
  git_oid_tostr(id.data(), id.size(), git_object_id(object.get()));
  found.commit = id.data();
  for (const auto& path : wanted) {
    git_object* raw_blob = nullptr;
    // a path that is not there is no error of ours; one that is there and cannot be read is
    const int answer = git_object_lookup_bypath(&raw_blob, object.get(), path.c_str(), GIT_OBJECT_BLOB);
    if (answer == GIT_ENOTFOUND || answer == GIT_EINVALIDSPEC) continue;
    if (answer != 0) return fail(fmt::format("{} of {} cannot be read: {}", path, revision, why()));
    const Owned<git_object> blob(raw_blob, &git_object_free);
    const auto* content = reinterpret_cast<git_blob*>(blob.get());
    found.texts[path].assign(static_cast<const char*>(git_blob_rawcontent(content)),
                             static_cast<std::size_t>(git_blob_rawsize(content)));
  }
  return found;
}

Result<MergedText> merge_texts(const MergeSide& ancestor, const MergeSide& ours, const MergeSide& theirs) {
  const Library library;
  const auto input = [](const MergeSide& side) {
    git_merge_file_input made{};
    git_merge_file_input_init(&made, GIT_MERGE_FILE_INPUT_VERSION);
    made.ptr = side.text.data();
    made.size = side.text.size();
    made.path = side.label.c_str();
    return made;
  };
  const auto base = input(ancestor);
  const auto left = input(ours);
  const auto right = input(theirs);
  git_merge_file_options options{};
  git_merge_file_options_init(&options, GIT_MERGE_FILE_OPTIONS_VERSION);
  options.ancestor_label = ancestor.label.c_str();
  options.our_label = ours.label.c_str();
  options.their_label = theirs.label.c_str();
  options.flags = GIT_MERGE_FILE_STYLE_DIFF3;
  git_merge_file_result merged{};
  if (git_merge_file(&merged, &base, &left, &right, &options) != 0)
    return fail(fmt::format("{} cannot be merged with {}: {}", theirs.label, ours.label, why()));
  MergedText answer{merged.automergeable != 0,
                    merged.len == 0 ? std::string() : std::string(merged.ptr, merged.len)};
  git_merge_file_result_free(&merged);
  return answer;
}

Result<std::string> diff_texts(const std::string& path, const std::optional<std::string>& before,
                               const std::optional<std::string>& after) {
  const Library library;
  const auto data = [](const std::optional<std::string>& side) { return side ? side->data() : nullptr; };
  const auto size = [](const std::optional<std::string>& side) { return side ? side->size() : 0; };
  git_diff_options options{};
  git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
  options.flags = GIT_DIFF_FORCE_TEXT;
  git_patch* raw_patch = nullptr;
  if (git_patch_from_buffers(&raw_patch, data(before), size(before), path.c_str(), data(after), size(after),
                             path.c_str(), &options) != 0)
    return fail(fmt::format("{}: no diff can be made: {}", path, why()));
  const Owned<git_patch> patch(raw_patch, &git_patch_free);
  git_buf buffer{};
  if (git_patch_to_buf(&buffer, patch.get()) != 0)
    return fail(fmt::format("{}: no diff can be written: {}", path, why()));
  std::string text(buffer.ptr != nullptr ? buffer.ptr : "", buffer.size);
  git_buf_dispose(&buffer);
  return text;
}

}  // namespace kmesh
