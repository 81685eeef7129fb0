# SPDX-License-Identifier: EUPL-1.2
"""Import of inventories and nomenclators: a file becomes a sheet, its rows entries, and the difference a plan."""
