#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Fetches the jars of veraPDF (pom.xml beside this file) into a folder, through Maven.
#
#   deploy/verapdf/fetch.sh TARGET_DIR
#
# Every jar must have the checksum that SHA256SUMS names, and no other jar may be there. A complete folder is left as it
# is. An incomplete one is replaced in one go, so a run that was cut off never leaves half a veraPDF.
# Beside the folder lies TARGET_DIR.jsa: veraPDF's classes as Java keeps them in memory, so that it need not load them
# anew at each start, which is a quarter of what a start costs. It is made anew where this Java cannot use it.
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

with_classes() {
    java -Xlog:disable -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$target/*" "$@" >/dev/null 2>&1 </dev/null
}

# Does without where there is no Java, or one that cannot: then a start takes longer, and nothing else changes.
share_classes() {
    with_classes "-XX:SharedArchiveFile=$target.jsa" -Xshare:on -version && return
    rm -f -- "$target.jsa"
    sample=$(mktemp) # no whole document: what is loaded to find that out is nearly all that is ever loaded
    printf '%%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R/Size 2>>\n%%%%EOF\n' >"$sample"
    with_classes "-XX:ArchiveClassesAtExit=$target.jsa.new" org.verapdf.apps.GreenfieldCliWrapper \
        --format json --flavour 2u --nonpdfext "$sample" || true
    rm -f -- "$sample"
    if [ -f "$target.jsa.new" ]; then mv -- "$target.jsa.new" "$target.jsa"; fi
}

if complete "$target"; then
    share_classes
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
share_classes
say "complete"
