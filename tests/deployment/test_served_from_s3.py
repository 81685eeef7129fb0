# SPDX-License-Identifier: EUPL-1.2
"""Files for readers where the packages are in a bucket: the same as from a folder, and nothing is left on the disk."""

import hashlib
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest
from PIL import Image

from arhivar.composition import open_archive
from arhivar.serving.server import serve_files
from arhivar.settings import load_settings
from processors.region import THUMBNAIL
from tests.binders import make_binder, text_pages
from tests.deployment.machine import Machine
from tests.processors.test_pdf_pages import poppler_texts
from tests.services import drop_bucket, require

pytestmark = pytest.mark.services


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """The store in a bucket of its own, everything else on this machine."""
    minio = require("minio")
    name = f"arhivar-test-{token_hex(6)}"
    variables = {
        "ARHIVAR_HOME": str(tmp_path / "home"),
        "ARHIVAR_STORE": f"s3://{name}",
        "ARHIVAR_STORE_ENDPOINT": minio["endpoint"],
        "ARHIVAR_STORE_ACCESS_KEY": minio["access_key"],
        "ARHIVAR_STORE_SECRET_KEY": minio["secret_key"],
        "ARHIVAR_STORE_LOCK_DAYS": "1",
        "ARHIVAR_QUIET_SECONDS": "3600",
        "ARHIVAR_WORKERS": "2",
    }
    yield Machine(variables)
    drop_bucket(minio, name)


def test_a_reader_gets_pictures_text_and_pdfs_from_a_bucket(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_binder(tmp_path / "inbox", "mic", text_pages(3), description={"reference_code": "S/1"})
    machine.run("init")
    machine.run("ingest", str(tmp_path / "inbox"))
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    with open_archive(load_settings(machine.variables), searches=False) as archive, serve_files(archive) as files:
        unit = archive.catalogue.unit_by_reference("S/1")
        assert unit is not None
        image = files.images.image(unit.unit_id, 1, 2, THUMBNAIL)
        with Image.open(io.BytesIO(image.read())) as shown:
            assert shown.size == (image.width_px, image.height_px) == (141, 200)
        assert files.text.text(unit.unit_id, 1, 2).text.startswith("Pagina numarul 2")
        with files.pdfs.excerpt(unit.unit_id, 1, {1, 3}).open() as stream:
            (tmp_path / "excerpt.pdf").write_bytes(stream.read())
        assert [text.split()[2] for text in poppler_texts(tmp_path / "excerpt.pdf")] == ["1", "3"]
        volume = files.pdfs.volume(unit.unit_id, 1, 1)
        assert volume is not None
        with volume.open() as stream:
            whole = stream.read()
            assert hashlib.sha512(whole).hexdigest().startswith(volume.etag)
            stream.seek(100)
            assert stream.read(50) == whole[100:150]
        assert not list(scratch.glob("arhivar-file-*"))
    assert list(scratch.iterdir()) == []
