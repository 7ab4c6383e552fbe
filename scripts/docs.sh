#!/usr/bin/env bash
# Makes the reference of the modules that others build on, with its articles, as a site in .cache/docs. A warning is an error.
#
#   scripts/docs.sh           the site; builds what it needs
#   scripts/docs.sh symbols   only what the modules declare, into .cache/docs/symbols; of what is built
#
# ChatClient has what is public. ChatCore has what the targets of this package can use as well: a broker is one of them.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

folder=$root/.cache/docs

# Writes what a module declares, by reading its sources alone.
#
# `swift symbolgraph-extract` reads the module that was built, as somebody outside of the package: it leaves out what has types of
# modules that were imported for the package.
symbols() { # MODULE LEVEL
    local sources=() features=() feature
    mapfile -t sources < <(find "Sources/$1" -name '*.swift' | LC_ALL=C sort)
    while read -r feature; do features+=(-enable-upcoming-feature "$feature"); done < <(
        sed -nE 's/^ *\.enableUpcomingFeature\("(.*)"\),$/\1/p' Package.swift
    )
    mkdir -p "$folder/symbols/$1"
    swiftc -emit-module -o "$folder/modules/$1.swiftmodule" -module-name "$1" -package-name "$package" -swift-version 6 \
        "${features[@]}" "${imports[@]}" -whole-module-optimization \
        -Xfrontend -experimental-skip-non-inlinable-function-bodies \
        -emit-symbol-graph -emit-symbol-graph-dir "$folder/symbols/$1" -symbol-graph-minimum-access-level "$2" \
        -symbol-graph-skip-synthesized-members "${sources[@]}"
}

# Makes the pages of a module; where it speaks of modules that were made before, it leads to theirs.
pages() { # MODULE [MODULE...]
    local module=$1 others=() other
    shift
    for other; do others+=(--dependency "$folder/$other.doccarchive"); done
    docc convert "Sources/$module/$module.docc" --additional-symbol-graph-dir "$folder/symbols/$module" \
        --output-dir "$folder/$module.doccarchive" --enable-experimental-external-link-support \
        --fallback-default-module-kind Module --warnings-as-errors ${others[@]+"${others[@]}"}
}

wanted=${1:-site}
case $wanted in
symbols) ;;
site)
    has docc || die "there is no docc beside swift"
    scripts/setup.sh build
    swift build --target ChatClient >&2
    ;;
*) die "no such thing: $wanted (there are: site symbols)" ;;
esac

# The modules that were built, with the maps of those in C. The package has the name of its folder, as for its build.
build=$(swift build --show-bin-path)
package=$(basename "$root" | tr '[:upper:]' '[:lower:]' | tr -c '[:alnum:]\n' _)
imports=(-I "$build/Modules" -module-cache-path "$root/.cache/docs-modules")
while read -r path; do imports+=(-Xcc "-I$path"); done < <(
    find .build/checkouts Sources -name module.modulemap -exec dirname {} + | sort -u
)
while read -r path; do imports+=(-Xcc "-fmodule-map-file=$path"); done < <(find "$build/" -maxdepth 2 -name module.modulemap)

rm -rf "$folder"
mkdir -p "$folder/modules"
symbols ChatCore package
symbols ChatClient public
if [ "$wanted" = symbols ]; then exit; fi
pages ChatCore
pages ChatClient ChatCore
docc merge "$folder/ChatClient.doccarchive" "$folder/ChatCore.doccarchive" --output-path "$folder/site" \
    --synthesized-landing-page-name swift-chat
say "the reference is in .cache/docs/site: python3 -m http.server 8000 --directory .cache/docs/site, then http://localhost:8000/documentation"
