#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Starts what a container of this image is for.
set -eu

# A Celery worker beside a scheduler that runs its tasks itself would wait for ever, and nobody would be told.
if [ "${1:-} ${2:-}" = "airflow celery" ] && [ "${AIRFLOW__CORE__EXECUTOR:-}" != CeleryExecutor ]; then
    echo "entrypoint: a worker needs AIRFLOW_EXECUTOR=CeleryExecutor in .env, for the scheduler and for itself" >&2
    exit 2
fi

exec "$@"
