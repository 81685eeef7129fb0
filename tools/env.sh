#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Writes .env for docker-compose.yml: .env.example with random secrets, readable by its owner alone.
#
# What an .env that is there states is kept, also after an upgrade that brings new variables: only those are added.
# ENV_FILE=FILE writes another file.
set -eu
cd "$(dirname "$0")/.."
umask 077

file=${ENV_FILE:-.env}
work=$(mktemp "$file.XXXXXX")
trap 'rm -f -- "$work"' EXIT

hex() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
fernet() { head -c 32 /dev/urandom | base64 | tr '+/' '-_'; } # what Airflow's encryption asks for

[ ! -e "$file" ] || cat "$file" >"$work"
added=0
while IFS= read -r line; do
    name=${line%%=*}
    case $line in
        '#'* | '') # comments and empty lines belong to a new file
            [ -e "$file" ] || printf '%s\n' "$line" >>"$work"
            continue
            ;;
    esac
    ! grep -q "^$name=" "$work" || continue
    case $name in
        AIRFLOW_FERNET_KEY) line=$name=$(fernet) ;;
        *_PASSWORD | *_KEY | *_SECRET) line=$name=$(hex) ;;
    esac
    printf '%s\n' "$line" >>"$work"
    added=$((added + 1))
done <.env.example

if [ "$added" -eq 0 ]; then
    chmod 600 "$file"
    echo "env: $file has everything"
else
    mv -f -- "$work" "$file"
    echo "env: $file has $added more values; look through it, then: docker compose up --detach --build --wait"
fi
