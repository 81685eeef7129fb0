# SPDX-License-Identifier: EUPL-1.2
"""What a page's result depends on beside the page."""

import hashlib
import json
from dataclasses import asdict, dataclass, field

from processors.access import AccessSettings
from processors.quality import QualitySettings
from processors.read.language import LanguageSettings
from processors.read.noise import NoiseSettings
from processors.read.order import OrderSettings
from processors.read.passages import PassageSettings
from processors.read.stamps import StampSettings
from processors.read.trust import TrustSettings
from processors.straighten import PrepareSettings
from processors.treatments import Treatment
from schemas.reading import ReadingLevel
from schemas.unit import DEFAULT_LANGUAGES


@dataclass(frozen=True)
class PageSettings:
    """All that a page's result depends on beside the page: what is allowed, and where doubt begins."""

    languages: tuple[str, ...] = DEFAULT_LANGUAGES
    level: ReadingLevel = ReadingLevel.STANDARD
    prepare: PrepareSettings = field(default_factory=PrepareSettings)
    access: AccessSettings = field(default_factory=AccessSettings)
    language: LanguageSettings = field(default_factory=LanguageSettings)
    quality: QualitySettings = field(default_factory=QualitySettings)
    treatments: tuple[Treatment, ...] = (Treatment.EVEN, Treatment.PLAIN, Treatment.DROPOUT)
    """How the page's image is treated for reading: the first, and in this order the others where that is doubted."""
    trust: TrustSettings = field(default_factory=TrustSettings)
    passages: PassageSettings = field(default_factory=PassageSettings)
    noise: NoiseSettings = field(default_factory=NoiseSettings)
    order: OrderSettings = field(default_factory=OrderSettings)
    stamps: StampSettings = field(default_factory=StampSettings)
    confidence_threshold: float = 60.0
    """Mean confidence under which a page gets a finding."""
    turned_gain: float = 0.25
    """By how much more, as a share of what the first direction told, another one must tell: scans mostly lie right."""
    second_loss: float = 0.1
    """Share of the evidence, 0 to 1, that the second reader may lose and still be kept: its confidences are others."""
    sure_confidence: float = 60.0
    """Confidence from which on a word's box is evidence that there is ink and no picture."""
    sparse_letters: int = 100
    """Letters and digits up to which a doubtful page may be a title page."""

    def fingerprint(self) -> str:
        """SHA-256 over all settings: the same settings give the same string in every process and run."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()
