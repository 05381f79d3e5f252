# Slipway from the command line: `make` lists the targets. Works with GNU make 3.81 and a POSIX shell.

STACK ?= local
VENV ?= .venv
# What else the command is given: `make test ARGS="-k locks"`, `make up ARGS=--refresh`.
ARGS ?=

# The newest Python comes from PATH unless one is named: `make up PYTHON=/opt/python3.12/bin/python3`.
PYTHON ?=
export PYTHON

# Every run starts the same programs anew, and images often keep Python from keeping what it has compiled of them:
# that would be a quarter of their start.
unexport PYTHONDONTWRITEBYTECODE

python := $(VENV)/bin/python
simulator := $(python) -m simulator

.DEFAULT_GOAL := help
.PHONY: help up preview refresh down check status explain rehearse env restore test smoke lint bench reference picture images bundle lock tools clouds clean

help: ## show this list
	@echo "usage: make <target> [STACK=local] [ARGS=...]"
	@echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1	\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 12 | sed 's/^/  /'

up: $(VENV)/.run ## create or update the stack, recovering first from a run that was interrupted
	@$(simulator) up --stack $(STACK) $(ARGS)

preview: $(VENV)/.run ## show what `up` would change
	@$(simulator) preview --stack $(STACK) $(ARGS)

refresh: $(VENV)/.run ## read the state of every object from the cluster
	@$(simulator) refresh --stack $(STACK) $(ARGS)

down: $(VENV)/.run ## remove the stack with everything that belongs to it
	@$(simulator) down --stack $(STACK) $(ARGS)

check: $(VENV)/.run ## count what is left of the stack: objects, processes, ports, files
	@$(simulator) check --stack $(STACK) $(ARGS)

status: $(VENV)/.run ## show the stack's components, nodes and GPUs
	@$(simulator) status --stack $(STACK) $(ARGS)

explain: $(VENV)/.run ## show every setting of the stack and where it comes from: ARGS="components.notebooks", ARGS=--set
	@$(simulator) explain --stack $(STACK) $(ARGS)

rehearse: $(VENV)/.run ## run a cloud's stack on simulated nodes of its pools; tell what finds no room and how full they are
	@$(simulator) rehearse --stack $(STACK) $(ARGS)

env: $(VENV)/.run ## print what a shell needs for plain `pulumi` and `kubectl`: eval "$(make -s env)"
	@$(simulator) env --stack $(STACK) $(ARGS)

restore: ## put a copy back, with kubectl as it is set up: make restore STORE=mysql [COPY=...] [REPLACE=yes]
	@components/storage/backup/restore "$(STORE)" "$(or $(COPY),latest)" "$(or $(REPLACE),no)"

# Four processes at most, see tests/conftest.py: each may hold an engine and a cluster, which take a gigabyte.
test: $(VENV)/.clouds ## run every test, those on the real engine too
	@$(python) -m pytest --numprocesses logical --maxprocesses 4 --dist loadscope --no-loadscope-reorder $(ARGS)

smoke: $(VENV)/.dev ## ask a stack whose programs run what a person asks in the first hour: STACK=kind
	@$(python) -m pytest ci/smoke --stack $(STACK) $(ARGS)

lint: $(VENV)/.clouds ## check style, formatting and types
	@$(python) -m ruff check .
	@$(python) -m ruff format --check .
	@$(python) -m pyright

bench: $(VENV)/.dev ## measure up, preview, destroy, memory and state
	@$(python) -m bench $(ARGS)

reference: $(VENV)/.dev ## write the pages and the schema of all settings anew from their models
	@$(python) -m docs.reference

picture: $(VENV)/.dev ## draw the picture in the README anew from what the stack declares
	@$(python) -m docs.picture

images: $(VENV)/.run ## ask the registries for the digests of a stack's images, and lock them
	@$(python) -m supply lock --stack $(STACK) $(ARGS)

bundle: $(VENV)/.run ## gather what a stack needs where there is no way outside
	@$(python) -m supply bundle --stack $(STACK) $(ARGS)

tools: $(VENV)/.run ## find or obtain Pulumi, etcd, Kubernetes and KWOK
	@$(python) -m simulator.tools $(ARGS)

clouds: $(VENV)/.clouds ## install the SDKs of AWS, GCP and Azure as well

lock: requirements/uv.txt ## resolve the locked versions anew from pyproject.toml
	@requirements/install $(VENV)/uv uv
	@requirements/lock $(VENV)/uv/bin/uv $(ARGS)

clean: ## remove the virtual environment and the caches of the tools; stacks and their state stay
	rm -rf $(VENV) .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Each stamp says that what a file of locked versions lists is in the virtual environment.
$(VENV)/.%: requirements/%.txt requirements/build.txt requirements/install pyproject.toml
	@requirements/install $(VENV) $*
