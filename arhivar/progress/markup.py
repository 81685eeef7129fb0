# SPDX-License-Identifier: EUPL-1.2
"""Elements of a page, built so that no text can become markup."""

import re
from collections.abc import Callable, Mapping

from lxml import etree
from lxml.etree import _Element

_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""What HTML cannot hold."""

Child = str | _Element | Mapping[str, str]


class Maker:
    """`Maker().p({"class": "x"}, "text", child)` makes an element of that name: attributes, text and elements in order.

    Characters that HTML cannot hold become U+FFFD.
    """

    def __getattr__(self, tag: str) -> Callable[..., _Element]:
        def make(*children: Child, **attributes: str) -> _Element:
            made = etree.Element(tag)
            for child in (attributes, *children):
                _add(made, child)
            return made

        return make


def _add(made: _Element, child: Child) -> None:
    if isinstance(child, Mapping):
        for name, value in child.items():
            made.set(name, _clean(value))
    elif not isinstance(child, str):
        made.append(child)
    elif len(made):
        made[-1].tail = (made[-1].tail or "") + _clean(child)
    else:
        made.text = (made.text or "") + _clean(child)


def _clean(text: str) -> str:
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def to_html(page: _Element) -> bytes:
    """The whole page in UTF-8, with its document type."""
    text: str = etree.tostring(page, method="html", encoding="unicode", doctype="<!DOCTYPE html>")
    return text.encode()
