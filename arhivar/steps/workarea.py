# SPDX-License-Identifier: EUPL-1.2
"""The work area: results of steps on this machine, so that a killed run goes on where it stopped.

A page's result is kept under what it depends on: the file's digest and frame, the step's version and its settings. It
is not the page's identity: two pages with the same pixels share a result and stay two pages. Nothing here is truth;
all of it may be deleted between runs.
"""

import hashlib
import io
import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from schemas.crash_points import CrashPoint, reached
from schemas.disk import disk_errors
from schemas.errors import DiskUnavailable
from schemas.owners import owner_name
from schemas.page import Matrix, PageResult

if TYPE_CHECKING:  # steps that look at no image start without the libraries for it
    from processors.access import AccessImage
    from processors.encoded import EncodedImage
    from processors.page import ProcessedPage


def page_key(sha512: str, frame: int, fingerprint: str, engine: str) -> str:
    """Under what a page's result is kept; `fingerprint` is its settings', `engine` the OCR engine with its models."""
    from processors.page import STEP_VERSION

    parts = (sha512, str(frame), STEP_VERSION, fingerprint, engine)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class WorkArea:
    """Files below `root`. Written whole or not at all: the image first, then the JSON that completes the entry.

    Every method raises DiskFull and DiskUnavailable.
    """

    root: Path

    def load_page(self, key: str) -> "ProcessedPage | None":
        """A kept result, or None. A damaged entry counts as absent."""
        from processors.page import ProcessedPage

        head = self._page(key, "json")
        try:
            content = json.loads(_read(head))
            data = _read(self._page(key, "img"))
            if hashlib.sha256(data).hexdigest() != content["image"]["sha256"]:
                return None
            extra = _read(self._page(key, "globals")) if content["image"]["globals"] else None
            return ProcessedPage(
                result=PageResult.model_validate(content["result"]),
                image=image_from(content["image"], data, extra),
            )
        except (FileNotFoundError, ValueError, KeyError):
            return None

    def load_result(self, key: str) -> PageResult | None:
        """The result alone, without the image."""
        try:
            return PageResult.model_validate(json.loads(_read(self._page(key, "json")))["result"])
        except (FileNotFoundError, ValueError, KeyError):
            return None

    def keep_page(self, key: str, page: "ProcessedPage") -> None:
        """Keep a result."""
        image = page.image.image
        _write(self._page(key, "img"), image_bytes(page.image))
        if image.globals_data is not None:
            _write(self._page(key, "globals"), image.globals_data)
        reached(CrashPoint.PAGE_IMAGE_KEPT)
        content = {"result": page.result.model_dump(mode="json"), "image": image_to(page.image)}
        _write(self._page(key, "json"), json.dumps(content).encode())
        reached(CrashPoint.PAGE_KEPT)

    def drop_pages(self, keys: Iterable[str]) -> None:
        """Forget results."""
        for key in keys:
            for suffix in ("json", "img", "globals"):
                with disk_errors(self.root):
                    self._page(key, suffix).unlink(missing_ok=True)

    def ingest_folder(self, ingest_id: str) -> Path:
        """A folder for what is made of the whole ingest."""
        folder = self.root / "ingests" / ingest_id
        with disk_errors(self.root):
            folder.mkdir(parents=True, exist_ok=True)
        return folder

    def drop_ingest(self, ingest_id: str) -> None:
        """Remove the ingest's folder."""
        shutil.rmtree(self.root / "ingests" / ingest_id, ignore_errors=True)

    def held(self) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
        """All files of pages' results, also unfinished ones; all folders of ingests."""
        pages, ingests = self.root / "pages", self.root / "ingests"
        return tuple(path for path in pages.glob("*/*") if path.is_file()), tuple(ingests.glob("*"))

    def _page(self, key: str, suffix: str) -> Path:
        return self.root / "pages" / key[:2] / f"{key}.{suffix}"


def writer_of(path: Path) -> str | None:
    """Which process (`schemas.owners`) writes this file of a page's result; None for one that is whole."""
    return path.name.rpartition(".")[2] if path.name.startswith(".") else None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        detail = error.strerror or str(error)
        raise DiskUnavailable(where=str(path), detail=detail) from error


def _write(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{owner_name()}")
    with disk_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.write_bytes(data)
            temporary.replace(path)
        except BaseException:  # half a file would fill the disk further
            temporary.unlink(missing_ok=True)
            raise


def image_bytes(access: "AccessImage") -> bytes:
    """The bytes of a page's image and of its layers, one after the other."""
    return b"".join(image.data for image in _streams(access))


def _streams(access: "AccessImage") -> Iterator["EncodedImage"]:
    yield access.image
    for layer in access.layers:
        yield layer.image
        if layer.stencil is not None:
            yield layer.stencil


def image_to(access: "AccessImage") -> dict[str, object]:
    """What JSON says of a page's image; its bytes (`image_bytes`) lie beside it."""
    return {
        "sha256": hashlib.sha256(image_bytes(access)).hexdigest(),
        **_encoded_to(access.image),
        "globals": access.image.globals_data is not None,
        "placement": access.placement.model_dump(),
        "page_width_px": access.width_px,
        "page_height_px": access.height_px,
        "dpi": access.dpi,
        "layers": [
            {
                **_encoded_to(layer.image),
                "placement": layer.placement.model_dump(),
                "stencil": None if layer.stencil is None else _encoded_to(layer.stencil),
            }
            for layer in access.layers
        ],
    }


def image_from(content: dict[str, Any], data: bytes, globals_data: bytes | None) -> "AccessImage":
    """The image that `image_to` described. Raises KeyError and ValueError for what is damaged."""
    from processors.access import AccessImage
    from processors.layers import Layer

    stream = io.BytesIO(data)
    image = _encoded_from(content, stream, globals_data)
    layers = []
    for layer in content["layers"]:
        picture = _encoded_from(layer, stream)
        stencil = None if layer["stencil"] is None else _encoded_from(layer["stencil"], stream)
        layers.append(Layer(picture, Matrix.model_validate(layer["placement"]), stencil))
    return AccessImage(
        image=image,
        placement=Matrix.model_validate(content["placement"]),
        width_px=int(content["page_width_px"]),
        height_px=int(content["page_height_px"]),
        dpi=float(content["dpi"]),
        layers=tuple(layers),
    )


def _encoded_to(image: "EncodedImage") -> dict[str, object]:
    return {
        "bytes": len(image.data),
        "codec": image.codec.value,
        "width_px": image.width_px,
        "height_px": image.height_px,
        "components": image.components,
        "bits": image.bits,
        "black_is_1": image.black_is_1,
        "invert": image.invert,
        "png_rows": image.png_rows,
    }


def _encoded_from(content: dict[str, Any], stream: BinaryIO, globals_data: bytes | None = None) -> "EncodedImage":
    from processors.encoded import Codec, EncodedImage

    return EncodedImage(
        codec=Codec(content["codec"]),
        data=stream.read(int(content["bytes"])),
        width_px=int(content["width_px"]),
        height_px=int(content["height_px"]),
        components=int(content["components"]),
        bits=int(content["bits"]),
        globals_data=globals_data,
        black_is_1=bool(content["black_is_1"]),
        invert=bool(content["invert"]),
        png_rows=bool(content["png_rows"]),
    )
