# `make help` lists the targets. Everything is installed into .venv from
# requirements.lock; nothing outside this folder is touched.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH := .venv-bench
STAMP := $(VENV)/.installed
PYTEST_ARGS ?= -n auto
UPGRADE ?=

# BLAS threads under parallel tests only slow each other down.
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test verify bench browser pytest lint format types layers licences lock bench-lock venv python clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(STAMP) ## the main job: the GERAC low-back-pain trial in virtual patients, beside what was published
	$(BIN)/deqi trial gerac

test: lint types layers licences browser pytest ## every check: style, types, layers, licences, tests

verify: $(STAMP) ## the engine against two independent ones, 200 patients; and trials beside published ones; writes docs
	$(BIN)/python scripts/verify.py
	$(BIN)/python scripts/verify_exchange.py
	$(BIN)/python scripts/trial_misfits.py

bench: $(STAMP) $(BENCH)/.installed ## the engine beside its peers; writes docs/performance.md
	$(BIN)/python benchmarks/bench.py
	$(BIN)/python benchmarks/trial.py
	$(BIN)/python benchmarks/report.py
	$(BIN)/python benchmarks/web.py

browser: ## Chromium for the tests of pages, where it can be installed; they are skipped without
	@command -v chromium >/dev/null || { \
	  test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends chromium >/dev/null; } || \
	  echo "no Chromium here: the tests of pages in a browser are skipped"

pytest: $(STAMP) ## the tests alone (PYTEST_ARGS="-n auto")
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(STAMP) ## style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(STAMP) ## put the formatting right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(STAMP) ## static types
	$(BIN)/mypy

layers: $(STAMP) ## a layer imports only what is below it
	$(BIN)/lint-imports --no-logo

licences: $(STAMP) ## the licences of everything installed
	$(BIN)/python scripts/check_licences.py

venv: $(STAMP) ## create .venv and install the locked dependencies and deqi

# The stamp is as new as the last complete install, so a second call starts at once.
$(STAMP): requirements.lock pyproject.toml | python
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "deqi needs Python 3.11 or later, and '$(PYTHON)' is not; try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "'$(PYTHON)' cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

lock: | python ## write requirements.lock afresh from pyproject.toml (UPGRADE=--upgrade for newer releases)
	tools=$$(mktemp -d) && trap 'rm -rf "$$tools"' EXIT && \
	$(PYTHON) -m venv "$$tools" && "$$tools/bin/python" -m pip install --quiet uv && \
	UV_CUSTOM_COMPILE_COMMAND="make lock" "$$tools/bin/uv" pip compile pyproject.toml --quiet $(UPGRADE) \
	  --all-extras --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-annotate --output-file requirements.lock

# AMICI is built from source, which needs a compiler, SWIG, BLAS and HDF5: it may be missing.
$(BENCH)/.installed: benchmarks/requirements.lock benchmarks/requirements-amici.lock | python
	$(PYTHON) -m venv --clear $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --require-hashes -r benchmarks/requirements.lock
	-$(BENCH)/bin/python -m pip install --require-hashes -r benchmarks/requirements-amici.lock >$(BENCH)/amici.log 2>&1
	@touch $@

bench-lock: | python ## write the locks of the peers afresh
	tools=$$(mktemp -d) && trap 'rm -rf "$$tools"' EXIT && \
	$(PYTHON) -m venv "$$tools" && "$$tools/bin/python" -m pip install --quiet uv && \
	export UV_CUSTOM_COMPILE_COMMAND="make bench-lock" && \
	flags="--quiet $(UPGRADE) --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate" && \
	"$$tools/bin/uv" pip compile benchmarks/requirements.in $$flags --output-file benchmarks/requirements.lock && \
	"$$tools/bin/uv" pip compile benchmarks/requirements-amici.in $$flags --constraint benchmarks/requirements.lock --output-file benchmarks/requirements-amici.lock

clean: ## remove what the other targets made, .venv included
	rm -rf $(VENV) $(BENCH) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +
