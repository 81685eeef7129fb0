# SPDX-License-Identifier: EUPL-1.2
"""Promises of the trust measure and of what is left out as no text."""

from collections.abc import Sequence

import pytest

from processors.read.engine import Reading
from processors.read.noise import NoiseSettings, drop_noise
from processors.read.trust import TrustSettings, count_evidence, measure_trust
from processors.read.words import mean_confidence
from schemas.page import Block, Box, Line, Word

SENTENCE = "primăria orașului aproba cererea pentru autorizația de construire"
LEXICON = frozenset(SENTENCE.split())
SETTINGS = TrustSettings()


def knows(word: str) -> bool:
    return word.lower() in LEXICON


def line(text: str, confidence: float, *, top: int = 0, height: int = 36) -> Line:
    words = [
        Word(
            text=word, box=Box(left=100 * at, top=top, right=100 * at + 90, bottom=top + height), confidence=confidence
        )
        for at, word in enumerate(text.split())
    ]
    box = Box(left=0, top=top, right=100 * len(words), bottom=top + height)
    return Line(box=box, words=tuple(words))


def reading(*lines: Line) -> Reading:
    return of_blocks(Block(box=lines[0].box, lines=tuple(lines)))


def of_blocks(*blocks: Block) -> Reading:
    return Reading(tuple(blocks), mean_confidence(blocks))


def texts(read: Reading) -> Sequence[str]:
    return [" ".join(word.text for word in one.words) for block in read.blocks for one in block.lines]


def test_a_page_of_known_words_is_trusted() -> None:
    trust = measure_trust(reading(line(SENTENCE, 92.0)), knows, SETTINGS, 0.98)
    assert (trust.trusted, trust.doubt, trust.known, trust.doubtful_words) == (True, None, 1.0, ())
    assert trust.upright


@pytest.mark.parametrize(
    ("text", "confidence", "explained", "doubt"),
    [
        ("primăria", 95.0, 1.0, "letters"),
        (SENTENCE, 60.0, 1.0, "confidence"),
        ("qrimărla oraqului aprcba cerorea pentiu autorizafia", 85.0, 1.0, "known"),
        (SENTENCE, 92.0, 0.15, "ink"),
    ],
)
def test_each_measure_can_make_a_page_doubtful(text: str, confidence: float, explained: float, doubt: str) -> None:
    assert measure_trust(reading(line(text, confidence)), knows, SETTINGS, explained).doubt == doubt


def test_ink_that_was_not_measured_is_no_reason_for_doubt() -> None:
    assert measure_trust(reading(line(SENTENCE, 92.0)), knows, SETTINGS, None).trusted


def test_figures_are_in_no_lexicon_and_make_no_doubt() -> None:
    table = reading(line(SENTENCE, 90.0), line("1.240 18.10.1987 42,6 25.134", 90.0, top=50))
    trust = measure_trust(table, knows, SETTINGS)
    assert (trust.trusted, trust.known, trust.doubtful_words) == (True, 1.0, ())


def test_only_the_lines_that_were_read_badly_are_doubtful() -> None:
    page = reading(
        line(SENTENCE, 92.0),
        line("xqz pentru vvwk", 41.0, top=50),
        line(SENTENCE, 92.0, top=100),
        line("Mărginean Ștefănescu Brumărescu", 94.0, top=150),
    )
    assert measure_trust(page, knows, SETTINGS).doubtful_words == ((1, (0, 2)),)


def test_two_lines_read_as_one_are_doubtful_by_their_height() -> None:
    page = reading(line(SENTENCE, 92.0), line(SENTENCE, 92.0, top=50), line(SENTENCE, 92.0, top=100, height=90))
    assert [line for line, _ in measure_trust(page, knows, SETTINGS).doubtful_words] == [2]


def test_what_reads_as_garbage_is_not_upright_and_a_foreign_language_is() -> None:
    assert not measure_trust(reading(line("ıɐ nɹd eʇ xx qq zz vv ww oɐɹ dsz", 33.0)), knows, SETTINGS).upright
    assert measure_trust(reading(line("a polgármesteri hivatal engedélyezi", 78.0)), knows, SETTINGS).upright


def test_a_reading_with_more_known_words_is_the_better_one_though_less_sure() -> None:
    nonsense = measure_trust(reading(line("primănia onașului apnoba cenerea pentnu", 93.0)), knows, SETTINGS)
    text = measure_trust(reading(line("primăria orașului aproba cererea pentru", 84.0)), knows, SETTINGS)
    assert text.evidence > nonsense.evidence


def test_a_stamps_scraps_make_a_reading_worse() -> None:
    clean = line(SENTENCE, 90.0)
    scraps = line("CAN PA AS BA DA de JL îi", 30.0, top=60)
    both, alone = (measure_trust(page, knows, SETTINGS) for page in (reading(clean, scraps), reading(clean)))
    assert alone.evidence > both.evidence


def test_a_reading_that_lost_most_of_the_page_is_worse_than_a_poor_one_of_it_all() -> None:
    poor = reading(*(line("qrimăria orașulni aproba cenerea", 64.0, top=50 * at) for at in range(12)))
    lost = reading(line("primăria orașului", 90.0))
    whole, part = measure_trust(poor, knows, SETTINGS, 0.97), measure_trust(lost, knows, SETTINGS, 0.04)
    assert whole.evidence > part.evidence


def test_evidence_of_words_is_what_the_page_adds_up() -> None:
    page = reading(line(SENTENCE, 88.0), line("xq zz 12", 35.0, top=60))
    words = [word for block in page.blocks for one in block.lines for word in one.words]
    assert count_evidence(words, knows) == pytest.approx(measure_trust(page, knows, SETTINGS).evidence, abs=0.1)


def noisy_page(*noise: Line) -> Reading:
    return reading(*(line(SENTENCE, 91.0, top=50 * at) for at in range(6)), *noise)


def test_what_was_made_of_a_signature_is_left_out_and_counted() -> None:
    page = noisy_page(line("ji 4 cerea, dal", 14.0, top=400, height=160))
    cleaned, dropped = drop_noise(page, knows, NoiseSettings())
    assert dropped == 1
    assert texts(cleaned) == [SENTENCE] * 6
    assert cleaned.blocks[0].box.bottom == 50 * 5 + 36
    assert cleaned.confidence == 91.0


def test_pieces_that_stand_on_no_common_line_are_no_text() -> None:
    pieces = [line(text, 21.0, top=top) for text, top in (("i", 400), ("oR.", 440), ("L", 410))]
    words = tuple(word for one in pieces for word in one.words)
    page = noisy_page(Line(box=Box(left=0, top=400, right=100, bottom=476), words=words))
    assert drop_noise(page, knows, NoiseSettings())[1] == 1


@pytest.mark.parametrize(
    "kept",
    [
        line("DE GL AN, 218/1929", 16.0, top=400),  # a heading with spaced letters: as high as the type around it
        line("autorizația 1987", 62.0, top=400, height=160),
        line("Mărginean", 88.0, top=400, height=160),
        line("pentru", 45.0, top=400),
    ],
)
def test_a_line_stays_for_which_its_height_a_word_or_the_engine_speaks(kept: Line) -> None:
    page = noisy_page(kept)
    assert drop_noise(page, knows, NoiseSettings()) == (page, 0)


def test_a_rule_is_no_text_however_sure_it_was_read() -> None:
    page = noisy_page(line("| [ |", 92.0, top=400), line("- 2 -", 92.0, top=450))
    cleaned, dropped = drop_noise(page, knows, NoiseSettings())
    assert (dropped, texts(cleaned)[-1]) == (1, "- 2 -")


def test_a_page_that_was_read_badly_throughout_keeps_all_its_lines() -> None:
    heights = (20, 90, 30, 200)
    page = reading(*(line("xq zzv wk", 21.0, top=250 * at, height=high) for at, high in enumerate(heights)))
    assert drop_noise(page, knows, NoiseSettings()) == (page, 0)


def test_a_block_of_nothing_but_noise_goes_as_a_whole() -> None:
    good, bad = line(SENTENCE, 91.0), line("(n Qi", 12.0, top=400, height=150)
    blocks = [Block(box=good.box, lines=(good,)), Block(box=bad.box, lines=(bad,))]
    cleaned, dropped = drop_noise(of_blocks(*blocks), knows, NoiseSettings())
    assert (dropped, cleaned.blocks) == (1, (blocks[0],))


@pytest.mark.parametrize(
    ("text", "confidence", "doubted"),
    [
        ("primăria", 35.0, False),
        ("primăria", 25.0, True),
        ("Brumărescu", 82.0, False),
        ("Brumărescu", 78.0, True),
        ("12,80", 91.0, False),
        ("12,80", 88.0, True),
        ("nr", 81.0, False),
        ("nr", 79.0, True),
        (",", 81.0, False),
        (",", 79.0, True),
    ],
)
def test_the_less_the_lexicon_says_of_a_word_the_sooner_it_is_doubted(
    text: str, confidence: float, doubted: bool
) -> None:
    page = reading(line(SENTENCE, 92.0), line(text, confidence, top=50))
    assert measure_trust(page, knows, SETTINGS).doubtful_words == (((1, (0,)),) if doubted else ())
