#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# One role and one database each for the catalogue, Airflow and Keycloak; none may do anything in another's.
#
# The image runs it when the data folder is new. It may be run again at any time, to set changed passwords:
#   docker compose exec postgresql /docker-entrypoint-initdb.d/roles.sh
# Passwords come from the environment and go to psql by its standard input, not by its arguments.
set -eu

for name in arhivar airflow keycloak; do
    case $name in
        arhivar) password=$DATABASE_ARHIVAR_PASSWORD ;;
        airflow) password=$DATABASE_AIRFLOW_PASSWORD ;;
        *) password=$DATABASE_KEYCLOAK_PASSWORD ;;
    esac
    name=${DATABASE_PREFIX:-}$name
    # A quote in a password would end its literal: in SQL it is written twice.
    quoted=$(printf '%s' "$password" | sed "s/'/''/g")
    psql -v ON_ERROR_STOP=1 --quiet --no-psqlrc --username "$POSTGRES_USER" --dbname "${POSTGRES_DB:-postgres}" <<EOF
SELECT 'CREATE ROLE "$name" LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '$name') \\gexec
SET log_statement = 'none';
ALTER ROLE "$name" PASSWORD '$quoted';
SELECT 'CREATE DATABASE "$name" OWNER "$name"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '$name') \\gexec
REVOKE ALL ON DATABASE "$name" FROM PUBLIC;
EOF
done
