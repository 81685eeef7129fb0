# SPDX-License-Identifier: EUPL-1.2
"""Text analysis, the query language, the index behind a port, marks and snippets. Imports only `schemas`."""
