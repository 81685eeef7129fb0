#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Makes the deployment's own certificate authority and one certificate a server, and renews those that end soon.
#
#   certificates.sh TARGET_DIR
#
# TARGET_DIR/authority  the authority's key and certificate; nobody but this script needs it
# TARGET_DIR/trust      ca.crt, which clients check servers against
# TARGET_DIR/<server>   server.key, server.crt, ca.crt, for the user whom the server runs as
#
# A certificate that holds for 60 days more is left as it is. Servers read a new one when they start: restart those that
# this script names. The authority holds for ten years. A certificate of your own in authority/ is used as well.
set -eu
umask 077

readonly AUTHORITY_DAYS=3650
readonly SERVER_DAYS=825 # what clients accept at most
readonly RENEW_SECONDS=5184000

# server, user and group it runs as in its image; each also answers to localhost, for its own health check
readonly SERVERS="postgresql:999:999:postgresql minio:10002:10002:minio elasticsearch:1000:0:elasticsearch airflow:10001:10001:api-server redis:999:999:redis keycloak:1000:0:keycloak"

if [ $# -ne 1 ] || [ ! -d "$1" ]; then
    echo "usage: $0 TARGET_DIR" >&2
    exit 2
fi
target=$1
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

holds() { # folder, names
    [ "$(cat "$1/names" 2>/dev/null)" = "$2" ] &&
        openssl x509 -in "$1/server.crt" -noout -checkend "$RENEW_SECONDS" >/dev/null 2>&1 &&
        openssl verify -CAfile "$authority/ca.crt" "$1/server.crt" >/dev/null 2>&1
}

own() { # user:group path...; on a machine where we are not root, files stay ours
    if [ "$(id -u)" -eq 0 ]; then chown -R "$@"; fi
}

authority=$target/authority
mkdir -p "$authority" "$target/trust"
if [ ! -s "$authority/ca.key" ]; then
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/ca.key" 2>/dev/null
    openssl req -x509 -new -key "$work/ca.key" -sha256 -days "$AUTHORITY_DAYS" -subj "/O=Arhivar/CN=Arhivar deployment" \
        -addext "keyUsage=critical,keyCertSign,cRLSign" -out "$work/ca.crt"
    mv "$work/ca.crt" "$authority/ca.crt"
    mv "$work/ca.key" "$authority/ca.key" # last: an authority is there only with its certificate
    echo "certificates: new authority"
fi
cp "$authority/ca.crt" "$target/trust/ca.crt"
chmod 0755 "$target/trust"
chmod 0644 "$target/trust/ca.crt"

for entry in $SERVERS; do
    IFS=: read -r server user group host <<EOF
$entry
EOF
    folder=$target/$server
    names=DNS:$host,DNS:localhost,IP:127.0.0.1${TLS_EXTRA_NAMES:+,$TLS_EXTRA_NAMES}
    mkdir -p "$folder"
    if ! holds "$folder" "$names"; then
        openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/server.key" \
            -subj "/O=Arhivar/CN=$host" -out "$work/server.csr" 2>/dev/null
        printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n' "$names" >"$work/extensions"
        openssl x509 -req -in "$work/server.csr" -CA "$authority/ca.crt" -CAkey "$authority/ca.key" -CAcreateserial \
            -sha256 -days "$SERVER_DAYS" -extfile "$work/extensions" -out "$work/server.crt" 2>/dev/null
        cp -f "$authority/ca.crt" "$folder/ca.crt"
        rm -f "$folder/names" # until key and certificate are both there, they do not hold
        mv -f "$work/server.key" "$folder/server.key"
        mv -f "$work/server.crt" "$folder/server.crt"
        printf '%s\n' "$names" >"$folder/names"
        echo "certificates: new for $server; restart it"
    fi
    if [ "$server" = minio ]; then # the names that it looks for, in the folder that --certs-dir names
        cp -f "$folder/server.key" "$folder/private.key"
        cp -f "$folder/server.crt" "$folder/public.crt"
    fi
    own "$user:$group" "$folder"
    chmod 0700 "$folder"
    chmod 0400 "$folder"/*
done
