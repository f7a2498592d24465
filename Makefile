PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
NPM_CI := npm ci --silent --no-audit --no-fund --prefix
PEERS := tests/webrtc/wrtc
LIGHTHOUSE := tests/lighthouse
PYTEST := $(BIN)/python -m pytest
# Without compiled files every process of the tests would compile all of them again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast test-web chaos check docs players matrix pictures lighthouse fuzz soak faults bench memory format clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/demo.done ## the whole broadcast on this machine, no key needed (LAN=1: for phones, over https)
	@$(BIN)/broadcaster demo $(if $(LAN),--lan)

test: .venv/dev.done $(PEERS)/node_modules listener_web/node_modules ## all tests but chaos, in about 15 minutes (needs Redis, Chromium, node and more: see README.md)
	@$(BIN)/python tests/requirements.py
	@$(MAKE) --no-print-directory test-web
	$(BIN)/python -m tests

chaos: .venv/dev.done ## tests that break sessions, servers and machines, in about 5 minutes
	$(BIN)/python -m tests chaos

test-fast: .venv/dev.done ## the tests that need Python alone, in a minute
	PATH="$(CURDIR)/$(BIN)" $(PYTEST) -m fast --processes 3

test-web: ## the pages' pure modules alone (needs node)
	npm --silent --prefix listener_web test

check: .venv/dev.done listener_web/node_modules ## ruff, mypy, tsc
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	npm --silent --prefix listener_web run check

players: .venv/dev.done $(PEERS)/node_modules ## real players, Firefox and GStreamer among them; writes docs/players.md
	$(BIN)/python -m tests.players --write

matrix: .venv/dev.done listener_web/node_modules ## every state of the pages in browsers; writes docs/listening.md and docs/measurements.md
	$(BIN)/python -m tests.matrix --write
	$(BIN)/python -m tests.matrix.desk --write

pictures: .venv/dev.done ## the pictures of the documents
	$(BIN)/python -m tests.pictures

lighthouse: .venv/dev.done $(LIGHTHOUSE)/node_modules ## Lighthouse's scores of the page; writes docs/listening.md
	$(BIN)/python -m tests.lighthouse --write

fuzz: .venv/dev.done ## 10,000 requests made from openapi.yaml: no 5xx, every answer as described
	$(BIN)/python -m tests.fuzz

soak: .venv/dev.done ## an hour of speech with drops, accelerated; ten minutes in real time; random faults
	$(BIN)/python -m tests.benchmarks.soak --minutes 60 --speed 30
	$(BIN)/python -m tests.benchmarks.soak --minutes 10 --speed 1 --drops 4
	$(BIN)/python -m tests.benchmarks.soak_faults --rounds 10

faults: .venv/dev.done ## what listeners notice of each fault; writes docs/interpretation.md, docs/listening.md
	$(BIN)/python -m tests.benchmarks.bench_faults --write docs/interpretation.md
	$(BIN)/python -m tests.benchmarks.page_faults --write

bench: .venv/dev.done ## lag, first listener, language switch, cost of a listener, the page; writes docs/performance.md, docs/listening.md
	$(BIN)/python -m tests.benchmarks.bench_lag
	$(BIN)/python -m tests.benchmarks.bench_on_demand
	$(BIN)/python -m tests.benchmarks.bench_language_switch --passages 3
	$(BIN)/python -m tests.benchmarks.bench_page_switch
	$(BIN)/python -m tests.benchmarks.bench_corrections
	$(BIN)/python -m tests.benchmarks.edge all --write
	$(BIN)/python -m tests.benchmarks.bench_whep --write
	$(BIN)/python -m tests.benchmarks.bench_whep_memory --write
	$(BIN)/python -m tests.benchmarks.bench_whep_loss --write
	$(BIN)/python -m tests.benchmarks.page_speed --write
	$(BIN)/python -m tests.benchmarks.bench_page_crowd --write

memory: .venv/dev.done ## memory of each role over two real hours and twelve accelerated ones; writes docs/memory.md
	$(BIN)/python -m tests.benchmarks.memory --minutes 120 --write docs/memory.md
	$(BIN)/python -m tests.benchmarks.memory.accelerated --hours 12 --write docs/memory.md

docs: .venv/dev.done ## write the generated tables of the documents
	$(BIN)/python -m tests.docs

format: .venv/dev.done ## fix and format the Python code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove what was installed
	rm -rf .venv listener_web/node_modules $(PEERS)/node_modules $(LIGHTHOUSE)/node_modules

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=…")'
	$(PYTHON) -m venv .venv
	@$(PIP) --upgrade pip

.venv/demo.done: pyproject.toml constraints.txt | .venv/bin/python
	@echo "installing what the broadcaster needs into .venv (once)…"
	@$(PIP) -c constraints.txt -e '.[rehearsal]'
	@touch $@

.venv/dev.done: pyproject.toml constraints.txt | .venv/bin/python
	@echo "installing what the tests need into .venv (once)…"
	@$(PIP) -c constraints.txt -e '.[interpreter,rack,report,s3]' --group dev
	@touch $@ .venv/demo.done

%/node_modules: %/package-lock.json
	@$(NPM_CI) $*
	@touch $@
