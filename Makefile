# `make demo` and `make test` need Python 3.11 or newer with pip and venv, and nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Whatever is installed stands in a lock with its hash, and is never built from source on the way.
INSTALL := $(PIP) install --require-hashes --only-binary :all:

.PHONY: help demo live test check pytest screens rows test-long race api-fuzz bench bench-console lock clean
.DELETE_ON_ERROR:

help:
	@echo "make demo       play real trading through Tieout and print how it ties out"
	@echo "make live       the same over a week, and keep its console running to look at"
	@echo "make test       every check and the whole default test suite"
	@echo "make test-long  the tests that take minutes"
	@echo "make screens    visit the console in a real browser and keep a picture of every page in build/screens"
	@echo "make rows       play every row of the requirements and write docs/returns-rows.md and docs/warehouse-rows.md"
	@echo "make race       twenty sellers against one stock code over 10,000 orders, and the control run (minutes)"
	@echo "make api-fuzz   send the JSON API whatever fits its description and what does not (minutes)"
	@echo "make bench      what a poll of a large Sage company costs against a small one (minutes)"
	@echo "make bench-console  how long the console's pages take with a million documents (minutes)"
	@echo "make lock       pin the dependencies again (needs uv)"
	@echo "make clean      remove what the other commands made"

demo: $(VENV)/package.stamp
	@$(BIN)/tieout demo --headless $(ARGS)

live: $(VENV)/package.stamp
	@$(BIN)/tieout demo $(ARGS)

test: check pytest

check: $(VENV)/dev.stamp
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

pytest: $(VENV)/dev.stamp check
	$(BIN)/pytest -q -n 2 --dist loadfile --no-loadscope-reorder -m "not long" $(ARGS)

screens: $(VENV)/dev.stamp
	SCREENS=1 $(BIN)/pytest -q tests/journeys $(ARGS)

rows: $(VENV)/dev.stamp
	$(BIN)/pytest -q -n 2 --dist loadscope tests/acceptance/returns tests/acceptance/warehouses --rows-results build/rows.json
	$(BIN)/python tools/rows_pages.py build/rows.json

test-long: $(VENV)/dev.stamp
	$(BIN)/pytest -q -m long $(ARGS)

race: $(VENV)/dev.stamp
	$(BIN)/pytest -q -m long tests/shipping/test_no_oversell.py $(ARGS)

api-fuzz: $(VENV)/dev.stamp
	$(BIN)/pytest -q -m long tests/console/test_api_fuzz.py $(ARGS)

bench: $(VENV)/dev.stamp
	$(BIN)/python benchmarks/poll_of_sage200.py $(ARGS)

bench-console: $(VENV)/dev.stamp
	$(BIN)/python -m benchmarks.console_pages $(ARGS)

# The environment is made once, and made anew when what the product runs on changes.
$(VENV)/run.stamp: requirements/run.lock requirements/build.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tieout needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	@echo "Setting up $(VENV) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(INSTALL) --no-deps -r requirements/build.lock
	@$(INSTALL) -r requirements/run.lock
	@touch $@

$(VENV)/package.stamp: $(VENV)/run.stamp pyproject.toml
	@$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.lock $(VENV)/package.stamp
	@$(INSTALL) -r requirements/dev.lock
	@touch $@

# uv picks the versions, keeping those already pinned; ARGS=--upgrade takes the newest.
PIN = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links $(ARGS)

# One file of django-htmx is used, when the package is built; Django and its kin are not.
lock:
	$(PIN) --output-file requirements/build.lock --no-emit-package django --no-emit-package asgiref \
		--no-emit-package sqlparse --no-emit-package tzdata requirements/build.in
	$(PIN) --output-file requirements/dev.lock --extra dev pyproject.toml
	$(PIN) --output-file requirements/run.lock --constraint requirements/dev.lock pyproject.toml

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
