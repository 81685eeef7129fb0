# SPDX-License-Identifier: EUPL-1.2
"""Two intakes on one share: neither is harmed by what the other clears away."""

from pathlib import Path

import pytest

from arhivar.intake.claims import claim_drop, list_claims, release_claim
from arhivar.intake.drops import Drop


def test_a_released_claim_that_another_intake_clears_away_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").mkdir()
    claim = claim_drop(tmp_path, Drop(tmp_path / "a"))
    assert claim is not None
    rename = Path.rename

    def rename_while_another_lists(self: Path, target: Path) -> Path:
        moved = rename(self, target)
        assert list_claims(tmp_path) == []  # removes what is released
        return moved

    monkeypatch.setattr(Path, "rename", rename_while_another_lists)
    release_claim(claim)
    assert list((tmp_path / ".claimed").iterdir()) == []
