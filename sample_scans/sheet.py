# SPDX-License-Identifier: EUPL-1.2
"""One side of a leaf, as it lies in the binder: paper, what was typed, printed, stamped and written on it."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sample_scans.damage import fold, keep_words, tear, whiten_edge
from sample_scans.lettering import print_line, rule, sign, write_by_hand
from sample_scans.paper import make_paper
from sample_scans.plan import INKS, PagePlan
from sample_scans.raster import Layer, blur, lay_ink, px
from sample_scans.stamp import press_boxed_stamp, press_round_stamp
from sample_scans.typesetting import FACES, set_block
from sample_scans.typewriter import PITCH_MM, Machine, TypedWord, type_lines, underscore


@dataclass(frozen=True, slots=True)
class Sheet:
    """A drawn side: HxWx3 RGB, 0..1, at `raster.SHEET_DPI`; `ink` is all its ink, for the other side to show.

    `gone` is 1 where a piece is torn off; the words that it held are not among `words`.
    """

    pixels: Layer
    ink: Layer
    words: tuple[TypedWord, ...]
    gone: Layer | None = None


@dataclass(frozen=True, slots=True)
class Seeds:
    """One stream of chance for each thing, so that a change to one leaves the others as they were."""

    binder: int
    page: int

    def stream(self, name: str) -> np.random.Generator:
        return np.random.default_rng([self.binder, self.page, *name.encode()])


def make_sheet(plan: PagePlan, lines: list[str], seeds: Seeds, through: Layer | None = None) -> Sheet:
    """Draw one side. `through` is the ink of the other side, as seen from there."""
    pixels = make_paper(seeds.stream("paper"), plan.sheet_mm, plan.tone, plan.texture)
    shape = (pixels.shape[0], pixels.shape[1])
    if through is not None:
        back = np.zeros(shape, dtype=np.float32)
        height, width = min(shape[0], through.shape[0]), min(shape[1], through.shape[1])
        back[:height, :width] = through[:height, ::-1][:, :width]
        lay_ink(pixels, blur(back, 3.0) * plan.through_strength * 2.2, (0.42, 0.42, 0.46))
    typed, printed = np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32)
    words = _set_text(plan, lines, seeds, typed, printed)
    if plan.spread:
        typed = 0.92 * blur(typed, px(plan.spread) / 4)
    lay_ink(pixels, typed, plan.ink)
    lay_ink(pixels, printed, INKS["print"])
    ink = np.maximum(typed, printed)
    for name, drawn in _draw_marks(plan, seeds, shape).items():
        lay_ink(pixels, drawn, INKS[name])
        np.maximum(ink, drawn, out=ink)
    if plan.folds_mm:
        fold(pixels, plan.folds_mm)
    if not plan.torn_mm:
        return Sheet(pixels, ink, tuple(words))
    gone = tear(seeds.stream("tear"), shape, plan.torn_mm)
    whiten_edge(pixels, gone)
    return Sheet(pixels, ink * (1.0 - gone), tuple(keep_words(words, gone)), gone)


def _set_text(plan: PagePlan, lines: list[str], seeds: Seeds, typed: Layer, printed: Layer) -> list[TypedWord]:
    rng, machine = seeds.stream("type"), Machine(seeds.binder + plan.machine)
    words: list[TypedWord] = []
    set_in_print = {number: style for style in plan.printed for number in style.lines}
    for number, line in enumerate(lines):
        base_mm = plan.top_mm + number * plan.line_mm
        if style := set_in_print.get(number):
            words += print_line(
                rng, printed, line, number=number, face=FACES[style.face], size_mm=style.size_mm, base_mm=base_mm
            )
    for block in plan.blocks:
        words += set_block(seeds.stream(f"block {block.lines[0]}"), printed, block, lines)
    set_in_type = {number for block in plan.blocks for number in range(block.lines[0], block.lines[1] + 1)}
    to_type = [(number, line) for number, line in enumerate(lines) if number not in set_in_type]
    centred = plan.align == "center"
    middle_mm = typed.shape[1] / px(1.0) / 2
    if centred:
        for number, line in to_type:
            if number not in set_in_print:
                left_mm = middle_mm - len(line) * PITCH_MM / 2
                words += type_lines(
                    rng,
                    typed,
                    [(number, line)],
                    machine=machine,
                    left_mm=left_mm,
                    top_mm=plan.top_mm,
                    line_mm=plan.line_mm,
                )
    else:
        words += type_lines(
            rng,
            typed,
            to_type,
            machine=machine,
            left_mm=plan.left_mm,
            top_mm=plan.top_mm,
            line_mm=plan.line_mm,
        )
    for heading in plan.underline:
        underscore(rng, typed, words, heading)
    return sorted(words, key=lambda word: (word.line, word.box[0]))


def _draw_marks(plan: PagePlan, seeds: Seeds, shape: tuple[int, int]) -> dict[str, Layer]:
    """Everything beside the text, one coverage layer an ink; inks that are not used are left out."""
    rng = seeds.stream("marks")
    layers: dict[str, Layer] = {}

    def layer(name: str) -> Layer:
        return layers.setdefault(name, np.zeros(shape, dtype=np.float32))

    for row0, column0, row1, column1 in plan.rules:
        corners = [
            (plan.left_mm + column * PITCH_MM, plan.top_mm + (row - 0.3) * plan.line_mm)
            for row, column in ((row0, column0), (row1, column1))
        ]
        rule(rng, layer("pen"), (*corners[0], *corners[1]))
    for stamp in plan.round_stamps:
        press_round_stamp(
            rng,
            layer(stamp.ink),
            ring=stamp.ring,
            middle=stamp.middle,
            centre_mm=stamp.at_mm,
            angle_deg=stamp.angle_deg,
            diameter_mm=stamp.diameter_mm,
            pressure=stamp.pressure,
        )
    for box in plan.boxed_stamps:
        press_boxed_stamp(
            rng, layer(box.ink), lines=box.lines, corner_mm=box.at_mm, angle_deg=box.angle_deg, pressure=0.75
        )
    for note in plan.notes:
        write_by_hand(
            rng,
            layer(note.ink),
            note.words,
            at_mm=note.at_mm,
            size_mm=note.size_mm,
            angle_deg=note.angle_deg,
            pressure=0.62 if note.ink == "pencil" else 0.9,
        )
    for stroke in plan.strokes:
        for start, end in pairwise(stroke.points_mm):
            rule(rng, layer(stroke.ink), (*start, *end))
    for signature in plan.signatures:
        hand = np.random.default_rng([seeds.binder, *signature.by.encode()])
        sign(hand, layer(signature.ink), signature.at_mm, signature.width_mm)
    if plan.folio:
        at_mm = (plan.sheet_mm[0] - 16.0, 12.0)
        write_by_hand(rng, layer("pencil"), plan.folio, at_mm=at_mm, size_mm=6.0, angle_deg=6.0, pressure=0.7)
    return layers
