# Thin: every target is one command, which works without make too (see README.md).
PYTHON ?= python3
PROFILE ?= quick
JOBS ?= 1
export PAGES PROFILE PARAMS JOBS SCHEDULER FRESH
# As it was written: a folder may have a $ in its name.
override PARAMS := $(value PARAMS)
# With it, Python would not look for seminar_gan here.
export PYTHONSAFEPATH :=
RUN := $(PYTHON) -m seminar_gan

.PHONY: help setup run-all test notebooks check bench lab wheel clean
help:
	@$(RUN) help
setup:
	@$(RUN) setup
run-all:
	@$(RUN) run-all --pages "$$PAGES" --profile "$$PROFILE" --params "$$PARAMS" --jobs "$$JOBS" --scheduler "$$SCHEDULER"
test:
	@$(RUN) test
notebooks:
	@$(RUN) notebooks --pages "$$PAGES" $(if $(FORCE),--force)
check:
	@$(RUN) check
bench:
	@$(RUN) bench
lab:
	@$(RUN) lab --fresh "$$FRESH"
wheel:
	@$(RUN) wheel
clean:
	@$(RUN) clean
