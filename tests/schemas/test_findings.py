# SPDX-License-Identifier: EUPL-1.2
import string

import pytest

from schemas.findings import FINDINGS, Finding, FindingCode, Severity, worst
from schemas.messages import Language


def _fields(template: str) -> set[str]:
    return {
        name.removesuffix("_ro").removesuffix("_en") for _, name, _, _ in string.Formatter().parse(template) if name
    }


def test_every_code_has_its_rule() -> None:
    assert set(FINDINGS) == set(FindingCode)


@pytest.mark.parametrize("code", list(FindingCode))
def test_both_languages_name_the_same_things(code: FindingCode) -> None:
    rule = FINDINGS[code]
    assert _fields(rule.sentence.ro) == _fields(rule.sentence.en)
    assert _fields(rule.advice.ro) == _fields(rule.advice.en)


@pytest.mark.parametrize("language", list(Language))
def test_a_finding_names_its_file_and_says_what_to_do(language: Language) -> None:
    finding = Finding(code=FindingCode.FILE_EMPTY, file="003.jpg")
    assert "003.jpg" in finding.say(language)
    assert finding.advise(language)


def test_the_gravest_severity_decides() -> None:
    note = Finding(code=FindingCode.PAGE_BLANK, page=2)
    gap = Finding(code=FindingCode.PAGE_UNREADABLE, page=3)
    grave = Finding(code=FindingCode.FILE_EMPTY)
    assert worst([]) is None
    assert worst([note]) is Severity.NOTE
    assert worst([gap, note]) is Severity.PLACEHOLDER
    assert worst([note, grave, gap]) is Severity.QUARANTINE
