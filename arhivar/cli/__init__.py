# SPDX-License-Identifier: EUPL-1.2
"""The command line: one module a command, `main` for what they share, `output` for how things are shown."""
