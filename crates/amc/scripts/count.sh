#!/usr/bin/env bash
# Counts the instructions of load, classify and train under callgrind, on one thread, and sets them beside the counts that were recorded last.
# With --record the new counts take their place. Counts do not depend on what else the machine does; they do depend on the compiler.
set -euo pipefail
cd "$(dirname "$0")/../../.."
data=${SBF_SHARED_DATA:-../shared/data}/nlu
recorded=crates/amc/benches/instructions.tsv
found=$(mktemp)
trap 'rm -f "$found"' EXIT

command -v valgrind >/dev/null || { echo "make count needs valgrind (apt install valgrind)" >&2; exit 2; }
CARGO_PROFILE_RELEASE_STRIP=none cargo build --locked --release --quiet -p sbf-amc --example count
program=${CARGO_TARGET_DIR:-target}/release/examples/count

for corpus in nlpjs_en snips_small clinc_full; do
    [ -d "$data/$corpus" ] || { echo "skipped: there is no $data/$corpus" >&2; continue; }
    for step in load classify train; do
        output=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null '--toggle-collect=*counted_*' \
            "$program" "$step" "$data/$corpus" 2>&1)
        steps=$(grep -E '^[0-9]+$' <<<"$output")
        instructions=$(sed -n 's/.*Collected : //p' <<<"$output")
        each=$((instructions / steps))
        before=$(awk -F'\t' -v c="$corpus" -v s="$step" '$1 == c && $2 == s { print $3 }' "$recorded" 2>/dev/null || true)
        printf '%s\t%s\t%s\n' "$corpus" "$step" "$each" >>"$found"
        printf '%-12s %-9s %15d instructions' "$corpus" "$step" "$each"
        [ -n "$before" ] && awk -v a="$each" -v b="$before" 'BEGIN { printf "   %+.1f %% of the recorded", (a / b - 1) * 100 }'
        echo
    done
done
if [ "${1:-}" = --record ]; then cp "$found" "$recorded"; fi
