# SPDX-License-Identifier: EUPL-1.2
"""The steps of an ingest after intake, a module each. `arhivar.pipeline` strings them together."""
