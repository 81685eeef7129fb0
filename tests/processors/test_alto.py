# SPDX-License-Identifier: EUPL-1.2
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from processors.alto import NAMESPACE, read_alto, write_alto
from schemas.errors import PackageInvalid
from schemas.page import Agent, Block, BlockKind, Box, Geometry, Line, Matrix, PageKind, PageResult, Word

NS = {"a": NAMESPACE}
MATRIX = Matrix(a=0.99996, b=0.0087, c=-12.25, d=-0.0087, e=0.99996, f=3.5)
GEOMETRY = Geometry(
    source_width_px=1700,
    source_height_px=2200,
    source_dpi=200,
    width_px=1600,
    height_px=2100,
    dpi=200,
    rotation_deg=180,
    skew_deg=0.5,
    matrix=MATRIX,
)

BOXES = st.builds(
    lambda left, top, width, height: Box(left=left, top=top, right=left + width, bottom=top + height),
    st.integers(0, 20_000),
    st.integers(0, 20_000),
    st.integers(1, 20_000),
    st.integers(1, 20_000),
)
# All that XML can hold; white space and quotes must come back as they were, also from attributes.
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")) | (
    st.text("ab \t\n\r\"'<>&]", max_size=8)
)
WORDS = st.builds(
    Word,
    text=TEXTS,
    raw=st.none() | TEXTS,
    second=st.none() | TEXTS,
    box=BOXES,
    confidence=st.integers(0, 10_000).map(lambda hundredths: hundredths / 100),
)
LINES = st.builds(Line, box=BOXES, words=st.lists(WORDS, min_size=1, max_size=4).map(tuple))
BLOCKS = st.builds(
    Block, box=BOXES, lines=st.lists(LINES, min_size=1, max_size=3).map(tuple), kind=st.sampled_from(BlockKind)
)
PAGES = st.builds(
    PageResult,
    source_digest=st.just("0" * 64),
    geometry=st.just(GEOMETRY),
    language=st.sampled_from([None, "ron", "hun", "frk", "deu_latf", "srp_latn", "xxx"]),
    blocks=st.lists(BLOCKS, max_size=3).map(tuple),
    confidence=st.none() | st.floats(0, 100),
    engine=st.none() | st.just(Agent(name="Tesseract", version="5.5.4")),
)


def word(text: str, left: int, *, confidence: float = 93.27, raw: str | None = None) -> Word:
    return Word(text=text, raw=raw, box=Box(left=left, top=100, right=left + 80, bottom=130), confidence=confidence)


def page(*words: Word) -> PageResult:
    box = Box(left=100, top=100, right=400, bottom=130)
    blocks = (Block(box=box, lines=(Line(box=box, words=words),)),) if words else ()
    return PageResult(
        source_digest="ab" * 32,
        geometry=GEOMETRY,
        language="ron",
        blocks=blocks,
        confidence=93.27,
        treatment={"thresholding": "otsu", "attempts": 1},
        engine=Agent(name="Tesseract", version="5.5.4 (tesserocr 2.13.0)"),
    )


SAMPLE = page(word("Ștefan", 100, raw="Ştefan"), word("&", 200, confidence=0.0), word("Ana", 300, confidence=100.0))


def write(result: PageResult = SAMPLE) -> bytes:
    return write_alto(result, source_file="masters/0003.tif", page_number=3)


def tree(data: bytes) -> etree._Element:
    return etree.fromstring(data)


@pytest.fixture(scope="module")
def schema(xsd_folder: Path) -> etree.XMLSchema:
    # The schema imports xlink.xsd by a relative name: found beside it, nothing is fetched.
    return etree.XMLSchema(etree.parse(xsd_folder / "alto-4-4.xsd", etree.XMLParser(no_network=True)))


@pytest.mark.schemas_xsd
@pytest.mark.parametrize(
    "result", [SAMPLE, page(), SAMPLE.model_copy(update={"engine": None, "language": None, "confidence": None})]
)
def test_pages_with_and_without_words_are_valid_alto_4_4(schema: etree.XMLSchema, result: PageResult) -> None:
    schema.assertValid(tree(write(result)))


@pytest.mark.schemas_xsd
@settings(deadline=None)  # the machine may be busy
@given(result=PAGES, file=st.text(), number=st.integers(1, 100_000))
def test_any_page_is_valid_alto_4_4(schema: etree.XMLSchema, result: PageResult, file: str, number: int) -> None:
    schema.assertValid(tree(write_alto(result, source_file=file, page_number=number)))


@pytest.mark.schemas_xsd
def test_the_schema_that_is_tested_against_does_reject(schema: etree.XMLSchema) -> None:
    assert not schema.validate(tree(write().replace(b"CONTENT=", b"KONTENT=")))


@settings(deadline=None)  # the machine may be busy
@given(PAGES)
def test_blocks_come_back_as_they_were(result: PageResult) -> None:
    assert read_alto(write(result)) == result.blocks


@settings(deadline=None)  # the machine may be busy
@given(st.text(st.characters(), max_size=20), st.text(st.characters(), max_size=20))
def test_what_xml_cannot_hold_is_left_out_and_the_rest_kept(text: str, raw: str) -> None:
    (block,) = read_alto(write(page(word(text, 100, raw=raw))))
    (read,) = block.lines[0].words
    illegal = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
    assert read.text == illegal.sub("", text)
    assert read.raw == illegal.sub("", raw)


def test_the_same_page_gives_the_same_bytes() -> None:
    assert write() == write(PageResult.from_json(SAMPLE.to_json()))


def test_identifiers_say_page_block_line_and_word() -> None:
    ids = [element.get("ID") for element in tree(write()).iter() if element.get("ID")]
    expected = ["PREPARE", "READ", "P3", "P3_B1", "P3_B1_L1", "P3_B1_L1_W1", "P3_B1_L1_W2", "P3_B1_L1_W3"]
    assert ids == expected


def test_a_string_says_its_text_place_confidence_and_what_was_read() -> None:
    first = tree(write()).find(".//a:String", NS)
    assert first is not None
    wanted = {"CONTENT": "Ștefan", "HPOS": "100", "VPOS": "100", "WIDTH": "80", "HEIGHT": "30", "WC": "0.9327"}
    assert {name: first.get(name) for name in wanted} == wanted
    assert first.findtext("a:ALTERNATIVE", namespaces=NS) == "Ştefan"


def test_spaces_stand_between_words_with_the_width_of_the_gap() -> None:
    line = tree(write()).find(".//a:TextLine", NS)
    assert line is not None
    assert [etree.QName(child).localname for child in line] == ["String", "SP", "String", "SP", "String"]
    assert [(space.get("HPOS"), space.get("WIDTH")) for space in line.findall("a:SP", NS)] == [
        ("180", "20"),
        ("280", "20"),
    ]


def test_words_that_overlap_have_a_space_of_no_width() -> None:
    spaces = tree(write(page(word("a", 100), word("b", 150)))).findall(".//a:SP", NS)
    assert [space.get("WIDTH") for space in spaces] == ["0"]


def test_page_and_language_are_described() -> None:
    root = tree(write())
    shown = root.find(".//a:Page", NS)
    assert shown is not None
    wanted = {"WIDTH": "1600", "HEIGHT": "2100", "PHYSICAL_IMG_NR": "3", "ID": "P3", "LANG": "ro", "PC": "0.9327"}
    assert {str(name): str(value) for name, value in shown.attrib.items()} == wanted
    assert root.findtext(".//a:fileName", namespaces=NS) == "masters/0003.tif"
    assert root.findtext(".//a:MeasurementUnit", namespaces=NS) == "pixel"
    assert root.findtext(".//a:softwareName", namespaces=NS) == "Tesseract"
    assert root.findtext(".//a:softwareVersion", namespaces=NS) == "5.5.4 (tesserocr 2.13.0)"


def test_the_way_from_the_scan_to_the_page_is_recorded_exactly() -> None:
    settings = tree(write()).findtext(".//a:Processing[@ID='PREPARE']/a:processingStepSettings", namespaces=NS)
    assert settings is not None
    assert "rotation_deg=180" in settings
    assert "skew_deg=0.5" in settings
    assert "source=1700x2200px" in settings
    found = re.search(r"matrix=([^(]+) \(", settings)
    assert found is not None
    assert [float(number) for number in found[1].split()] == list(MATRIX.model_dump().values())


def test_a_blank_page_has_no_blocks_but_its_size() -> None:
    blank = page().model_copy(update={"kind": PageKind.BLANK, "engine": None})
    assert read_alto(write(blank)) == ()
    assert tree(write(blank)).find(".//a:PrintSpace", NS) is not None


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "doctype",
    [
        f'<!DOCTYPE alto [<!ENTITY l0 "ha">{LAUGHS}]>',
        '<!DOCTYPE alto [<!ENTITY l9 SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE alto SYSTEM "http://127.0.0.1:9/alto.dtd">',
    ],
    ids=["expansion", "file", "network"],
)
def test_entities_and_outside_files_are_refused(doctype: str) -> None:
    body = write().decode().removeprefix("<?xml version='1.0' encoding='UTF-8'?>\n")
    for content in (body, body.replace('CONTENT="Ana"', 'CONTENT="&l9;"'), body.replace("Ştefan", "&l9;")):
        with pytest.raises(PackageInvalid):
            read_alto((doctype + content).encode())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no XML",
        write()[:-20],
        b"<alto/>",
        write().replace(b"ns-v4#", b"ns-v3#"),
        write().replace(b">pixel<", b">mm10<"),
        write().replace(b'HPOS="300"', b""),
        write().replace(b'HPOS="300"', b'HPOS="left"'),
        write().replace(b'HPOS="300"', b'HPOS="NaN"'),
        write().replace(b'HPOS="300"', b'HPOS="INF"'),
        write().replace(b'WC="1.0000"', b'WC="7"'),
        write().replace(b'CONTENT="Ana"', b""),
    ],
    ids=["empty", "text", "cut", "foreign", "v3", "mm", "no place", "word", "nan", "inf", "surer than sure", "no text"],
)
def test_what_is_not_our_alto_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(PackageInvalid, match="B 12"):
        read_alto(data, unit="B 12")
