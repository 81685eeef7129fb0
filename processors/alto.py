# SPDX-License-Identifier: EUPL-1.2
"""ALTO 4.4: a page's words with their places, as XML (Library of Congress, ALTO Editorial Board).

What ALTO has no attribute for is kept where its readers pass over it: what the engine said before normalisation as
``ALTERNATIVE``, the way from the scanned image to the page that the boxes refer to as ``processingStepSettings``.
"""

import re
from itertools import pairwise

from lxml import etree

from schemas.errors import PackageInvalid
from schemas.page import Agent, Block, BlockKind, Box, Line, PageResult, Word

NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"
SCHEMA_LOCATION = f"{NAMESPACE} http://www.loc.gov/standards/alto/v4/alto-4-4.xsd"

_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_AS_READ = "as read by the engine, before normalisation"
_AS_READ_AGAIN = "as read by the second reader"
_STAMP_TAG = "STAMP"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_alto(result: PageResult, *, source_file: str, page_number: int) -> bytes:
    """The page as an ALTO 4.4 file: UTF-8, the same bytes for the same page.

    `source_file` is the scanned image, as the package names it; boxes are pixels of the derivative, as everywhere.
    Characters that XML cannot hold are left out.
    """
    # The default namespace goes under None, of which lxml-stubs does not know.
    root = etree.Element(_name("alto"), nsmap={None: NAMESPACE, "xsi": _XSI})  # type: ignore[dict-item]
    root.set(f"{{{_XSI}}}schemaLocation", SCHEMA_LOCATION)
    root.set("SCHEMAVERSION", "4.4")
    _write_description(root, result, source_file)
    if any(block.kind is BlockKind.STAMP for block in result.blocks):
        _add(_add(root, "Tags"), "LayoutTag", ID=_STAMP_TAG, LABEL=BlockKind.STAMP.value)
    geometry = result.geometry
    page = _add(
        _add(root, "Layout"),
        "Page",
        ID=f"P{page_number}",
        PHYSICAL_IMG_NR=str(page_number),
        WIDTH=str(geometry.width_px),
        HEIGHT=str(geometry.height_px),
    )
    if result.language is not None:
        page.set("LANG", _language_tag(result.language))
    if result.confidence is not None:
        page.set("PC", _fraction(result.confidence))
    whole = Box(left=0, top=0, right=geometry.width_px, bottom=geometry.height_px)
    space = _add(page, "PrintSpace", **_place(whole))
    for number, block in enumerate(result.blocks, start=1):
        _write_block(space, block, f"P{page_number}_B{number}", result.language)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def read_alto(data: bytes, *, unit: str = "?") -> tuple[Block, ...]:
    """The blocks of an ALTO 4 file, as `write_alto` wrote them, all pages one after another.

    Nothing is fetched, and a file with a document type (as entities need) is refused. `unit` names the unit in
    errors. Raises PackageInvalid for what is not ALTO 4 with words in pixels.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise PackageInvalid(unit=unit, detail=f"the ALTO file is not XML: {error}") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise PackageInvalid(unit=unit, detail="the ALTO file has a document type, which none of ours has")
    if root.tag != _name("alto"):
        raise PackageInvalid(unit=unit, detail=f"not an ALTO 4 file, but one of {root.tag}")
    measure = root.findtext(f"{_name('Description')}/{_name('MeasurementUnit')}")
    if measure != "pixel":
        raise PackageInvalid(unit=unit, detail=f"the ALTO file does not measure in pixels, but in {measure}")
    try:
        return tuple(
            _read_block(block, page.get("LANG"))
            for page in root.iter(_name("Page"))
            for block in page.iter(_name("TextBlock"))
        )
    except (ValueError, OverflowError) as error:  # pydantic's errors as well, and places at infinity
        raise PackageInvalid(unit=unit, detail=f"the ALTO file is not complete: {error}") from error


def _write_description(root: etree._Element, result: PageResult, source_file: str) -> None:
    description = _add(root, "Description")
    _add_text(description, "MeasurementUnit", "pixel")
    source = _add(description, "sourceImageInformation")
    _add_text(source, "fileName", source_file)
    _add_text(source, "fileIdentifier", f"sha256:{result.source_digest}").set("fileIdentifierLocation", "pixels")
    geometry, matrix = result.geometry, result.geometry.matrix
    numbers = (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)
    _write_step(
        description,
        "PREPARE",
        "preOperation",
        "turned upright, straightened and cropped; boxes refer to the page so prepared",
        f"source={geometry.source_width_px}x{geometry.source_height_px}px "
        f"source_dpi={geometry.source_dpi:g} page={geometry.width_px}x{geometry.height_px}px dpi={geometry.dpi:g} "
        f"rotation_deg={geometry.rotation_deg} skew_deg={geometry.skew_deg!r} "
        f"matrix={' '.join(map(repr, numbers))} (x'=ax+by+c, y'=dx+ey+f; source to page)",
        None,
    )
    if result.engine is not None:
        treatment = " ".join(f"{name}={value}" for name, value in sorted(result.treatment.items()))
        _write_step(description, "READ", "contentGeneration", "character recognition", treatment, result.engine)


def _write_step(
    description: etree._Element, step_id: str, category: str, what: str, settings: str, software: Agent | None
) -> None:
    step = _add(description, "Processing", ID=step_id)
    _add_text(step, "processingCategory", category)
    _add_text(step, "processingStepDescription", what)
    if settings:
        _add_text(step, "processingStepSettings", settings)
    if software is not None:
        element = _add(step, "processingSoftware")
        _add_text(element, "softwareName", software.name)
        _add_text(element, "softwareVersion", software.version)


def _write_block(space: etree._Element, block: Block, block_id: str, language: str | None) -> None:
    element = _add(space, "TextBlock", ID=block_id, **_place(block.box))
    language = block.language or language
    if language is not None:
        element.set("LANG", _language_tag(language))
    if block.kind is BlockKind.STAMP:
        element.set("TAGREFS", _STAMP_TAG)
    for number, line in enumerate((line for line in block.lines if line.words), start=1):
        line_id = f"{block_id}_L{number}"
        line_element = _add(element, "TextLine", ID=line_id, **_place(line.box))
        _write_word(line_element, line.words[0], f"{line_id}_W1")
        for index, (before, word) in enumerate(pairwise(line.words), start=2):
            _write_space(line_element, before.box, word.box)
            _write_word(line_element, word, f"{line_id}_W{index}")


def _write_word(line: etree._Element, word: Word, word_id: str) -> None:
    place = _place(word.box)
    element = _add(line, "String", ID=word_id, CONTENT=_clean(word.text), WC=_fraction(word.confidence), **place)
    for said, purpose in ((word.raw, _AS_READ), (word.second, _AS_READ_AGAIN)):
        if said is not None:
            _add_text(element, "ALTERNATIVE", said).set("PURPOSE", purpose)


def _write_space(line: etree._Element, before: Box, after: Box) -> None:
    # Where boxes overlap or stand the other way round, the space has no extent.
    width = max(after.left - before.right, 0)
    _add(line, "SP", WIDTH=str(width), HPOS=str(before.right), VPOS=str(min(before.top, after.top)))


def _read_block(element: etree._Element, page_tag: str | None) -> Block:
    lines = tuple(_read_line(line) for line in element.iterchildren(_name("TextLine")))
    tag = element.get("LANG")
    language = None if tag is None or tag == page_tag else _language_name(tag)
    kind = BlockKind.STAMP if _STAMP_TAG in element.get("TAGREFS", "").split() else BlockKind.TEXT
    return Block(box=_read_box(element), lines=lines, language=language, kind=kind)


def _read_line(element: etree._Element) -> Line:
    words = tuple(_read_word(word) for word in element.iterchildren(_name("String")))
    return Line(box=_read_box(element), words=words)


def _read_word(element: etree._Element) -> Word:
    said = {other.get("PURPOSE"): other.text or "" for other in element.iterchildren(_name("ALTERNATIVE"))}
    return Word(
        text=_attribute(element, "CONTENT"),
        raw=said.get(_AS_READ),
        second=said.get(_AS_READ_AGAIN),
        box=_read_box(element),
        confidence=round(float(_attribute(element, "WC")) * 100, 2),
    )


def _read_box(element: etree._Element) -> Box:
    left, top, width, height = (round(float(_attribute(element, name))) for name in ("HPOS", "VPOS", "WIDTH", "HEIGHT"))
    return Box(left=left, top=top, right=left + width, bottom=top + height)


def _attribute(element: etree._Element, name: str) -> str:
    value = element.get(name)
    if value is None:
        raise ValueError(f"{etree.QName(element).localname} without {name}")
    return value


def _name(local: str) -> str:
    return f"{{{NAMESPACE}}}{local}"


def _add(parent: etree._Element, local: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, _name(local), attributes)


def _add_text(parent: etree._Element, local: str, text: str) -> etree._Element:
    element = _add(parent, local)
    element.text = _clean(text)
    return element


def _place(box: Box) -> dict[str, str]:
    places = {"HPOS": box.left, "VPOS": box.top, "WIDTH": box.width_px, "HEIGHT": box.height_px}
    return {name: str(value) for name, value in places.items()}


def _fraction(percent: float) -> str:
    """0 to 100 as ALTO's 0 to 1, in ten-thousandths: hundredths of a per cent come back as they were."""
    return f"{percent / 100:.4f}"


def _clean(text: str) -> str:
    return _NOT_XML.sub("", text)


def _language_tag(code: str) -> str:
    from processors.read.language import language_tag  # whoever only reads ALTO starts without the engines' libraries

    return language_tag(code)


def _language_name(tag: str) -> str:
    from processors.read.language import language_name

    return language_name(tag)
