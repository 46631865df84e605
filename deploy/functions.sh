#!/usr/bin/env bash
# Debug builds of the Lambdas' programs for the tests of `runtime`, where `sam build` would put them, each with the features that it is deployed with.
# Beside sbf-features nothing below them is built again.
set -euo pipefail
cd "$(dirname "$0")/.."
for function in core:CoreFunction train:TrainFunction; do
  program="sbf-${function%%:*}"
  cargo build --locked -p "$program" -p sbf-features --bin "$program"
  mkdir -p "target/functions/${function##*:}"
  cp "${CARGO_TARGET_DIR:-target}/debug/$program" "target/functions/${function##*:}/bootstrap"
done
