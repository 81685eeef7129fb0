# SPDX-License-Identifier: EUPL-1.2
"""What measures cost, memory and size against peers. Each prints a table and writes JSON; none is a timed test."""
