# Tradewind. `make` lists what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# The profile of what `bench` and `crash` measure: dist, or dev where only correctness counts.
PROFILE ?= dist
# How often `make crash` kills the server, and the seed that decides when.
KILLS ?= 200
SEED ?= 1
# How many random stories `make sim` plays.
SEEDS ?= 20000
# What `bench` (both unless one is named) and `crash` (sqlite) measure: sqlite or postgres.
DATABASE ?=
# Further arguments of the harness, as `make bench BENCH='j1 --events 10000'`.
BENCH ?= all

target_dir = target/$(if $(filter dev,$(PROFILE)),debug,$(PROFILE))

.PHONY: help run ui test openapi prepare check-tools fmt lint unit sim bench crash harness pictures doc clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  make crash KILLS=$(KILLS) SEED=$(SEED) PROFILE=$(PROFILE) DATABASE=postgres, make bench BENCH='j1 --events 10000'"

run: ui ## Build the builder, then start a server with a made-up shop, on a fresh database
	cargo run --release -- demo

ui: ## Build the builder for the browser into target/ui, from where the binary embeds it
	@# With the features of the whole workspace, so that what xtask shares with the tests is compiled once.
	cargo build --locked --workspace --bin xtask
	$${CARGO_TARGET_DIR:-target}/debug/xtask ui

test: prepare ## Everything CI checks; installs what the tests need and says so
	@# Beside one another: the builder is compiled on one core for most of its time.
	@$(MAKE) lint & lint=$$!; $(MAKE) ui; ui=$$?; wait $$lint && exit $$ui
	@$(MAKE) unit

openapi: ## Accept the API as it is now: writes its description, docs/openapi.json
	ACCEPT_OPENAPI=1 cargo test --locked --bin tradewind the_description_is_the_one_agreed_upon

prepare: check-tools tests/segment/node_modules/.package-lock.json tests/browser/node_modules/.package-lock.json

# What the tests need beyond Rust: PostgreSQL's server programs, Python with pip for a real SMTP server, Node for Segment's client, a browser for the
# builder with letters for its eight languages; and
# where there is no rustup to add Rust's target for the browser, Debian's compiler for it.
check-tools:
	@missing=(); \
	command -v cc >/dev/null || missing+=(gcc libc6-dev); \
	{ ls /usr/lib/postgresql/*/bin/initdb || "$$(pg_config --bindir)/initdb" --version; } >/dev/null 2>&1 || missing+=(postgresql); \
	python3 -m pip --version >/dev/null 2>&1 || missing+=(python3 python3-pip); \
	command -v node >/dev/null || missing+=(nodejs); \
	command -v npm >/dev/null || missing+=(npm); \
	command -v chromium >/dev/null || missing+=(chromium fonts-noto-core fonts-noto-cjk); \
	if ! test -d "$$(rustc --print target-libdir --target wasm32-unknown-unknown)" && ! rustup target add wasm32-unknown-unknown 2>/dev/null; then \
		for package in rustc-web cargo-web rust-web-src lld-19; do dpkg -s $$package >/dev/null 2>&1 || missing+=($$package); done; \
	fi; \
	if [ $${#missing[@]} -eq 0 ]; then exit 0; fi; \
	echo "The tests need these Debian packages, which are not here: $${missing[*]}"; \
	sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	if ! command -v apt-get >/dev/null || { [ -n "$$sudo" ] && ! command -v sudo >/dev/null; }; then \
		echo "Install them, or what your system calls them, and run 'make test' again."; exit 1; \
	fi; \
	echo "Installing them with apt-get$${sudo:+ (by sudo)}."; \
	$$sudo apt-get update -qq && \
	DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends "$${missing[@]}" >/dev/null && \
	echo "Installed."

tests/segment/node_modules/.package-lock.json: tests/segment/package-lock.json
	@echo "Fetching Segment's own client for Node into tests/segment/node_modules."
	@cd tests/segment && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

tests/browser/node_modules/.package-lock.json: tests/browser/package-lock.json
	@echo "Fetching what drives the browser into tests/browser/node_modules."
	@cd tests/browser && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

fmt: ## Format the code
	cargo fmt --all

lint: ## Check the format, and clippy with warnings as errors
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings

unit: ## All tests, without installing or linting anything
	@if cargo nextest --version >/dev/null 2>&1; then \
		echo "cargo nextest run"; cargo nextest run --workspace --locked && cargo test --workspace --locked --doc; \
	else \
		echo "cargo test"; cargo test --workspace --locked; \
	fi

sim: ## Play SEEDS random stories through the simulator and the engine; fails where they differ or a rule is broken
	TRADEWIND_STORIES=$(SEEDS) cargo test --locked --profile $(PROFILE) -p tradewind-engine --lib -- --exact lane::tests::differential::simulator_and_engine_do_the_same_and_break_no_rule

# In the dev profile exactly what `unit` has built: another choice of targets would choose other features of shared crates and build them again.
harness:
	cargo build --locked --profile $(PROFILE) $(if $(filter dev,$(PROFILE)),--workspace --all-targets,-p tradewind -p tradewind-bench)

bench: ui tests/browser/node_modules/.package-lock.json harness ## Measure: one JSON line a figure, kept in target/bench.jsonl
	@for database in $(or $(DATABASE),sqlite postgres); do \
		$(target_dir)/tradewind-bench --binary $(target_dir)/tradewind --seed $(SEED) --database $$database $(BENCH) || exit 1; \
	done

crash: harness ## Kill the server KILLS times under load; fails if anything was lost, early or under two keys
	$(target_dir)/tradewind-bench --binary $(target_dir)/tradewind --seed $(SEED) --database $(or $(DATABASE),sqlite) crash --kills $(KILLS)

pictures: ui tests/browser/node_modules/.package-lock.json ## Make the README's pictures anew, in docs/pictures
	cargo build --profile dist --locked -p tradewind
	cd tests/browser && node alone.js pictures ../../target/dist/tradewind

doc: ## The documentation of the code, in target/doc
	cargo doc --workspace --no-deps

clean: ## Remove everything that was built or measured
	cargo clean
	rm -rf tests/segment/node_modules tests/browser/node_modules
