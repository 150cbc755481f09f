# Everything runs from this checkout: a virtual environment in .venv, embedded servers, no Docker, no root.
# Python 3.11 or newer is the only thing you need; choose one yourself with `make PYTHON=/path/to/python …`.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:
.DELETE_ON_ERROR:
# Tests start a hundred processes of ours, and each would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

# A candidate counts if it runs, is new enough and can make a virtual environment (Debian splits that off).
PYTHON ?= $(shell for candidate in python3.13 python3.12 python3.11 python3 python; do \
	if $$candidate -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then command -v $$candidate; break; fi; done)
# Options of `make demo`: make DEMO="--pace 2" demo; `DEMO=--help` lists them.
DEMO ?=
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
READY := $(VENV)/.installed
PIP := $(PY) -m pip --disable-pip-version-check
# Workers of pytest, each with servers of its own: three on two cores, as a quarter of the tests' time is waiting for
# events. One hash seed, because all must collect tests in the same order.
WORKERS ?= 3
TESTS := PYTHONHASHSEED=0 $(PY) -m pytest -n $(WORKERS) --dist worksteal
UV ?= uv
LOCK := $(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url --no-annotate

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(READY) ## Run every scenario on the embedded stack, then stop it
	@$(PY) -m runtime.cli demo $(DEMO)

.PHONY: up
up: $(READY) ## Keep the whole stack running until Ctrl-C; data stays in .slotkeeper
	@$(PY) -m runtime.cli up

.PHONY: reset
reset: $(READY) ## Clear the data that `make up` keeps
	@$(PY) -m runtime.cli reset

.PHONY: test
test: $(READY) ## Run all tests
	$(TESTS)

.PHONY: check
check: $(READY) ## Lint, format, types, dead code, import contracts; drift of locks, histories, migrations
	@$(MAKE) --no-print-directory --jobs 2 $(CHECKS)

# Two at a time, the longest first.
CHECKS := check-types check-lint check-format check-dead-code check-imports check-client check-locks check-histories check-migrations
.PHONY: $(CHECKS)
check-types:
	$(BIN)/mypy
check-lint:
	$(BIN)/ruff check .
check-format:
	$(BIN)/ruff format --check .
check-dead-code:
	$(BIN)/vulture
check-imports:
	$(BIN)/lint-imports
check-client:
	$(PY) -m clients.generator --check
check-locks:
	$(PY) -m requirements.check
check-histories:
	$(PY) -m tests.workflows.fingerprint
check-migrations:
	$(PY) -m db.migrations.check

SEED ?= 1
MINUTES ?= 5
TARGETS ?= all
EXAMPLES ?= 200
.PHONY: any-request
any-request: $(READY) ## Make up requests to every operation for hours, as everybody (EXAMPLES=200 SEED=1)
	EXAMPLES=$(EXAMPLES) SEED=$(SEED) $(PY) -m pytest -q -o timeout=0 tests/api/test_any_request.py

.PHONY: lost-tasks
lost-tasks: $(READY) ## Lose every workflow task of every recorded story, with all that can arrive meanwhile
	EVERYWHERE=1 $(TESTS) tests/workflows/test_lost_tasks.py

.PHONY: chaos
chaos: $(READY) ## Kill every part while drivers charge, then audit (SEED=1 MINUTES=5 TARGETS=all)
	$(PY) -m chaos --seed $(SEED) --minutes $(MINUTES) --targets $(TARGETS)

DAYS ?= 200
FIRST ?= 1
.PHONY: days
days: $(READY) ## Live random days at a site in virtual time, and audit each (DAYS=200 FIRST=1)
	@$(PY) -m days --days $(DAYS) --first $(FIRST)

.PHONY: bench
bench: $(READY) ## Print ratios measured side by side and write them as JSON
	$(PY) -m bench

.PHONY: bench-money
bench-money: $(READY) ## Measure settlements: how many a second, and what each asks of the provider
	$(PY) -m bench.money

.PHONY: bench-booking
bench-booking: $(READY) ## Measure availability at up to a million holds, packing and re-packing, late choice of the bay, bookings, a race for seats
	$(PY) -m bench.booking

.PHONY: bench-gateway
bench-gateway: $(READY) ## Measure the gateway against its goals and two other OCPP servers
	$(PY) -m bench.gateway

.PHONY: bench-pages
bench-pages: $(READY) ## Measure pages: what they weigh, how fast they are made and painted, five hundred who look at changes
	$(PY) -m bench.pages

.PHONY: client
client: $(READY) ## Write the Python client anew from what the API says of itself
	$(PY) -m clients.generator

.PHONY: stripe-peer
stripe-peer: $(READY) ## Hold the stand-in for Stripe against somebody else's, fetched once (needs the network)
	$(PY) -m tests.simulator.stripe_api.localstripe_peer
	$(PY) -m pytest -q tests/simulator/stripe_api/test_peers.py

.PHONY: lock
lock: ## Recompile requirements/*.txt from pyproject.toml (needs uv and the network)
	$(LOCK) --extra embedded --extra dev -o requirements/all.txt pyproject.toml
	$(LOCK) -o requirements/runtime.txt pyproject.toml

.PHONY: clean
clean: ## Remove the virtual environment and the caches (not the data: see reset)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(PY):
	@test -n "$(PYTHON)" || { echo "Slotkeeper needs Python 3.11 or newer with the venv module;" \
		"none of python3.13, python3.12, python3.11, python3 qualifies." \
		"Install one or run: make PYTHON=/path/to/python" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)

$(READY): requirements/all.txt | $(PY)
	@echo "Installing into $(VENV), about a minute the first time"
	$(PIP) install --quiet --require-hashes --no-compile -r requirements/all.txt
	@touch $@
