# Everything sets itself up: Python 3.11 or newer and make are all that is needed.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

CANDIDATES := python3 python3.14 python3.13 python3.12 python3.11
IS_RECENT := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(firstword $(foreach name,$(CANDIDATES),$(shell command -v $(name) >/dev/null 2>&1 \
	&& $(name) -c '$(IS_RECENT)' 2>/dev/null && echo $(name))))
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# An inherited setting that forbids byte code would have every run compile everything again.
export PYTHONDONTWRITEBYTECODE =

# The Pulumi CLI, for the tests that need the real engine: built from the Go module in
# tests/engine, kept outside the work tree, made again only when its versions change.
ENGINE_MODULE := tests/engine
ENGINE_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/payment-processing
ENGINE_VERSION := $(shell sed -n 's,.*github.com/pulumi/pulumi/pkg/v3 \(v[0-9.]*\).*,\1,p' $(ENGINE_MODULE)/go.mod)
ENGINE := $(ENGINE_CACHE)/pulumi-$(ENGINE_VERSION)/bin/pulumi

.PHONY: help setup gate gate-checkov checkov checkov-environment report prove docs openapi test differential thorough lint types check package engine engine-path \
	dynamodb dynamodb-path browser browser-path recording \
	mutants planted pack programs bench lock clean validate

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST)

setup: .venv/dev.stamp ## make .venv with everything that tests and checks need

gate: .venv/gate.stamp ## evaluate the payment stack, write the report, print the verdict
	@$(BIN)/compliance gate

# Checkov, in an environment of its own outside the work tree: it pins old libraries.
checkov-environment: .venv/gate.stamp ## install Checkov where the gate looks for it (once)
	@$(BIN)/python -m compliance.checkov >/dev/null

gate-checkov: checkov-environment ## the gate with Checkov's opinion beside the pack's
	@$(BIN)/compliance gate --checkov

checkov: .venv/dev.stamp checkov-environment ## where the pack and Checkov differ, on our stack and all whole programs
	@$(BIN)/python -m tests.second_opinions

report: .venv/gate.stamp ## evaluate the payment stack and write the report in every format
	@$(BIN)/compliance gate --format all

prove: .venv/gate.stamp ## weaken the payment stack in every way, one at a time: is it caught?
	@$(BIN)/compliance prove

test: .venv/dev.stamp ## run the whole test suite
	$(BIN)/python -m pytest -n auto --dist worksteal

differential: export DIFFERENTIAL_PROGRAMS ?= 200
differential: export PAYMENT_ENGINE_REQUIRED = 1
differential: .venv/dev.stamp $(ENGINE) ## hold the offline engine against the real one: 200 programs
	$(BIN)/python -m pytest -n auto --dist worksteal tests/engine/test_differential.py

thorough: export HYPOTHESIS_PROFILE = thorough
thorough: export DIFFERENTIAL_PROGRAMS = 1000
thorough: test ## run the test suite with many more generated examples

lint: .venv/dev.stamp ## ruff: lint and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev.stamp ## mypy --strict
	$(BIN)/mypy .

check: lint types test ## all that CI checks

package: ## build the Lambda archive: build/lambda/handlers.zip
	@$(or $(wildcard $(BIN)/python),$(PYTHON)) program/archive.py

engine: $(ENGINE) ## build the Pulumi CLI that the engine tests use (about 4 minutes, once; needs Go)

engine-path:
	@echo $(ENGINE)

$(ENGINE):
	@echo "building the Pulumi CLI $(ENGINE_VERSION) (once)"
	@mkdir -p $(@D)
	@cd $(ENGINE_MODULE) && CGO_ENABLED=0 go build -trimpath -o $@.part -ldflags \
		"-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=$(ENGINE_VERSION)" \
		github.com/pulumi/pulumi/pkg/v3/cmd/pulumi
	@mv $@.part $@

recording: .venv/dev.stamp ## record what the handlers use of AWS: compliance/recorded_use.json
	@$(BIN)/python -m tests.handlers.recorded_use

# A second implementation of DynamoDB (Apache-2.0; needs Node.js), to hold the emulated one against.
DYNAMODB_LOCK := tests/handlers/dynamodb/package-lock.json
DYNAMODB := $(ENGINE_CACHE)/dynamodb-$(firstword $(shell cksum $(DYNAMODB_LOCK)))

dynamodb: $(DYNAMODB)/ready ## install the second DynamoDB that the handlers' tests use (needs Node.js 20)

dynamodb-path:
	@echo $(DYNAMODB)

$(DYNAMODB)/ready:
	@mkdir -p $(@D)
	@cp tests/handlers/dynamodb/package.json $(DYNAMODB_LOCK) $(@D)
	@cd $(@D) && npm ci --silent --ignore-scripts --no-audit --no-fund
	@touch $@

# The validators of the report formats, kept outside the work tree, made again when they change.
VALIDATOR_FILES := $(addprefix tests/validation/,requirements.txt package.json package-lock.json)
VALIDATORS := $(ENGINE_CACHE)/validators-$(firstword $(shell cat $(VALIDATOR_FILES) | cksum))

validate: .venv/dev.stamp $(VALIDATORS)/ready ## hold every report format against its ecosystem's validator (needs Node.js 20, Java 17)
	@$(BIN)/python -m tests.validation $(VALIDATORS)

$(VALIDATORS)/ready:
	@echo "installing the validators of report formats (once)"
	@mkdir -p $(@D)
	@$(PYTHON) -m venv $(@D)/venv
	@$(@D)/venv/bin/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes -r tests/validation/requirements.txt
	@cp $(VALIDATOR_FILES) $(@D)
	@cd $(@D) && npm ci --silent --ignore-scripts --no-audit --no-fund
	@chmod u+x $(@D)/node_modules/@microsoft/sarif-multitool-*/Sarif.Multitool
	@touch $@

# What drives a Chromium through the HTML report (needs Node.js; the browser is the machine's own).
BROWSER_FOLDER := tests/compliance/html/browser
BROWSER := $(ENGINE_CACHE)/browser-$(firstword $(shell cksum $(BROWSER_FOLDER)/package-lock.json))

browser: $(BROWSER)/ready ## install what drives Chromium in the tests of the HTML report (needs Node.js 20)

browser-path:
	@echo $(BROWSER)

$(BROWSER)/ready:
	@mkdir -p $(@D)
	@cp $(BROWSER_FOLDER)/package.json $(BROWSER_FOLDER)/package-lock.json $(@D)
	@cd $(@D) && npm ci --silent --ignore-scripts --omit=optional --no-audit --no-fund
	@touch $@

docs: .venv/gate.stamp ## write a page for each rule into docs/rules/
	@$(BIN)/python -m compliance.rule_documents docs/rules

openapi: .venv/gate.stamp ## write the OpenAPI document of the API: docs/openapi.json
	@$(BIN)/python -m program.openapi

pack: ## make the policy pack's own environment: policypack/venv
	@$(PYTHON) -m venv policypack/venv
	@policypack/venv/bin/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes -r policypack/requirements.txt

programs: .venv/dev.stamp ## score the gate on the whole programs of tests/programs/
	@$(BIN)/python -m tests.program_score

bench: .venv/dev.stamp ## measure the gate, the rules, previews with and without the pack, the handlers
	@$(BIN)/python -m tests.benchmarks.gate
	@$(BIN)/python -m tests.benchmarks.evaluation
	@$(BIN)/python -m tests.benchmarks.preview
	@$(BIN)/python -m tests.benchmarks.reports
	@$(BIN)/python -m tests.benchmarks.checkov
	@$(BIN)/python -m tests.benchmarks.cold_start
	@$(BIN)/python -m tests.benchmarks.handler_time

planted: .venv/dev.stamp ## plant known bugs in a copy of the handlers: which test catches which? (ARGS="review")
	@$(BIN)/python -m tests.handlers.planted $(ARGS)

MUTATION := build/mutation
mutants: .venv/dev.stamp $(MUTATION)/stamp ## change the rules' code bit by bit: which changes does no test notice? (ARGS="--sample 300")
	@$(MUTATION)/bin/python -m tests.mutation $(ARGS)

$(MUTATION)/stamp: tests/mutation/requirements.txt | .venv/bin/python
	@$(PYTHON) -m venv $(MUTATION)
	@$(MUTATION)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

COMPILE = $(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-annotate --no-header
lock: .venv/dev.stamp ## resolve all dependencies again, with hashes
	$(COMPILE) --universal --python-version 3.11 requirements.in -o requirements.txt
	$(COMPILE) --universal --python-version 3.11 requirements-dev.in -o requirements-dev.txt
	$(COMPILE) --universal --python-version 3.11 -c requirements.txt policypack/requirements.in \
		-o policypack/requirements.txt
	$(COMPILE) --universal --python-version 3.11 compliance/checkov/requirements.in \
		-o compliance/checkov/requirements.txt
	$(COMPILE) --universal --python-version 3.11 tests/mutation/requirements.in \
		-o tests/mutation/requirements.txt
	$(COMPILE) --universal --python-version 3.11 tests/validation/requirements.in \
		-o tests/validation/requirements.txt
	$(COMPILE) --python-platform aarch64-manylinux2014 --python-version 3.13 \
		handlers/requirements.in -o handlers/requirements.txt

clean: ## remove what make made
	rm -rf .venv build policypack/venv *.egg-info

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer found; name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c '$(IS_RECENT)' || { echo "$(PYTHON) is older than Python 3.11" >&2; exit 1; }
	@echo "setting up .venv (once)"
	@$(PYTHON) -m venv .venv

.venv/gate.stamp: requirements.txt pyproject.toml | .venv/bin/python
	@$(INSTALL) --require-hashes -r requirements.txt
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.stamp: requirements-dev.txt .venv/gate.stamp
	@$(INSTALL) --require-hashes -r requirements-dev.txt
	@touch $@
