#!/usr/bin/env bash
# Locks every requirements file, versions with hashes and no registry address. Needs `uv`.
set -euo pipefail
cd "$(dirname "$0")/.."
compile() {
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-annotate --no-header --no-emit-index-url "$@"
}
compile pyproject.toml --extra server --group build -o requirements/server.txt
compile pyproject.toml --extra server --extra completion --extra pandas --group build --group test --group check \
  -c requirements/server.txt -o requirements/dev.txt
compile requirements/official.in -o requirements/official.txt
compile requirements/official-legacy.in -o requirements/official-legacy.txt
