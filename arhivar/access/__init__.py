# SPDX-License-Identifier: EUPL-1.2
"""Who may see what, decided by people and recorded; and who looked."""
