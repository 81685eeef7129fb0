# SPDX-License-Identifier: EUPL-1.2
"""Tesseract in process, by tesserocr: no temporary files, no start-up a page."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path

import tesserocr

from processors.read.engine import Layout, Pixels, Reading, ReadSettings, check_request, resolution_for_tesseract
from processors.read.tessdata import find_tessdata, require_models
from processors.read.words import SaidWord, assemble
from processors.step_times import Step, timed
from schemas.errors import EngineFailed, EngineUnavailable
from schemas.page import Agent

NAME = "tesserocr"

_MODES = {Layout.AUTOMATIC: tesserocr.PSM.AUTO, Layout.ONE_BLOCK: tesserocr.PSM.SINGLE_BLOCK}


_VARIABLES = {
    # It would write "Empty page!!" and the like on the terminal; failures show in return values.
    "debug_file": "/dev/null",
    # What else it saw at each character: the next likeliest. Measured, this costs nothing and changes no word; more
    # rounds, as is Tesseract's default, cost 8 to 19 % more time.
    "lstm_choice_mode": "2",
    "lstm_choice_iterations": "1",
}
_SURE = 90.0  # confidence from which other choices are of no use
_CHOICE_COST_MAX = 15.0  # how much less likely another choice may be than the one made, in Tesseract's costs
_CAPITAL_COST_MAX = 6.0  # the same for a letter's capital or small form: what they differ in is seen well
_OVERRULED_COST = 3.0  # how much likelier another must be for the one made to be its dictionary's, not the image's


class TesserocrEngine:
    """`OcrEngine` over tesserocr. Keeps one warm Tesseract for each of the combinations of languages used last.

    Memory, measured with the models of Debian 12: 40 MB for the library, 8 to 25 MB a language kept warm, and
    100 to 130 MB while a colour page of 8 megapixels is read.
    """

    def __init__(self, tessdata: Path | None = None, settings: ReadSettings | None = None) -> None:
        """Raises EngineUnavailable where there are no language models at all."""
        tesserocr.set_leptonica_log_level(tesserocr.LeptLogLevel.NONE)  # it complains of harmless boxes on stderr
        self._tessdata = find_tessdata(tessdata)
        self._settings = settings or ReadSettings()
        self._warm: OrderedDict[str, tesserocr.PyTessBaseAPI] = OrderedDict()
        version = tesserocr.tesseract_version().split()[1]
        self._agent = Agent(name="Tesseract", version=f"{version} (tesserocr {tesserocr.__version__})")

    @property
    def agent(self) -> Agent:
        return self._agent

    @property
    def warm(self) -> tuple[str, ...]:
        """The combinations of languages kept warm, the one used last at the end."""
        return tuple(self._warm)

    @timed(Step.READ)
    def read(self, pixels: Pixels, dpi: float, languages: Sequence[str], layout: Layout = Layout.AUTOMATIC) -> Reading:
        width_px, height_px = check_request(pixels, languages)
        models = require_models(self._tessdata, languages)
        tesseract = self._warm_up(models)
        try:
            tesseract.SetPageSegMode(_MODES[layout])
            said = self._recognise(tesseract, pixels, resolution_for_tesseract(dpi))
        except (RuntimeError, MemoryError, EngineFailed) as error:
            # What state it is in nobody knows: the next page gets a fresh one.
            self._warm.pop(models).End()
            if isinstance(error, EngineFailed):
                raise
            raise EngineFailed(engine=NAME, detail=str(error) or type(error).__name__) from error
        return assemble(said, width_px, height_px, languages)

    def close(self) -> None:
        while self._warm:
            self._warm.popitem()[1].End()

    def _warm_up(self, models: str) -> tesserocr.PyTessBaseAPI:
        if models in self._warm:
            self._warm.move_to_end(models)
            return self._warm[models]
        while len(self._warm) >= self._settings.warm_languages:
            self._warm.popitem(last=False)[1].End()
        try:
            tesseract = tesserocr.PyTessBaseAPI(
                path=str(self._tessdata),
                lang=models,
                oem=tesserocr.OEM.LSTM_ONLY,
                psm=tesserocr.PSM.AUTO,
                variables=_VARIABLES,
            )
        except (RuntimeError, MemoryError) as error:
            raise EngineUnavailable(
                engine=NAME, detail=f"the models {models} in {self._tessdata} could not be loaded: {error}"
            ) from error
        self._warm[models] = tesseract
        return tesseract

    def _recognise(self, tesseract: tesserocr.PyTessBaseAPI, pixels: Pixels, dpi: int) -> list[SaidWord]:
        height, width, channels = (*pixels.shape, 1)[:3]
        # What it learnt from the page before must not colour this one (character shapes, words of the document).
        tesseract.ClearAdaptiveClassifier()
        tesseract.SetImageBytes(pixels.tobytes(), width, height, channels, width * channels)
        tesseract.SetSourceResolution(dpi)
        try:
            if not tesseract.Recognize(max(1, int(self._settings.page_seconds * 1000))):
                raise EngineFailed(
                    engine=NAME,
                    detail=f"an image of {width} x {height} px was refused, or took over "
                    f"{self._settings.page_seconds:g} s",
                )
            return list(_said(tesseract.GetIterator()))
        finally:
            tesseract.Clear()  # free the image now, not at the next page


def _said(at: tesserocr.PyResultIterator) -> Iterator[SaidWord]:
    level = tesserocr.RIL
    block = line = 0
    while True:
        block += at.IsAtBeginningOf(level.BLOCK)
        line += at.IsAtBeginningOf(level.TEXTLINE)
        if not at.Empty(level.WORD):  # as pictures and rules are
            box = at.BoundingBox(level.WORD)
            if box is not None:
                text, confidence = at.GetUTF8Text(level.WORD), at.Confidence(level.WORD)
                choices = () if confidence >= _SURE else _choices(text, at.GetBestLSTMSymbolChoices())
                yield SaidWord(block, line, text, box, confidence, choices)
        if not at.Next(level.WORD):
            return


def _choices(text: str, seen: list[list[tuple[str, float]]] | None) -> tuple[tuple[str, ...], ...]:
    """The other characters that were seen at each character of a word, likeliest first, if what was seen can be laid
    along the word without the spaces around it: what was chosen is not always what was likeliest, and sometimes one
    character was seen twice.

    Where another was much likelier, so that the dictionary chose against the image, the chosen one stands in its place
    among them.
    """
    places = [place for place in seen or () if place and place[0][0] != " "]  # the space before a word has its own
    said = text.strip()
    if len(places) != len(said):
        return ()
    found: list[tuple[str, ...]] = []
    for character, place in zip(said, places, strict=True):
        costs = dict(reversed(place))
        if character not in costs:
            return ()
        near = {other for other, cost in costs.items() if cost - costs[character] < _cost_max(character, other)}
        if costs[character] - min(costs.values()) < _OVERRULED_COST:
            near.discard(character)
        found.append(tuple(sorted(near, key=lambda other: (costs[other], other))))
    return tuple(found)


def _cost_max(character: str, other: str) -> float:
    capital = character != other and character.casefold() == other.casefold()
    return _CAPITAL_COST_MAX if capital else _CHOICE_COST_MAX
