# SPDX-License-Identifier: EUPL-1.2
"""Dictionaries of the spelling checker Hunspell, which builds inflected and compounded words from stems and affixes.

By its library's C interface (``hunspell.h``, the same in all of 1.x) and the dictionaries of the system, or of the
folders in DICPATH, as the program `hunspell` looks for them. Measured: 1 to 12 MB and at most 0.1 CPU s to load a
dictionary, 3 to 27 µs a word.
"""

import ctypes
import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

_LIBRARIES: Final = ("libhunspell-1.7.so.0", "libhunspell-1.8.so.0", "libhunspell-1.7.0.dylib")

_PLACES: Final = (Path("/usr/share/hunspell"), Path("/usr/share/myspell/dicts"))
_LONGEST_BYTES = 150
"""Beyond it Hunspell answers without looking."""


class Dictionary:
    """One dictionary, in memory until the process ends. For one thread at a time."""

    def __init__(self, library: ctypes.CDLL, dic: Path) -> None:
        """`dic` is the list of stems; the affixes lie beside it, as ``.aff``."""
        self._library = library
        self._handle = library.Hunspell_create(os.fsencode(dic.with_suffix(".aff")), os.fsencode(dic))
        encoding = library.Hunspell_get_dic_encoding(self._handle)
        self._encoding = encoding.decode("ascii")

    def has(self, word: str) -> bool:
        """Whether the word is spelled right, as it stands: ``Ioan`` is, ``ioan`` is not, ``IOAN`` is."""
        try:
            asked = word.encode(self._encoding)
        except UnicodeEncodeError:
            return False
        if not asked or len(asked) > _LONGEST_BYTES or b"\0" in asked:
            return False
        return bool(self._library.Hunspell_spell(self._handle, asked))


def open_dictionary(names: Sequence[str]) -> Dictionary | None:
    """The first of the dictionaries with these names (``ro_RO``) that is there; None where there is none."""
    library = _library()
    dic = find_dictionary(names)
    return None if library is None or dic is None else Dictionary(library, dic)


def find_dictionary(names: Sequence[str], environment: Mapping[str, str] | None = None) -> Path | None:
    """The file of the first of these dictionaries that is there with its affixes."""
    set_places = (os.environ if environment is None else environment).get("DICPATH", "")
    places = (*(Path(place) for place in set_places.split(os.pathsep) if place), *_PLACES)
    for name in names:
        for place in places:
            dic = place / f"{name}.dic"
            if dic.is_file() and dic.with_suffix(".aff").is_file():
                return dic
    return None


@lru_cache(maxsize=1)
def _library() -> ctypes.CDLL | None:
    for name in _LIBRARIES:
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        library.Hunspell_create.restype = ctypes.c_void_p
        library.Hunspell_create.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
        library.Hunspell_get_dic_encoding.restype = ctypes.c_char_p
        library.Hunspell_get_dic_encoding.argtypes = [ctypes.c_void_p]
        library.Hunspell_spell.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
        return library
    return None
