# SPDX-License-Identifier: EUPL-1.2
"""Which errors a retry can help. DAG files read it when they are parsed, so it loads the tree of errors alone."""

from schemas.errors import all_errors


def retryable_errors() -> list[str]:
    """The dotted names of the errors that a retry can help; every other error is final."""
    return sorted(f"{kind.__module__}.{kind.__qualname__}" for kind in all_errors() if kind.retryable)
