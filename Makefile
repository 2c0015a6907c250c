# Every target only calls Python, so that `make` itself is all it needs (Windows too).
ifeq ($(OS),Windows_NT)
PYTHON ?= python
PY := .venv/Scripts/python.exe
else
PYTHON ?= python3
PY := .venv/bin/python
endif

# Passed on: make test ARGS="tests/duties -k overdue", make lock ARGS=--upgrade
ARGS ?=

.PHONY: setup demo test check soak bench lock

setup:
	$(PYTHON) scripts/setup.py

demo: setup
	$(PY) -m mainstay demo $(ARGS)

check: setup
	$(PY) scripts/check.py

test: setup check
	$(PY) scripts/test.py $(ARGS)

soak: setup
	$(PY) scripts/test.py --soak $(ARGS)

bench: setup
	$(PY) -m bench $(ARGS)

lock: setup
	$(PY) scripts/lock.py $(ARGS)
