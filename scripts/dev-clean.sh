#!/usr/bin/env bash
# Takes back what the other scripts did to this machine: the packages that scripts/setup.sh installed, the hooks of git, and what
# was built and downloaded.
#
#   scripts/dev-clean.sh
#
# The packages are those that setup.sh wrote down when it installed them, and no others: what was there before stays. They serve all
# working copies of this user; another copy installs again what it misses. What stays is what others use as well: the packages that Swift
# has downloaded (~/.cache/org.swift.swiftpm), and images and volumes of Docker (docker compose --profile '*' down --volumes --rmi local).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

scripts/hooks.sh remove
if [ -s "$installed_packages" ]; then
    mapfile -t packages <"$installed_packages"
    # Those that somebody has removed meanwhile are no matter of ours any more.
    mapfile -t packages < <(dpkg-query --show --showformat '${Package} ${db:Status-Status}\n' "${packages[@]}" 2>/dev/null |
        sed -n 's/ installed$//p' | sort -u)
    if [ ${#packages[@]} -gt 0 ]; then
        as_root=()
        if [ "$(id -u)" != 0 ]; then as_root=(sudo); fi
        # What another package needs would take that one along.
        others=$("${as_root[@]}" apt-get purge --simulate -qq "${packages[@]}" | sed -n 's/^\(Purg\|Remv\) \([^ ]*\).*/\2/p' | sort -u |
            comm -13 <(printf '%s\n' "${packages[@]}") - | tr '\n' ' ')
        if [ -n "$others" ]; then
            die "other packages need some of those that were installed: $others; remove by hand what you can do without: ${packages[*]}"
        fi
        say "removing ${#packages[@]} packages: ${packages[*]}"
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get purge -y -qq "${packages[@]}" >/dev/null
    fi
    rm -f "$installed_packages"
    rmdir "${installed_packages%/*}" 2>/dev/null || true
fi
say "removing .build and .cache"
rm -rf .build .cache
