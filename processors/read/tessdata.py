# SPDX-License-Identifier: EUPL-1.2
"""Where Tesseract's language models lie, and whether the ones asked for are there."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from schemas.errors import EngineUnavailable, LanguageMissing

PLACES = (
    Path("/usr/share/tesseract-ocr/5/tessdata"),  # Debian 12 and 13, Ubuntu 22.10 and later
    Path("/usr/share/tesseract-ocr/4.00/tessdata"),  # Debian 11, Ubuntu 22.04
    Path("/usr/share/tessdata"),  # Fedora, Arch
)

_SUFFIX = ".traineddata"
_NAME = re.compile(r"[a-z]{3}(_[a-z]+)*")
_SAME_MODEL = {"deu_latf": "frk", "frk": "deu_latf"}  # German Fraktur was renamed in 2022; packages have either


def find_tessdata(
    setting: Path | None = None, environment: Mapping[str, str] | None = None, places: Sequence[Path] = PLACES
) -> Path:
    """The folder of the language models: `setting`, else TESSDATA_PREFIX of `environment` (the folder itself, or as
    in Tesseract 3 the one above it), else the first of `places` that holds a model.

    Raises EngineUnavailable where there is none; a place that was named but holds no model is not passed over.
    """
    prefix = (os.environ if environment is None else environment).get("TESSDATA_PREFIX")
    if setting is not None:
        candidates = [setting]
    elif prefix:
        candidates = [Path(prefix), Path(prefix) / "tessdata"]
    else:
        candidates = list(places)
    for folder in candidates:
        if next(_models(folder), None) is not None:
            return folder
    raise EngineUnavailable(
        engine="tesseract", detail=f"no language model (*{_SUFFIX}) in {', '.join(map(str, candidates))}"
    )


def available_languages(tessdata: Path) -> tuple[str, ...]:
    """Names of the models in `tessdata`, sorted."""
    return tuple(sorted(path.name.removesuffix(_SUFFIX) for path in _models(tessdata)))


def require_models(tessdata: Path, languages: Sequence[str]) -> str:
    """`languages` as Tesseract is told them (``ron+hun``), repetitions left out. Raises LanguageMissing, naming the
    first one that has no model in `tessdata`.
    """
    models: dict[str, None] = {}
    for language in languages:
        # Tesseract would take a name as part of a path, and `+` as a separator.
        names = (language, _SAME_MODEL.get(language, language)) if _NAME.fullmatch(language) else ()
        model = next((name for name in names if (tessdata / f"{name}{_SUFFIX}").is_file()), None)
        if model is None:
            raise LanguageMissing(language=language, tessdata=tessdata)
        models[model] = None
    return "+".join(models)


def _models(folder: Path) -> Iterator[Path]:
    return folder.glob(f"*{_SUFFIX}")
