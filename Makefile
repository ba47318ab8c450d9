# Two commands: `make demo` sets up and runs the main job, `make test` sets up and runs lint, types, contracts and tests.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

# Those that measure two things are called once for each.
BENCHMARKS := $(filter-out collect.py search.py,$(notdir $(wildcard benchmarks/*.py))) \
  "collect.py feeds" "collect.py hosts" "search.py quality" "search.py speed"

.PHONY: help demo test lint types contracts tests coverage bench clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed (make PYTHON=/path/to/python3.11 …)"; exit 2; }
	@# Debian keeps venv in a package of its own.
	@$(PYTHON) -m venv $(VENV) 2>/dev/null || { rm -rf $(VENV); [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null && $(PYTHON) -m venv $(VENV); } \
	  || { echo "no virtual environment can be made: apt-get install python3-venv"; exit 2; }

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) --editable .
	@touch $@

$(VENV)/.installed-tests: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) --editable '.[test]'
	@touch $@ $(VENV)/.installed

demo: $(VENV)/.installed ## set up, then run the whole job on the recorded web; results under out/
	$(BIN)/watchbot demo --out out

test: $(VENV)/.installed-tests ## set up, then lint, types, import contracts and all tests
	@tests/browser.sh
	$(MAKE) --no-print-directory lint types contracts tests

lint: $(VENV)/.installed-tests ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed-tests ## mypy --strict
	$(BIN)/mypy

contracts: $(VENV)/.installed-tests ## import-linter
	$(BIN)/lint-imports

# Tests start the program many times: where the environment forbids bytecode files, each start would compile it anew.
PYTEST := env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest --numprocesses auto --dist worksteal

tests: $(VENV)/.installed-tests ## pytest in parallel
	$(PYTEST)

coverage: $(VENV)/.installed-tests ## the same with the coverage of lines and branches; about twice as long
	$(PYTEST) --cov --cov-report=term

bench: $(VENV)/.installed-tests ## every benchmark (an hour); the figures of docs/performance.md
	$(PIP) --editable '.[bench]'
	@for call in $(BENCHMARKS); do echo "== $$call"; eval "$(BIN)/python benchmarks/$$call"; done

clean: ## remove what the commands made
	rm -rf $(VENV) out .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage* .import_linter_cache
