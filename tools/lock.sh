#!/usr/bin/env bash
# Make requirements/cpu.txt and gpu.txt from pyproject.toml, with the uv in .venv or on PATH.
# Without arguments nothing that is locked moves unless it must; --upgrade takes the newest of everything.
set -eu
cd "$(dirname "$0")/.."
PATH="$PWD/.venv/bin:$PATH"
options=(--universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url -q)
uv pip compile pyproject.toml "${options[@]}" --extra cpu --extra notebooks --extra dev -o requirements/cpu.txt "$@"
uv pip compile pyproject.toml "${options[@]}" --extra gpu --extra notebooks --extra dev -c requirements/cpu.txt \
  -o requirements/gpu.txt "$@"
