#!/usr/bin/env bash
# Formats the Swift code in place, as .swift-format says.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

mapfile -t sources < <(swift_sources)
swift format format --in-place --recursive --parallel "${sources[@]}"
