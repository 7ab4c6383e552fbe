# shellcheck shell=bash
# What the scripts share. Sourced, never run.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
# shellcheck disable=SC2034 # for those who source this
root=$PWD

# The exit status of a script whose tests cannot run on this machine.
# shellcheck disable=SC2034 # for those who source this
skipped=77

# What scripts/setup.sh installed on this machine, for all working copies of this user: one package a line.
# shellcheck disable=SC2034 # for those who source this
installed_packages=${XDG_STATE_HOME:-${HOME:-/root}/.local/state}/swift-chat/packages

# How everything is built that is measured, installed or handed out, and so the image (Dockerfile): with the library of Swift inside,
# whose functions are then called directly, and without a check at each use of a variable whether another use of it is under way.
# The debug builds, which all suites run, have that check. docs/BENCHMARKS.md has what both gain.
# shellcheck disable=SC2034 # for those who source this
release_build=(--configuration release --static-swift-stdlib -Xswiftc -enforce-exclusivity=unchecked)

# The options of a build, one a line.
build_options() { # debug|release
    if [ "$1" = release ]; then printf '%s\n' "${release_build[@]}"; else printf '%s\n' --configuration "$1"; fi
}

say() { printf '%s\n' "$*"; }

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# The folders and files that hold Swift code.
swift_sources() {
    local path
    for path in Sources Tests Benchmarks Examples Fuzz docs/exercises Package.swift; do
        if [ -e "$path" ]; then printf '%s\n' "$path"; fi
    done
}
