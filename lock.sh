#!/bin/sh
# Rewrites requirements.lock and requirements-dev.lock from pyproject.toml. Needs uv on the PATH.
set -eu
uv="uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate"
echo 'setuptools>=77' > .lock.in
trap 'rm -f .lock.in' EXIT
$uv pyproject.toml .lock.in --group dev --output-file requirements-dev.lock
$uv pyproject.toml .lock.in --constraint requirements-dev.lock --output-file requirements.lock
