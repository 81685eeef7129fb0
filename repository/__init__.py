# SPDX-License-Identifier: EUPL-1.2
"""Where records live: object store, preservation packages, catalogue. Imports only `schemas`."""
