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

head_line "6. arhivar publish $UNIT: everybody may see it, since a person said why"
arhivar publish "$UNIT" --reason "demonstrație: autorizațiile sunt acte publice"

head_line "7. arhivar serve --port 0: the HTTP API, on this machine alone, until the demo ends"
readonly SERVED=$PWD/.demo/serve.json
arhivar serve --port 0 --json >"$SERVED" 2>"$PWD/.demo/serve.log" &
readonly SERVER=$!
trap 'kill "$SERVER" 2>/dev/null || true; wait "$SERVER" || true' EXIT
for _ in $(seq 300); do
  [ ! -s "$SERVED" ] || break
  kill -0 "$SERVER" 2>/dev/null || { cat "$PWD/.demo/serve.log" >&2; exit 1; }
  sleep 0.1
done
API=http://127.0.0.1:$(.venv/bin/python -c 'import json, sys; print(json.loads(sys.stdin.readline())["port"])' <"$SERVED")/api/v1
TOKEN=$(arhivar token --role clerk)
export API TOKEN
call() { # prints a call and makes it; what it answers is cut to a screen
  printf '\n$ %s\n' "$1"
  local answer
  answer=$(bash -c "$1")
  printf '%s\n' "${answer:0:600}"
}
echo "API=$API"
call 'curl -sS --noproxy "*" --fail-with-body "$API/search?q=autorizatie&limit=1"'
printf '\n$ %s\n' 'TOKEN=$(arhivar token --role clerk)'
call 'curl -sS --noproxy "*" --fail-with-body -H "Authorization: Bearer $TOKEN" -H "X-Request-Number: 123/12.05.2026" "$API/search?q=autorizatie&limit=1"'

head_line "next: your own scans, one folder a unit"
echo "export ARHIVAR_HOME=$ARHIVAR_HOME"
echo "cp -r /path/to/folders ~/inbox   # ingest takes away the folders it is given: give it copies"
echo "$PWD/.venv/bin/arhivar ingest --bare --languages ron ~/inbox"
echo
echo "ARHIVAR_HOME=$ARHIVAR_HOME"
