# The same work as scripts/run and scripts/test, and the rest. `make help` lists the targets.
.DEFAULT_GOAL := help
SOURCES := Sources Tests Benchmarks Package.swift
ARGS ?=

.PHONY: help run test unit lint format build release bench torture failover mutants clean man completions install deb deb-test deb-test-systemd

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

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

# The programs carry Swift's runtime with them: where they run, no toolchain is needed.
# Our own modules are compiled anew: an incremental release build leaves a module alone whose direct imports did not change,
# although the layout of a type that it only sees through them did, and the program crashes.
release: ## Release build of the three programs
	@sed 's/\.product([^)]*)//g' Package.swift | grep -o '"[A-Za-z]*"' | tr -d '"' | sort -u | \
		while read -r target; do rm -f ".build/release/$$target.build"/*.o; done
	@swift build --configuration release --static-swift-stdlib --product florind
	@swift build --configuration release --static-swift-stdlib --product florinctl
	@swift build --configuration release --static-swift-stdlib --product florin-sandbox

install: ## Copy what `make release` built to DESTDIR and PREFIX (default /usr)
	@scripts/install

deb: release ## Debian package, in .build/deb
	@scripts/deb

deb-test: deb ## Install, start, charge, restart and purge the package in a throw-away root (needs root, debootstrap)
	@scripts/deb-test

deb-test-systemd: deb ## The same with systemd itself at work in namespaces of its own (needs root, debootstrap)
	@scripts/deb-test-systemd

bench: ## Throughput and latency beside the machine's own bounds (release build)
	@scripts/bench $(ARGS)

torture: ## Kill the daemon under load for some minutes, then audit all books (ARGS="--seconds N --seed N")
	@scripts/torture $(ARGS)

failover: ## Take a processor away for a minute, and see what callers notice (ARGS="--seconds N --rate N")
	@scripts/failover $(ARGS)

mutants: ## Break each invariant on purpose and see a test go red (ARGS="01 07" for some)
	@scripts/mutants $(ARGS)

man: ## Manual pages of the programs that are built, in .build/share/man
	@scripts/man

completions: ## Completions for bash, zsh and fish, in .build/share/completions
	@scripts/completions

clean: ## Remove build products; the try-out's state in .florin stays
	@swift package clean
	@rm -rf .build/venv
