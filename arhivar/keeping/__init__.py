# SPDX-License-Identifier: EUPL-1.2
"""Keeping what was taken in: verify that it is there, unharmed; rebuild what can be rebuilt from the store."""
