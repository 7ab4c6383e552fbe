#!/usr/bin/env bash
# Lists what the programs are made of, in the form of CycloneDX: the packages of Swift in the versions that were resolved, and the
# libraries of the system, as .cache/release/swift-chat-VERSION-linux-MACHINE.cdx.json.
#
#   scripts/sbom.sh [FILE]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

scripts/setup.sh build
has python3 || die "it wants python3"
# The versions are resolved where they are not yet.
[ -e Package.resolved ] || swift package resolve >&2
version=$(sed -nE 's/.*static let version = "(.*)"/\1/p' Sources/ChatSystem/Release.swift)
file=${1:-.cache/release/swift-chat-$version-linux-$(dpkg --print-architecture 2>/dev/null || uname -m).cdx.json}
mkdir -p "$(dirname "$file")"

# The libraries, with the versions that Debian gives them; where there is no Debian, only by name.
libraries=()
for library in libhiredis-dev zlib1g-dev; do
    libraries+=("$library=$(dpkg-query --show --showformat '${Version}' "$library" 2>/dev/null || true)")
done
python3 scripts/sbom.py --version "$version" --resolved Package.resolved "${libraries[@]}" >"$file.new"
mv "$file.new" "$file"
say "$file"
