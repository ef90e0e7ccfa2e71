# Everything a person does with a checkout of Casemate. Each target sets up what it needs first; a second set-up takes no time.

VENV := .venv
BIN := $(VENV)/bin
PYTHON_READY := $(VENV)/.ready
NODE_READY := web/node_modules/.ready
UI := src/casemate/internal_service/web_dist/index.html
UI_SOURCES := $(shell find web/src web/public web/index.html web/vite.config.ts web/scripts/emojiData.ts -type f ! -name '*.test.ts*' 2>/dev/null)

# Folders appear as the product grows; tools are only given those that exist.
PYTHON_CODE := $(wildcard conftest.py src tests benchmarks scripts scripts/own-network)

# Seeded worlds: fewer in the inner loop, all of them in `make test`.
CHECK_SEEDS ?= 20
TEST_SEEDS ?= 200

BENCHMARKS ?= crypto start_up libraries first_message painted opening invited invited_installed messages chat connect failover peer_memory peer_transport bulk ui ui_work keys \
  heavy_messages erasing finding server_directory server_mailbox server_links server_relay

# Output of parallel jobs stays in one piece where make can do that (4.0 and later).
PARALLEL := -j4 --keep-going --no-print-directory $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

# Nobody is there to end what hangs when CI runs this.
limit = $(if $(CI),timeout --kill-after=10 $(1))
# What connects peers stays out of the network of whoever runs this; `make run` is the product, and in it.
OWN_NETWORK := $(BIN)/python scripts/own-network
PYTEST := $(call limit,2400) $(OWN_NETWORK) $(BIN)/pytest -q
IN_PARALLEL := -n 2 --dist worksteal
# What a file has set up for all its tests is set up once.
FILES_IN_PARALLEL := -n 2 --dist loadfile

NPM := npm --prefix web --no-update-notifier run --silent

.PHONY: help setup run test check sim mutants mutants-web bench e2e nat-lab dist format lock clean
.DEFAULT_GOAL := help

help: ## Say what can be done here
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{ printf "  make %-11s %s\n", $$1, $$2 }'

setup: $(PYTHON_READY) $(NODE_READY) $(UI) ## Install everything from the lock files and build the UI

run: setup ## Start a server and an internal service and open the browser (ARGS="--no-browser" …)
	@exec $(BIN)/casemate up $(ARGS)

check: setup ## The inner loop: format, lint, types, import contracts, unit tests, some simulation seeds
	@scripts/ensure-dbus
	@$(MAKE) $(PARALLEL) check-static check-web check-python

# All parts run even if an earlier one fails, so that one run tells everything. The browser's tests run by themselves:
# their driver keeps an event loop running in the thread of the tests.
test: setup ## Every check and every test, with real processes and a real browser
	@scripts/ensure-chromium
	@scripts/ensure-dbus
	@scripts/ensure-nat-lab
	@failed=0; \
	  $(MAKE) $(PARALLEL) check-static check-web || failed=1; \
	  SIM_SEEDS=$(TEST_SEEDS) $(PYTEST) $(IN_PARALLEL) -m "not e2e and not nat_lab and not processes" || failed=1; \
	  $(PYTEST) $(FILES_IN_PARALLEL) -m processes || failed=1; \
	  $(PYTEST) $(IN_PARALLEL) -m "nat_lab and not slow" || failed=1; \
	  $(PYTEST) $(IN_PARALLEL) -m e2e || failed=1; \
	  exit $$failed

e2e: setup ## Only the tests with a real browser
	@scripts/ensure-chromium
	@$(PYTEST) $(IN_PARALLEL) -m e2e $(ARGS)

nat-lab: setup ## Every pair of routers and every event between them (ARGS="-k roam" chooses); needs root
	@scripts/ensure-nat-lab
	@$(PYTEST) $(IN_PARALLEL) -m nat_lab $(ARGS)

sim: setup ## Simulated worlds: SEEDS=5000 runs many, SEED=17 replays one and tells its story
	@$(BIN)/python -m tests.sim $(if $(SEED),--seed $(SEED)) $(if $(SEEDS),--seeds $(SEEDS) --workers $$(getconf _NPROCESSORS_ONLN)) $(ARGS)

mutants: setup ## Small changes that tests should notice, drawn by seed (MUTANTS=300 SEED=1 ARGS="--only server/core --reach DIR")
	@$(OWN_NETWORK) $(BIN)/python -m tests.mutants $(if $(MUTANTS),--mutants $(MUTANTS)) $(if $(SEED),--seed $(SEED)) \
	  --workers $$(getconf _NPROCESSORS_ONLN) $(ARGS)

mutants-web: setup ## The same of the page's folds (MUTANTS=30 SEED=1)
	@$(BIN)/python -m tests.mutants.web $(if $(MUTANTS),--mutants $(MUTANTS)) $(if $(SEED),--seed $(SEED)) $(ARGS)

bench: setup ## Every benchmark, or BENCHMARKS="start_up messages"; the figures go to the screen
	@$(BIN)/python -m benchmarks.contenders.install || true
	@for name in $(BENCHMARKS); do $(OWN_NETWORK) $(BIN)/python -m benchmarks.$$name || exit 1; done

# The wheel comes from the archive, so that whoever builds one of it gets the same.
dist: setup ## Make what others install: a source archive and a wheel, both with the UI, in dist/
	@rm -rf dist && $(BIN)/python -m hatchling build -t sdist -d dist && \
	  $(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation -w dist dist/*.tar.gz && \
	  ls dist/*.whl

format: setup ## Format everything
	@$(BIN)/ruff format --quiet $(PYTHON_CODE)
	@$(BIN)/ruff check --quiet --fix-only $(PYTHON_CODE)
	@$(NPM) format

lock: ## Solve the dependencies of pyproject.toml again and write the lock files
	@scripts/lock

clean: ## Remove everything that the other targets made
	rm -rf $(VENV) web/node_modules $(dir $(UI)) artifacts dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# ------------------------------------------------------------------------------------------------- the parts of `check`

.PHONY: check-static check-ruff check-types check-imports check-web check-tsc check-eslint check-prettier check-vitest check-python

check-static: check-ruff check-types check-imports
check-web: check-tsc check-eslint check-prettier check-vitest

check-ruff:
	@$(BIN)/ruff format --quiet --diff $(PYTHON_CODE)
	@$(BIN)/ruff check --quiet $(PYTHON_CODE)

check-types:
	@$(BIN)/mypy --no-error-summary $(PYTHON_CODE)

check-imports:
	@scripts/check-imports

check-tsc:
	@$(NPM) typecheck

check-eslint:
	@$(NPM) lint $(if $(CI),,-- --cache --cache-location node_modules/.cache/eslint/)

check-prettier:
	@$(NPM) format:check $(if $(CI),,-- --cache --log-level warn)

check-vitest:
	@$(call limit,300) $(NPM) test

check-python:
	@SIM_SEEDS=$(CHECK_SEEDS) $(PYTEST) $(IN_PARALLEL) -m "not e2e and not nat_lab and not processes and not slow"

# ---------------------------------------------------------------------------------------------------- what `setup` makes

$(PYTHON_READY): requirements-dev.lock pyproject.toml scripts/find-python
	@python="$$(scripts/find-python)" && echo "Installing Python packages" && \
	  { [ -x $(BIN)/python ] || "$$python" -m venv $(VENV); } && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . && \
	  touch $@

$(NODE_READY): web/package-lock.json web/package.json scripts/check-node
	@scripts/check-node && echo "Installing UI packages" && npm --prefix web ci --silent --no-audit --no-fund && touch $@

$(UI): $(NODE_READY) $(UI_SOURCES)
	@echo "Building the UI" && $(NPM) build -- --logLevel warn && touch $@
