#!/usr/bin/env bash
# Has git check each commit of this clone before it is made: formatting, layout, scripts, and news for what users notice.
#
#   scripts/hooks.sh [install|remove]
#
# The hooks are in scripts/hooks, and change with the project. `git commit --no-verify` goes past them once.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

folder=scripts/hooks
now=$(git config --local core.hooksPath || true)
case ${1:-install} in
install)
    # Hooks of somebody's own are not ours to replace.
    if [ -n "$now" ] && [ "$now" != "$folder" ]; then die "core.hooksPath is \"$now\" here already; it would have to be $folder"; fi
    git config --local core.hooksPath "$folder"
    say "commits are checked by $folder; make dev-clean, or scripts/hooks.sh remove, ends that"
    ;;
remove)
    if [ "$now" != "$folder" ]; then exit 0; fi
    git config --local --unset core.hooksPath
    say "commits are not checked any more"
    ;;
*) die "no such command: $1 (install, remove)" ;;
esac
