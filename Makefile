# SPDX-License-Identifier: EUPL-1.2
# `make` alone says what there is. PYTHON=python3.12 chooses an interpreter other than the first one found.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup demo env test soak test-services soak-services services-up services-down services-status setup-services images-check check bench bench-steps bench-binder bench-airflow bench-search bench-search-scale bench-search-boxes format lock clean

BIN := .venv/bin
ROOMS := $(wildcard schemas processors repository search arhivar web deploy sample_scans benchmarks tests)

help: ## say what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F '|' '{ printf "%-18s %s\n", $$1, $$2 }'

setup: ## system packages, .venv from the hash-pinned lock, veraPDF; quick when all is there
	@tools/setup.sh

demo: setup ## take the sample binder through everything and show the result
	@tools/demo.sh

env: ## .env for docker-compose.yml, with random secrets; keeps what is there
	@tools/env.sh

test: setup ## all tests; ARGS="-k intake" for some
	@$(BIN)/python -m pytest -n auto --maxprocesses 8 --dist loadfile $(ARGS)

soak: export ARHIVAR_SOAK_ROUNDS ?= 50
soak: export ARHIVAR_SOAK_SEED ?= $(shell echo $$RANDOM)
soak: setup ## long tests: kills at random moments, load; ARHIVAR_SOAK_ROUNDS=50, ARHIVAR_SOAK_SEED=1 for the same again
	@$(BIN)/python -m pytest -m "soak and not services" -v $(ARGS)

test-services: services-up ## tests against real servers; ARGS="-k rebuild" for some
	@ARHIVAR_TEST_SERVICES=$$(.venv-services/bin/python -m tools.services where) \
		.venv-services/bin/python -m pytest -m "services and not soak" -n auto --maxprocesses 2 --dist loadfile $(ARGS)

soak-services: services-up ## long tests against real servers: 200 binders at once
	@ARHIVAR_TEST_SERVICES=$$(.venv-services/bin/python -m tools.services where) \
		.venv-services/bin/python -m pytest -m "services and soak" -v $(ARGS)

services-up: setup-services ## start PostgreSQL, MinIO, Elasticsearch, Redis and Keycloak on loopback, without containers; NAMES="postgresql airflow" for some
	@.venv-services/bin/python -m tools.services up $(NAMES)

services-down: ## stop them; their data stays
	@.venv-services/bin/python -m tools.services down $(NAMES)

services-status: ## say which of them run and answer
	@.venv-services/bin/python -m tools.services status $(NAMES)

setup-services: # beside .venv, since Airflow brings 140 packages
	@tools/setup.sh services

images-check: setup-services ## build the images of pipeline, API and store with Docker or Podman, and show that they work as confined as docker-compose.yml says; NAMES="minio"
	@.venv-services/bin/python -m tools.images check $(NAMES)

check: setup ## style, types, who may import whom, documentation, lock
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/test_house.py tests/test_docs.py tests/test_capacity.py

bench: setup ## accuracy, cost, memory and size beside OCRmyPDF, on a quiet machine; ARGS="--set samples" for some, ARGS="--write-docs"
	OMP_THREAD_LIMIT=1 $(BIN)/python -m benchmarks.image_steps
	OMP_THREAD_LIMIT=1 $(BIN)/python -m benchmarks.reading --out .bench $(ARGS)

bench-steps: setup ## whether an image step got slower; seconds
	OMP_THREAD_LIMIT=1 $(BIN)/python -m benchmarks.image_steps $(ARGS)

bench-binder: setup ## a 300-page binder: cost, and memory over time
	$(BIN)/python -m benchmarks.binder --out .bench $(ARGS)

bench-airflow: services-up ## what Airflow adds to a 300-page binder; ARGS="--pages 100" for another
	ARHIVAR_TEST_SERVICES=$$(.venv-services/bin/python -m tools.services where) \
		.venv-services/bin/python -m benchmarks.airflow_overhead --out .bench $(ARGS)

bench-search: services-up ## whether search finds: judged queries among 100,000 pages, both engines; ARGS="--pages 2000 --engine tantivy" for less
	ARHIVAR_TEST_SERVICES=$$(.venv-services/bin/python -m tools.services where) \
		.venv-services/bin/python -m benchmarks.search_quality --out .bench $(ARGS)

bench-search-scale: services-up ## what a search costs at 12,500 and 125,000 pages; ARGS="--pages 1250000 --engine elasticsearch" for others
	ARHIVAR_TEST_SERVICES=$$(.venv-services/bin/python -m tools.services where) \
		.venv-services/bin/python -m benchmarks.search_scale --out .bench $(ARGS)

bench-search-boxes: setup ## whether the boxes that search marks are where the words are
	OMP_THREAD_LIMIT=1 $(BIN)/python -m benchmarks.mark_boxes --out .bench $(ARGS)

format: setup ## let ruff put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: setup ## pin requirements*.in with hashes; UPGRADE=1 for newer versions
	@tools/lock.sh

clean: ## remove what setup and the tools made; archives, wherever they are, stay
	rm -rf .venv .venv-services .tools .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find $(ROOMS) -name __pycache__ -type d -prune -exec rm -rf {} +
