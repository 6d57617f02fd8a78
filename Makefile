# Two commands for a newcomer: `make demo` and `make test`. Each sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OFFICIAL := .venvs/official
LEGACY := .venvs/official-legacy
NODE := tests/node
INSTALL := -m pip install --quiet --disable-pip-version-check --no-input
# Processes that test at once; 0 for one that `PYTEST_ARGS=--pdb` can talk to.
JOBS ?= 2

.PHONY: demo test check bench soak docs lock clean

demo: $(VENV)/.server
	$(BIN)/python examples/demo.py

test: $(VENV)/.dev $(OFFICIAL)/.installed $(LEGACY)/.installed $(NODE)/node_modules/.installed
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(PYTEST_ARGS)

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/architecture
	$(BIN)/python docs/generate.py --check

docs: $(VENV)/.dev
	$(BIN)/python docs/generate.py

bench: $(VENV)/.dev $(OFFICIAL)/.installed
	$(BIN)/python bench/run.py

soak: $(VENV)/.dev
	$(BIN)/python -m pytest -s tests/soak $(PYTEST_ARGS)

lock:
	requirements/lock.sh
	cd $(NODE) && npm install --package-lock-only --no-audit --no-fund

clean:
	rm -rf $(VENV) .venvs .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis $(NODE)/node_modules

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or later is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)

# The package itself goes in editable, so that the tree is what runs; its build backend is locked like the rest.
$(VENV)/.server: requirements/server.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python $(INSTALL) --require-hashes -r requirements/server.txt
	$(BIN)/python $(INSTALL) --no-build-isolation --no-deps --editable .
	touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.server
	$(BIN)/python $(INSTALL) --require-hashes -r requirements/dev.txt
	touch $@

.venvs/%/.installed: requirements/%.txt
	$(PYTHON) -m venv .venvs/$*
	.venvs/$*/bin/python $(INSTALL) --require-hashes -r $<
	touch $@

# Without npm the tests that need its packages say so and are skipped.
$(NODE)/node_modules/.installed: $(NODE)/package-lock.json
	@if command -v npm >/dev/null; then \
	  cd $(NODE) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && touch node_modules/.installed; \
	else \
	  echo "npm is missing: tests that need a package of $(NODE) are skipped" >&2; \
	fi
