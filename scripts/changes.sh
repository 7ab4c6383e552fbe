#!/usr/bin/env bash
# News fragments: one file in changes/ for each change that users notice; and the changelog that is made of them.
#
#   scripts/changes.sh check             whether each is named and written as changes/README.md says
#   scripts/changes.sh demand RANGE      whether each commit of a range of git that changes the product brings news, or says why not
#   scripts/changes.sh staged MESSAGE    the same for what is about to be committed, with the message in that file
#   scripts/changes.sh draft             what the changelog would say
#   scripts/changes.sh release VERSION   writes it to the top of CHANGELOG.md, writes the version to where the programs have it, and
#                                        removes the fragments
#   scripts/changes.sh notes VERSION     what the changelog says about a version
#
# SUMMARY=FILE   what `release` tells of the version in words, before the lists. The first version has no lists: nobody had an
#                earlier one, so nothing has changed for anybody.
# TODAY=DATE     the day of the release, as 2027-01-31; none given: today
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

kinds="breaking deprecation feature fix perf doc misc"

# The product is what users run; everything else may change without news.
product='^(Sources|static)/'

# The places that say the version, each as FILE and the pattern of what stands before it.
swift_version=Sources/ChatSystem/Release.swift
openapi_version=static/openapi.yaml

fragments() { # [KIND]
    find changes -maxdepth 1 -type f -name "*${1:+.$1}.md" ! -name README.md | LC_ALL=C sort
}

title() { # KIND
    case $1 in
    breaking) echo "Breaking" ;;
    deprecation) echo "Deprecated" ;;
    feature) echo "New" ;;
    fix) echo "Fixed" ;;
    perf) echo "Faster" ;;
    doc) echo "Documentation" ;;
    misc) echo "Also" ;;
    esac
}

check() {
    local path name status=0
    while read -r path; do
        name=${path##*/}
        if ! [[ $name =~ ^[a-z0-9]+(-[a-z0-9]+)*\.(${kinds// /|})\.md$ ]]; then
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

# Whether a change brings news: its files are read from standard input, as git names them with their status.
brings_news() {
    local status path touches=no
    while read -r status path; do
        if [[ $path =~ $product ]]; then touches=yes; fi
        if [ "$path" = CHANGELOG.md ]; then return 0; fi
        if [[ $path = changes/*.md && $path != changes/README.md && $status != D ]]; then return 0; fi
    done
    [ "$touches" = no ]
}

# The reason in a commit message why there is no news; nothing, when it gives none.
reason() { # reads the message
    git interpret-trailers --parse | sed -nE 's/^[Nn]o-[Nn]ews: *([^ ].*)$/\1/p'
}

refusal="changes Sources/ or static/ without a file in changes/ (changes/README.md); if no user notices it, its message ends with \
No-News: REASON"

demand() { # RANGE
    local commit commits status=0
    commits=$(git rev-list --no-merges --reverse "$1" 2>/dev/null) || die "there is no such range: $1 (make news RANGE=FROM..TO names another)"
    for commit in $commits; do
        if git diff-tree --no-commit-id --name-status --no-renames -r --root "$commit" | brings_news; then continue; fi
        if [ -n "$(git show --no-patch --format=%B "$commit" | reason)" ]; then continue; fi
        say "$(git show --no-patch --format='%h %s' "$commit"): $refusal"
        status=1
    done
    return "$status"
}

staged() { # MESSAGE
    if git diff --cached --name-status --no-renames | brings_news; then return 0; fi
    if [ -n "$(git stripspace --strip-comments <"$1" | reason)" ]; then return 0; fi
    say "this commit $refusal; if an earlier commit of the same change has the news, this one may belong to it: git commit --amend"
    return 1
}

draft() { # TITLE
    local kind path
    printf '## %s\n' "$1"
    for kind in $kinds; do
        if [ -z "$(fragments "$kind")" ]; then continue; fi
        printf '\n### %s\n\n' "$(title "$kind")"
        while read -r path; do printf -- '- %s\n' "$(cat "$path")"; done < <(fragments "$kind")
    done
}

notes() { # VERSION
    [ -f CHANGELOG.md ] || die "there is no CHANGELOG.md"
    awk -v heading="## $1 " '
        index($0, "## ") == 1 { on = index($0, heading) == 1; found += on; next }
        on && (NF || begun) { begun = 1; lines[++count] = $0 }
        END {
            while (count && lines[count] == "") count--
            for (i = 1; i <= count; i++) print lines[i]
            exit !found
        }
    ' CHANGELOG.md || die "CHANGELOG.md says nothing about $1"
}

# The version may only grow, and by as much as the fragments ask for (CONTRIBUTING.md).
check_version() { # VERSION
    local last least=patch next
    [[ $1 =~ ^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$ ]] || die "a version is three numbers with dots between, not \"$1\""
    if ! [ -f CHANGELOG.md ]; then return; fi
    IFS=. read -r -a last <<<"$(sed -nE 's/^## ([0-9.]+) .*/\1/p' CHANGELOG.md | head -n 1)"
    if [ -n "$(fragments feature)$(fragments deprecation)" ]; then least=minor; fi
    if [ -n "$(fragments breaking)" ]; then
        if [ "${last[0]}" = 0 ]; then least=minor; else least=major; fi
    fi
    case $least in
    patch) next=${last[0]}.${last[1]}.$((last[2] + 1)) ;;
    minor) next=${last[0]}.$((last[1] + 1)).0 ;;
    major) next=$((last[0] + 1)).0.0 ;;
    esac
    if [ "$(printf '%s\n' "$next" "$1" | sort -V | head -n 1)" != "$next" ]; then
        die "after ${last[0]}.${last[1]}.${last[2]}, these fragments make at least $next, not $1"
    fi
}

write_version() { # VERSION
    sed -i -E "s/(static let version = )\"[^\"]*\"/\\1\"$1\"/" "$swift_version"
    sed -i -E "1,/^  version: /s/^(  version: ).*/\\1$1/" "$openapi_version"
    grep -q "static let version = \"$1\"" "$swift_version" || die "$swift_version has no place for the version"
    grep -q "^  version: $1\$" "$openapi_version" || die "$openapi_version has no place for the version"
}

release() { # VERSION
    local version=$1 summary=${SUMMARY:-}
    check
    check_version "$version"
    if [ -n "$summary" ] && ! [ -s "$summary" ]; then die "there is nothing in SUMMARY=$summary"; fi
    if [ -z "$summary" ] && [ -z "$(fragments)" ]; then die "there is nothing to tell: no fragments, and no SUMMARY"; fi
    local old="" lists=yes
    if [ -f CHANGELOG.md ]; then
        old=$(sed '1{/^# Changelog$/d}' CHANGELOG.md)
    elif [ -n "$summary" ]; then
        lists=no
    fi
    {
        printf '# Changelog\n\n'
        printf '## %s (%s)\n' "$version" "${TODAY:-$(date -u +%Y-%m-%d)}"
        if [ -n "$summary" ]; then printf '\n%s\n' "$(cat "$summary")"; fi
        if [ "$lists" = yes ]; then draft "" | tail -n +2; fi
        if [ -n "$old" ]; then printf '%s\n' "$old"; fi
    } >CHANGELOG.md.new
    write_version "$version"
    mv CHANGELOG.md.new CHANGELOG.md
    fragments | xargs -r rm
    say "CHANGELOG.md tells of $version; what remains: git commit, git tag v$version"
}

needs() { # WHAT VALUE
    [ -n "$2" ] || die "$1 is missing"
}

case ${1:-} in
check) check ;;
demand)
    needs RANGE "${2:-}"
    demand "$2"
    ;;
staged)
    needs MESSAGE "${2:-}"
    staged "$2"
    ;;
draft) draft "Unreleased" ;;
release)
    needs VERSION "${2:-}"
    release "$2"
    ;;
notes)
    needs VERSION "${2:-}"
    notes "$2"
    ;;
*) die "check, demand RANGE, staged MESSAGE, draft, release VERSION or notes VERSION" ;;
esac
