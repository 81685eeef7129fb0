# SPDX-License-Identifier: EUPL-1.2
"""The parts of `repository.sql_catalogue.SqlCatalogue`, one concern a module."""
