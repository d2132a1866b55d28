# The only commands of this project; CI and people call the same targets.
.DEFAULT_GOAL := help
SHELL := /bin/sh
export PORT ?= 8000
export WUTONG_HOME ?= var
BIN := .venv/bin

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

install: ## set up .venv, packages, assets and translations (repeatable, quick when nothing changed)
	@tools/setup.sh

demo: install ## run the server, the jobs and a demo station with virtual scales
	@exec $(BIN)/wutong demo

demo-clean: ## forget the demo's data, so that the next demo starts over
	@if [ -d "$(WUTONG_HOME)/demo" ]; then rm -rf "$(WUTONG_HOME)"; \
	 else echo "There is no demo in $(WUTONG_HOME); nothing was removed."; fi

test: install ## run the whole suite, installing what it needs first
	@tools/setup-tests.sh
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

soak: install ## the long runs: kills, fuzzing, thousands of sessions
	@tools/setup-tests.sh
	@$(BIN)/python -m pytest -m soak $(ARGS)

bench: install ## measure what docs and goals give figures for
	@tools/setup-tests.sh
	@$(BIN)/python -m benchmarks

fmt: install ## put the code in order
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

check: install ## format, lint, types, layers, templates, translations
	@tools/setup-dev.sh
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports
	@$(BIN)/mypy
	@$(BIN)/djlint --quiet --lint app
	@$(BIN)/hadolint Dockerfile
	@$(BIN)/python -m tools.translations check

.PHONY: help install demo demo-clean test soak bench fmt check
