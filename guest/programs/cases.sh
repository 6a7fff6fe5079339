# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What the cases share. A case is a function; what it says is shown where it fails.

cases=() names=()
# case_of FUNCTION NAME
case_of() {
    cases+=("$1")
    names+=("$2")
}

# run_cases: all of them, as KTAP. True if all passed.
run_cases() {
    local i start end result line failed=0
    echo "KTAP version 1"
    echo "1..${#cases[@]}"
    for i in "${!cases[@]}"; do
        start=${EPOCHREALTIME/./}
        result='ok'
        "${cases[i]}" > /tmp/said 2>&1 || result='not ok'
        end=${EPOCHREALTIME/./}
        if [ "$result" != ok ]; then
            while IFS= read -r line; do echo "# $line"; done < /tmp/said
            failed=1
        fi
        echo "$result $((i + 1)) ${names[i]} # $(((end - start) / 1000)) ms"
    done
    return $failed
}

# count NAME: a counter of the module.
count() {
    local name value
    while read -r name value; do
        if [ "$name" = "$1" ]; then
            echo "$value"
            return
        fi
    done < /proc/kmesh/counters
    echo "there is no counter $1" >&2
    return 1
}

# mark: what follows is counted from here on.
mark() {
    # shellcheck disable=SC2034 # cases look at them
    decided_before=$(count decided) && deferred_before=$(count deferred) && routed_before=$(count routed)
}

# went [NUMBER TEXT]...: the decisions since the mark, no fewer and no more: NUMBER of them have TEXT in them.
went() {
    local lines line total=0 found i new
    new=$(($(count decided) - decided_before))
    mapfile -t lines < /proc/kmesh/recent
    if [ "$new" -gt "${#lines[@]}" ]; then
        echo "$new decisions, more than are kept"
        return 1
    fi
    lines=("${lines[@]:${#lines[@]}-new}")
    for ((i = 1; i < $#; i += 2)); do
        found=0
        for line in "${lines[@]}"; do
            [[ "$line" != *"${*:i+1:1}"* ]] || found=$((found + 1))
        done
        if [ "$found" != "${*:i:1}" ]; then
            echo "${*:i:1} expected and $found found: ${*:i+1:1}; there are:"
            printf '%s\n' "${lines[@]}"
            return 1
        fi
        total=$((total + found))
    done
    [ "$total" = "$new" ] || {
        echo "$new decisions, $total expected:"
        printf '%s\n' "${lines[@]}"
        return 1
    }
}

# routed LEAST MOST: connections that were routed since the mark; their number is in routed_now.
routed() {
    routed_now=$(count routed) && routed_now=$((routed_now - routed_before)) || return 1
    [ $routed_now -ge "$1" ] && [ $routed_now -le "$2" ] || {
        echo "$routed_now connections were routed, $1 to $2 expected"
        return 1
    }
}

# to ASKED FINAL, original ADDRESS: the texts of the usual ones.
to() { echo "redirect by=verdict head=http asked=$1 final=$2 "; }
original() { echo "original by=no_verdict head=$2 asked=$1 final=$1 "; }

# told EXIT TEXT COMMAND...: its exit code, and all that it says; both are patterns.
told() {
    local wanted=$1 text=$2 answer code=0
    shift 2
    answer=$(timeout 120 "$@" 2>&1) || code=$?
    # shellcheck disable=SC2053 # patterns are meant
    [[ "$code" == $wanted && "$answer" == $text ]] || {
        echo "$*: exit code $code, expected $wanted and '$text'; it says:"
        echo "$answer"
        return 1
    }
}

# gets TEXT OPTION... URL
gets() {
    local text=$1
    shift
    told 0 "$text" curl -sS --max-time 60 "$@"
}

# listening PORT...: waits, two minutes at most, until somebody listens there; it connects to nothing.
listening() {
    local port hex end=$((SECONDS + 120))
    for port; do
        printf -v hex ':%04X 0*:0000 0A' "$port"
        until grep -q "$hex" /proc/net/tcp; do
            if [ $SECONDS -gt $end ]; then
                echo "nobody listens on port $port"
                return 1
            fi
            sleep 0.1
        done
    done
}
