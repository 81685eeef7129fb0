# SPDX-License-Identifier: EUPL-1.2
import pytest

from processors.read.language import LanguageSettings, detect_language, language_tag
from tests.processors.read.rendered import HUNGARIAN, ROMANIAN

GERMAN = "Das Bürgermeisteramt genehmigt den Umbau des Wohnhauses in der Hauptstraße und bittet um die Pläne."
FRENCH = "La mairie autorise la construction de la maison et demande les plans nécessaires avant la fin du mois."
SERBIAN = "Општина одобрава изградњу куће у главној улици и тражи потребне планове до краја месеца."
OLD_SPELLING = "Sfatul Popular hotărîşte ca lucrările să fie executate pînă la sfîrşitul lunii în curs."
ALL = ("ron", "hun", "deu", "fra", "eng", "srp")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (" ".join(ROMANIAN), "ron"),
        (OLD_SPELLING, "ron"),
        (" ".join(HUNGARIAN), "hun"),
        (GERMAN, "deu"),
        (FRENCH, "fra"),
        (SERBIAN, "srp"),
    ],
)
def test_the_language_is_found_among_those_allowed(text: str, language: str) -> None:
    guess = detect_language(text, ALL)
    assert guess is not None
    assert guess.language == language
    assert 0.75 <= guess.confidence <= 1


def test_slips_of_recognition_do_not_lead_astray() -> None:
    slips = " ".join(ROMANIAN).replace("ț", "t").replace("ă", "a").replace("i", "l", 5).replace("m", "rn", 3)
    guess = detect_language(slips, ("hun", "ron", "deu"))
    assert guess is not None
    assert guess.language == "ron"


@pytest.mark.parametrize("fraktur", ["frk", "deu_latf"])
def test_german_has_the_name_of_the_model_that_is_allowed(fraktur: str) -> None:
    guess = detect_language(GERMAN, ("ron", fraktur, "deu"))
    assert guess is not None
    assert guess.language == fraktur


@pytest.mark.parametrize("allowed", [(), ("ron",), ("deu", "frk"), ("ron", "ron"), ("ron", "equ")])
def test_without_a_choice_nothing_is_guessed(allowed: tuple[str, ...]) -> None:
    assert detect_language(GERMAN, allowed) is None


@pytest.mark.parametrize("text", ["", "Plan de situație 1:500", "1987 " * 40, "— · — · " * 30])
def test_too_few_letters_are_no_ground_for_a_guess(text: str) -> None:
    assert detect_language(text, ALL) is None


def test_an_unsure_answer_is_none() -> None:
    half = f"{' '.join(ROMANIAN)} {' '.join(HUNGARIAN)}"
    assert detect_language(half, ("ron", "hun"), LanguageSettings(min_confidence=1.01)) is None


@pytest.mark.parametrize(
    ("model", "tag"), [("ron", "ro"), ("frk", "de-Latf"), ("srp_latn", "sr-Latn"), ("aze_cyrl", "aze"), ("roh", "roh")]
)
def test_models_have_language_tags(model: str, tag: str) -> None:
    assert language_tag(model) == tag
