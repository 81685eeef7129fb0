#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Fetches the jars of veraPDF (pom.xml beside this file) into a folder, through Maven.
#
#   deploy/verapdf/fetch.sh TARGET_DIR
#
# Every jar must have the checksum that SHA256SUMS names, and no other jar may be there. A complete folder is left as it
# is. An incomplete one is replaced in one go, so a run that was cut off never leaves half a veraPDF.
# Ends with 0 when the folder is complete, 2 on wrong use, 3 when Java or Maven is missing, 4 when the jars cannot be
# fetched or are not the expected ones.
set -eu

say() { printf 'verapdf: %s\n' "$*" >&2; }

if [ $# -ne 1 ] || [ -z "$1" ]; then
    say "usage: $0 TARGET_DIR"
    exit 2
fi

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
sums=$here/SHA256SUMS

case $1 in
    /*) target=$1 ;;
    *) target=$(pwd)/$1 ;;
esac
target=${target%/}
case $target in
    '' | "$HOME")
        say "will not replace ${target:-/}"
        exit 2
        ;;
esac

complete() {
    [ -d "$1" ] || return 1
    # Class path is the whole folder: nothing may be in it that is not in the list.
    [ "$(ls -A "$1" | wc -l)" -eq "$(grep -c . "$sums")" ] || return 1
    (cd "$1" && sha256sum --check --status --strict "$sums" 2>/dev/null)
}

if complete "$target"; then
    exit 0
fi

for program in java mvn; do
    if ! command -v "$program" >/dev/null 2>&1; then
        case $program in
            java) package=openjdk-17-jre-headless ;;
            *) package=maven ;;
        esac
        say "$program is missing; on Debian and Ubuntu: apt-get install $package"
        exit 3
    fi
done

# Replaced is only what this script could have made: nothing, or a folder of jars.
if [ -e "$target" ] && [ -n "$(find "$target" ! -path "$target" ! -name '*.jar' | head -n 1)" ]; then
    say "$target holds something other than jars; choose another folder"
    exit 2
fi

parent=$(dirname -- "$target")
mkdir -p -- "$parent"
work=$(mktemp -d -- "$parent/.verapdf.XXXXXX")
trap 'rm -rf -- "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say "fetching into $target (19 MB)"
attempt=1
until mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies "-DoutputDirectory=$work/jars" >"$work/log" 2>&1; do
    if [ "$attempt" -ge 3 ]; then
        tail -n 15 -- "$work/log" >&2
        say "Maven could not fetch the jars; check the network or Maven's settings.xml and run this again"
        exit 4
    fi
    attempt=$((attempt + 1))
    sleep 2
done

if ! complete "$work/jars"; then
    (cd "$work/jars" && sha256sum --check --quiet "$sums") >&2 || true
    say "the fetched jars are not the ones that SHA256SUMS names; remove them from Maven's local repository and retry"
    exit 4
fi

chmod 755 -- "$work/jars"
if [ -e "$target" ]; then
    mv -- "$target" "$work/old"
fi
# -T: never into a folder that another run has put there meanwhile.
if ! mv -T -- "$work/jars" "$target" 2>/dev/null && ! complete "$target"; then
    say "cannot write $target"
    exit 4
fi
say "complete"
