#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# Brings a fresh checkout to where `make test` and `make demo` work: system packages, .venv, veraPDF.
#
# Safe to run again, also after an interruption: each stage looks at what is there and does what is missing.
# PYTHON=python3.12 chooses the interpreter. Nothing outside this folder changes, except packages installed by apt.
# `tools/setup.sh services` makes .venv-services instead, with Airflow, and brings the system's servers.
set -euo pipefail
cd "$(dirname "$0")/.."

case ${1:-} in
  "") readonly VENV=.venv LOCK=requirements-dev.txt SERVERS="" ;;
  services) readonly VENV=.venv-services LOCK=requirements-services.txt SERVERS="openssl postgresql redis-server" ;;
  *) echo "usage: tools/setup.sh [services]" >&2; exit 2 ;;
esac
readonly SETUP_DIR=.tools/setup
readonly VERAPDF_DIR=.tools/verapdf
readonly VERAPDF_SUMS=$PWD/deploy/verapdf/SHA256SUMS
readonly LANGUAGES="ron hun deu frk eng fra osd"
readonly FONTS="fonts-blankenburg fonts-dejavu-core fonts-dkg-handwriting fonts-gnutypewriter fonts-liberation" # the samples are drawn with them
readonly JAVA_MIN=17

say() { printf 'setup: %s\n' "$*"; }
fail() { # Romanian first, then English
  printf '\nEROARE: %s\nERROR: %s\n' "$1" "$2" >&2
  exit 1
}
digest() { sha256sum | cut -d ' ' -f 1; }

# ---------------------------------------------------------------------------------------------------- Python

# The first of the candidates that is CPython 3.11, 3.12 or 3.13; empty where there is none.
find_python() {
  local candidate
  for candidate in ${PYTHON:-python3.11 python3 python3.12 python3.13}; do
    if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
}

refuse_python() {
  local found
  found=$("${PYTHON:-python3}" --version 2>/dev/null || true)
  fail "Este nevoie de Python 3.11, 3.12 sau 3.13; s-a găsit: ${found:-nimic}. Instalați una dintre ele și porniți din nou, de exemplu: make setup PYTHON=python3.12" \
    "Python 3.11, 3.12 or 3.13 is needed; found: ${found:-none}. Install one of them and run again, for example: make setup PYTHON=python3.12"
}

# An environment is kept while the locks, this folder's place and a chosen interpreter stay the same.
venv_key() { cat "$LOCK" requirements-setup.txt <(pwd) | digest; }
venv_ready() {
  [ -x "$VENV/bin/python" ] && [ -x "$SETUP_DIR/bin/uv" ] && [ -r "$VENV/.arhivar-setup" ] || return 1
  local key made_with
  { read -r key && read -r made_with; } <"$VENV/.arhivar-setup"
  [ "$key" = "$(venv_key)" ] && [ "${PYTHON:-$made_with}" = "$made_with" ]
}

make_venv() {
  local python=$1
  say "virtual environment $VENV with $("$python" --version), from $LOCK"
  rm -f "$VENV/.arhivar-setup"
  if ! "$SETUP_DIR/bin/python" -m pip --version >/dev/null 2>&1; then
    "$python" -m venv --clear "$SETUP_DIR"
  fi
  "$SETUP_DIR/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
    --only-binary :all: --require-hashes -r requirements-setup.txt
  local uv=("$SETUP_DIR/bin/uv" --quiet --no-config --system-certs) index
  # A mirror that the administrator set for pip holds for uv as well, which does not read pip's settings.
  index=$("$SETUP_DIR/bin/python" -m pip config get global.index-url 2>/dev/null || true)
  index=${PIP_INDEX_URL:-$index}
  if [ -n "$index" ] && [ -z "${UV_DEFAULT_INDEX:-}" ]; then export UV_DEFAULT_INDEX="$index"; fi
  "${uv[@]}" venv --clear --no-python-downloads --python "$("$python" -c 'import sys; print(sys.executable)')" "$VENV"
  # Building the packages that come as source only is held to pinned tools too. Compiled once here, packages are not
  # compiled at every start where their folder is read-only or PYTHONDONTWRITEBYTECODE is set.
  "${uv[@]}" pip sync --compile-bytecode --python "$VENV/bin/python" --require-hashes \
    --build-constraints requirements-setup.txt "$LOCK"
  printf '%s\n%s\n' "$(venv_key)" "${PYTHON:-$python}" >"$VENV/.arhivar-setup"
}

# ------------------------------------------------------------------------------------------------------ Java

# The major version of the java on PATH, 0 where there is none. Its `release` file answers without starting it.
java_version() {
  local java release version
  java=$(command -v java) || { echo 0; return; }
  release=$(dirname "$(dirname "$(readlink -f "$java")")")/release
  if [ -r "$release" ]; then
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$release")
  else
    version=$(java -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p')
  fi
  echo "${version:-0}"
}

# Maven is needed only while a jar is missing or is not the expected one.
verapdf_ready() { (cd "$VERAPDF_DIR" && sha256sum --check --status "$VERAPDF_SUMS") 2>/dev/null; }

# ------------------------------------------------------------------------------------------- system packages

# Names of the Debian packages that are missing, on one line.
missing_packages() {
  local wanted="ca-certificates hunspell-de-de hunspell-en-us hunspell-fr-comprehensive hunspell-hu hunspell-ro libhunspell-1.7-0 poppler-utils tesseract-ocr $FONTS curl $SERVERS" language installed package python
  for language in $LANGUAGES; do wanted+=" tesseract-ocr-$language"; done
  # Until Debian 12 the narrow face was part of fonts-liberation.
  grep -q '^VERSION_CODENAME=bookworm' /etc/os-release || wanted+=" fonts-liberation-sans-narrow"
  [ "$(java_version)" -ge "$JAVA_MIN" ] || wanted+=" default-jre-headless"
  verapdf_ready || command -v mvn >/dev/null || wanted+=" maven"
  if ! venv_ready; then
    python=$(find_python)
    if [ -n "$python" ]; then
      "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        wanted+=" $("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
    elif ! command -v python3 >/dev/null && [ -z "${PYTHON:-}" ]; then
      wanted+=" python3 python3-venv"
    fi
  fi
  installed=" $(dpkg-query -W -f '${db:Status-Status}=${Package} ' $wanted 2>/dev/null || true)"
  for package in $wanted; do
    [[ $installed == *" installed=$package "* ]] || printf '%s ' "$package"
  done
}

install_packages() {
  local missing root=()
  missing=$(missing_packages)
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
      fail "Lipsesc pachete de sistem, iar sudo nu există. Rulați ca root: apt-get install $missing" \
        "System packages are missing and there is no sudo. Run as root: apt-get install $missing"
    root=(sudo)
  fi
  local log=.tools/apt.log try
  mkdir -p .tools
  say "system packages: $missing(about a minute; what apt says goes to $log)"
  # Another apt at work is waited for; the package lists have a lock that apt itself does not wait for.
  local apt=(${root[@]+"${root[@]}"} env DEBIAN_FRONTEND=noninteractive
    apt-get -q -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 -o Acquire::Retries=3)
  for try in 1 2 3 4 5 6; do
    "${apt[@]}" update </dev/null >"$log" 2>&1 && break
    [ "$try" -lt 6 ] || fail_apt "$log" update
    say "apt-get update did not succeed; once more in 10 seconds"
    sleep 10
  done
  # shellcheck disable=SC2086 # a list of names
  "${apt[@]}" install --yes --no-install-recommends $missing </dev/null >>"$log" 2>&1 || fail_apt "$log" install
}

fail_apt() {
  tail -n 15 "$1" >&2
  fail "apt-get $2 nu reușește; ultimele rânduri sunt mai sus, restul în $1. Verificați rețeaua și sursele apt, apoi porniți din nou." \
    "apt-get $2 does not succeed; its last lines are above, the rest is in $1. Check the network and apt's sources, then run again."
}

# Where there is no apt: say all that is missing at once.
check_programs() {
  local missing="" have language font
  have=$(tesseract --list-langs 2>/dev/null || true)
  for language in $LANGUAGES; do
    grep -qx "$language" <<<"$have" || missing+=" tesseract($language)"
  done
  for font in DejaVuSans GNUTypewriter dkgIt LiberationSerif-Regular LiberationSansNarrow-Bold; do
    [ -n "$(find /usr/share/fonts /usr/local/share/fonts ~/.local/share/fonts -name "$font.ttf" 2>/dev/null | head -n 1)" ] ||
      missing+=" $font.ttf"
  done
  for language in ro_RO hu_HU de_DE en_US; do
    [ -r "/usr/share/hunspell/$language.dic" ] || missing+=" hunspell($language)"
  done
  command -v pdftoppm >/dev/null || missing+=" poppler-utils(pdftoppm)"
  command -v curl >/dev/null || missing+=" curl" # the demo and the API guide's test call the API
  [ "$(java_version)" -ge "$JAVA_MIN" ] || missing+=" Java>=$JAVA_MIN"
  verapdf_ready || command -v mvn >/dev/null || missing+=" maven(mvn)"
  [ -z "$missing" ] ||
    fail "Acest sistem nu are apt-get. Instalați cu managerul lui de pachete:$missing, apoi porniți din nou." \
      "This system has no apt-get. Install with its package manager:$missing, then run again."
}

# ------------------------------------------------------------------------------------------------------ stages

if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
  if [ -n "${PYTHON:-}" ] && [ -z "$(find_python)" ]; then refuse_python; fi
  install_packages
else
  check_programs
fi

if ! venv_ready; then
  python=$(find_python)
  [ -n "$python" ] || refuse_python
  make_venv "$python"
fi

# The command: from any folder, without that folder's own modules on the way (-P).
printf '#!/bin/sh\nPYTHONPATH=%q exec %q -P -m arhivar "$@"\n' "$PWD" "$PWD/$VENV/bin/python" >"$VENV/bin/arhivar"
chmod +x "$VENV/bin/arhivar"

"$VENV/bin/python" -m compileall -q ./*/ -x '/(tests|\.[^/]*)/' # what did not change is left as it is

deploy/verapdf/fetch.sh "$VERAPDF_DIR" # does nothing where all is there
