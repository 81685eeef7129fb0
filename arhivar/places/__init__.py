# SPDX-License-Identifier: EUPL-1.2
"""The archive's table of places and streets: importing it, writing it out, and the one that an archive starts with."""
