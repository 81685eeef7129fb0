#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Pins every requirement with its hashes, for Python 3.11 to 3.13 at once. `UPGRADE=1` takes newer versions.
# The locks must not carry one machine's settings: no index, no registry host, no local folder of wheels.
set -euo pipefail
cd "$(dirname "$0")/.."

uv=${UV:-.tools/setup/bin/uv}
if [ ! -x "$uv" ]; then
  echo "tools/lock.sh: $uv is missing: run \`make setup\` first" >&2
  exit 1
fi

pin() {
  "$uv" pip compile --quiet --system-certs --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
    ${UPGRADE:+--upgrade} "$1.in" --output-file "$1.txt"
}

pin requirements-setup
pin requirements
pin requirements-api # after requirements.txt, whose versions hold it
pin requirements-dev # after requirements.txt, whose versions hold it
pin requirements-airflow # after requirements-dev.txt, whose versions hold it
pin requirements-services # after both, whose versions hold it
