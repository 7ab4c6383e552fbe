#!/usr/bin/env bash
# Builds chat-cli and installs it, with its completions and its manual; or takes all of that away again.
#
#   scripts/install.sh [install|uninstall]
#
# PREFIX=/usr/local     where it goes
# DESTDIR=              a folder before that, for packagers
# CONFIGURATION=release release or debug
#
# A release brings Swift's own libraries in the program, so that it runs on machines without Swift.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

configuration=${CONFIGURATION:-release}
prefix=${PREFIX:-/usr/local}
case $prefix in /*) ;; *) die "PREFIX is an absolute path, not \"$prefix\"" ;; esac
target=${DESTDIR:-}$prefix

program=$target/bin/chat-cli
manual=$target/share/man/man1/chat-cli.1
completions=(
    "bash $target/share/bash-completion/completions/chat-cli"
    "zsh $target/share/zsh/site-functions/_chat-cli"
    "fish $target/share/fish/vendor_completions.d/chat-cli.fish"
)

build() {
    case $configuration in
    release) swift build "${release_build[@]}" --product chat-cli ;;
    debug) swift build --product chat-cli ;;
    *) die "CONFIGURATION is debug or release, not \"$configuration\"" ;;
    esac
}

# Writes what a command prints to a file, or nothing at all.
into() { # PATH COMMAND...
    local path=$1
    shift
    install -d "$(dirname "$path")"
    "$@" >"$path.new" || { rm -f "$path.new" && die "$* failed"; }
    chmod 644 "$path.new"
    mv "$path.new" "$path"
}

case ${1:-install} in
install)
    scripts/setup.sh build
    if [ -z "${SKIP_BUILD:-}" ]; then build; fi
    built=.build/$configuration/chat-cli
    [ -x "$built" ] || die "$built is missing"
    install -d "$target/bin"
    strip=()
    if [ "$configuration" = release ] && has strip; then strip=(--strip); fi
    install "${strip[@]}" -m 755 "$built" "$program"
    # For all users, whatever the language of the one who installs.
    export CHAT_LANGUAGE=en
    for line in "${completions[@]}"; do
        into "${line#* }" "$program" --generate-completion-script "${line%% *}"
    done
    into "$manual" "$program" manual
    say "installed $program, its completions for bash, zsh and fish, and its manual"
    ;;
uninstall)
    rm -f "$program" "$manual"
    for line in "${completions[@]}"; do rm -f "${line#* }"; done
    say "removed chat-cli from $target"
    ;;
*) die "no such command: $1 (install, uninstall)" ;;
esac
