# The one door: everything a person or a CI server does with this project starts here. `make` alone lists it.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

# Nothing that a user has set for other Python projects may reach into this one.
unexport PYTHONPATH PYTHONHOME PIP_TARGET PIP_PREFIX PIP_USER PIP_REQUIRE_VIRTUALENV VIRTUAL_ENV
PIP := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check --no-input
COG := $(BIN)/cog -I . -P -n UTF-8
GENERATED := README.md CONTRIBUTING.md docs/commands.md docs/messages.md docs/metrics.md docs/plan.md
LOCK := $(BIN)/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-strip-extras --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help demo test browser faults workers chaos chaos-short hostile security check lint format types floors docs docs-check cover bench bench-short lock install install-dev image clean
.DELETE_ON_ERROR:

help: ## list what can be done here
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo '  Options go in ARGS:  make demo ARGS="--port 9000"   make test ARGS="-k notarize"'
	@echo '  Another Python:      make clean demo PYTHON=python3.13'

demo: install ## play a release on a simulated GitHub, on a page of your own machine
	@$(BIN)/gonogo demo $(ARGS)

test: install-dev ## run all tests
	@$(BIN)/python -m pytest -n auto $(ARGS)

browser: install-dev ## run only the tests that drive a browser (Debian's chromium)
	@CI_REQUIRE_BROWSER=1 $(BIN)/python -m pytest -m browser $(ARGS)

faults: install-dev ## the stories in which GitHub fails, each fault at each step (some minutes)
	@GONOGO_LONG=1 $(BIN)/python -m pytest -n auto tests/e2e/test_publishing.py $(ARGS)

chaos: install-dev ## a release under crashes, lost webhooks and faults of GitHub, again and again (ARGS="--minutes 60")
	@$(BIN)/python -m tests.chaos $(ARGS)

chaos-short: install-dev ## a trial of each kind, without real processes (a minute)
	@$(BIN)/python -m tests.chaos $(foreach trial,kill:700 kills:1 astray:1 fail:stale:60:4 fails:5934046000001 fails:3301000021 all:1000000 pg:kills:1 pg:all:2,--replay "$(trial)") $(ARGS)

workers: install-dev ## several processes on PostgreSQL, killed, stopped and cut off (three minutes)
	@GONOGO_LONG=1 $(BIN)/python -m pytest tests/e2e/test_many_workers.py $(ARGS)

check: lint types floors docs-check security test ## everything that must be green before a change lands

lint: install-dev ## style and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: install-dev ## put style and format right where that can be done without thinking
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: install-dev ## types, strictly
	@$(BIN)/basedpyright

floors: install-dev ## who may import whom
	@$(BIN)/lint-imports --no-logo

security: install-dev ## bandit over our code; known vulnerabilities of the dependencies, where that can be asked
	@$(BIN)/bandit --quiet --recursive app handlers tools templates
	@$(BIN)/python -m tools.audit requirements.lock requirements-dev.lock

hostile: install-dev ## each odd value in each place of each delivery (some minutes)
	@GONOGO_LONG=1 $(BIN)/python -m pytest -n auto tests/e2e/test_d14_odd_payloads.py $(ARGS)

docs: install-dev ## write the generated tables of README.md and docs/ anew
	@$(COG) -r $(GENERATED)

docs-check: install-dev ## are the generated tables what they should be?
	@$(COG) --check $(GENERATED)

cover: install-dev ## run the tests and show which branches they leave out
	@$(BIN)/python -m pytest --cov --cov-report=term-missing:skip-covered $(ARGS)

bench: install-dev ## measure: acknowledgements, events, CPU, memory, reader (some minutes)
	@$(BIN)/python -m benchmarks $(ARGS)

bench-short: install-dev ## the same in seconds, to see that it runs
	@$(BIN)/python -m benchmarks --short $(ARGS)

lock: install-dev ## resolve the dependencies anew, with hashes
	@$(LOCK) $(ARGS) --group build pyproject.toml --output-file requirements.lock
	@$(LOCK) $(ARGS) --group build --group dev --constraint requirements.lock pyproject.toml --output-file requirements-dev.lock

image: ## build the container image (needs Docker)
	@docker build --tag gonogo .

clean: ## remove all that make has made; databases in var/ stay
	@rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage
	@find app handlers tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

# -- the virtual environment: a second call finds the stamps and does nothing ------------------------------------

install: $(VENV)/.runtime
install-dev: $(VENV)/.dev

$(VENV)/.made:
	@command -v $(PYTHON) >/dev/null || { echo "There is no '$(PYTHON)' here. Go/No-Go needs Python 3.11 or newer: install it, or say make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "'$(PYTHON)' is $$($(PYTHON) --version 2>&1); Go/No-Go needs Python 3.11 or newer. Where another one is installed: make PYTHON=python3.13"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "'$(PYTHON)' comes without venv. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/.made
	@echo "Installing what Go/No-Go needs into $(VENV) (once, about half a minute) ..."
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(VENV)/.made
	@echo "Installing Go/No-Go and its tools into $(VENV) (once, about a minute) ..."
	@$(PIP) install --require-hashes --requirement requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.runtime
