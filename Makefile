# Two commands matter: `make demo` and `make test`. Both set everything up first, in .venv.
PYTHON ?= python3
V := .venv/bin
READY := .venv/.ready

.PHONY: demo test lint bench figures examples tour setup clean
setup: $(READY)
$(READY): pyproject.toml constraints.txt
	test -x $(V)/python || $(PYTHON) -m venv .venv
	$(V)/python -m pip install -q --disable-pip-version-check -c constraints.txt torch
	$(V)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e ".[dev]"
	-$(V)/python -m pip install -q --disable-pip-version-check --no-deps musicnn==0.1.0 basic-pitch==0.4.0
	touch $@

demo: $(READY)
	$(V)/segue demo

# two test processes: more threads than cores would wait for each other
test: export OMP_NUM_THREADS = 1
test: export OMP_WAIT_POLICY = PASSIVE
test: $(READY)
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
