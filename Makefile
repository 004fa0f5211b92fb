# Two commands matter: `make demo` and `make test`. Both set everything up first, in .venv.
PYTHON ?= python3
V := .venv/bin
READY := .venv/.ready

.PHONY: page demo test lint bench figures examples tour setup clean
setup: $(READY)
$(READY): pyproject.toml constraints.txt
	test -x $(V)/python || $(PYTHON) -m venv .venv
	$(V)/python -m pip install -q --disable-pip-version-check -c constraints.txt torch
	$(V)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e ".[dev]"
	-$(V)/python -m pip install -q --disable-pip-version-check --no-deps musicnn==0.1.0 basic-pitch==0.4.0
	touch $@

# the page of `segue serve`; without npm there is none, and the server says so
page: src/segue/serve/static/index.html
src/segue/serve/static/index.html: $(wildcard web/src/*) web/build.mjs web/package-lock.json
	if command -v npm >/dev/null; then cd web && npm ci --no-audit --no-fund --silent && npm run --silent build; \
	else echo "no npm: the page of segue serve is not built"; fi

demo: $(READY) page
	$(V)/segue demo

# two test processes: more threads than cores would wait for each other
test: export OMP_NUM_THREADS = 1
test: export OMP_WAIT_POLICY = PASSIVE
test: $(READY) page
	$(V)/python -m pytest

lint: $(READY)
	$(V)/ruff check .
	$(V)/ruff format --check .
	$(V)/mypy

bench: $(READY)
	$(V)/python -m benchmarks

figures: $(READY)
	$(V)/python -m benchmarks.figures

examples: $(READY)
	$(V)/python -m benchmarks.examples

tour: $(READY)
	$(V)/python -m benchmarks.tour

clean:
	rm -rf .venv .demo
