#!/usr/bin/env bash
# Checks everything that needs no build; goes on after a finding, and fails when there was one.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

status=0
check() { # NAME COMMAND...
    local name=$1
    shift
    if "$@"; then
        say "lint $name: passed"
    else
        say "lint $name: failed"
        status=1
    fi
}

has swift || die "swift is not in PATH: install Swift 6.2 or later (https://www.swift.org/install/linux)"
mapfile -t sources < <(swift_sources)
check format swift format lint --strict --recursive --parallel "${sources[@]}"
check layout scripts/layout.sh
check changes scripts/changes.sh check

if ! has shellcheck && [ "${CI:-}" = true ]; then scripts/setup.sh lint; fi
if has shellcheck; then
    check scripts shellcheck scripts/*.sh scripts/hooks/* Tests/*/run.sh .ci/run
else
    say "lint scripts: skipped (shellcheck is not installed)"
fi
exit "$status"
