# SPDX-License-Identifier: EUPL-1.2
"""Which errors a retry can help. DAG files read it when they are parsed, so it loads the tree of errors alone."""

from collections.abc import Iterator

from schemas.errors import ArhivarError


def retryable_errors() -> list[str]:
    """The dotted names of the errors that a retry can help; every other error is final."""
    return sorted(f"{kind.__module__}.{kind.__qualname__}" for kind in _tree(ArhivarError) if kind.retryable)


def _tree(kind: type[ArhivarError]) -> Iterator[type[ArhivarError]]:
    yield kind
    for one in kind.__subclasses__():
        yield from _tree(one)
