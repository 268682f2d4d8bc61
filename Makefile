# make help lists what there is. PYTHON chooses the interpreter whose symdiff is used.
PYTHON ?= python3

.PHONY: help run test check bench clean

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 8

run:  ## differentiate a formula: make run F="x^x"
	@$(PYTHON) -m symdiff diff "$(or $(F),sin(x)*exp(-x^2))"

test:  ## the tests, on the installed package
	$(PYTHON) -P -m pytest

check:  ## everything that must hold, as CI runs it: fresh environments, both cores, lint, types
	.ci/run

bench:  ## measure beside SymPy, SymEngine, CasADi; writes benchmarks/RESULTS.md
	$(PYTHON) benchmarks/run.py

clean:  ## remove what builds and tools left behind
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
