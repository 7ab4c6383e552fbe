#!/usr/bin/env bash
# What a release consists of; CONTRIBUTING.md says how one is cut.
#
#   scripts/release.sh check TAG   whether the tag is the version of the sources, the changelog tells of it, and no fragment is left
#   scripts/release.sh programs    builds the server, chat-cli and the page for this kind of machine, as an archive in .cache/release
#   scripts/release.sh image       builds the image for this kind of machine
#   scripts/release.sh publish     joins the images of all machines under one name, and publishes what is in .cache/release with its notes
#
# Variables: IMAGE=ghcr.io/you/swift-chat   what `image` and `publish` call the image; none: swift-chat
#            PUSH=yes                       `image` pushes it
#            REGISTRY_USER, REGISTRY_TOKEN  who logs in at the registry of IMAGE before that; none: whoever has logged in
#            MACHINES="amd64 arm64"         the kinds of machines that `publish` joins
#
# The programs bring all libraries but those of C and of the compiler (libgcc_s), which every system has: they run on every Linux with
# glibc 2.36 (Debian 12, Ubuntu 24.04) or later.
# `publish` uses gh, which takes GH_TOKEN.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

version=$(sed -nE 's/.*static let version = "(.*)"/\1/p' Sources/ChatSystem/Release.swift)
folder=.cache/release
image=${IMAGE:-swift-chat}
read -r -a machines <<<"${MACHINES:-amd64 arm64}"

machine() { # as Docker and Debian call it
    case $(uname -m) in
    x86_64) echo amd64 ;;
    aarch64 | arm64) echo arm64 ;;
    *) uname -m ;;
    esac
}

check() { # TAG
    [ "$1" = "v$version" ] || die "the tag is \"$1\", and the sources say $version"
    scripts/changes.sh notes "$version" >/dev/null
    local left
    left=$(find changes -name '*.md' ! -name README.md | wc -l)
    [ "$left" = 0 ] || die "$left news fragments are in no release: make changelog"
    say "$1 is ready"
}

# Libraries that not every machine has are linked into the programs: the linker looks first into a folder that has only their archives.
static_libraries() { # FOLDER
    local name path
    mkdir -p "$1"
    for name in libhiredis.a libz.a libstdc++.a; do
        path=$(${CC:-clang} -print-file-name="$name")
        [ -e "$path" ] || die "there is no $name to link into the programs"
        ln -sf "$(realpath "$path")" "$1/$name"
    done
}

programs() {
    local name product built options libraries=$root/.build/archives
    name=swift-chat-$version-linux-$(machine)
    scripts/setup.sh build
    static_libraries "$libraries"
    built=.build/${CONFIGURATION:-release}
    mapfile -t options < <(build_options "${CONFIGURATION:-release}")
    for product in ChatServer chat-cli; do
        swift build "${options[@]}" --static-swift-stdlib --product "$product" -Xswiftc "-L$libraries"
        # What is looked for at the start is what every machine has.
        if ldd "$built/$product" | grep -E 'hiredis|libz\.|libstdc|libswift|Foundation'; then die "$product still needs these libraries"; fi
    done
    rm -rf "${folder:?}/$name"
    mkdir -p "$folder/$name/bin" "$folder/$name/share"
    cp "$built/ChatServer" "$built/chat-cli" "$folder/$name/bin/"
    strip "$folder/$name/bin/ChatServer" "$folder/$name/bin/chat-cli"
    cp -r static "$folder/$name/share/static"
    cp LICENSE README.md README.ko.md CHANGELOG.md "$folder/$name/"
    tar -C "$folder" --sort=name --owner=0 --group=0 --numeric-owner -czf "$folder/$name.tar.gz" "$name"
    rm -rf "${folder:?}/$name"
    (cd "$folder" && sha256sum "$name.tar.gz" >"$name.tar.gz.sha256")
    say "$folder/$name.tar.gz"
}

login() {
    if [ -z "${REGISTRY_TOKEN:-}" ]; then return; fi
    docker login --username "${REGISTRY_USER:?}" --password-stdin "${image%%/*}" <<<"$REGISTRY_TOKEN"
}

build_image() {
    local tag
    tag=$image:$version-$(machine)
    docker build --tag "$tag" --label "org.opencontainers.image.version=$version" .
    if [ "${PUSH:-}" = yes ]; then
        login
        docker push "$tag"
    fi
    say "$tag"
}

publish() {
    local files=("$folder"/*.tar.gz "$folder"/*.sha256 "$folder"/*.cdx.json) file machine sources=() notes
    for file in "${files[@]}"; do [ -e "$file" ] || die "$file is missing: scripts/release.sh programs, scripts/sbom.sh"; done
    for machine in "${machines[@]}"; do
        sources+=("$image:$version-$machine")
        [ -e "$folder/swift-chat-$version-linux-$machine.tar.gz" ] || die "there are no programs for $machine in $folder"
    done
    notes=$(mktemp)
    # shellcheck disable=SC2064 # the name is known now
    trap "rm -f '$notes'" EXIT
    scripts/changes.sh notes "$version" >"$notes"
    login
    docker buildx imagetools create --tag "$image:$version" --tag "$image:latest" "${sources[@]}"
    gh release create "v$version" --verify-tag --title "$version" --notes-file "$notes" "${files[@]}"
}

case ${1:-} in
check)
    [ -n "${2:-}" ] || die "check TAG"
    check "$2"
    ;;
programs) programs ;;
image) build_image ;;
publish) publish ;;
*) die "check TAG, programs, image or publish" ;;
esac
