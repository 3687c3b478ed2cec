# Two commands: `make run` and `make test`. Both set up what they need.
SHELL := /bin/sh
FILE ?= pipeline.yaml

.PHONY: run test build release deps test-deps format lint sanitize soak fuzz examples reference docs bench bench-quick help

help: ## What there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: release ## Build, and run pipeline.yaml (or FILE=…)
	@.build/release/aggregator run $(FILE)

test: test-deps ## Build, and run every test
	Scripts/test
	Scripts/load-tests

build: deps ## Build for debugging
	swift build

release: deps ## Build the command, as users run it
	swift build -c release --product aggregator

deps: ## Install what is missing from Debian
	@Scripts/deps

test-deps: ## … and what only the tests use
	@Scripts/deps logrotate openssl valgrind python3-jsonschema python3-yaml

format: ## Format the Swift code in place
	swift format --in-place --recursive --parallel Package.swift Sources Tests Examples Fuzz Benchmarks

lint: ## Check the format
	swift format lint --strict --recursive --parallel Package.swift Sources Tests Examples Fuzz Benchmarks

sanitize: test-deps ## The C target under ASan and UBSan, the rest under TSan
	Scripts/sanitize

soak: deps ## Ten million events with random keys through every step, and every rotation of a file 30 times
	swift build -c release --product StepLoad
	AGGREGATOR_LOAD=1 AGGREGATOR_STEP_EVENTS=10000000 swift test --no-parallel --filter StepMemoryLoadTests
	AGGREGATOR_ROUNDS=30 swift test --filter RotationScenarioTests

fuzz: deps ## Fuzz what reads bytes of strangers, SECONDS=… each
	Fuzz/run.sh $(or $(SECONDS),60)

examples: release ## Check every example's pipeline file
	Scripts/check-examples

reference: release ## Write docs/reference.md anew
	@.build/release/aggregator reference > docs/reference.md

docs: release test-deps ## Check that docs/reference.md, the JSON Schema and the API's pages are current and right
	@Scripts/check-docs
	@Scripts/api-docs

bench: bench-deps ## Measure it against others: tables, plots, bars (an hour)
	@Benchmarks/.build/release/bench $(BENCH)

bench-quick: bench-deps ## … a few cells of it, in three minutes
	@Benchmarks/.build/release/bench --quick $(BENCH)

bench-expressions: deps ## What an evaluation of an expression costs, and a step
	@swift run -c release ExpressionsBenchmark

.PHONY: bench-expressions bench-deps
bench-deps: release
	@Benchmarks/setup
