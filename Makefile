# What CI runs is what a person runs: `make dev` to try it, `make test` to check all of it.
# Needs Rust, Node and Python; everything else is installed by the targets that need it.

BRAIN ?=
PORT ?= 8080
SHELL := /bin/bash

.PHONY: dev test build bench bench-lambda count nlpjs tune rust-test lint doc deny web-test e2e template sam-build

## Try it: install, build and start everything; BRAIN=brain/pt-BR picks a bot.
dev:
	@$(MAKE) --no-print-directory -j2 web/dist/index.html target/debug/sbf
	@exec target/debug/sbf dev $(BRAIN) --port $(PORT)

## sbf with all its commands; `make dev` builds it without those that need an AWS account, whose clients compile for minutes.
.PHONY: sbf
sbf:
	cargo build --locked -p sbf

.PHONY: target/debug/sbf
target/debug/sbf:
	cargo build --locked -p sbf --no-default-features

## Check everything.
test: lint template rust-test doc deny web-test e2e sam-build
	@echo "make test: everything passed"

## Release builds: the command line tool, the Lambdas' programs and the page.
build: web/dist/index.html
	cargo build --locked --release --workspace --bins --all-features

## Speed and size: the classifier by itself, and the two Lambdas as Lambda would run them.
bench: bench-lambda
	cargo bench --locked -p sbf-amc --features tune

## The release bootstraps of core and train on the Runtime API test bench: first answer, memory, warm turns, zip sizes.
bench-lambda: target/release/sbf-core target/template.json
	cargo build --locked --quiet --workspace --all-features --bin bench-lambda
	target/debug/bench-lambda target/release/sbf-core target/release/sbf-train ../shared/data/nlu/clinc_full
	@mkdir -p target/zips/core target/zips/train
	@strip -o target/zips/core/bootstrap target/release/sbf-core
	@strip -o target/zips/train/bootstrap target/release/sbf-train
	python3 deploy/sizes.py target/zips

.PHONY: target/release/sbf-core
target/release/sbf-core:
	cargo build --locked --release -p sbf-core -p sbf-train --bins

## Instructions of the classifier's load, classify and train, beside those recorded last; RECORD=--record records them.
count:
	crates/amc/scripts/count.sh $(RECORD)

## nlp.js on the same corpora, side by side.
nlpjs: crates/amc/peers/nlpjs/node_modules/.package-lock.json
	cargo build --locked --release --bin sbf
	node crates/amc/peers/nlpjs/compare.mjs target/release/sbf ../shared/data/nlu

crates/amc/peers/nlpjs/node_modules/.package-lock.json: crates/amc/peers/nlpjs/package-lock.json
	cd crates/amc/peers/nlpjs && npm ci --no-audit --no-fund
	@touch $@

## Fits the constants of the confidence gate on simulated bots; its output goes into crates/amc/src/gate.rs.
tune:
	cargo run --locked --release -p sbf-amc --features tune --example tune -- ../shared/data/nlu

lint:
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets --all-features -- -D warnings
	cargo clippy --locked -p sbf --no-default-features --all-targets -- -D warnings
	cargo clippy --locked -p sbf-core -- -D warnings

rust-test: web/dist/index.html target/template.json
	@[ -d "$${SBF_SHARED_DATA:-../shared/data}" ] || echo "there is no $${SBF_SHARED_DATA:-../shared/data}: tests on public corpora are skipped"
	@command -v espeak-ng >/dev/null || (apt-get update -qq && apt-get install -y -qq espeak-ng) || echo "no espeak-ng: tests of speech are skipped"
	cargo test --locked --workspace --all-features

## Proves the deployment template without an account: linted, translated, compared with the code.
template: target/template.json
	$(VENV)/cfn-lint template.yaml
	$(SAM) validate --lint --template template.yaml
	cargo test --locked --workspace --all-features --test all template::

target/template.json: template.yaml deploy/translate.py .tools/venv/installed
	@mkdir -p target
	$(VENV)/python deploy/translate.py template.yaml > $@.new
	@mv $@.new $@

## Builds what is deployed, as `sam deploy` would upload it, and runs it on the Runtime API test bench; x86_64, for arm64 needs a
## toolchain that not everybody has.
sam-build: .tools/venv/installed target/template.json
	PATH="$(CURDIR)/$(VENV):$$PATH" CARGO_LAMBDA_GLOBAL="$(CURDIR)/deploy/offline.toml" \
		$(SAM) build --parameter-overrides Architecture=x86_64
	$(VENV)/python deploy/sizes.py .aws-sam/build
	SBF_BOOTSTRAPS=.aws-sam/build cargo test --locked --workspace --all-features --test all runtime::

VENV := .tools/venv/bin
# No account is asked for anything; the tools only want to know a Region.
SAM := SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=eu-west-1 $(VENV)/sam

.tools/venv/installed: deploy/requirements.txt
	python3 -m venv .tools/venv
	$(VENV)/pip install --quiet --disable-pip-version-check --requirement deploy/requirements.txt
	@touch $@

doc:
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps --quiet

deny: .tools/bin/cargo-deny
	.tools/bin/cargo-deny --locked check bans licenses sources

.tools/bin/cargo-deny:
	cargo install --quiet --locked --root .tools --no-default-features cargo-deny --version 0.20.2

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	@touch $@

web/dist/index.html: web/node_modules/.package-lock.json web/index.html web/vite.config.ts $(shell find web/src web/public -type f 2>/dev/null)
	cd web && npm run --silent build
	@touch $@

web-test: web/node_modules/.package-lock.json
	cd web && npm run --silent check
	cd web && npm test

e2e: web/dist/index.html
	@command -v chromium >/dev/null || (apt-get update -qq && apt-get install -y -qq chromium)
	cargo build --locked --workspace --all-features --bin sbf
	node web/scripts/e2e.mjs
