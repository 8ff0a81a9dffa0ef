# Every target is a job of run.py, which holds the commands and sets up .venv where it is absent.
PYTHON ?= $(firstword $(wildcard .venv/bin/python) $(shell command -v python3) python)

.PHONY: fmt lint types layers test doctest examples check bench-smoke demo

fmt lint types layers test doctest examples check bench-smoke demo:
	$(PYTHON) run.py $@
