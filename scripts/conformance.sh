#!/usr/bin/env bash
# Has the Autobahn Testsuite talk to the server's echo: the 517 cases of RFC 6455 and RFC 7692, in about ten minutes.
#
#   scripts/conformance.sh
#
# Variables: CASES="12.* 13.*"       some of them; none named: all
#            CONFIGURATION=release   what is tested; none named: the debug build
#            PYTHON2=PATH            a Python 2.7, which the suite needs; none named: the one in PATH, or pyenv's
#
# The suite is installed by pip into .cache/autobahn, once. Each case has a report in .cache/conformance; the counts are
# printed, and those of all cases written to .cache/conformance/table.md. No case may fail, be unimplemented or end uncleanly.
# Without a Python 2.7 nothing is tested, which is no pass: the exit status is 77.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

suite=$root/.cache/autobahn
folder=$root/.cache/conformance
configuration=${CONFIGURATION:-debug}

# A shim of pyenv may be in PATH and lead nowhere, so each is tried.
find_python2() {
    local python
    for python in ${PYTHON2:-} python2.7 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/2.7.*/bin/python2.7; do
        if "$python" -c 'import ssl, sys, zlib; sys.exit(sys.version_info[:2] != (2, 7))' >/dev/null 2>&1; then
            printf '%s\n' "$python"
            return
        fi
    done
    return 1
}

install_suite() { # PYTHON
    local boot
    boot=$(mktemp -d)
    # The last virtualenv that makes environments of Python 2.7.
    "$1" -m pip install --quiet --disable-pip-version-check --target "$boot" 'virtualenv==20.15.1' &&
        PYTHONPATH=$boot "$1" -m virtualenv --quiet --no-download "$suite" &&
        "$suite/bin/pip" install --quiet --disable-pip-version-check 'autobahntestsuite==25.10.1'
    local status=$?
    rm -rf "$boot"
    return "$status"
}

has python3 || die "it wants python3"
if ! [ -x "$suite/bin/wstest" ]; then
    if ! python=$(find_python2); then
        say "conformance: skipped: the Autobahn Testsuite needs Python 2.7, and there is none (PYTHON2=PATH)"
        exit "$skipped"
    fi
    say "installing the Autobahn Testsuite into .cache/autobahn"
    mkdir -p "$root/.cache/logs"
    if ! install_suite "$python" >"$root/.cache/logs/autobahn.log" 2>&1; then
        rm -rf "$suite"
        tail -n 20 "$root/.cache/logs/autobahn.log" >&2
        die "the Autobahn Testsuite could not be installed"
    fi
fi

scripts/setup.sh build
say "building the server ($configuration)"
mapfile -t options < <(build_options "$configuration")
swift build "${options[@]}" --product ChatServer >&2
rm -rf "$folder"
mkdir -p "$folder"
PYTHONDONTWRITEBYTECODE=1 python3 Tests/Conformance/autobahn.py --wstest "$suite/bin/wstest" \
    --server ".build/$configuration/ChatServer" --folder "$folder" --cases "${CASES:-*}" --table "$folder/table.md"
