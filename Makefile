# The same work as scripts/run and scripts/test, and the rest. `make help` lists the targets.
.DEFAULT_GOAL := help
SOURCES := Sources Tests Benchmarks Package.swift
ARGS ?=

.PHONY: help run test unit lint format build release bench torture mutants clean man completions

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Build and start the try-out daemon (ARGS="--state DIR --port N")
	@scripts/run $(ARGS)

test: ## Everything: set-up, lint, build, end-to-end, torture, unit tests
	@scripts/test

unit: ## Only the Swift tests (ARGS="--filter LedgerTests")
	@swift test $(ARGS)

lint: ## Format, import rules, forbidden words, doc comments
	@scripts/lint $(ARGS)

format: ## Rewrite the Swift files in the committed format
	@swift format --in-place --recursive --parallel --configuration .swift-format $(SOURCES)

build: ## Debug build of everything
	@swift build --build-tests

release: ## Release build of the three programs
	@swift build --configuration release --product florind
	@swift build --configuration release --product florinctl
	@swift build --configuration release --product florin-sandbox

bench: ## Throughput and latency beside the machine's own bounds (release build)
	@scripts/bench $(ARGS)

torture: ## Kill the daemon under load for some minutes, then audit all books (ARGS="--seconds N --seed N")
	@scripts/torture $(ARGS)

mutants: ## Break each invariant on purpose and see a test go red (ARGS="01 07" for some)
	@scripts/mutants $(ARGS)

man: ## Manual pages of the programs that are built, in .build/share/man
	@scripts/man

completions: ## Completions for bash, zsh and fish, in .build/share/completions
	@scripts/completions

clean: ## Remove build products; the try-out's state in .florin stays
	@swift package clean
	@rm -rf .build/venv
