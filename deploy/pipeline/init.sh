#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# What has to be there before anything runs: store user and bucket, index key, catalogue, Airflow's tables and first
# user. Each step looks at what is there, so that it can run at every start and after every upgrade.
set -eu

say() { printf 'init: %s\n' "$*"; }

say "store: user and rights"
python -P -m deploy.bootstrap.store_user

say "index: key"
python -P -m deploy.bootstrap.index_key

say "archive: bucket, catalogue, audit key"
arhivar init

say "airflow: tables"
airflow db migrate

say "airflow: first user"
# Where there is one already, this says so and changes nothing; the password is then that of the first time.
airflow users create --role Admin --username "$AIRFLOW_ADMIN_USER" --password "$AIRFLOW_ADMIN_PASSWORD" \
    --firstname Arhivar --lastname Administrator --email "$AIRFLOW_ADMIN_EMAIL"

say "airflow: pool of $PAGE_TASKS page tasks"
airflow pools set pages "$PAGE_TASKS" "Page tasks at once: as many as there are cores to read with"

say "done"
