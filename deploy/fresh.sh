#!/usr/bin/env bash
# `make test` as a new machine runs it: what is committed, cloned, with empty caches of cargo, npm and pip and nothing built before.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
git clone --quiet . "$folder/sbf"
if [ -d ../shared ]; then ln -s "$(realpath ../shared)" "$folder/shared"; fi
mkdir "$folder/cargo"
# Where the registry is, is a setting of the machine.
cp "${CARGO_HOME:-$HOME/.cargo}"/config.toml "$folder/cargo/" 2>/dev/null || true
export CARGO_HOME="$folder/cargo" npm_config_cache="$folder/npm" PIP_CACHE_DIR="$folder/pip" UV_CACHE_DIR="$folder/uv"
unset CARGO_TARGET_DIR MAKEFLAGS MFLAGS MAKELEVEL
SBF_STRICT=1 make -C "$folder/sbf" test
