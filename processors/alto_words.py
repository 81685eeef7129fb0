# SPDX-License-Identifier: EUPL-1.2
"""The words of an ALTO file and nothing else, for those who read many files to show a few words of each.

What `processors.alto.write_alto` wrote is read without a tree and a record for each word, in a tenth of the time. Any
other file goes through `processors.alto.read_alto`, which says what is wrong with it. Both ways give the same.
"""

import re
from itertools import accumulate, chain, groupby
from operator import add
from xml.sax.saxutils import unescape

from processors.alto import NAMESPACE, read_alto
from schemas.placed_words import PlacedWords

_BEGINNING = re.compile(
    rb"<\?xml version='1\.0' encoding='UTF-8'\?>\n<alto xmlns=\"%b\"[^>]*>\s*<Description>\s*"
    rb"<MeasurementUnit>pixel</MeasurementUnit>" % re.escape(NAMESPACE.encode())
)
_END = b"</alto>\n"
_WORD = re.compile(
    rb'<String ID="(P\d+_B\d+_L\d+)_W\d+" CONTENT="([^"<\t\r\n]*)" WC="(?:0\.\d{4}|1\.0000)" '
    rb'HPOS="(-?\d{1,7})" VPOS="(-?\d{1,7})" WIDTH="(-?\d{1,7})" HEIGHT="(-?\d{1,7})"/?>'
)


def read_words(data: bytes, *, unit: str = "?") -> PlacedWords:
    """The words of an ALTO 4 file with their places. `unit` and what is raised as for `read_alto`."""
    words = _read_quickly(data)
    if words is None:
        words = PlacedWords.of([line for block in read_alto(data, unit=unit) for line in block.lines])
    return words


def _read_quickly(data: bytes) -> PlacedWords | None:
    """What a file says that has the shape of ours; None for one that may mean something else."""
    found = _WORD.findall(data)
    known = _BEGINNING.match(data) is not None and data.endswith(_END) and b"<!--" not in data
    if not known or len(found) != data.count(b"<String") or not found:
        return None
    line_ids, contents, *numbers = zip(*found, strict=True)
    lengths = [len(list(own)) for _, own in groupby(line_ids)]
    try:
        text = b"\n".join(contents).decode()
    except UnicodeDecodeError:
        return None
    if len(lengths) != data.count(b"<TextLine") or "&#" in text:
        return None
    words = (unescape(text, {"&quot;": '"'}) if "&" in text else text).split("\n")
    ends = list(accumulate(lengths))
    left, top, width, height = (list(map(int, column)) for column in numbers)
    boxes = chain.from_iterable(zip(left, top, map(add, left, width), map(add, top, height), strict=True))
    return PlacedWords.in_lines([words[end - length : end] for end, length in zip(ends, lengths, strict=True)], boxes)
