# SPDX-License-Identifier: EUPL-1.2
"""From scanned images to text, documents and PDF/A. Pure: no network, no database, no scheduler."""
