# Everything starts here: `make demo` shows it, `make test` proves it. Needs Python 3.11 or newer and nothing else.
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile

.PHONY: help setup demo test bench supply fix lock clean

help: ## print these lines
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:[^#]*## /\t/'

setup: .venv/dev.stamp ## a virtual environment in .venv with everything that the tests need

demo: .venv/run.stamp ## the whole thing on this machine, with the vendors played: no account, no key
	@$(BIN)/deskhand demo

test: .venv/dev.stamp ## format, lint, types, import contracts, tests
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@said=$$($(BIN)/lint-imports --no-cache) || { echo "$$said"; exit 1; }
	@$(BIN)/pytest -q -n 2 --dist worksteal -m "not servers and not browser and not slow" $(T)

bench: .venv/dev.stamp ## measure what matters beside its alternatives, each in one run (B=receiver: only that)
	@$(BIN)/python -m tests.bench $(B)

supply: .venv/dev.stamp ## what we are made of: locks, licences, known holes, a bill of materials in build/
	@$(BIN)/python -m tests.supply

fix: .venv/dev.stamp ## format, and what the linter can mend by itself
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lock: .venv/dev.stamp ## resolve both lock files anew
	@$(PIP) uv && for kind in "" -dev; do echo "setuptools>=77" | $(BIN)/uv pip compile - pyproject.toml $${kind:+--extra dev} \
		--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
		$${kind:+--constraint requirements.lock} --upgrade --quiet --output-file requirements$$kind.lock; done

clean: ## remove what was made here, but not the data
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Deskhand needs Python 3.11 or newer on the PATH (or: make PYTHON=/path/to/python)" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Python's venv module is missing (on Debian: apt-get install python3-venv)" >&2; exit 1; }

.venv/run.stamp: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Setting up .venv ..." && $(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable . && touch $@

.venv/dev.stamp: requirements-dev.lock pyproject.toml | .venv/bin/python
	@echo "Setting up .venv with the tools ..." && $(PIP) --require-hashes -r requirements-dev.lock
	@$(PIP) --no-deps --no-build-isolation --editable . && touch .venv/run.stamp $@
