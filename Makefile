# Every target brings what it needs; `make` alone lists them.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
RUN := .venv/bin/python
export NEXT_TELEMETRY_DISABLED := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help up down status test check format record docs sdk bench lock

help:  ## list the targets
	@grep -hE '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

up:  ## install, build and start everything; ends when the page answers
	@$(PYTHON) scripts/bootstrap.py up
	@$(RUN) -m leadledger up

down:  ## end what `make up` started; the data stays
	@test -x $(RUN) || { echo "nothing is installed here, so nothing runs"; exit 0; }; $(RUN) -m leadledger down

status:  ## say how each part is
	@test -x $(RUN) || { echo "nothing is installed here; run make up"; exit 1; }; $(RUN) -m leadledger status

test:  ## run all tests, the browser tests included
	@$(PYTHON) scripts/bootstrap.py test
	$(RUN) -m pytest $(or $(PYTEST),tests --ignore=tests/e2e -n 4 --dist worksteal --durations=25)
	$(if $(PYTEST),,$(RUN) -m pytest tests/e2e)

check:  ## format, lint, types, imports, locks; Python and web
	@$(PYTHON) scripts/bootstrap.py check
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(RUN) -m scripts.check_requirements
	$(RUN) -m scripts.write_docs --check
	$(RUN) -m scripts.build_sdk --check
	cd web && npm run --silent check:api
	cd web && npm run --silent typecheck
	cd web && npm run --silent lint
	cd web && npm run --silent format:check

format:  ## write the one format, Python and web
	@$(PYTHON) scripts/bootstrap.py check
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .
	cd web && npm run --silent format

record:  ## rewrite the recorded expectations (golden files); read the diff
	@$(PYTHON) scripts/bootstrap.py check
	$(RUN) -m pytest --record tests/golden

docs:  ## write what is generated: data dictionary, sources, openapi.json, .env.example, the web's API types
	@$(PYTHON) scripts/bootstrap.py check
	$(RUN) -m scripts.write_docs
	cd web && npm run --silent generate:api

sdk:  ## make the Python SDK of docs/openapi.json: sdk/python, ready to install
	@$(PYTHON) scripts/bootstrap.py check
	$(RUN) -m scripts.build_sdk

bench:  ## run the benchmarks; each prints one JSON line
	@$(PYTHON) scripts/bootstrap.py bench
	$(RUN) -m benchmarks.ingest --rows $(or $(ROWS),200000) --json

lock:  ## after a change of dependencies: poetry.lock and the exports pip and uv install from
	poetry lock
	poetry export -f requirements.txt --only main -o requirements/main.txt
	poetry export -f requirements.txt --with dev -o requirements/dev.txt
	poetry export -f requirements.txt --with dev,bench -o requirements/bench.txt
