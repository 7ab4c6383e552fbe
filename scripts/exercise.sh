#!/usr/bin/env bash
# The exercises of docs/exercises: begins one, checks it, shows its solution, takes it back.
#
#   scripts/exercise.sh list           which there are
#   scripts/exercise.sh begin NUMBER   puts its files and tests in place, and its targets into Package.swift; the tests fail from here on
#   scripts/exercise.sh check          builds, and runs the tests of the one that was begun
#   scripts/exercise.sh solve [NUMBER] keeps your work, and puts the reference solution in its place; NUMBER where none was begun
#   scripts/exercise.sh undo           keeps your work, and takes everything back
#   scripts/exercise.sh renew          makes what you have the reference solution, in docs/exercises
#   scripts/exercise.sh patches        whether each solution applies to what its exercise begins with: seconds, and nothing is built
#   scripts/exercise.sh all            in a copy: the tests of all exercises fail without the solutions, and pass with them
#
# Your work is kept as a patch in .cache/exercises; `git apply` brings it back after `begin`.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

exercises=docs/exercises
state=.cache/exercises
begun=$state/begun

numbers() { find "$exercises" -maxdepth 1 -name '[0-9]*-*' -type d -printf '%f\n' | sort -n | sed 's/-.*//'; }

folder_of() { # NUMBER
    local found
    found=$(find "$exercises" -maxdepth 1 -name "${1:-none}-*" -type d)
    [ -n "$found" ] || die "there is no exercise ${1:-without a number} (there are: $(numbers | xargs))"
    printf '%s\n' "$found"
}

# ---- What a tree needs for an exercise; TREE is this one or a copy.

# Adds targets to a manifest, behind the last one.
add_targets() { # TREE FILE
    awk -v targets="$2" '
        /^    \],$/ { end = NR }
        { line[NR] = $0 }
        END {
            for (i = 1; i <= NR; i++) {
                if (i == end) while ((getline more < targets) > 0) print more
                print line[i]
            }
        }
    ' "$1/Package.swift" >"$1/Package.swift.new"
    mv "$1/Package.swift.new" "$1/Package.swift"
}

put() { # TREE FOLDER
    cp -R "$2/begin/." "$1/"
    if [ -d "$1/Tests/Exercises" ]; then cp "$exercises/support.py" "$exercises/conftest.py" "$1/Tests/Exercises/"; fi
    if [ -e "$2/targets.txt" ]; then add_targets "$1" "$2/targets.txt"; fi
}

# Outside of a repository, so that git takes paths as they are, and with the lines around exactly as they were.
apply() { # TREE FOLDER [OPTION...]
    local tree=$1 patch=$root/$2/solution.patch
    shift 2
    (cd "$tree" && GIT_CEILING_DIRECTORIES=$(dirname "$PWD") git apply "$@" "$patch")
}

# ---- One exercise, in this tree

# The tree as it is, as git keeps it; what is staged stays as it is.
snapshot() {
    local index=$root/$state/index
    rm -f "$index"
    GIT_INDEX_FILE=$index git add --all
    GIT_INDEX_FILE=$index git write-tree
}

# The number of the exercise that was begun, the commit on which, and the tree with what it begins with.
read_begun() {
    [ -e "$begun" ] || die "no exercise was begun: scripts/exercise.sh begin NUMBER"
    read -r number commit start <"$begun"
    folder=$(folder_of "$number")
}

begin() { # NUMBER
    local folder
    folder=$(folder_of "$1")
    if [ -e "$begun" ]; then die "exercise $(cut -d' ' -f1 "$begun") was begun: scripts/exercise.sh undo takes it back"; fi
    # What is changed from here on belongs to the exercise, so that `undo` can take it back.
    [ -z "$(git status --porcelain)" ] || die "there are changes: commit them first, or put them away (git stash -u)"
    put . "$folder"
    mkdir -p "$state"
    printf '%s %s %s\n' "$1" "$(git rev-parse HEAD)" "$(snapshot)" >"$begun"
    say "exercise $1 has begun: $folder/README.md"
}

# What has changed since the beginning, as a patch.
work() { # START
    git diff --binary --unified=1 "$1" "$(snapshot)" -- . ":!$exercises"
}

undo() {
    local number commit start folder kept
    read_begun
    [ "$(git rev-parse HEAD)" = "$commit" ] ||
        die "there are commits since the beginning: go back by git, and remove $begun"
    # Two in a second are two.
    kept=$(mktemp --suffix=.patch "$state/$number-$(date +%Y%m%d-%H%M%S)-XXX")
    work "$start" >"$kept"
    git add --all
    # A solution that was renewed is no part of the exercise.
    git restore --source=HEAD --staged --worktree -- . ":!$exercises"
    git reset --quiet
    rm "$begun"
    say "exercise $number was taken back; what there was is in $kept"
}

renew() {
    local number commit start folder
    read_begun
    work "$start" >"$state/solution.patch"
    mv "$state/solution.patch" "$folder/solution.patch"
    say "this is the solution of exercise $number now: $folder/solution.patch"
}

# Runs the tests of an exercise, of what is built in a folder. The status is 1 when a test failed, and 2 when none could be run.
run_tests() { # TREE FOLDER BUILT [OPTION OF PYTEST...]
    local tree=$1 folder=$2 built=$3 path status=0 result found=no output
    shift 3
    output=$(mktemp)
    while read -r path; do
        found=yes
        result=0
        case $path in
        *.py)
            CHAT_BUILT=$built PYTHONDONTWRITEBYTECODE=1 .cache/venv/bin/python -m pytest -q -o cache_dir="$root/.cache/pytest" \
                --timeout 600 "$@" "$tree/$path" || result=$?
            if [ "$result" -gt 1 ]; then return 2; fi
            ;;
        *)
            swift test --package-path "$tree" --scratch-path "${built%/debug}" --skip-build --disable-xctest \
                --filter "^$(basename "$(dirname "$path")")\\." 2>&1 | tee "$output" || result=1
            # A filter that matches no test would pass for ever.
            if ! grep -qE 'Test run with [1-9][0-9]* test' "$output"; then return 2; fi
            ;;
        esac
        if [ "$result" != 0 ]; then status=1; fi
    done < <(cd "$folder/begin" && find Tests/Exercises -name 'test_*.py' -o -name '*Tests.swift')
    rm -f "$output"
    [ "$found" = yes ] || return 2
    return "$status"
}

check() {
    local number commit start folder
    read_begun
    scripts/setup.sh build redis python
    swift build --build-tests
    run_tests . "$folder" "$root/.build/debug"
}

solve() { # [NUMBER]
    local number=${1:-} commit start folder
    if [ -e "$begun" ]; then
        read_begun
        undo
    fi
    begin "$number"
    folder=$(folder_of "$number")
    apply . "$folder"
    say "the solution is there: git diff, scripts/exercise.sh check"
}

# ---- All of them, in a copy

# The files of this tree as they are now, committed or not; only those that differ are written, so that a build of the copy goes on.
copy_tree() { # TREE
    local tree=$1 path
    mkdir -p "$tree"
    git ls-files --cached --others --exclude-standard >"$tree.files"
    # The copy takes the packages that this tree has.
    if [ -e Package.resolved ]; then echo Package.resolved >>"$tree.files"; fi
    if [ -e "$tree/Package.swift" ]; then
        while read -r path; do
            if [ -e "$path" ] && ! cmp -s "$path" "$tree/$path"; then
                mkdir -p "$tree/$(dirname "$path")"
                # It is new there, so it gets the time of now.
                cp --preserve=mode "$path" "$tree/$path"
            fi
        done <"$tree.files"
    else
        # One call, and not one for each file.
        while read -r path; do if [ -e "$path" ]; then printf '%s\0' "$path"; fi; done <"$tree.files" |
            xargs -0 cp -p --parents -t "$tree"
    fi
    (cd "$tree" && find . -name .build -prune -o \( -type f -o -type l \) -print | sed 's|^\./||' | sort) |
        comm -23 - <(sort "$tree.files") | while read -r path; do rm -f "$tree/$path"; done
}

patches() {
    local tree folder number status=0
    tree=$(mktemp -d)
    # shellcheck disable=SC2064 # the name is known now
    trap "rm -rf '$tree' '$tree.files'" EXIT
    copy_tree "$tree"
    # Each alone, and then all of them one upon the other.
    for number in $(numbers); do
        folder=$(folder_of "$number")
        cp "$tree/Package.swift" "$tree.manifest"
        put "$tree" "$folder"
        if apply "$tree" "$folder" --check; then say "exercise $number: its solution applies"; else status=1; fi
        mv "$tree.manifest" "$tree/Package.swift"
    done
    for number in $(numbers); do
        folder=$(folder_of "$number")
        put "$tree" "$folder"
        if ! apply "$tree" "$folder"; then
            say "exercise $number: its solution does not apply upon the others"
            status=1
        fi
    done
    return "$status"
}

# The targets of tests that are no exercise's would be built as well.
without_other_tests() { # TREE
    awk '
        /^        \.testTarget\($/ { inside = 1 }
        !inside && !/^        \.testTarget\(.*\),$/ { print }
        /^        \),$/ { inside = 0 }
    ' "$1/Package.swift" >"$1/Package.swift.new"
    mv "$1/Package.swift.new" "$1/Package.swift"
}

all() {
    local tree=$root/$state/tree scratch=$root/.build/exercises number failed=() started result
    scripts/setup.sh build redis python
    mkdir -p "$state"
    copy_tree "$tree"
    without_other_tests "$tree"
    for number in $(numbers); do put "$tree" "$(folder_of "$number")"; done
    build() { swift build --package-path "$tree" --scratch-path "$scratch" --build-tests; }

    say "building what the exercises begin with (the first time this takes several minutes on two cores)"
    started=$SECONDS
    build
    say "built ($((SECONDS - started)) s)"
    for number in $(numbers); do
        result=0
        # One that fails is enough.
        run_tests "$tree" "$(folder_of "$number")" "$scratch/debug" --exitfirst >"$state/$number-begun.log" 2>&1 || result=$?
        case $result in
        0)
            say "exercise $number: its tests pass without a solution"
            failed+=("$number")
            ;;
        1) say "exercise $number: its tests fail, as they should" ;;
        *)
            tail -n 60 "$state/$number-begun.log"
            say "exercise $number: its tests cannot be run ($state/$number-begun.log)"
            failed+=("$number")
            ;;
        esac
    done

    say "building all solutions"
    for number in $(numbers); do apply "$tree" "$(folder_of "$number")"; done
    started=$SECONDS
    build
    say "built ($((SECONDS - started)) s)"
    for number in $(numbers); do
        started=$SECONDS
        if run_tests "$tree" "$(folder_of "$number")" "$scratch/debug" >"$state/$number-solved.log" 2>&1; then
            say "exercise $number: solved ($((SECONDS - started)) s)"
        else
            tail -n 60 "$state/$number-solved.log"
            say "exercise $number: its solution does not pass ($state/$number-solved.log)"
            failed+=("$number")
        fi
    done
    [ ${#failed[@]} = 0 ] || die "failed: ${failed[*]}"
    say "exercises: passed ($SECONDS s)"
}

case ${1:-} in
list) for number in $(numbers); do sed -n '1s/^# //p' "$(folder_of "$number")/README.md"; done ;;
begin) begin "${2:-${EXERCISE:-}}" ;;
check) check ;;
solve) solve "${2:-${EXERCISE:-}}" ;;
undo) undo ;;
renew) renew ;;
patches) patches ;;
all) all ;;
*) die "what is to be done? (list, begin, check, solve, undo, renew, patches, all)" ;;
esac
