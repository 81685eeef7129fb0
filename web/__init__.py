# SPDX-License-Identifier: EUPL-1.2
"""The HTTP application: who asks, what they may see, and the API that shows it. `arhivar serve` starts it."""
