# SPDX-License-Identifier: EUPL-1.2
"""What an access PDF says of itself: XMP, document information, output intent, language.

XMP uses only properties that PDF/A-2 predefines (ISO 19005-2, 6.6.2.3), so no extension schema is needed. Nothing is
taken from the clock: the same unit gives the same bytes.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from xml.sax.saxutils import escape

from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from PIL import ImageCms

from processors.pdf_font import clean
from schemas.messages import Message
from schemas.unit import UnitDescription

_TAGS = {
    "bul": "bg-BG",
    "ces": "cs-CZ",
    "chu": "cu",
    "deu": "de-DE",
    "deu_frak": "de-Latf-DE",
    "deu_latf": "de-Latf-DE",
    "ell": "el-GR",
    "eng": "en",
    "fra": "fr-FR",
    "frk": "de-Latf-DE",
    "heb": "he-IL",
    "hrv": "hr-HR",
    "hun": "hu-HU",
    "ita": "it-IT",
    "lat": "la",
    "pol": "pl-PL",
    "ron": "ro-RO",
    "rus": "ru-RU",
    "slk": "sk-SK",
    "slv": "sl-SI",
    "spa": "es-ES",
    "srp": "sr-Cyrl-RS",
    "srp_latn": "sr-Latn-RS",
    "tur": "tr-TR",
    "ukr": "uk-UA",
    "yid": "yi",
}


def language_tag(code: str) -> str:
    """The BCP 47 tag of a language named as Tesseract names it: ``ron`` is ``ro-RO``. An unknown one keeps its ISO
    639 code, which is well-formed too.
    """
    return _TAGS.get(code) or code.partition("_")[0]


@dataclass(frozen=True)
class Statement:
    """What XMP and document information both say; one source, so that they agree."""

    title: str
    reference_code: str
    fonds: str | None
    languages: tuple[str, ...]
    period: tuple[str, ...]
    producer: str
    created: datetime | None
    abstract: Message | None = None
    """What it is of the unit, where it is not all of a volume."""
    source: str | None = None
    """What it was taken from."""

    @classmethod
    def of(cls, description: UnitDescription, producer: str, created: datetime | None) -> "Statement":
        """From the unit's description. Without `created`, the time of the PDF is the end of the unit's period."""
        period = tuple(date for date in (description.date_from, description.date_to) if date)
        if created is None and period:
            created = _start_of(period[-1])
        return cls(
            title=clean(description.title),
            reference_code=clean(description.reference_code),
            fonds=clean(description.fonds) if description.fonds else None,
            languages=tuple(dict.fromkeys(language_tag(code) for code in description.languages)),
            period=tuple(dict.fromkeys(period)),
            producer=clean(producer),
            created=created.astimezone(UTC).replace(microsecond=0) if created else None,
        )


def _start_of(date: str) -> datetime:
    year, month, day = (*(int(part) for part in date.split("-")), 1, 1)[:3]
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:  # the schema lets 31 February pass
        return datetime(max(year, 1), month, 1, tzinfo=UTC)


def describe(pdf: Pdf, statement: Statement) -> None:
    """Put the statement, the language and the sRGB output intent into `pdf`."""
    root = pdf.Root
    root.Metadata = pdf.make_indirect(Stream(pdf, _xmp(statement), Type=Name.Metadata, Subtype=Name.XML))
    root.Lang = String(statement.languages[0])
    root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    root.OutputIntents = Array(
        [
            Dictionary(
                Type=Name.OutputIntent,
                S=Name.GTS_PDFA1,
                OutputConditionIdentifier=String("sRGB"),
                Info=String("sRGB IEC61966-2.1"),
                DestOutputProfile=pdf.make_indirect(Stream(pdf, srgb_profile(), N=3)),
            )
        ]
    )
    info = Dictionary(Title=String(statement.title), Producer=String(statement.producer))
    info.Creator = info.Producer
    if statement.abstract:
        info.Subject = String(statement.abstract.ro)
    if statement.fonds:
        info.Author = String(statement.fonds)
    if statement.created:
        info.CreationDate = String(_pdf_date(statement.created))
        info.ModDate = info.CreationDate
    pdf.trailer.Info = pdf.make_indirect(info)


def _pdf_date(moment: datetime) -> str:
    return f"D:{moment.year:04d}{moment:%m%d%H%M%S}+00'00'"


def _xmp(statement: Statement) -> bytes:
    properties = [
        "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance>",
        "<dc:format>application/pdf</dc:format>",
        f"<dc:identifier>{escape(statement.reference_code)}</dc:identifier>",
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(statement.title)}</rdf:li></rdf:Alt></dc:title>',
        _container("dc:language", "Bag", statement.languages),
        f"<pdf:Producer>{escape(statement.producer)}</pdf:Producer>",
        f"<xmp:CreatorTool>{escape(statement.producer)}</xmp:CreatorTool>",
    ]
    if statement.abstract:
        said = "".join(
            f'<rdf:li xml:lang="{language}">{escape(text)}</rdf:li>'
            for language, text in (("x-default", statement.abstract.ro), ("en", statement.abstract.en))
        )
        properties.append(f"<dc:description><rdf:Alt>{said}</rdf:Alt></dc:description>")
    if statement.source:
        properties.append(f"<dc:source>{escape(statement.source)}</dc:source>")
    if statement.fonds:
        properties.append(_container("dc:creator", "Seq", (statement.fonds,)))
    if statement.period:
        properties.append(_container("dc:date", "Seq", statement.period))
    if statement.created:
        moment = statement.created.isoformat()
        properties.append(f"<xmp:CreateDate>{moment}</xmp:CreateDate><xmp:ModifyDate>{moment}</xmp:ModifyDate>")
    return "\n".join([_XMP_HEAD, *properties, _XMP_TAIL]).encode("utf-8")


def _container(name: str, kind: str, values: tuple[str, ...]) -> str:
    items = "".join(f"<rdf:li>{escape(value)}</rdf:li>" for value in values)
    return f"<{name}><rdf:{kind}>{items}</rdf:{kind}></{name}>"


_XMP_HEAD = """<?xpacket begin="\N{ZERO WIDTH NO-BREAK SPACE}" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">"""

_XMP_TAIL = """</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


@cache
def srgb_profile() -> bytes:
    """The sRGB ICC profile of Little CMS, without the time of its making (ICC.1:2010, 7.2: date at 24, id at 84)."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes.fromhex("07d0 0001 0001 0000 0000 0000")
    profile[84:100] = bytes(16)
    return bytes(profile)
