# SPDX-License-Identifier: EUPL-1.2
"""What benchmarks read: sets of page images with their true text, from the sample binders and from folders.

A folder is a set where images (jpg, jpeg, png, tif, tiff) have a `.gt.txt` of the same name beside them; what stands on
a page's stamps may be in a `.stamps.txt`. Its languages stand in its `languages.txt` (Tesseract's names, the chief one
first, with white space or commas between them), else in its name: `fra`, `deu+eng`, `typescript-fr` (what follows the
last hyphen, two-letter codes too).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from processors.read.language import language_tag
from processors.read.tessdata import available_languages, find_tessdata
from sample_scans.plan import known_binders, load_plan
from sample_scans.truth import STAMPS_SUFFIX, load_stamps, load_true_text, load_truth
from schemas.page import PageKind

TRUTH_SUFFIX = ".gt.txt"
IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff")
LANGUAGES_FILE = "languages.txt"

_SAMPLES = Path(__file__).resolve().parent.parent / "sample_scans"
_MARKS = re.compile(r"~~~|[_^]")
"""Signs of transcribers that are not on the page: handwriting, underlined, superscript (HTR-United's Tapuscorpus)."""


class NoLanguages(Exception):
    """A folder does not say which languages its pages are in."""


@dataclass(frozen=True)
class BenchPage:
    """A page image; `truth` is empty for a blank one, `language` and `rotation_deg` None where nobody knows."""

    image: Path
    truth: str
    language: str | None = None
    rotation_deg: int | None = None
    stamps: tuple[str, ...] = ()
    """Lines on its stamps, as far as they are known: not in the truth, and not wrong where they are read."""
    running: bool = False
    """Known to be a page of running text, tables and forms: no cover, no drawing."""

    @property
    def is_text(self) -> bool:
        return bool(self.truth.strip())


@dataclass(frozen=True)
class BenchUnit:
    """Pages that come in together, and all the languages that they may be in."""

    name: str
    languages: tuple[str, ...]
    pages: tuple[BenchPage, ...]


@dataclass(frozen=True)
class BenchSet:
    """What gets a row a program: units that are read in one run, as an archive would."""

    name: str
    units: tuple[BenchUnit, ...]
    real: bool = False
    """Scans of real documents, as against drawn ones."""
    note: str | None = None

    @property
    def pages(self) -> list[BenchPage]:
        return [page for unit in self.units for page in unit.pages]

    @property
    def source_bytes(self) -> int:
        return sum(page.image.stat().st_size for page in self.pages)


def sample_set(folder: Path, name: str, note: str | None = None) -> BenchSet:
    """The sample binders in `folder`, which has one of each; their truth is the committed one."""
    units = []
    for binder in known_binders():
        truth = _SAMPLES / "truth" / binder
        pages = tuple(
            BenchPage(
                image=folder / binder / page.file,
                truth="" if page.kind is PageKind.BLANK else load_true_text(truth, page),
                language=page.language,
                rotation_deg=page.rotation_deg,
                stamps=load_stamps(truth, page),
                running=page.kind is PageKind.PAGE and not page.drawing,
            )
            for page in load_truth(truth).pages
        )
        units.append(BenchUnit(binder, load_plan(binder).description.languages or ("ron",), pages))
    return BenchSet(name, tuple(units), note=note)


def folder_sets(root: Path) -> list[BenchSet]:
    """A set for `root` and each folder below it that holds images with their truth, in the order of their paths.

    Raises NoLanguages, and FileNotFoundError where `root` is not there.
    """
    if not root.is_dir():
        raise FileNotFoundError(f"{root} is no folder")
    folders = [root, *sorted(path for path in root.rglob("*") if path.is_dir())]
    found = []
    for folder in folders:
        pages = tuple(_pages(folder))
        if pages:
            unit = BenchUnit(folder.name, folder_languages(folder), pages)
            found.append(BenchSet(folder.name, (unit,), real=True))
    return found


def _pages(folder: Path) -> Iterator[BenchPage]:
    for truth in sorted(folder.glob(f"*{TRUTH_SUFFIX}")):
        stem = truth.name.removesuffix(TRUTH_SUFFIX)
        images = [path for path in folder.glob(f"{stem}.*") if path.suffix.lower() in IMAGE_SUFFIXES]
        images = [path for path in images if path.stem == stem]
        if images:
            stamps = truth.with_name(f"{stem}{STAMPS_SUFFIX}")
            yield BenchPage(
                min(images),
                _MARKS.sub("", truth.read_text(encoding="utf-8")),
                stamps=tuple(stamps.read_text(encoding="utf-8").splitlines()) if stamps.is_file() else (),
            )


def folder_languages(folder: Path) -> tuple[str, ...]:
    """The languages of a folder's pages, by Tesseract's names. Raises NoLanguages where one is not known."""
    file = folder / LANGUAGES_FILE
    said = file.read_text(encoding="utf-8") if file.is_file() else folder.name.rpartition("-")[2]
    names = [name for name in re.split(r"[\s,+]+", said) if name]
    models = available_languages(find_tessdata())
    languages = [_model(name, models) for name in names]
    if not languages or None in languages:
        raise NoLanguages(
            f"{folder}: its languages are not known ({said.strip()!r}): name them in {LANGUAGES_FILE}, as `fra` or "
            f"`fra,eng`; there are models for {', '.join(models)}"
        )
    return tuple(language for language in languages if language is not None)


def _model(name: str, models: Sequence[str]) -> str | None:
    if name in models:
        return name
    return next((model for model in models if language_tag(model) == name), None)
