# SPDX-License-Identifier: EUPL-1.2
"""How far the archive is: sums, speed, forecast, and for each ingest whether it is stuck; as text, CSV and a page."""
