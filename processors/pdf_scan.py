# SPDX-License-Identifier: EUPL-1.2
"""Is a PDF page nothing but one scanned image? Reads what the page draws, without drawing it.

What the page draws before an opaque image that covers it is hidden by it (some engines put their text layer there,
visible but for the scan above it); what it draws afterwards must be invisible text, or pieces of the same image (some
engines lay figures over the scan that they were cut from), which the caller compares. Anything else, and whatever is
not understood, makes the page one to render.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name, Object, Page, Stream

from processors.picture import swaps_sides
from schemas.page import Matrix

_MOST_CONTENT_BYTES = 4 << 20
"""Compressed. A scan's text layer is some kilobytes; drawings of megabytes are rendered without being read."""
_DEEPEST_FORM = 4
_COVERS_WITHIN = 0.01
_TILT_WITHIN = 1e-4
_INVISIBLE, _VISIBLE_MODES = 3, range(3)
_HIDDEN_OR_NO_VIEW = 0b100010
_HARMLESS_ANNOTATIONS = (Name.Link, Name.Popup)
_SHOW_TEXT = {"Tj", "TJ", "'", '"'}
_PAINT_PATH = {"f", "F", "f*", "S", "s", "B", "B*", "b", "b*", "sh"}
_CURVES = {"m", "l", "c", "v", "y", "h"}
_BLACK_FILLS: dict[str, tuple[float, ...]] = {"g": (0,), "rg": (0, 0, 0), "k": (0, 0, 0, 1)}
_COLOUR_SPACES = {"cs", "sc", "scn"}
_PLAIN_STATE_KEYS = {"/Type", "/LW", "/LC", "/LJ", "/ML", "/D", "/RI", "/OP", "/op", "/OPM", "/SA", "/FL", "/SM"}


@dataclass(frozen=True, slots=True)
class Patch:
    """An image laid over the scan at the scan's own resolution: its left top corner in the scan's pixels."""

    image: Object
    left_px: int
    top_px: int


@dataclass(frozen=True, slots=True)
class ScanImage:
    """The image that is the page. `orientation` is EXIF's: how the image must be turned to be seen as on the page.

    `dpi` is horizontal and vertical, of the image's own columns and rows, as it is placed. The page shows the image
    alone only if each of `patches` repeats what lies under it.
    """

    image: Object
    orientation: int
    dpi: tuple[float, float]
    patches: tuple[Patch, ...] = ()


class _RenderError(Exception):
    """The page must be rendered."""


@dataclass(frozen=True, slots=True)
class _State:
    """The part of the graphics state that matters here."""

    matrix: Matrix
    text_mode: int = 0
    black: bool = True
    clip: tuple[float, float, float, float] | None = None
    """The narrowest rectangle that was clipped to, in page space."""


def find_scan(page: Page) -> ScanImage | None:
    """The one image that the page consists of, or None where it must be rendered."""
    try:
        if _has_visible_annotations(page):
            return None
        drawing = _Drawing(page)
        return drawing.scan()
    # pikepdf raises these for objects that are not what they should be: then poppler shall make sense of the page.
    except (_RenderError, pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, ZeroDivisionError):
        return None


def page_box(page: Page) -> tuple[float, float, float, float]:
    """The crop box within the media box, in user space units: left, bottom, right, top."""
    media, crop = (_rectangle(box) for box in (page.mediabox, page.cropbox))
    box = (max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3]))
    return box if box[0] < box[2] and box[1] < box[3] else media


def user_unit(page: Page) -> float:
    """Points (1/72 inch) in one unit of user space."""
    return float(page.obj.get(Name.UserUnit, 1))


def page_turn(page: Page) -> int:
    """`/Rotate`, inherited or not: clockwise, 0, 90, 180 or 270."""
    node: Any = page.obj
    for _ in range(50):
        if Name.Rotate in node:
            turn = int(node[Name.Rotate]) % 360
            return turn if turn % 90 == 0 else 0
        if Name.Parent not in node:
            break
        node = node[Name.Parent]
    return 0


class _Drawing:
    """Walks through a page's operators and keeps what bears on the question."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._box = page_box(page)
        self._found: tuple[Object, _State] | None = None
        self._patches: list[Patch] = []
        self._ink_before = False

    def scan(self) -> ScanImage:
        contents = self._page.obj.get(Name.Contents)
        _check_length(contents if isinstance(contents, pikepdf.Array) else [contents])
        resources = self._page.resources
        self._walk(self._page, resources, _State(Matrix()), 0)
        if self._found is None:
            raise _RenderError
        image, state = self._found
        if image.get(Name.ImageMask, False) and (self._ink_before or not state.black):
            raise _RenderError  # a stencil lets through what lies under it, and takes the colour of the moment
        orientation, size = self._place(state)
        turns = _CLOCKWISE.index(orientation) + page_turn(self._page) // 90
        unit = user_unit(self._page) / 72
        dpi = (int(image.Width) / (size[0] * unit), int(image.Height) / (size[1] * unit))
        return ScanImage(image, _CLOCKWISE[turns % 4], dpi, tuple(self._patches))

    def _walk(self, content: Page | Object, resources: Object, state: _State, depth: int) -> None:  # noqa: C901, PLR0912
        stack: list[_State] = []
        path: list[tuple[float, float, float, float]] = []
        odd_path = clipping = False
        for operands, operator in _instructions(content):
            match operator:
                case "q":
                    stack.append(state)
                case "Q":
                    state = stack.pop() if stack else state
                case "cm":
                    state = replace(state, matrix=_matrix(operands).then(state.matrix))
                case "Tr":
                    state = replace(state, text_mode=int(operands[0]))
                case "re":
                    path.append(_rectangle_of(operands, state.matrix))
                case "W" | "W*":
                    clipping = True
                case "gs":
                    _check_state(resources[Name.ExtGState][operands[0]])
                case "Do":
                    self._do(resources[Name.XObject][operands[0]], resources, state, depth)
                case "BDC" if operands[0] == Name.OC:
                    raise _RenderError  # a layer that may be switched off
                case "INLINE IMAGE":
                    raise _RenderError
                case _ if operator in _CURVES:
                    odd_path = True
                case _ if operator in _SHOW_TEXT:
                    self._text(state)
                case _ if operator in _BLACK_FILLS:
                    state = replace(state, black=tuple(float(one) for one in operands) == _BLACK_FILLS[operator])
                case _ if operator in _COLOUR_SPACES:
                    state = replace(state, black=False)
            if operator in _PAINT_PATH:
                self._ink()
            if operator in _PAINT_PATH or operator == "n":
                if clipping:
                    state = replace(state, clip=_narrow(state.clip, path, odd=odd_path))
                path, odd_path, clipping = [], False, False

    def _do(self, drawn: Object, resources: Object, state: _State, depth: int) -> None:
        if Name.OC in drawn:
            raise _RenderError
        if drawn.Subtype == Name.Image:
            if self._found is None:
                self._found = (drawn, state)
            else:
                self._patches.append(_patch(drawn, state.matrix, *self._found))
        elif drawn.Subtype == Name.Form and depth < _DEEPEST_FORM:
            _check_length([drawn])
            own = _matrix(list(drawn[Name.Matrix])) if Name.Matrix in drawn else Matrix()
            inner = replace(state, matrix=own.then(state.matrix))
            box = _rectangle_of(_sides(drawn.BBox), inner.matrix)
            inner = replace(inner, clip=_narrow(state.clip, [box], odd=False))
            self._walk(drawn, drawn.get(Name.Resources, resources), inner, depth + 1)
        else:
            raise _RenderError

    def _text(self, state: _State) -> None:
        if state.text_mode in _VISIBLE_MODES:
            self._ink()
        elif state.text_mode != _INVISIBLE:
            raise _RenderError  # text as a clipping path

    def _ink(self) -> None:
        if self._found is not None:
            raise _RenderError
        self._ink_before = True

    def _place(self, state: _State) -> tuple[int, tuple[float, float]]:
        """The image's orientation in page space and the size of its width and height there."""
        matrix = state.matrix
        across, up = abs(matrix.a) + abs(matrix.e), abs(matrix.b) + abs(matrix.d)
        if min(across, up) > _TILT_WITHIN * max(across, up) or matrix.a * matrix.e - matrix.b * matrix.d <= 0:
            raise _RenderError  # tilted, or mirrored
        left, bottom, right, top = _rectangle_of([0, 0, 1, 1], matrix)
        slack_x = _COVERS_WITHIN * (self._box[2] - self._box[0])
        slack_y = _COVERS_WITHIN * (self._box[3] - self._box[1])
        visible = self._box if state.clip is None else _meet(self._box, state.clip)
        for sides in (self._box, visible):
            if any(abs(one - other) > slack_x for one, other in ((left, sides[0]), (right, sides[2]))):
                raise _RenderError  # part of the page lies bare, or part of the image is cut away
            if any(abs(one - other) > slack_y for one, other in ((bottom, sides[1]), (top, sides[3]))):
                raise _RenderError
        if up < across:
            orientation = _CLOCKWISE[0] if matrix.a > 0 else _CLOCKWISE[2]
        else:
            orientation = _CLOCKWISE[3] if matrix.d > 0 else _CLOCKWISE[1]
        size = (right - left, top - bottom)
        return orientation, (size[1], size[0]) if swaps_sides(orientation) else size


_CLOCKWISE = (1, 6, 3, 8)
"""EXIF's orientations by how often the image must be turned by 90° clockwise."""


def _instructions(content: Page | Object) -> Iterator[tuple[list[Any], str]]:
    for instruction in pikepdf.parse_content_stream(content):
        yield list(instruction.operands), str(instruction.operator)


def _patch(image: Object, matrix: Matrix, under: Object, state: _State) -> Patch:
    """Where an image lies on the one under it, if it lies straight and its pixels are of the same size."""
    width_px, height_px = int(under.Width), int(under.Height)
    # from the patch's unit square to the lower image's, then to its pixels, whose rows run down
    place = matrix.then(state.matrix.inverse()).then(Matrix(a=width_px, e=-height_px, f=height_px))
    tilt = max(abs(place.b), abs(place.d))
    left, top, right, bottom = _rectangle_of([0, 0, 1, 1], place)
    off = max(abs(right - left - int(image.Width)), abs(bottom - top - int(image.Height)), tilt)
    if off > 1 or place.a < 0 or place.e > 0:
        raise _RenderError
    return Patch(image, round(left), round(top))


def _check_length(streams: Any) -> None:  # noqa: ANN401 an array of streams, or what a damaged file has instead
    if sum(int(one.get(Name.Length, 0)) for one in streams if isinstance(one, Stream)) > _MOST_CONTENT_BYTES:
        raise _RenderError


def _check_state(state: Object) -> None:
    """A graphics state parameter dictionary may set line styles, and a transparency that is none."""
    for key, value in state.items():
        if key == "/AIS" or (key in {"/ca", "/CA"} and float(value) == 1.0):
            continue
        if (key == "/SMask" and value == Name("/None")) or (key == "/BM" and value in (Name.Normal, Name.Compatible)):
            continue
        if key not in _PLAIN_STATE_KEYS:
            raise _RenderError


def _has_visible_annotations(page: Page) -> bool:
    annotations: Any = page.obj.get(Name.Annots, [])
    return any(
        isinstance(one, Dictionary)
        and Name.AP in one
        and one.get(Name.Subtype) not in _HARMLESS_ANNOTATIONS
        and not int(one.get(Name.F, 0)) & _HIDDEN_OR_NO_VIEW
        for one in annotations
    )


def _matrix(operands: list[Any]) -> Matrix:
    a, b, c, d, e, f = (float(one) for one in operands)
    return Matrix(a=a, b=c, c=e, d=b, e=d, f=f)  # PDF writes a matrix by columns


def _sides(box: Any) -> list[float]:  # noqa: ANN401 a PDF array
    left, bottom, right, top = _rectangle(box)
    return [left, bottom, right - left, top - bottom]


def _rectangle(box: Any) -> tuple[float, float, float, float]:  # noqa: ANN401 a PDF array
    x0, y0, x1, y1 = (float(one) for one in box)
    return (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def _rectangle_of(operands: list[Any], matrix: Matrix) -> tuple[float, float, float, float]:
    """Left, bottom, right, top in page space of the rectangle x, y, width, height."""
    x, y, width, height = (float(one) for one in operands)
    corners = [matrix.map(x + dx, y + dy) for dx in (0, width) for dy in (0, height)]
    xs, ys = [corner[0] for corner in corners], [corner[1] for corner in corners]
    return (min(xs), min(ys), max(xs), max(ys))


def _narrow(
    clip: tuple[float, float, float, float] | None, path: list[tuple[float, float, float, float]], *, odd: bool
) -> tuple[float, float, float, float]:
    if odd or len(path) != 1:
        return (0, 0, 0, 0)  # not a rectangle: whatever is drawn under it must be rendered
    return path[0] if clip is None else _meet(clip, path[0])


def _meet(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    return (max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3]))
