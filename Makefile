# Two commands do all: `make lab` and `make test`. Each installs what is missing.
# QVIRT_NO_APT=1 only prints the system packages that would be installed.

.DEFAULT_GOAL := help
.PHONY: help lab test check docs device-docs keyboard-layouts bench front-end set-up-lab set-up-dev clean

PYTHON := .venv/bin/python
PYTEST := .venv/bin/pytest

help:
	@echo 'make lab     JupyterLab with the Virtual Machine Manager and a real guest'
	@echo 'make test    all tests'
	@echo 'make check   lint, types and unit tests: the loop to work in'
	@echo 'make docs    the documentation, into docs/_build/html'
	@echo 'make device-docs   docs/devices.md anew, after a declaration changed'
	@echo 'make keyboard-layouts   their data anew, from the xkb-data of this machine'
	@echo 'make bench   benchmarks/, printed'
	@echo 'make clean   remove what was installed and built here'

set-up-lab:
	@scripts/install-system-packages lab
	@scripts/set-up lab

set-up-dev:
	@scripts/install-system-packages test
	@scripts/set-up dev

lab: set-up-lab
	@$(PYTHON) scripts/lab.py $(LAB_ARGS)

test: set-up-dev
	@scripts/test

check: set-up-dev
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@cd frontend && PATH="$(CURDIR)/.venv/bin:$$PATH" jlpm lint:check
	@$(PYTEST) -q -n 2 tests/unit tests/house

docs: set-up-dev
	@.venv/bin/sphinx-build --fail-on-warning --keep-going -q -b html docs docs/_build/html
	@echo 'docs/_build/html/index.html'

device-docs: set-up-dev
	@$(PYTHON) scripts/device_docs.py

keyboard-layouts: set-up-dev
	@$(PYTHON) scripts/keyboard_layouts.py

bench: set-up-dev
	@$(PYTHON) scripts/bench.py $(BENCH_ARGS)

clean:
	rm -rf .venv .stamps frontend/node_modules frontend/lib qvirt_jupyter/labextension qvirt_jupyter/static docs/_build
