# Everything a person or CI does with a checkout. One virtual environment, no sudo, plain sh.

PORT ?= 8000
POSTGRES_URL ?= postgres://root@127.0.0.1/cirse_partners
BIN = .venv/bin
MANAGE = $(BIN)/python manage.py
PIP_INSTALL = -m pip install --quiet --disable-pip-version-check --require-hashes -r
INSTALL = $(BIN)/python $(PIP_INSTALL)
# pip installs uv, and uv the rest, in a quarter of the time: $(call INSTALL_ALL,environment,lock file).
# uv does not read pip's configuration; where it reaches no index, pip goes on alone.
INSTALL_ALL = awk '/^[^ \#]/ { is_uv = /^uv==/ } is_uv' $(2) | $(1)/bin/python $(PIP_INSTALL) /dev/stdin && \
	{ $(1)/bin/uv pip install --quiet --python $(1)/bin/python --require-hashes -r $(2) || \
	$(1)/bin/python $(PIP_INSTALL) $(2); }
LOCK = $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	$(UPGRADE) pyproject.toml
LOCK_LTS = $(LOCK) --python-version 3.11 --group lts
LOCK_NEXT = $(LOCK) --python-version 3.12 --group next

# Images of containers set this: then each process, and each test of one, compiles all code anew.
unexport PYTHONDONTWRITEBYTECODE

.DELETE_ON_ERROR:
.PHONY: help install demo test test-slow test-all test-postgres test-next drills \
	bench clients audit vnu check format secret serve lock clean environment

help:  ## show what there is (this list)
	@echo "make TARGET, where TARGET is one of:"
	@sed -n 's/^\([a-z-]*\):.*##  */\1 /p' Makefile | while read -r name what; do \
		printf '  %-14s %s\n' "$$name" "$$what"; done

install: .venv/dev.stamp  ## set up .venv with all that users and developers need

demo: .venv/runtime.stamp  ## show the site with its content and demo accounts (PORT=8000)
	@$(MANAGE) demo --port $(PORT)

PYTEST = $(BIN)/python -m pytest -n auto --dist worksteal $(TESTS)

test: .venv/dev.stamp  ## run the quick tests on SQLite: all but sweeps, stories, fuzzing, browser, servers
	@ENV_FILE=/dev/null $(PYTEST) -m "not slow"

# A third of their time goes by outside the processes of tests: so there is one more than cores.
test-slow: .venv/dev.stamp  ## run what `make test` leaves out (a browser, where chromium is installed)
	@ENV_FILE=/dev/null $(PYTEST) -n $$(($$(getconf _NPROCESSORS_ONLN) + 1)) -m slow

test-all: .venv/dev.stamp  ## run all tests on SQLite
	@ENV_FILE=/dev/null $(PYTEST)

# A test's database is gone after the run: nothing need be on the disk when a test commits.
test-postgres: .venv/dev.stamp  ## run what may differ by database on PostgreSQL (POSTGRES_URL=…)
	@ENV_FILE=/dev/null DATABASE_URL=$(POSTGRES_URL) PGOPTIONS="-c synchronous_commit=off" \
		$(PYTEST) -m "not any_database"

# Every address, publishing, loading; TESTS=tests runs all of them.
NEXT_TESTS = tests/admin/test_every_address.py tests/publishing/test_publishing.py tests/exchange/loaddata
NEXT = var/next

test-next: $(NEXT)/stamp  ## try the next Django on Python 3.12 or later (PYTHON=…, TESTS=…)
	@ENV_FILE=/dev/null $(NEXT)/bin/python -m pytest -n auto --dist worksteal \
		$(or $(TESTS),$(NEXT_TESTS))

DRILL = ENV_FILE=/dev/null timeout 3600 $(BIN)/python -m tests.drills
DRILL_URL = $(POSTGRES_URL)_drill
ROUNDS ?= 30
DUE ?= 500
LOADED ?= 60
TRIES ?= 1000
LIMIT ?= 1

# In an order in which two at a time (-j2) end together, and never two of two_servers.
DRILLS = upgrade held_lock kill_backup kill_worker kill_loaddata reset_times
OPTIONS_kill_backup = --rounds $(ROUNDS)
OPTIONS_kill_worker = --rounds $(ROUNDS)
OPTIONS_kill_loaddata = --rounds $(ROUNDS)
OPTIONS_held_lock = --seconds $(ROUNDS) --due $(DUE) --limit $(LIMIT)
OPTIONS_two_servers = --seconds $(LOADED) --tries $(TRIES)
ON_POSTGRES = $(OPTIONS_$*) --database-url $(DRILL_URL)_$*

drills: postgres/two_servers $(DRILLS:%=sqlite/%) bucket/two_servers $(DRILLS:%=postgres/%)  ## kill loads, backups …; hold locks; upgrade; two servers (ROUNDS=30, -j2)

sqlite/%: .venv/dev.stamp
	$(DRILL).$* $(OPTIONS_$*)

postgres/%: .venv/dev.stamp
	$(DRILL).$* $(ON_POSTGRES)

bucket/%: .venv/dev.stamp
	$(DRILL).$* $(ON_POSTGRES)_bucket --bucket

BENCH_URL = $(POSTGRES_URL)_bench
BENCH_SIZES ?= 20,1000,10000$(LARGE:1=,100000)
BENCH_ROUNDS ?= 3
BENCH_SECONDS ?= 2
BENCH_WHOLE = --sizes $(BENCH_SIZES) --rounds $(BENCH_ROUNDS) --seconds $(BENCH_SECONDS)
BENCH_QUICK = --sizes 20,1000 --rounds 1 --seconds 1 --print-only

bench: .venv/dev.stamp  ## measure what the site costs, into docs/performance.md (QUICK=1, LARGE=1)
	@command -v wrk > /dev/null && command -v hyperfine > /dev/null || \
		{ echo "Install wrk and hyperfine first." >&2; exit 1; }
	@ENV_FILE=/dev/null $(BIN)/python -m tests.benchmarks --database-url $(BENCH_URL) \
		$(if $(QUICK),$(BENCH_QUICK),$(BENCH_WHOLE))

clients: .venv/dev.stamp  ## let others' programs read what the site writes (RECORD=1 writes docs/clients.md)
	@$(BIN)/python -m tests.clients $(if $(RECORD),--record) $(if $(ONLY),--only $(ONLY))

audit: .venv/dev.stamp  ## ask whether a dependency has a known weakness (says so if it cannot)
	@$(BIN)/python .ci/audit

VNU = vnu-jar-26.9.27
VNU_SHA256 = 5970d3ffca91a627cf0965e5d91bb2e4242307c29292998de0b419d6a901b2b7

vnu: var/vnu.jar  ## get the HTML checker for the tests (needs npm; running it needs Java)

var/vnu.jar:
	@mkdir -p var
	@cd var && npm pack --silent vnu-jar@$(VNU:vnu-jar-%=%) > /dev/null
	@cd var && echo "$(VNU_SHA256)  $(VNU).tgz" | sha256sum --quiet --check
	@cd var && tar --extract --strip-components=3 --file $(VNU).tgz package/build/dist/vnu.jar
	@rm var/$(VNU).tgz

check: .venv/dev.stamp  ## lint, formats, import contract, migrations, deployment settings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	find templates -name '*.html' -exec $(BIN)/djade --check {} +
	$(BIN)/lint-imports --no-logo
	ENV_FILE=/dev/null $(MANAGE) makemigrations --check
	ENV_FILE=.env.example SECRET_KEY=$$($(NEW_KEY)) $(MANAGE) check --deploy --fail-level WARNING

format: .venv/dev.stamp  ## put code and templates in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	find templates -name '*.html' -exec $(BIN)/djade {} +

NEW_KEY = python3 -c 'import secrets; print(secrets.token_urlsafe(64))'
HAS_KEY = grep -Eq "^SECRET_KEY=[\"']?[^\"' ]" .env

secret:  ## write .env, if there is none, and a secret key, if it has none
	@umask 077; test -e .env || cp .env.example .env
	@if $(HAS_KEY); then echo ".env has a secret key: kept."; else \
		umask 077; grep -q '^SECRET_KEY=' .env || printf '\nSECRET_KEY=\n' >> .env; \
		key=$$($(NEW_KEY)) && sed "s/^SECRET_KEY=.*/SECRET_KEY=$$key/" .env > .env.new && \
		mv .env.new .env && echo "A new secret key is in .env; fill in the rest of it."; fi

serve: .venv/runtime.stamp  ## serve the site in production, with a worker, as .env configures it (PORT=8000)
	@DEBUG=off $(MANAGE) check --deploy
	@DEBUG=off $(MANAGE) collectstatic --no-input --verbosity 0
	@DEBUG=off exec $(MANAGE) serve --bind 127.0.0.1:$(PORT)

lock: .venv/dev.stamp  ## renew the lock files from pyproject.toml (UPGRADE=--upgrade for newer versions)
	$(LOCK_LTS) --output-file requirements.lock
	$(LOCK_LTS) --group dev --constraints requirements.lock --output-file requirements-dev.lock
	$(LOCK_NEXT) --group dev --output-file requirements-next.lock

clean:  ## remove what was built and cached; content, uploads and .env stay
	rm -rf .venv $(NEXT) var/previous var/clients var/static .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment is made anew from the first Python on the path that is recent enough.
.venv/bin/python:
	@for python in python3 python3.14 python3.13 python3.12 python3.11; do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then \
			echo "Making .venv with $$($$python --version) ..."; \
			exec $$python -m venv --clear .venv; \
		fi; \
	done; echo "Python 3.11 or later is needed, and there is none on the PATH." >&2; exit 1

# A stamp is as new as the lock file that was installed last, so an up-to-date .venv costs nothing.
.venv/runtime.stamp: requirements.lock | .venv/bin/python
	@echo "Installing what the site needs into .venv ..."
	@$(INSTALL) requirements.lock
	@touch $@

.venv/dev.stamp: requirements-dev.lock | .venv/bin/python
	@echo "Installing what the site and its developers need into .venv ..."
	@$(call INSTALL_ALL,.venv,requirements-dev.lock)
	@touch .venv/runtime.stamp $@

# What the drill of an upgrade runs the code before with: make environment INTO=folder FROM=lock file.
environment:
	@test -x $(INTO)/bin/python || $(BIN)/python -m venv $(INTO)
	@$(call INSTALL_ALL,$(INTO),$(FROM))

# The second environment: the next Django needs a later Python than the locked one.
$(NEXT)/stamp: requirements-next.lock
	@python=$$(PYTHON='$(PYTHON)' .ci/find-python 3.12) || { \
		echo "Python 3.12 or later is needed, and was not found; name one with PYTHON=…" >&2; exit 1; }; \
	echo "Making $(NEXT) with $$($$python --version) ..."; \
	mkdir -p var && $$python -m venv --clear $(NEXT)
	@$(call INSTALL_ALL,$(NEXT),requirements-next.lock)
	@touch $@
