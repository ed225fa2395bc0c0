# make run      install what is needed and start a demo on http://127.0.0.1:8000/graphql (PORT=8001 for another port)
# make test     install the same and run the tests, on SQLite and PostgreSQL, a process for each core
# make lint     ruff and mypy
# make bench    measure against hand-written code and peers, on databases of its own (ARGS=--quick takes a few minutes)
# make schema   print the schema to schema/schema.graphql
# make messages bring the catalogues in line with the texts in app/i18n
# make sbom     list what the service is made of in build/adgang.cdx.json (CycloneDX)
# make words    make the list of common words anew (only if scripts/make-words changed: the words don't)
# make lock     lock the newest versions that pyproject.toml allows

PORT ?= 8000
PYTHON ?= python3

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DELETE_ON_ERROR:
.PHONY: install install-dev install-bench run test lint bench schema messages sbom words lock clean

install: $(VENV)/installed
install-dev: $(VENV)/installed-dev
install-bench: $(VENV)/installed-bench

run: install
	$(BIN)/adgang demo --port $(PORT)

test: install-dev
	scripts/ensure-postgres
	scripts/ensure-node $(BIN)/python tests/conformance "the audits of GraphQL over HTTP"
	$(BIN)/python -m pytest --numprocesses=auto --dist=worksteal

lint: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: install-bench
	scripts/ensure-postgres
	scripts/ensure-node $(BIN)/python bench/node "the measurements against mercurius"
	$(BIN)/python -m bench $(ARGS)

schema: install
	$(BIN)/adgang schema print

messages: install-dev
	mkdir -p build
	$(BIN)/pybabel -q extract --keywords=mark --keywords=mark_plural:1,2 --add-location=file --width=120 \
		--project=adgang --output=build/adgang.pot app/i18n
	$(BIN)/pybabel -q update --input-file=build/adgang.pot --output-dir=app/i18n/catalogues --domain=adgang \
		--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width=120

sbom: install-dev
	mkdir -p build
	scripts/make-sbom $(BIN)/python build/adgang.cdx.json

words: | $(BIN)/python
	scripts/create-venv build/words $(BIN)/python
	build/words/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes \
		--requirement requirements-words.txt
	build/words/bin/python scripts/make-words app/security/words/common.z

LOCK := $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-header --no-emit-index-url --no-emit-find-links
lock: install-dev
	$(LOCK) pyproject.toml --output-file requirements.txt
	$(LOCK) --group build --output-file requirements-build.txt
	$(LOCK) --group words --output-file requirements-words.txt
	$(LOCK) pyproject.toml --extra dev --constraint requirements.txt --output-file requirements-dev.txt
	$(LOCK) pyproject.toml --extra bench --constraint requirements-dev.txt --output-file requirements-bench.txt

clean:
	rm -rf $(VENV) build

# A stamp is older than what it depends on exactly when there is something to install.
$(BIN)/python:
	scripts/create-venv $(VENV) $(PYTHON)

$(VENV)/installed: pyproject.toml requirements.txt requirements-build.txt | $(BIN)/python
	$(PIP) install --require-hashes --requirement requirements.txt --requirement requirements-build.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/installed-dev: requirements-dev.txt $(VENV)/installed
	$(PIP) install --require-hashes --requirement requirements-dev.txt
	touch $@

$(VENV)/installed-bench: requirements-bench.txt $(VENV)/installed
	$(PIP) install --require-hashes --requirement requirements-bench.txt
	touch $@
