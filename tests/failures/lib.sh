# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2030,SC2031 # each layer and each failure has a process of its own, with its own NAME
# A scene is a throw-away copy of a tree and of /usr, in overlays. What a failure needs away is removed there, so that it is missing
# as it would be on a machine that never had it.

: "${SCRATCH:=}" "${OUTPUT:=}" "${NAME:=}" "${PREFLIGHT:=}" "${here:?the folder of capture.sh}"
TREE=/kmesh/rpmbuild/BUILD/linux
FIRST_LINES=40
LAST_LINES=160

# shellcheck source=tests/failures/row.sh
. "$here/row.sh"

die() {
    echo "capture: ${NAME:+$NAME: }$1" >&2
    exit 1
}

# ---- trees, in layers: source, configured, prepared, objects, linkable ----

# tarball_of VERSION
tarball_of() {
    local variable=TREE_${1/./_}
    [ -n "${!variable-}" ] || die "$variable is not set: Linux $1's tarball"
    echo "${!variable}"
}

# unpacked VERSION
unpacked() {
    local to=$SCRATCH/$1/source
    mkdir -p "$SCRATCH/$1"
    [ ! -d "$to" ] || return 0
    rm -rf "$to.new"
    mkdir -p "$to.new"
    tar --extract --file "$(tarball_of "$1")" --directory "$to.new" --strip-components 1 --no-same-owner
    mv "$to.new" "$to"
}

# What makes each layer out of the one before.
make_configured() {
    cp "$here/../../kernel/configs/slim.config" "$SCENE/kmesh/slim.config"
    quietly 'make tinyconfig && scripts/kconfig/merge_config.sh -m .config /kmesh/slim.config &&
        scripts/config -e STACK_VALIDATION -e UNWINDER_ORC -d UNWINDER_FRAME_POINTER -d UNWINDER_GUESS && make olddefconfig'
}
make_prepared() { quietly 'make -j2 prepare scripts'; }
# A kernel of four objects: enough for what is done to a kernel after it was compiled.
OBJECTS='kernel/fork.o kernel/bpf/syscall.o net/core/filter.o net/ipv4/tcp.o'
make_objects() { quietly "make -j2 $OBJECTS arch/x86/kernel/vmlinux.lds"; }
# scripts/link-vmlinux.sh compiles init/ itself.
make_linkable() { quietly 'make -j2 init/'; }

# layers VERSION LAYER : the folders it is made of, for overlay's lowerdir; missing ones are made.
declare -A BEFORE=([configured]=source [prepared]=configured [objects]=prepared [linkable]=objects)
layers() {
    local version=$1 layer=$2 below made
    if [ "$layer" = source ]; then
        unpacked "$version"
        echo "$version/source"
        return
    fi
    below=$(layers "$version" "${BEFORE[$layer]}")
    made=$SCRATCH/$version/$layer
    # In a process of its own: the caller's scene, if there is one, is another. Two captures may run beside each other.
    (
        flock 9
        [ ! -d "$made" ] || exit 0
        echo "$version: $layer"
        NAME=$version-$layer
        scene_begins "$below"
        "make_$layer"
        umount "$SCENE/tree"
        mv "$SCENE/upper-tree" "$made"
        scene_ends
    ) >&2 9> "$made.lock"
    echo "$version/$layer:$below"
}

# ---- scenes ----

scene_begins() { # LOWERS
    SCENE=$SCRATCH/scene-${NAME:-none}
    scene_ends
    mkdir -p "$SCENE"/{tree,upper-tree,work-tree,usr,upper-usr,work-usr,kmesh}
    echo 'root:x:0:0:root:/kmesh/home:/bin/sh' > "$SCENE/passwd"
    echo 'root:x:0:' > "$SCENE/group"
    mkdir -p "$SCENE"/kmesh/{home,rpmbuild/{BUILD,BUILDROOT,RPMS,SOURCES,SPECS,SRPMS}}
    mount -t overlay overlay -o "lowerdir=/usr,upperdir=$SCENE/upper-usr,workdir=$SCENE/work-usr" "$SCENE/usr"
    MORE=()
    UNSHARED=(--unshare-all)
    PLACE=/kmesh/rpmbuild
    LANGUAGE_OF_LOG=C
    BESIDE=''
    FOLDER=/kmesh
    DOCTOR=''
    if [ -n "$1" ]; then
        # Relative paths: the option's length is limited.
        (cd "$SCRATCH" && mount -t overlay overlay \
            -o "lowerdir=$1,upperdir=$SCENE/upper-tree,workdir=$SCENE/work-tree" "$SCENE/tree")
        mkdir "$SCENE/kmesh/rpmbuild/BUILD/linux"
        MORE=(--bind "$SCENE/tree" "$TREE")
        PLACE=$TREE
    fi
}

scene_ends() {
    local scene=$SCRATCH/scene-${NAME:-${name:-none}} mounted
    for mounted in "$scene"/kmesh/small "$scene/tree" "$scene/usr"; do
        ! mountpoint -q "$mounted" || umount "$mounted"
    done
    rm -rf "$scene"
}

# on VERSION LAYER : the scene is that tree.
on() {
    local lowers
    lowers=$(layers "$1" "$2") || die "no tree"
    scene_begins "$lowers"
}

# nowhere : the scene has no tree, for packages.
nowhere() { scene_begins ''; }

# hide PATH... : they are not on this machine; below /usr, globs allowed.
hide() {
    local one
    for one in "$@"; do
        compgen -G "$SCENE/usr/$one" > /dev/null || die "/usr/$one is not on this machine either"
        # shellcheck disable=SC2086 # a glob
        rm -rf "${SCENE:?}"/usr/$one
    done
}

# bash_is_sh : as on RPM distributions. (Debian's is dash, whose complaints read otherwise.)
bash_is_sh() { ln -sf bash "$SCENE/usr/bin/sh"; }

# small SIZE [OPTIONS] : /kmesh/small is a file system of that size.
small() {
    mkdir -p "$SCENE/kmesh/small"
    mount -t tmpfs -o "size=$1${2:+,$2}" small "$SCENE/kmesh/small"
}

# program NAME : standard input becomes that program.
program() {
    rm -f "$SCENE/usr/bin/$1"
    cat > "$SCENE/usr/bin/$1"
    chmod 755 "$SCENE/usr/bin/$1"
}

# part FOLDER FILE [OPTION...] : a rule for `make part`, for a file that the tree's Makefile makes on the way to others only.
part() {
    local end
    end=$(grep -n '^endif # need-sub-make' "$SCENE/tree/Makefile" | tail -n 1 | cut -d : -f 1)
    [ -n "$end" ] || die "no place for a rule"
    sed -i "${end}i part: prepare\n\t\$(Q)\$(MAKE) ${*:3} \$(build)=$1 $1/$2" "$SCENE/tree/Makefile"
}

sandbox() {
    timeout 1800 nice -n 5 bwrap "${UNSHARED[@]}" --hostname kmesh --die-with-parent --clearenv --setenv PATH /usr/bin:/usr/sbin --setenv HOME /kmesh/home \
        --setenv LANG "$LANGUAGE_OF_LOG" --setenv KBUILD_BUILD_USER kmesh --setenv KBUILD_BUILD_HOST kmesh \
        --ro-bind "$SCENE/usr" /usr --symlink usr/bin /bin --symlink usr/sbin /sbin --symlink usr/lib /lib --symlink usr/lib64 /lib64 \
        --ro-bind /etc/alternatives /etc/alternatives --ro-bind /etc/ld.so.cache /etc/ld.so.cache --dir /var/tmp \
        --ro-bind "$SCENE/passwd" /etc/passwd --ro-bind "$SCENE/group" /etc/group \
        --proc /proc --dev /dev --tmpfs /tmp --bind "$SCENE/kmesh" /kmesh "${MORE[@]}" --chdir "$PLACE" "$@" < /dev/null
}

# quietly COMMANDS : what comes before the failure; must succeed.
quietly() {
    sandbox /bin/sh -ec "$1" > "$SCENE/quiet.log" 2>&1 || { tail -n 20 "$SCENE/quiet.log" >&2; die "the way to the failure failed"; }
}

# look COMMAND : what the kit's doctor says of the scene before anything fails in it, as NAME.doctor.json, with the command
# that is to fail beside it; for whom PREFLIGHT names the
# folder with the program. BESIDE is what the failing command has before it, FOLDER the work folder that is made of where it
# works, DOCTOR what else the doctor is told.
look() {
    [ -n "$PREFLIGHT" ] || return 0
    local folder=$SCENE$FOLDER
    echo "$1" > "$OUTPUT/$NAME.command"
    [ "$FOLDER" != "$PLACE" ] || [ ! -d "$SCENE/tree" ] || folder=$SCENE/tree
    if [ -d "$folder" ]; then
        : > "$folder/lock"
        echo '{"version":1,"stages":{}}' > "$folder/journal.json"
        chmod 666 "$folder/lock" "$folder/journal.json"
    fi
    if [ "$FOLDER" = /kmesh ] && [ -d "$SCENE/tree" ]; then
        ln -sfn . "$folder/enhanced"
        # what the scene changed in the tree, a series would have
        (cd "$SCENE/upper-tree" && find . -type f -path './*/*' ! -path './include/generated/*' ! -path './include/config/*' \
            \( -name '*.[chS]' -o -name Makefile -o -name Kbuild -o -name 'Kconfig*' \) -printf '%P\n') |
            LC_ALL=C sort | jq -R . | jq -s '{key: "", touched: .}' > "$folder/prepared.json"
    fi
    (
        MORE+=(--ro-bind "$PREFLIGHT" /kit)
        sandbox /bin/sh -c "$BESIDE /kit/kmesh-kernel doctor --work '$FOLDER' $DOCTOR --no-sandbox --json" \
            > "$OUTPUT/$NAME.doctor.json" 2> "$SCENE/doctor.err"
    ) || [ -s "$OUTPUT/$NAME.doctor.json" ] || { cat "$SCENE/doctor.err" >&2; die "the doctor says nothing"; }
    (cd "$folder" 2> /dev/null && rm -rf lock journal.json prepared.json enhanced .kmesh-tmp) || true
}

# record COMMAND : the one that fails; its whole output is the log.
record() {
    local code=0
    look "$1"
    sandbox /bin/sh -c "$1" > "$SCENE/whole.log" 2>&1 || code=$?
    [ $code != 0 ] || { tail -n 5 "$SCENE/whole.log" >&2; die "it did not fail"; }
    log_is
}

# record_good COMMAND : one that succeeds, or fails to notice.
record_good() {
    look "$1"
    sandbox /bin/sh -c "$1" > "$SCENE/whole.log" 2>&1 || { tail -n 20 "$SCENE/whole.log" >&2; die "it failed"; }
    log_is
}

log_is() {
    cut_log < "$SCENE/whole.log" > "$OUTPUT/$NAME.log"
    no_leak "$OUTPUT/$NAME.log"
}

# says REGEX : the log just recorded has it; else this was another failure than the one it is named for.
says() {
    ! grep -Eq -e "$1" "$OUTPUT/$NAME.log" || return 0
    cat "$OUTPUT/$NAME.log" >&2
    rm -f "$OUTPUT/$NAME.log"
    die "the log does not say: $1"
}

# ---- logs ----

cut_log() {
    awk -v first=$FIRST_LINES -v last=$LAST_LINES '
    { line[NR] = $0 }
    END {
        for (i = 1; i <= NR; i++) {
            if (NR > first + last && i == first + 1) {
                printf "[... %d lines ...]\n", NR - first - last
                i = NR - last + 1
            }
            print line[i]
        }
    }'
}

# What must be in no log, a fixed string a line: this machine's paths, names and mirrors.
prepare_leaks() {
    local host
    host=$(uname -n)
    LEAKS=$(
        [ -z "$SCRATCH" ] || echo "$SCRATCH"
        echo "${here%/tests/failures}"
        printf '%s\n' "@$host" "host $host" "/home/" "${HOME:-/root}/"
        [ "${#host}" -lt 4 ] || echo "$host"
        [ -z "${SUDO_USER-}" ] || echo "$SUDO_USER"
        cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2> /dev/null | sed -nE 's,.*(https?|ftp)://([^/ ]+).*,\2,p' | sort -u
        cat /etc/apt/apt.conf.d/* 2> /dev/null | sed -nE 's,.*Proxy.*//([^/ "]+).*,\1,p' | sort -u
    )
}

no_leak() {
    [ -n "$LEAKS" ] || die "no list of what must not be in a log"
    if grep -nF -e "$LEAKS" "$1" >&2; then
        rm -f "$1"
        die "a name of this machine is in the log"
    fi
}

# check_rows FOLDER : its table's rows, "| name | made by | line | ...", and that each failure that can be produced has its log there
# and its line in rows.tsv
check_rows() {
    local name bad=0
    while IFS= read -r name; do
        has_line "$1/README.md" "$name" "$1/$name.log" >&2 || bad=1
    done < <(cd "$1" && find . -name '*.log' -printf '%f\n' | sed 's/\.log$//' | sort)
    while IFS= read -r name; do
        [ -e "$1/$name.log" ] || { echo "$name: a row without a log" >&2; bad=1; }
    done < <(sed -nE 's/^\| ([a-z0-9][a-z0-9.-]*) \| .*/\1/p' "$1/README.md" | grep -vx name)
    while IFS= read -r name; do
        [ -e "$1/$name.log" ] || { echo "$name: it can be produced, and there is no log of it" >&2; bad=1; }
        grep -q -e "^$name"$'\t' "$1/rows.tsv" || { echo "$name: not in rows.tsv" >&2; bad=1; }
    done < <(names)
    return $bad
}
