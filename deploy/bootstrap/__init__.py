# SPDX-License-Identifier: EUPL-1.2
"""What the servers' administrators have to do once for Arhivar: a user of the store, a key of the index."""
