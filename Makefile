# Needs Python 3.11 or newer with venv, make and git. `make help` lists what it can do.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
export CHROMIUM
# The practice EHR is read apart: its tokens are words in its own pages, as ruff is told too.
CODE := app.py config.py serving.py audit cds chart launch network operation rules storage synth

.DEFAULT_GOAL := help
.PHONY: help install demo test check format bench load soak quality docs revision screenshots site try-hapi audit licences
.PHONY: sbom lock clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1|/' | column -t -s '|'

install: .venv/installed ## create .venv from the lock file, with the previsit command in it

demo: .venv/installed ## start the app and the practice EHR with synthetic patients (PORT=8000)
	@exec $(BIN)/previsit demo --port $(PORT)

test: .venv/installed-dev ## run the whole suite
	@$(BIN)/pytest

check: .venv/installed-dev ## format, lint, types and tests with branch coverage
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest --cov --cov-report=term:skip-covered

format: .venv/installed-dev ## put the code in its standard shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/installed-dev ## measure the hot paths, as ratios taken in one run (about 3 minutes)
	@$(BIN)/python -m tests.bench

load: .venv/installed-dev ## 2 workers, 8 clients, every hook call signed: what was answered
	@$(BIN)/python -m tests.bench.load

soak: .venv/installed-dev ## 16 clients for 3 minutes while the EHR fails and workers are killed (DATABASE=postgresql, also restarted)
	@$(BIN)/python -m tests.soak --database $(or $(DATABASE),sqlite)

quality: .venv/installed ## score the rules against a synthetic cohort and write docs/quality.md (minutes)
	@rm -rf build/cohort
	@$(BIN)/previsit synth --patients 5000 --seed 1 --as-of 2026-03-02 --format ndjson --out build/cohort
	@$(BIN)/previsit score build/cohort --jobs 2 > build/quality.md
	@cat synth/quality-head.md build/quality.md > docs/quality.md

docs: .venv/installed ## write the parts of docs/ that come from the code and its tests
	@$(BIN)/previsit rules --markdown > docs/rules.md
	@$(BIN)/previsit policy show --markdown > docs/policy-settings.md
	@$(BIN)/python -m sandbox.document
	@$(BIN)/python -m tests.conformance

revision: .venv/installed ## write the next schema revision from the tables (MESSAGE="what changes")
	@$(BIN)/python -m storage.revise "$(MESSAGE)"

screenshots: .venv/installed-dev ## take docs/summary.png from the running app
	@$(BIN)/python -m tests.screenshots

site: .venv/installed-dev ## build the documentation site in build/site
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

try-hapi: .venv/installed ## summarize a patient of the public HAPI server (PATIENT=id); synthetic trials only
	@mkdir -p build
	@curl -fsS 'https://hapi.fhir.org/baseR4/Patient/$(PATIENT)/$$everything?_count=500' -o build/hapi.json
	@$(BIN)/previsit summarize build/hapi.json

audit: .venv/installed-dev ## security lint, licences and known vulnerabilities of the parts (the last needs a network)
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive $(CODE)
	@$(BIN)/bandit --quiet --skip B101,B105,B106 --recursive sandbox
	@$(BIN)/pytest --quiet tests/parts
	@$(BIN)/python -m tests.parts.vulnerabilities

licences: .venv/installed-dev ## write docs/licences.md from requirements.lock
	@$(BIN)/python -m tests.parts.licences

sbom: .venv/installed-dev ## write the list of parts as CycloneDX, build/sbom.json
	@mkdir -p build
	@$(BIN)/python -W ignore -m cyclonedx_py requirements requirements.lock --pyproject pyproject.toml --output-reproducible --of JSON -o build/sbom.json

lock: ## bring the lock files up to date with pyproject.toml (needs uv)
	./lock.sh

clean: ## remove what make made
	rm -rf .venv *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	@echo "Creating .venv (once)"
	@$(PYTHON) -m venv .venv

.venv/installed: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing from requirements.lock"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/installed-dev: requirements-dev.lock .venv/installed
	@echo "Installing from requirements-dev.lock"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
