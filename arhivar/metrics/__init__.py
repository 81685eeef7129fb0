# SPDX-License-Identifier: EUPL-1.2
"""Metrics for Prometheus: measured when they are asked for, from the catalogue, the disks and the servers."""
