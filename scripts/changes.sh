#!/usr/bin/env bash
# News fragments: one file in changes/ for each change that users notice.
#
#   scripts/changes.sh check             whether each is named and written as changes/README.md says
#   scripts/changes.sh draft             what the changelog would say
#   scripts/changes.sh release VERSION   writes it to the top of CHANGELOG.md and removes the fragments
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

kinds="feature fix perf doc misc"

fragments() { # [KIND]
    find changes -maxdepth 1 -type f -name "*${1:+.$1}.md" ! -name README.md | LC_ALL=C sort
}

title() { # KIND
    case $1 in
    feature) echo "New" ;;
    fix) echo "Mended" ;;
    perf) echo "Faster" ;;
    doc) echo "Documentation" ;;
    misc) echo "Besides" ;;
    esac
}

check() {
    local path name status=0
    while read -r path; do
        name=${path##*/}
        if ! [[ $name =~ ^[a-z0-9]+(-[a-z0-9]+)*\.(feature|fix|perf|doc|misc)\.md$ ]]; then
            say "$path: the name is <topic>.<kind>.md, the kind one of: $kinds"
            status=1
        fi
        if [ "$(grep -c . "$path")" != 1 ] || ! grep -qE '[.)`]$' "$path"; then
            say "$path: one line with one sentence for users"
            status=1
        fi
    done < <(fragments)
    return "$status"
}

draft() { # VERSION
    local kind path
    printf '## %s\n' "$1"
    for kind in $kinds; do
        if [ -z "$(fragments "$kind")" ]; then continue; fi
        printf '\n### %s\n\n' "$(title "$kind")"
        while read -r path; do printf -- '- %s\n' "$(cat "$path")"; done < <(fragments "$kind")
    done
}

release() { # VERSION
    check
    local old=""
    if [ -f CHANGELOG.md ]; then old=$(sed '1{/^# Changelog$/d}' CHANGELOG.md); fi
    {
        printf '# Changelog\n\n'
        draft "$1 ($(date -u +%Y-%m-%d))"
        if [ -n "$old" ]; then printf '%s\n' "$old"; fi
    } >CHANGELOG.md.new
    mv CHANGELOG.md.new CHANGELOG.md
    fragments | xargs -r rm
}

case ${1:-} in
check) check ;;
draft) draft "Unreleased" ;;
release)
    [ -n "${2:-}" ] || die "release VERSION"
    release "$2"
    ;;
*) die "check, draft or release VERSION" ;;
esac
