#!/usr/bin/env bash
# Feeds made-up bytes to every place where bytes from outside come in (Fuzz/Sinks.swift), with libFuzzer.
#
#   scripts/fuzz.sh              a short run of each: bounded by the number of inputs, drawn by SEED, the same each time
#   scripts/fuzz.sh MINUTES      so many minutes for each; what is found new is kept in Fuzz/Corpus
#
# SINKS="command frames" picks some. An input that breaks something is left in Fuzz/Crashes: mend the cause, then keep the
# input in the corpus of its sink, where every run begins.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

minutes=${1:-}
runs=${RUNS:-4000}
known="command event server-frames client-frames event-stream event-ids compressed requests extensions token replies pushes payload control rulings outbox positions text keys"
read -r -a sinks <<<"${SINKS:-$known}"

if ! printf '@_cdecl("LLVMFuzzerTestOneInput") public func f(_: UnsafePointer<UInt8>?, _: Int) -> Int32 { 0 }' |
    swiftc -sanitize=fuzzer -parse-as-library - -o /dev/null 2>/dev/null; then
    say "skipped: this compiler has no libFuzzer (swiftc -sanitize=fuzzer)"
    [ -z "${CI:-}" ] || die "it must run here"
    say "0 passed, 0 failed, ${#sinks[@]} skipped"
    exit 0
fi

python3 Fuzz/build.py fuzzer
# Hashes that are drawn anew would take other ways each time.
export SWIFT_DETERMINISTIC_HASHING=1
# The fuzzer itself catches what breaks, and keeps the input: the runtime must not come first.
export SWIFT_BACKTRACE=enable=no
# The fuzzer compares addresses, too, and draws by them: they are to be the same each time, where the system allows that.
fixed=(setarch -R)
if ! "${fixed[@]}" true 2>/dev/null; then fixed=(); fi
mkdir -p Fuzz/Crashes
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT
passed=0
failed=0
for sink in "${sinks[@]}"; do
    mkdir -p "$found/$sink"
    corpus=("$found/$sink" "Fuzz/Corpus/$sink")
    bound=(-runs="$runs" -seed="${SEED:-1}")
    if [ -n "$minutes" ]; then
        corpus=("Fuzz/Corpus/$sink")
        bound=(-max_total_time=$((minutes * 60)))
    fi
    # An input that takes seconds is a finding too.
    if FUZZ_SINK=$sink ${fixed[@]+"${fixed[@]}"} .build/fuzz/fuzzer "${bound[@]}" -timeout=10 -rss_limit_mb=1024 -max_len=4096 \
        -print_final_stats=1 -artifact_prefix="Fuzz/Crashes/$sink-" "${corpus[@]}" >"$found/$sink.log" 2>&1; then
        passed=$((passed + 1))
        say "fuzz $sink: passed ($(sed -n 's/^stat::number_of_executed_units: *//p' "$found/$sink.log") inputs)"
    else
        failed=$((failed + 1))
        tail -n 40 "$found/$sink.log"
        say "fuzz $sink: failed"
    fi
done
rmdir Fuzz/Crashes 2>/dev/null || true
say "$passed passed, $failed failed"
[ "$failed" = 0 ]
