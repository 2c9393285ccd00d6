# `make demo` and `make test` are all a stranger needs; both set up .venv first, once.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PHOTOS ?=
OUT ?= demo-out
BIN := .venv/bin
STAMP := .venv/.made-by-make

.PHONY: setup demo test check bench

setup: $(STAMP)

# pip reads this machine's own settings (index, find-links, certificates); the lock file only says which versions.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and f"toile needs Python 3.11 or newer, {sys.executable} is {sys.version.split()[0]}; say make PYTHON=/path/to/python3.11")'
	@echo "setting up .venv; the first time this takes a few minutes" >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

demo: setup
	$(BIN)/toile demo --out $(OUT) $(if $(PHOTOS),--photos "$(PHOTOS)")

check: setup
	$(BIN)/ruff check src tests
	$(BIN)/ruff format --check src tests
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m toile.culture.validate

test: check
	$(BIN)/pytest

bench: setup
	$(BIN)/toile evaluate speed --json
