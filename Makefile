# Every target is one line with its reason; `make help` prints them.
SHELL := /bin/bash
PYTHON ?= python3
SERVE ?= 1
DEMO_DIR ?= demo-out
# What is compiled once is kept (in __pycache__, which git ignores): modules, lexicons, patterns.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help install dev demo test lint bench sweep reference lock clean
help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

install: .venv/.installed  ## make .venv with `policyctl` in it (locked, hashes checked)

dev: .venv/.dev  ## add what tests and lint need

.venv/bin/pip:
	$(PYTHON) -m venv .venv || { echo "python3 -m venv failed: on Debian, apt-get install python3-venv" >&2; rm -rf .venv; exit 1; }

.venv/.installed: .venv/bin/pip requirements/runtime.lock pyproject.toml
	.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.lock
	.venv/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@.venv/bin/python -m compileall -q policy_versions notifier archive
	@for l in zh-CN en; do echo "{\"id\": \"$$l\", \"before\": \"/dev/null\", \"after\": \"policy_versions/samples/policies/privacy/$$l.md\", \"language\": \"$$l\"}"; done | .venv/bin/policyctl classify --batch - >/dev/null
	@touch $@

.venv/.dev: .venv/.installed requirements/dev.lock
	.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@touch $@

demo: .venv/.installed  ## one change from git diff to a person's recorded answer, then serve the archive (SERVE=0 ends)
	.venv/bin/policyctl demo --directory "$(DEMO_DIR)" $(if $(filter 0,$(SERVE)),--no-serve,--serve)

test: .venv/.dev  ## the whole suite with coverage (a part without: ARGS=tests/…); says what it skipped and why
	.venv/bin/pytest -n 2 --dist loadgroup $(if $(ARGS),$(ARGS),--cov --cov-report=term:skip-covered)

lint: .venv/.dev  ## formatting, style, types, layers, dependencies, workflows, a fresh reference
	.venv/bin/ruff format --check . && .venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/deptry .
	.venv/bin/python -m tests.reference --check
	.venv/bin/python -m tests.relevance --check
	.venv/bin/actionlint .github/workflows/*.yml policy_versions/samples/layout/workflows/*.yml && .venv/bin/zizmor --offline --quiet .github $(wildcard policy_versions/samples/layout/workflows/*.yml)
	.venv/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml policy_versions/samples/layout/workflows/*.yml
	.venv/bin/check-jsonschema --builtin-schema vendor.github-actions .github/actions/*/action.yml
	.venv/bin/check-jsonschema --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci policy_versions/samples/layout/gitlab/gitlab-ci.yml

bench: .venv/.dev  ## ratios against the limits of the same run, both sides alternating
	.venv/bin/python -m tests.bench $(ARGS)

sweep: .venv/.dev  ## what the classifier says about every change of whole histories (HISTORY="path ..." ARGS="--sample 60 --seed 1")
	.venv/bin/python -m tests.sweep $(HISTORY) $(ARGS)

reference: .venv/.dev  ## write the reference of the rules (policy_versions/reference) from the rules, cases and concepts
	.venv/bin/python -m tests.reference

lock:  ## resolve anew (needs uv on PATH or in .venv)
	.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --extra postgres --extra redis --group build -o requirements/runtime.lock pyproject.toml
	.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --extra postgres --extra redis --group build --group dev -o requirements/dev.lock pyproject.toml

clean:  ## remove what was made
	[ ! -e "$(DEMO_DIR)/.policyctl-demo" ] || rm -rf "$(DEMO_DIR)"
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage* htmlcov
