# Every command sets up what it needs first (tools/setup.py) and leaves nothing outside this folder.
.DEFAULT_GOAL := help
PYTHON ?= $(shell command -v python3.11 || command -v python3)
NETWORK ?= ganache
WORKERS ?= 2
PY := .venv/bin/python

.PHONY: help
help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  NETWORK=anvil    another local chain than ganache, for test and demo"
	@echo "  TESTS=path       only these tests; OPTIONS='-x -k word' goes to pytest"
	@echo "  FHIR=folder      the demo with these FHIR bundles instead of its own"

.PHONY: setup
setup: ## install Python packages, npm packages and the compiler into this folder
	@"$(PYTHON)" -m tools.setup

.PHONY: demo
demo: setup ## run the whole story on a fresh chain; the results are in out/demo
	@clock=$$($(PY) -m scripts._demo.clock $(if $(FHIR),"$(FHIR)")) && \
	SALUS_DEMO_FHIR="$(FHIR)" $(PY) -m tools.run --network $(NETWORK) --clock $$clock -- brownie run demo

.PHONY: test
test: setup ## run the tests
	@$(PY) -m tools.test --network $(NETWORK) --workers $(WORKERS) $(TESTS) -- $(OPTIONS)

.PHONY: test-clone
test-clone: setup ## run the long tests: compiling, local chains, console, demo, the first hour, the auditor's books
	@$(PY) -m tools.test --workers $(WORKERS) tests/clone -- $(OPTIONS)
	@$(PY) -m tools.test --network anvil --workers $(WORKERS) tests/salus tests/stateful tests/scripts -- -m apart $(OPTIONS)

.PHONY: fuzz
fuzz: setup ## run the state machines and the mutations of records deeper than `make test` does
	@SALUS_DEPTH=deep $(PY) -m tools.test --network $(or $(filter-out ganache,$(NETWORK)),anvil) --workers $(WORKERS) tests/stateful tests/salus/fhir/test_mutations.py -- $(OPTIONS)

.PHONY: test-the-tests
test-the-tests: setup ## prove that the tests notice each of the seeded errors
	@$(PY) -m tools.seeded_errors $(ERRORS)

.PHONY: coverage
coverage: setup ## measure statement and branch coverage of the contracts; fails below 95 %
	@$(PY) -m tools.coverage

.PHONY: bench
bench: setup ## measure gas and speed; writes benchmarks/results.json and a table in docs
	@$(PY) -m tools.run --network anvil --hard-fork shanghai -- python -m benchmarks

.PHONY: lint
lint: setup ## check style, types, imports and known weaknesses (slither)
	@$(PY) -m tools.lint

.PHONY: format
format: setup ## bring the sources into the style that lint checks
	@$(PY) -m tools.lint --fix

.PHONY: console
console: setup ## open Brownie's console with the suite deployed, on the local chain that runs or a fresh one
	@$(PY) -m tools.console $(if $(filter command environment,$(firstword $(origin NETWORK))),--network $(NETWORK))

.PHONY: lock
lock: setup ## pin what requirements.in asks for, in requirements.txt
	@$(PY) -m tools.lock

.PHONY: clean
clean: ## remove all that set-up and runs have made (keystores stay)
	@if [ -e .cache/chain/chain.json ] && [ -x $(PY) ]; then $(PY) -m tools.local_chain stop; fi
	@rm -rf .venv .cache .hypothesis node_modules build reports out dist *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
