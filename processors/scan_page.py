# SPDX-License-Identifier: EUPL-1.2
"""One page as scanned, neither prepared nor read: what a composer gets that does both by itself.

Measured as every page is (blank, quality, look), so that findings do not depend on the composer.
"""

from processors.access import AccessImage
from processors.decode import Frame, decode_frame
from processors.encoded import EncodedImage, encode_g4, encode_jpeg
from processors.ink import make_small
from processors.limits import Limits
from processors.lookalike import hash_look
from processors.page import PageSettings, PageSource, ProcessedPage
from processors.page_findings import capture_findings, kind_of
from processors.quality import measure_quality
from processors.read.engine import OcrEngine
from processors.read.second import SecondReader
from processors.step_times import keep_times
from processors.straighten import PrepareSettings, prepare_page
from schemas.page import Matrix, PageResult

_COMPONENTS = (1, 3)  # as in any access image: PDF/A-2 with an sRGB output intent has no place for CMYK
_QUALITY = 92  # of a source that is no JPEG: it is read from this, and shown from what the composer makes of it


@keep_times
def scan_page(
    source: PageSource,
    settings: PageSettings,
    engine: OcrEngine,  # noqa: ARG001 the signature of `process_page`
    limits: Limits = Limits(),  # noqa: B008 - frozen
    second: SecondReader | None = None,  # noqa: ARG001
) -> ProcessedPage:
    """Take a page as it is, at full resolution. In place of `process_page`; `engine` and `second` are not asked.

    Raises ImageError and its kinds where the page cannot be decoded.
    """
    frame = decode_frame(source.path, source.frame, limits)
    small = make_small(frame.pixels, frame.dpi)
    prepared = prepare_page(frame, PrepareSettings(deskew=False, crop=False), 0, small)
    quality = measure_quality(frame, small, blank=prepared.blank)
    kind = kind_of(quality, blank=prepared.blank)
    result = PageResult(
        source_digest=frame.digest,
        geometry=prepared.geometry,
        kind=kind,
        findings=tuple(capture_findings(frame, kind, quality, settings.quality)),
        treatment={"as_scanned": True},
        quality=quality.measures,
        look=hash_look(small.contrast, small.factor, prepared.geometry),
    )
    return ProcessedPage(result, _as_scanned(frame))


def _as_scanned(frame: Frame) -> AccessImage:
    height, width = frame.pixels.shape[:2]
    source = frame.encoded
    image: EncodedImage
    if source is not None and source.components in _COMPONENTS:
        image, placement = source, frame.orientation
    else:
        image = encode_g4(frame.pixels) if frame.bitonal else encode_jpeg(frame.pixels, _QUALITY)
        placement = Matrix()
    return AccessImage(image, placement, width, height, frame.dpi)
