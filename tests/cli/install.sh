#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What is installed works from any folder, with the checkout out of sight, and says what the checkout says; and it is taken
# away again exactly.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
fake_kernel

D=$T/root
P=$D/usr/local
install_it() { DESTDIR=$D "$REPOSITORY/tools/install.sh" install "$BUILD" /usr/local; }
# every file and folder with its mode, and the files' content
picture() { (cd "$D" && find . -printf '%p %y %m\n' | sort && find . -type f -exec sha256sum {} + | sort); }

# there was something: a folder that is empty, and somebody else's file
mkdir -p "$P/share/man/man1" "$P/bin" "$P/share/zsh"
echo other > "$P/share/man/man1/other.1"
picture > before
install_it

# the front door says the same
for target in install uninstall; do
    make -n -C "$REPOSITORY" $target DESTDIR=/d PREFIX=/p > said 2>&1 || fail "make -n $target: $(cat said)"
    grep -q "^DESTDIR=\"/d\" tools/install.sh $target .*\"/p\"\$" said || fail "make $target does not go through tools/install.sh"
done

# the archive is whole, and nothing of it was built
for file in $(cd "$REPOSITORY" && git ls-files kernel | grep -v -e '^kernel/dkms/' -e checkpatch-exceptions); do
    cmp "$REPOSITORY/$file" "$P/share/kmesh/$file" || fail "$file is not installed"
    expect_same "$(stat -c %A "$P/share/kmesh/$file" | cut -c 4)" "$(stat -c %A "$REPOSITORY/$file" | cut -c 4)" "may be executed: $file"
done
expect_same "$(find "$P/share/kmesh/kernel" -type f | wc -l)" \
    "$(cd "$REPOSITORY" && git ls-files kernel | grep -cv -e '^kernel/dkms/' -e checkpatch-exceptions)" "files of the archive"

# Seen are the host's programs, /usr/local, and /here: with the checkout out of sight.
mkdir here
cp "$TARBALL" here/
ln -s /usr/local/bin/kmesh-kernel here/link
ln -s link here/link-of-link
[ -d /usr/local ] || fail "this host has no /usr/local"
away() {
    bwrap --ro-bind /usr /usr --ro-bind "$P" /usr/local --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64 \
        --ro-bind /etc /etc --proc /proc --dev /dev --tmpfs /tmp --bind "$T/here" /here --chdir /here \
        --setenv PATH /usr/local/bin:/usr/bin:/bin --unsetenv KMESH_KERNEL_DATA "$@"
}
! away test -e "$REPOSITORY/README.md" || fail "the checkout can be seen"
plan=(plan --tarball "$TARBALL" --no-verify --json)
cd here
run "${plan[@]}" --work "$T/plan"
cd ..
expect_exit 0
jq '[.patches, .baselines]' "$T/out" > wanted
expect_json '.patches | length >= 3'
run_away() {
    CODE=0
    echo "$*" > "$T/command"
    away "$@" > "$T/out" 2> "$T/err" < /dev/null || CODE=$?
    sane
}
for program in kmesh-kernel ./link ./link-of-link ../usr/local/bin/kmesh-kernel; do
    rm -rf here/build
    run_away "$program" "${plan[@]}"
    expect_exit 0
    jq '[.patches, .baselines]' "$T/out" > found
    diff wanted found || fail "$program says another thing than the checkout"
    expect_file here/build/plan
done
# baselines by name are those of its archive
run_away kmesh-kernel build --baseline 9.99
expect_exit 2
expect_stderr "known are 5.10, 6.1, 6.12"
run_away kmesh-kernel completion bash
cmp -s "$T/out" "$P/share/bash-completion/completions/kmesh-kernel" || fail "another completion is installed"
run_away kmesh-route --version
expect_exit 0
# man and zsh find theirs
away man -P cat kmesh-kernel-build > "$T/out" || fail "man finds nothing"
expect_stdout '^ +--tarball FILE'
away zsh -fc 'autoload -U compinit; compinit -u -D; print $_comps[kmesh-kernel]' > "$T/out"
expect_stdout '^_kmesh-kernel$'

# it can be moved; and without its archive it says where that was looked for
mv "$P" moved
run_as moved/bin/kmesh-kernel "${plan[@]}" --work "$T/plan"
expect_exit 0
jq '[.patches, .baselines]' "$T/out" | diff wanted - || fail "it does not work elsewhere"
mv moved/share/kmesh/kernel kernel-elsewhere
run_as moved/bin/kmesh-kernel plan --work "$T/plan"
expect_exit 1
expect_stderr 'neither in .*/share/kmesh/kernel nor in a checkout'
mv kernel-elsewhere moved/share/kmesh/kernel
mv moved "$P"

# installed over an older one, of which a file is left: it goes, and the folder that was made for it
mkdir "$P/share/kmesh/old"
touch "$P/share/kmesh/old/file"
printf '%s\n' 'file /usr/local/share/kmesh/old/file' 'folder /usr/local/share/kmesh/old' >> "$P/share/kmesh/installed"
install_it
refute_file "$P/share/kmesh/old"
expect_file "$P/bin/kmesh-kernel"
# a file of the user's in a folder of ours stays, with its folder
echo mine > "$P/share/kmesh/mine"
DESTDIR=$D "$REPOSITORY/tools/install.sh" uninstall /usr/local
expect_same "$(find "$P/share/kmesh" -type f)" "$P/share/kmesh/mine" "what is left"
rm -r "$P/share/kmesh"
picture > after
diff before after || fail "it was not as before"
if DESTDIR=$D "$REPOSITORY/tools/install.sh" uninstall /usr/local 2> "$T/err"; then fail "there was nothing to take away"; fi
expect_stderr '^error: nothing is installed'
