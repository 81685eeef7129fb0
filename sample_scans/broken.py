# SPDX-License-Identifier: EUPL-1.2
"""Make the broken drops: ``python -m sample_scans.broken --out DIR``. Each is named by the finding it must produce.

Their pages are cut from the committed sample, so no font is needed, and the same run gives the same bytes on the same
versions of Pillow and pikepdf. Everything else is as it should be: what is wrong with a drop is one thing alone.
"""

import argparse
import io
import json
import struct
import sys
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image

READY_FILE = "_READY"
SAMPLES = Path(__file__).parent
_SOURCE = SAMPLES / "permits-1987"
_CUT_PX = ((330, 650, 1530, 1050), (300, 1150, 1500, 1550), (330, 700, 1530, 1100))
"""Left, top, right, bottom of the pieces of pages 2, 3 and 9: running text, no stamp."""
_DPI = 250
_BOMB_PX = 60_000
_NESTING, _REPEATS = 12, 12

Maker = Callable[[Path], None]


def piece(number: int) -> Image.Image:
    """Piece `number` (0, 1, 2) of the sample's text, black on white, 1200x400 pixels at 250 dpi."""
    with Image.open(_SOURCE / f"{(2, 3, 9)[number]:03}.jpg") as image:
        gray = image.convert("L").crop(_CUT_PX[number])
    return gray.point(lambda tone: 255 if tone > 130 else 0).convert("1", dither=Image.Dither.NONE)


def page_tiff(number: int) -> bytes:
    """The piece as a page: bitonal TIFF, CCITT Group 4."""
    file = io.BytesIO()
    piece(number).save(file, "TIFF", compression="group4", dpi=(_DPI, _DPI))
    return file.getvalue()


def page_jpeg(number: int) -> bytes:
    """The piece as a small gray JPEG."""
    file = io.BytesIO()
    gray = piece(number).convert("L").resize((600, 200), Image.Resampling.BOX)
    gray.save(file, "JPEG", quality=30, dpi=(_DPI / 2, _DPI / 2), optimize=True)
    return file.getvalue()


def page_png(number: int, *, stated: bool = True) -> bytes:
    """The piece as a PNG that states its resolution, or does not."""
    file = io.BytesIO()
    piece(number).save(file, "PNG", optimize=True, **({"dpi": (_DPI, _DPI)} if stated else {}))
    return file.getvalue()


def bomb_png() -> bytes:
    """A PNG of a few hundred bytes whose header promises 3.6 thousand million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", _BOMB_PX, _BOMB_PX, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(100_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def _pdf_bytes(pdf: Pdf, encryption: pikepdf.Encryption | None = None) -> bytes:
    file = io.BytesIO()
    if encryption is None:
        pdf.save(file, deterministic_id=True)
    else:
        pdf.save(file, encryption=encryption, static_id=True)
    return file.getvalue()


def scanned_pdf() -> Pdf:
    """A PDF of one scanned page, as a scanner's program makes it."""
    gray = piece(0)
    pdf = Pdf.new()
    image = pdf.make_stream(gray.tobytes())
    image.Type, image.Subtype, image.ColorSpace = Name.XObject, Name.Image, Name.DeviceGray
    image.Width, image.Height, image.BitsPerComponent = gray.width, gray.height, 1
    width, height = (side * 72 / _DPI for side in gray.size)
    page = pdf.add_blank_page(page_size=(width, height))
    page.obj.Resources = Dictionary(XObject=Dictionary(I=image))
    page.obj.Contents = pdf.make_stream(f"q {width:g} 0 0 {height:g} 0 0 cm /I Do Q".encode())
    return pdf


def pdf_with_script() -> bytes:
    """A scanned PDF that starts a script when opened and when its page is shown, and carries a program."""
    pdf = scanned_pdf()
    script = Dictionary(S=Name.JavaScript, JS='app.alert("Acest text nu trebuie să apară.");')
    pdf.Root.OpenAction = script
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(["pornire", script])))
    pdf.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.Launch, F="calc.exe"))
    described = pikepdf.AttachedFileSpec(
        pdf,
        b"@echo off\r\n",
        filename="curatare.bat",
        description="",
        mime_type="text/plain",
        creation_date="",
        mod_date="",
    )
    pdf.attachments["curatare.bat"] = described
    return _pdf_bytes(pdf)


def hanging_pdf() -> bytes:
    """A page that draws a form, which draws another 12 times, which draws another 12 times, 12 deep."""
    pdf = Pdf.new()
    inner = pdf.make_stream(b"0 0 1 1 re f")
    inner.Type, inner.Subtype, inner.BBox = Name.XObject, Name.Form, Array([0, 0, 300, 300])
    for _ in range(_NESTING):
        outer = pdf.make_stream(b"/F Do " * _REPEATS)
        outer.Type, outer.Subtype, outer.BBox = Name.XObject, Name.Form, Array([0, 0, 300, 300])
        outer.Resources = Dictionary(XObject=Dictionary(F=inner))
        inner = outer
    page = pdf.add_blank_page(page_size=(300, 300))
    page.obj.Resources = Dictionary(XObject=Dictionary(F=inner))
    page.obj.Contents = pdf.make_stream(b"/F Do")
    return _pdf_bytes(pdf)


def _files(contents: Mapping[str, bytes]) -> Maker:
    def make(folder: Path) -> None:
        for name, content in contents.items():
            (folder / name).write_bytes(content)

    return make


def _with_link(folder: Path) -> None:
    (folder / "001.tif").write_bytes(page_tiff(0))
    (folder / "002.jpg").symlink_to("../../permits-1987/002.jpg")


def _described(code: str, **fields: object) -> dict[str, object]:
    return {"reference_code": f"LU/GREȘIT/{code}", "title": f"Lot greșit: {code}", "languages": ["ron"], **fields}


def broken_drops() -> Mapping[str, tuple[Mapping[str, object] | None, Maker]]:
    """Each drop by its folder's name: its `unit.json` (None: it has none), and what writes its other files."""
    first, second = page_tiff(0), page_tiff(1)
    two = _files({"001.tif": first, "002.tif": second})
    encrypted = pikepdf.Encryption(owner="arhiva", user="secret", R=3, aes=False, metadata=False)
    listed = ["001.tif", "002.tif"]
    white = io.BytesIO()
    Image.new("1", (1200, 400), 1).save(white, "TIFF", compression="group4", dpi=(_DPI, _DPI))
    whole = _pdf_bytes(scanned_pdf())
    drops: dict[str, tuple[Mapping[str, object] | None, Maker]] = {
        "description-missing": (None, two),
        "description-invalid": ({"reference_code": "LU/GREȘIT/1", "date_from": "12.V.1987", "nr_file": 2}, two),
        "unit-conflict": ({"reference_code": "LU/CP/SGC/1987/14", "languages": ["ron"]}, two),
        "link-refused": (_described("link-refused"), _with_link),
        "no-pages": (_described("no-pages"), _files({"Thumbs.db": b"what a file manager leaves"})),
        "page-listed-missing": (_described("page-listed-missing", pages=listed), _files({"001.tif": first})),
        "file-not-listed": (_described("file-not-listed", pages=["001.tif"]), two),
        "attachment-kept": (
            _described("attachment-kept"),
            _files({"001.tif": first, "inventar.csv": b"nr;titlu\n1;Cerere\n"}),
        ),
        "folio-count": (_described("folio-count", folios=5), two),
        "sequence-gap": (_described("sequence-gap"), _files({"001.tif": first, "003.tif": second})),
        "page-duplicate": (
            _described("page-duplicate"),
            _files({"001.tif": first, "002.tif": second, "003.tif": first}),
        ),
        "file-unsupported": (
            _described("file-unsupported"),
            _files({"001.tif": first, "002.tif": b"Aceasta nu este o imagine.\n"}),
        ),
        "file-empty": (_described("file-empty"), _files({"001.tif": first, "002.tif": b""})),
        "file-unreadable": (
            _described("file-unreadable"),
            _files({"001.tif": first, "002.pdf": whole[: len(whole) // 2]}),
        ),
        "document-encrypted": (
            _described("document-encrypted"),
            _files({"001.tif": first, "002.pdf": _pdf_bytes(scanned_pdf(), encrypted)}),
        ),
        "page-unreadable": (
            _described("page-unreadable"),
            _files({"001.jpg": page_jpeg(0), "002.jpg": page_jpeg(1)[:3000], "003.jpg": page_jpeg(2)}),
        ),
        "page-too-large": (_described("page-too-large"), _files({"001.tif": first, "002.png": bomb_png()})),
        "page-limit": (_described("page-limit"), _files({"001.tif": first, "002.pdf": hanging_pdf()})),
        "page-blank": (_described("page-blank"), _files({"001.tif": first, "002.tif": white.getvalue()})),
        "resolution-unknown": (_described("resolution-unknown"), _files({"001.png": page_png(0, stated=False)})),
        "harmless-pdf-script": (_described("harmless-pdf-script"), _files({"001.pdf": pdf_with_script()})),
    }
    return drops


def write_broken(out: Path) -> list[Path]:
    """Write every broken drop below `out`, anew, `_READY` last. Returns their folders."""
    folders = []
    for name, (description, make) in broken_drops().items():
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        make(folder)
        if description is not None:
            text = json.dumps(description, ensure_ascii=False, indent=2) + "\n"
            (folder / "unit.json").write_text(text, encoding="utf-8")
        (folder / READY_FILE).touch()
        folders.append(folder)
    return folders


def main(argv: Sequence[str] | None = None) -> int:
    """The command line. Answers the exit code."""
    parser = argparse.ArgumentParser(prog="python -m sample_scans.broken", description="Make the broken drops.")
    parser.add_argument("--out", type=Path, required=True, help="folder in which the drops' folders are made")
    folders = write_broken(parser.parse_args(argv).out)
    print(f"{len(folders)} drops")
    return 0


if __name__ == "__main__":
    sys.exit(main())
