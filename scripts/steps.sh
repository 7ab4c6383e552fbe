# shellcheck shell=bash
# For scripts that start others: whoever interrupts the script interrupts its steps, which may clean up after themselves.
# Sourced, never run.

# Each step gets a process group of its own, so that it can be ended whole.
set -m
# The processes of the steps that run.
steps=()

interrupted() {
    trap - INT TERM
    if [ ${#steps[@]} -gt 0 ]; then
        kill -INT "${steps[@]}" 2>/dev/null || true
        wait "${steps[@]}" || true
    fi
    exit 130
}
trap interrupted INT TERM

# Starts a step, which runs beside what follows.
start() { # COMMAND...
    "$@" &
    steps+=($!)
}

# Runs a step to its end, and returns its status.
step() { # COMMAND...
    local status=0
    start "$@"
    wait "${steps[0]}" || status=$?
    steps=()
    return "$status"
}
