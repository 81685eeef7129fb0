#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# The main job, on the sample binder, with the embedded default: from a scanner's folder to a search that finds it.
set -euo pipefail
cd "$(dirname "$0")/.."

export ARHIVAR_HOME="${ARHIVAR_HOME:-$PWD/.demo/archive}"
readonly INBOX=$PWD/.demo/inbox
readonly UNIT="LU/CP/SGC/1987/14"
arhivar() { .venv/bin/arhivar "$@"; }
head_line() { printf '\n== %s\n' "$*"; }

head_line "1. arhivar init"
arhivar init

head_line "2. a scanner drops a binder into the hot folder: $INBOX"
mkdir -p "$INBOX"
cp -r sample_scans/permits-1987 "$INBOX/permits-1987.copying"
mv "$INBOX/permits-1987.copying" "$INBOX/permits-1987"
ls "$INBOX/permits-1987"

head_line "3. arhivar ingest $INBOX"
arhivar ingest "$INBOX"

head_line "4. the ledger: arhivar status $UNIT"
arhivar status "$UNIT"

for query in "autorizatie constructie marasesti" '"proces verbal"' "hotarire -garaj"; do
  head_line "arhivar search $query"
  arhivar search --limit 3 "$query"
done

head_line "5. the access PDF (PDF/A-2u, checked by veraPDF) and the other files: arhivar show $UNIT"
pdf=$(arhivar show "$UNIT" --json | .venv/bin/python -c '
import json, sys
files = json.load(sys.stdin)["files"]
print(next(place for path, place in files.items() if path.startswith("access/")))')
echo "$pdf"
echo "open it with any PDF reader, for example: xdg-open '$pdf'"

head_line "next: your own scans, one folder a unit"
echo "export ARHIVAR_HOME=$ARHIVAR_HOME"
echo "$PWD/.venv/bin/arhivar ingest --bare --languages ron /path/to/folders"
echo
echo "ARHIVAR_HOME=$ARHIVAR_HOME"
