# Two commands for everyone: `make demo` and `make test`. Both set up what they need first.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo live test postgresql browser cluster cameras check bootstrap bootstrap-dev clean

demo: bootstrap        ## Analyse sample_videos, post to an own server, print where to look
	@$(BIN)/brightkitchen demo $(ARGS)

live: bootstrap        ## Watch two simulated cameras with an own server, until Ctrl-C
	@$(BIN)/brightkitchen demo-live $(ARGS)

test: bootstrap-dev    ## All tests that run in minutes, without a browser, a cluster or PostgreSQL
	$(BIN)/python -m pytest -n 2 $(ARGS)

postgresql: bootstrap-dev ## The database's tests on PostgreSQL too
	$(BIN)/python -m pytest -n 2 -m postgresql $(ARGS)

browser: bootstrap-dev ## Tests that drive Debian's Chromium
	$(BIN)/python -m pytest -n 2 -m browser $(ARGS)

cluster: bootstrap-dev ## Tests on a Ray cluster of two nodes on loopback
	@$(PYTHON) deploy/bootstrap.py dev,cluster
	$(BIN)/python -m pytest -m cluster $(ARGS)

cameras: bootstrap-dev ## Tests with real RTSP servers, broken lines and killed processes
	$(BIN)/python -m pytest -m live $(ARGS)

check: bootstrap-dev   ## Style, types, layering
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bootstrap:
	@$(PYTHON) deploy/bootstrap.py

bootstrap-dev:
	@$(PYTHON) deploy/bootstrap.py dev

clean:                 ## Remove the environment; data stays
	rm -rf $(VENV) build *.egg-info
