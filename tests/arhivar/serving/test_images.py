# SPDX-License-Identifier: EUPL-1.2
"""Pictures of pages, from the package to the file that a reader gets."""

import io
import threading
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from PIL import Image

from arhivar.serving.cache import FileCache
from arhivar.serving.images import ImageServer
from arhivar.serving.packages import Packages
from arhivar.serving.pdfs import PdfServer
from arhivar.serving.server import serve_files
from processors.image_pool import ImagePool
from processors.limits import Limits
from processors.region import THUMBNAIL, ImageRequest
from processors.shown_source import PageToShow
from schemas.errors import ImageAnswerTooLarge, ImageRequestInvalid, ObjectDamaged, PageUnknown, UnitUnknown
from tests.arhivar.serving.conftest import COLOURED, PAGES, SKEWED, UNREADABLE, Served


def picture(served: Served, page: int, request: ImageRequest) -> Image.Image:
    image = served.files.images.image(served.unit, served.version, page, request)
    data = image.read()
    opened = Image.open(io.BytesIO(data))
    assert opened.size == (image.width_px, image.height_px)
    assert Image.MIME[opened.format or ""] == image.media_type
    opened.load()
    return opened


@pytest.mark.parametrize("page", [1, SKEWED, COLOURED, PAGES + 2])
def test_the_words_lie_on_the_picture_where_their_boxes_say(served: Served, page: int) -> None:
    pixels = np.asarray(picture(served, page, ImageRequest(format="png")).convert("L"))
    words = served.files.text.words(served.unit, served.version, page)
    assert pixels.shape == (words.height_px, words.width_px)
    inked = np.zeros_like(pixels, dtype=np.bool_)
    for block in words.blocks:
        for line in block.lines:
            for word in line.words:
                part = np.s_[word.box.top : word.box.bottom, word.box.left : word.box.right]
                assert (pixels[part] < 128).mean() > 0.05, word.text
                inked[word.box.top - 3 : word.box.bottom + 3, word.box.left - 3 : word.box.right + 3] = True
    assert inked.any()
    assert (pixels[~inked] < 128).mean() < 0.002


def test_a_region_is_that_part_of_the_page_turned_and_in_grey_as_asked(served: Served) -> None:
    whole = np.asarray(picture(served, COLOURED, ImageRequest(format="png")))
    part = np.asarray(picture(served, COLOURED, ImageRequest("100,500,300,200", format="png")))
    assert (part == whole[500:700, 100:400]).all()
    turned = np.asarray(picture(served, COLOURED, ImageRequest("100,500,300,200", rotation="90", format="png")))
    assert (turned == np.rot90(part, -1)).all()
    assert picture(served, COLOURED, ImageRequest(quality="gray")).mode == "L"
    half = np.asarray(picture(served, COLOURED, ImageRequest("100,500,300,200", "150,", format="webp")).convert("RGB"))
    assert half.shape == (100, 150, 3)
    assert abs(half.mean() - part.mean()) < 3


def test_a_thumbnail_is_200_pixels_at_its_longer_side(served: Served) -> None:
    for page in range(1, PAGES + 3):
        assert max(picture(served, page, THUMBNAIL).size) == 200


def test_a_page_that_could_not_be_read_is_shown_as_such(served: Served) -> None:
    assert served.files.images.size(served.unit, served.version, UNREADABLE) == (1240, 1754)
    shown = np.asarray(picture(served, UNREADABLE, ImageRequest()).convert("L"))
    assert shown.shape == (1754, 1240)
    assert 0 < (shown < 128).mean() < 0.1


def test_what_is_not_there_is_an_error(served: Served) -> None:
    image = served.files.images.image
    for version, page in ((1, PAGES + 1), (served.version, 0), (served.version, -1), (served.version, 10**12)):
        with pytest.raises(PageUnknown):
            image(served.unit, version, page, THUMBNAIL)
    for version in (0, -1, served.version + 1, 10**9):
        with pytest.raises(UnitUnknown):
            image(served.unit, version, 1, THUMBNAIL)
    with pytest.raises(UnitUnknown):
        image(uuid4(), 1, 1, THUMBNAIL)
    with pytest.raises(ImageRequestInvalid):
        image(served.unit, served.version, 1, ImageRequest(region="9999,0,1,1"))


def test_the_etag_is_known_before_the_picture_is_made_and_differs_with_what_is_asked(served: Served) -> None:
    requests = [
        THUMBNAIL,
        ImageRequest(),
        ImageRequest(format="png"),
        ImageRequest(rotation="90"),
        ImageRequest("0,0,9,9"),
        ImageRequest(quality="gray"),
    ]
    images = [
        served.files.images.image(served.unit, served.version, page, request) for page in (1, 2) for request in requests
    ]
    assert len({image.etag for image in images}) == 12
    assert not served.cache_folder.exists()
    again = served.files.images.image(served.unit, served.version, 1, ImageRequest("0,0,875,1240", "875,1240"))
    assert again.etag == images[1].etag


def test_a_page_is_decoded_once_whoever_asks_for_what(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    make = ImagePool.make

    def counted(pool: ImagePool, page: PageToShow, target: Path, name: str) -> None:
        made.append(name)
        make(pool, page, target, name)

    monkeypatch.setattr(ImagePool, "make", counted)
    found: list[bytes] = []
    sizes = ("max", "100,", "!200,200", "pct:50")

    def ask(size: str) -> None:
        found.append(served.files.images.image(served.unit, served.version, 1, ImageRequest(size=size)).read())

    threads = [threading.Thread(target=ask, args=(size,)) for size in sizes * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert len(set(found)) == 4
    with serve_files(served.archive) as another:
        image = another.images.image(served.unit, served.version, 1, ImageRequest(size="100,"))
        assert image.read() in found
    assert len(made) == 1


def test_whatever_happens_to_the_cache_the_picture_is_the_same(served: Served) -> None:
    image = served.files.images.image(served.unit, served.version, 2, ImageRequest(region="10,10,500,500"))
    first = image.read()
    files = [path for path in served.cache_folder.rglob("*") if path.is_file() and path.stat().st_size > 1000]
    assert files
    for harm in (
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-9]),
        Path.unlink,
    ):
        for path in files:
            if path.exists():
                harm(path)
        assert image.read() == first
    served.files.forget(served.unit)
    assert image.read() == first


def test_what_is_larger_than_the_cache_is_served_all_the_same(served: Served) -> None:
    cache = FileCache(served.cache_folder, 10_000)
    packages = Packages(served.archive)
    pdfs = PdfServer(served.archive, packages, cache)
    with ImagePool(1, Limits()) as pool:
        images = ImageServer(served.archive, packages, cache, pool)
        for _ in range(2):
            assert len(images.image(served.unit, served.version, COLOURED, ImageRequest()).read()) > 10_000
            with pdfs.excerpt(served.unit, served.version, {1, 2}).open() as stream:
                assert len(stream.read()) > 10_000
    assert cache.size_bytes() <= 10_000


def test_a_damaged_scan_is_never_shown_as_sound(served: Served) -> None:
    (master,) = served.archive.settings.home.glob("store/**/masters/001.png")
    data = bytearray(master.read_bytes())
    data[data.index(b"pHYs") + 5] ^= 1  # no pixel of it
    master.chmod(0o600)
    master.write_bytes(data)
    image = served.files.images.image(served.unit, served.version, 1, THUMBNAIL)
    with pytest.raises(ObjectDamaged, match="001"):
        image.read()
    assert [path for path in served.cache_folder.rglob("*") if path.is_file() and path.stat().st_size] == []


def test_a_disk_without_room_for_the_answer_does_not_keep_it_from_the_reader(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = served.files.images.image(served.unit, served.version, 1, ImageRequest()).read()
    monkeypatch.setattr(Path, "write_bytes", lambda path, data: (_ for _ in ()).throw(OSError(28, "No space left")))
    other = served.files.images.image(served.unit, served.version, 1, ImageRequest(size="100,"))
    assert Image.open(io.BytesIO(other.read())).size == (100, 142)
    assert len(first) > 1000


def test_an_answer_has_no_more_pixels_than_the_setting_lets_it(served: Served) -> None:
    settings = served.archive.settings.model_copy(update={"image_max_pixels": 100_000})
    object.__setattr__(served.archive, "settings", settings)
    with serve_files(served.archive) as files:
        reduced = files.images.image(served.unit, served.version, 1, ImageRequest())
        assert reduced.width_px * reduced.height_px <= 100_000
        with pytest.raises(ImageAnswerTooLarge):
            files.images.image(served.unit, served.version, 1, ImageRequest(size="875,1240"))


@pytest.mark.parametrize(
    "words",
    ["../../etc/passwd", "full\0", "%2e%2e%2f", "full\r\nX: y", "9" * 5000, "pct:" + "9" * 400 + ",0,1,1", "０,0,5,5"],
)
def test_hostile_words_are_refused_and_shown_without_harm(served: Served, words: str) -> None:
    for request in (
        ImageRequest(region=words),
        ImageRequest(size=words),
        ImageRequest(rotation=words),
        ImageRequest(quality=words),
        ImageRequest(format=words),
    ):
        with pytest.raises(ImageRequestInvalid) as refused:
            served.files.images.image(served.unit, served.version, 1, request)
        said = str(refused.value)
        assert said.isprintable()
        assert len(said) < 400
    assert not served.cache_folder.exists()
