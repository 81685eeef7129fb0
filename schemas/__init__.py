# SPDX-License-Identifier: EUPL-1.2
"""The data contracts of Arhivar: records that cross rooms, code lists, findings, errors. Imports no other room."""
