# SPDX-License-Identifier: EUPL-1.2
"""The access image is never larger than its source, and lies where the page's matrix says."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from processors.access import AccessSettings, make_access_image
from processors.encoded import Codec, EncodedImage, encode_g4, encode_jpeg
from processors.straighten import PrepareSettings, prepare_page
from schemas.page import Matrix
from schemas.reading import Fidelity
from tests.processors.typed_pages import HEIGHT, WIDTH, bitonal, colour, frame_of, tilt, typed_page

SETTINGS = AccessSettings(fidelity=Fidelity.HIGH)


def corners(matrix: Matrix, image: EncodedImage) -> list[tuple[float, float]]:
    return [matrix.map(x, y) for x in (0, image.width_px) for y in (0, image.height_px)]


def test_a_colour_page_becomes_a_smaller_jpeg_that_fills_the_page() -> None:
    frame = frame_of(colour(tilt(typed_page(), 2.0)))
    prepared = prepare_page(frame, PrepareSettings(), 0)
    access = make_access_image(frame, prepared, SETTINGS)
    assert access.image.codec is Codec.JPEG
    assert access.image.components == 3
    assert access.image.width_px == pytest.approx(access.width_px * 2 / 3, abs=1)
    assert corners(access.placement, access.image)[0] == pytest.approx((0, 0))
    assert corners(access.placement, access.image)[3] == pytest.approx((access.width_px, access.height_px))
    assert (access.width_px, access.height_px) == (prepared.geometry.width_px, prepared.geometry.height_px)


def test_a_grey_page_becomes_a_jpeg_of_one_component() -> None:
    frame = frame_of(typed_page())
    image = make_access_image(frame, prepare_page(frame, PrepareSettings(), 0), SETTINGS).image
    assert (image.codec, image.components) == (Codec.JPEG, 1)


def test_the_jpeg_shows_the_straightened_page() -> None:
    frame = frame_of(tilt(typed_page(), 3.0))
    prepared = prepare_page(frame, PrepareSettings(), 0)
    access = make_access_image(frame, prepared, SETTINGS)
    shown = cv2.imdecode(np.frombuffer(access.image.data, np.uint8), cv2.IMREAD_GRAYSCALE)
    expected = cv2.resize(
        prepared.pixels, (access.image.width_px, access.image.height_px), interpolation=cv2.INTER_AREA
    )
    assert np.abs(np.asarray(shown).astype(int) - np.asarray(expected)).mean() < 4


def test_a_source_jpeg_that_is_smaller_goes_through_with_the_matrix() -> None:
    page = tilt(typed_page(), 2.0)
    source = encode_jpeg(page, 4)
    orientation = Matrix(a=0, b=-1, c=HEIGHT, d=1, e=0)  # as EXIF orientation 6 of a lying image
    frame = frame_of(page, encoded=source, orientation=orientation)
    prepared = prepare_page(frame, PrepareSettings(), 0)
    access = make_access_image(frame, prepared, AccessSettings(quality=95, fidelity=Fidelity.HIGH))
    assert access.image is source
    assert access.placement == orientation.then(prepared.geometry.matrix)


def test_a_source_jpeg_that_is_larger_is_replaced() -> None:
    page = colour(typed_page())
    source = encode_jpeg(page, 95)
    frame = frame_of(page, encoded=source)
    access = make_access_image(frame, prepare_page(frame, PrepareSettings(), 0), SETTINGS)
    assert access.image is not source
    assert len(access.image.data) < len(source.data)


@pytest.mark.parametrize("codec", [Codec.CCITT_G4, Codec.JBIG2])
def test_a_bitonal_stream_goes_through_as_it_is_and_is_straightened_by_its_placement(codec: Codec) -> None:
    page = bitonal(tilt(typed_page(), -2.5))
    source = EncodedImage(codec=codec, data=b"as it came", width_px=WIDTH, height_px=HEIGHT, components=1, bits=1)
    frame = frame_of(page, is_bitonal=True, encoded=source)
    prepared = prepare_page(frame, PrepareSettings(), 180)
    access = make_access_image(frame, prepared, SETTINGS)
    assert access.image is source
    assert access.placement == prepared.geometry.matrix
    assert prepared.geometry.skew_deg == pytest.approx(-2.5, abs=0.3)


def test_bitonal_pixels_without_a_stream_are_kept_without_loss() -> None:
    page = bitonal(tilt(typed_page(), 1.5))
    frame = frame_of(page, is_bitonal=True)
    prepared = prepare_page(frame, PrepareSettings(), 0)
    access = make_access_image(frame, prepared, SETTINGS)
    assert access.image == encode_g4(page)  # the scan's own pixels, not the straightened ones
    assert access.placement == prepared.geometry.matrix


def test_an_assumed_resolution_does_not_make_a_small_photograph_smaller() -> None:
    page = typed_page()[:1300, :950].copy()
    unknown = frame_of(page, dpi_known=False)
    kept = make_access_image(unknown, prepare_page(unknown, PrepareSettings(), 0), SETTINGS)
    assert kept.image.width_px == kept.width_px
    known = frame_of(page)
    reduced = make_access_image(known, prepare_page(known, PrepareSettings(), 0), SETTINGS)
    assert reduced.image.width_px < reduced.width_px


def test_a_page_in_layers_is_smaller_than_in_one_picture_and_where_it_is_not_the_picture_is_taken() -> None:
    frame = frame_of(colour(tilt(typed_page(), 2.0)))
    prepared = prepare_page(frame, PrepareSettings(), 0)
    layered = make_access_image(frame, prepared, AccessSettings())
    plain = make_access_image(frame, prepared, SETTINGS)
    assert layered.layers
    assert not plain.layers
    assert layered.size_bytes < plain.size_bytes / 2
    for dpi, quality in ((72, 10), (110, 2)):
        coarse = AccessSettings(dpi=dpi, quality=quality, fidelity=Fidelity.HIGH)
        one_picture = make_access_image(frame, prepared, coarse)
        smaller = make_access_image(frame, prepared, replace(coarse, fidelity=Fidelity.ACCESS))
        assert one_picture.size_bytes < layered.size_bytes
        assert smaller == one_picture


def test_a_source_jpeg_that_is_smaller_than_its_layers_goes_through() -> None:
    page = typed_page()
    source = encode_jpeg(page, 1)
    frame = frame_of(page, encoded=source)
    prepared = prepare_page(frame, PrepareSettings(), 0)
    layered = make_access_image(frame_of(page), prepared, AccessSettings())
    access = make_access_image(frame, prepared, AccessSettings())
    assert (access.image is source) == (len(source.data) <= layered.size_bytes)
    assert access.size_bytes <= len(source.data)


def test_a_coarse_scan_is_not_cut_into_two_tones() -> None:
    page = colour(typed_page())
    coarse = frame_of(page, dpi=120)
    assert make_access_image(coarse, prepare_page(coarse, PrepareSettings(), 0), AccessSettings()).layers == ()
