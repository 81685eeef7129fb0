# SPDX-License-Identifier: EUPL-1.2
"""What counts how much in a hit's score, whichever engine works it out."""

TEXT_FIELDS = {"body": 1.0, "title": 1.5, "code": 2.0}
"""Fields with our tokens, and how much a hit there counts."""

EXACT_BOOST = 1.5
"""A word as it was typed, over its other spellings and forms."""
EXACT_PHRASE_BOOST = 1.0
WHOLE_BOOST = 1.0
"""A compound such as ``567/2/1`` written as one."""
NEAR_BOOST = 0.5
NEAR_SLOP = 8
"""The query's words close together, in its order."""
OTHER_VIEWS = 0.1
"""What further fields and forms add to the best one."""
