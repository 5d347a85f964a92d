# First1001. `make help` lists what there is; the first two to know are `make run` and `make test`.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PY := .venv/bin/python
BOTPY := bot/.venv/bin/python
UV := .tools/bin/uv
UV_VERSION := 0.13.9
PYTHON ?= $(shell command -v python3.11 || command -v python3)
export PYTHONDONTWRITEBYTECODE = 1
export RASA_TELEMETRY_ENABLED = false

.PHONY: help run test test-full check format setup app-env bot-env assets places model \
	browser lock sync bench clean

help: ## list the commands
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup ## set everything up and serve in demo mode
	@.venv/bin/first1001 serve --demo

setup: app-env bot-env assets places model ## environments, assets, postcodes, trained model

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
	  { echo "First1001 needs Python 3.11: install it (Debian 12: apt-get install python3 python3-venv) and try again."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	      apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null; \
	    else echo "Python's venv is missing: run 'sudo apt-get install python3-venv' and try again."; exit 1; fi; }
	@echo "Fetching uv $(UV_VERSION)"
	@$(PYTHON) -m venv .tools && .tools/bin/python -m pip install --quiet uv==$(UV_VERSION)

app-env: .venv/.synced ## the app's environment
.venv/.synced: requirements.lock pyproject.toml | $(UV)
	@[ -x $(PY) ] || $(UV) venv --quiet --python $(PYTHON) .venv
	@echo "Installing the app's environment"
	@VIRTUAL_ENV=.venv $(UV) pip sync --quiet --require-hashes requirements.lock
	@VIRTUAL_ENV=.venv $(UV) pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

lock: | $(UV) ## resolve the app's dependencies again
	@$(UV) pip compile pyproject.toml --group dev --python-version 3.11 --generate-hashes \
	  --no-annotate --no-header --no-emit-index-url --quiet -o requirements.lock

sync: ## install what requirements.lock says
	@rm -f .venv/.synced && $(MAKE) --no-print-directory app-env

format: app-env ## format the code
	@$(PY) -m ruff format . && $(PY) -m ruff check --fix .

check: app-env bot-env ## format, lint and types
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy alerts app bot/actions channels common console content conversations places referrals safety signposting benchmarks

clean: ## remove everything that set-up made
	@rm -rf .venv bot/.venv .tools var .rasa
