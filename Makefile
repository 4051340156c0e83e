# `make run` starts the program, `make test` proves it; both first install what is missing into .venv.
# macOS and Windows: the same steps by hand are in README.md.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# An installation is good for as long as the project's description is the same, however old the files are.
KEY := $(shell cksum < pyproject.toml | cut -d ' ' -f 1)
INSTALLED := $(VENV)/installed-$(KEY)
INSTALLED_FOR_TESTS := $(VENV)/installed-for-tests-$(KEY)

export CMAKE_BUILD_PARALLEL_LEVEL ?= $(shell getconf _NPROCESSORS_ONLN)

.PHONY: run test lint clean
.DEFAULT_GOAL := run

run: $(INSTALLED)
	@$(BIN)/python main.py

test: lint
	@$(BIN)/python -m pytest

lint: $(INSTALLED_FOR_TESTS)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

clean: # neither build/, which is source, nor out/, which took hours of training
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

$(BIN)/pip: # the last thing that venv makes: an interrupted one is completed
	$(PYTHON) -m venv $(VENV)

$(INSTALLED):
	@$(PYTHON) -m build.system_packages
	@$(MAKE) --no-print-directory $(BIN)/pip
	@echo "Installing the program. llama.cpp is compiled where no wheel exists: the first time takes minutes."
	@$(BIN)/python -m pip install -qq --no-compile --editable .
	@touch $@

$(INSTALLED_FOR_TESTS):
	@$(PYTHON) -m build.system_packages test
	@$(MAKE) --no-print-directory $(BIN)/pip
	@echo "Installing the program and its tools. llama.cpp is compiled where no wheel exists: the first time takes minutes."
	@$(BIN)/python -m pip install -qq --no-compile --editable ".[test,build]"
	@touch $@ $(INSTALLED)
