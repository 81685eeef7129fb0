# SPDX-License-Identifier: EUPL-1.2
"""What Airflow's tasks call: plain functions, ids and other JSON in and out. Nothing here knows Airflow.

Each opens the archive that the settings of its machine name, works under a lease, and may be repeated on any machine:
what is done already is not done again. What one task leaves for the next lies in the store.
"""
