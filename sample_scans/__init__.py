# SPDX-License-Identifier: EUPL-1.2
"""Binders as a scanner drops them, with ground truth, and the seeded generator that makes them. All invented."""
