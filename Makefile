# make demo    the whole broadcast on this machine, no key needed (LAN=1: for phones, over https)
# make test    all tests (needs redis-server, chromium, node and npm: see README)
# make test-web the pages' pure modules alone (needs node and npm, a second)
# make check   ruff, mypy, tsc
# make players real players, Firefox and GStreamer among them, listen to a talk; writes docs/players.md
# make soak    an hour of speech through many sessions with drops (accelerated), ten minutes in real time;
#              faults in random sequences
# make faults  what listeners notice of each fault of the provider; writes docs/interpretation.md
# make bench   how far a channel falls behind in an hour; how soon the first listener of a language
#              hears it, and everybody a speaker who changes the language; what listeners cost
#              (docs/performance.md)

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
NPM_CI := npm ci --silent --no-audit --no-fund --prefix
PEERS := tests/webrtc/wrtc

.PHONY: demo test test-web check players soak faults bench format clean

demo: .venv/demo.done
	@$(BIN)/broadcaster demo $(if $(LAN),--lan)

test: .venv/dev.done $(PEERS)/node_modules
	@$(BIN)/python tests/requirements.py
	@$(MAKE) --no-print-directory test-web
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

test-web:
	npm --silent --prefix listener_web test

check: .venv/dev.done listener_web/node_modules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	npm --silent --prefix listener_web run check

players: .venv/dev.done $(PEERS)/node_modules
	$(BIN)/python -m tests.players --write

soak: .venv/dev.done
	$(BIN)/python -m tests.benchmarks.soak --minutes 60 --speed 30
	$(BIN)/python -m tests.benchmarks.soak --minutes 10 --speed 1 --drops 4
	$(BIN)/python -m tests.benchmarks.soak_faults --rounds 10

faults: .venv/dev.done
	$(BIN)/python -m tests.benchmarks.bench_faults --write docs/interpretation.md

bench: .venv/dev.done
	$(BIN)/python -m tests.benchmarks.bench_lag
	$(BIN)/python -m tests.benchmarks.bench_on_demand
	$(BIN)/python -m tests.benchmarks.bench_language_switch --passages 3
	$(BIN)/python -m tests.benchmarks.edge all --write
	$(BIN)/python -m tests.benchmarks.bench_whep --write
	$(BIN)/python -m tests.benchmarks.bench_whep_memory --write
	$(BIN)/python -m tests.benchmarks.bench_whep_loss --write

format: .venv/dev.done
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv listener_web/node_modules $(PEERS)/node_modules

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
	@$(PIP) -c constraints.txt -e '.[rehearsal]' --group dev
	@touch $@ .venv/demo.done

%/node_modules: %/package-lock.json
	@$(NPM_CI) $*
	@touch $@
