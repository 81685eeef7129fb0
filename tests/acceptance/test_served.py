# SPDX-License-Identifier: EUPL-1.2
"""The sample binders as a reader gets them: every page, and excerpts that veraPDF accepts."""

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from arhivar.composition import Archive
from arhivar.intake.take import IntakeOptions
from arhivar.serving.server import FileServer, serve_files
from arhivar.settings import CHECKOUT
from processors.region import THUMBNAIL, ImageRequest
from tests.acceptance.conftest import ingested
from tests.processors.compose_material import real_verapdf

Samples = tuple[Archive, FileServer]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Samples]:
    """Every sample binder, ingested."""
    folder = tmp_path_factory.mktemp("samples")
    for drop in (CHECKOUT / "sample_scans").glob("*/unit.json"):
        shutil.copytree(drop.parent, folder / "inbox" / drop.parent.name)
    with ingested(folder / "home", folder / "inbox", IntakeOptions()) as (archive, _), serve_files(archive) as files:
        assert len(archive.catalogue.units()) >= 3
        yield archive, files


def test_every_page_is_shown_as_large_as_its_words_say(samples: Samples) -> None:
    archive, files = samples
    for unit in archive.catalogue.units():
        assert unit.version is not None
        for page in range(1, (unit.pages or 0) + 1):
            words = files.text.words(unit.unit_id, unit.version, page)
            assert files.images.size(unit.unit_id, unit.version, page) == (words.width_px, words.height_px)
            for request in (THUMBNAIL, ImageRequest(region="pct:10,10,30,20")):
                image = files.images.image(unit.unit_id, unit.version, page, request)
                with Image.open(io.BytesIO(image.read())) as shown:
                    assert shown.size == (image.width_px, image.height_px)


def test_verapdf_accepts_excerpts_of_every_binder(samples: Samples, tmp_path: Path) -> None:
    archive, files = samples
    verapdf = real_verapdf()
    made: list[Path] = []
    for unit in archive.catalogue.units():
        unit_id, version, pages = unit.unit_id, unit.version or 0, unit.pages or 0

        @settings(
            max_examples=6, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
        )
        @given(st.sets(st.integers(1, pages), min_size=1))
        def write(wanted: set[int]) -> None:
            target = tmp_path / f"{len(made)}.pdf"
            with files.pdfs.excerpt(unit_id, version, wanted).open() as stream:  # noqa: B023 - called at once
                target.write_bytes(stream.read())
            made.append(target)

        write()
    assert len(made) >= 9
    for verdict in verapdf.validate(made):
        assert verdict.valid, verdict.failures
