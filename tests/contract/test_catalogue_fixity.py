# SPDX-License-Identifier: EUPL-1.2
"""What the catalogue remembers of verified objects."""

from datetime import UTC, datetime, timedelta

from repository.catalogue import Catalogue

_NOW = datetime(2027, 3, 1, 4, 30, tzinfo=UTC)


def test_the_last_time_that_an_object_was_whole_is_kept(catalogue: Catalogue) -> None:
    assert catalogue.fixity() == {}
    catalogue.record_fixity("urn:a", _NOW)
    catalogue.record_fixity("urn:b", _NOW)
    catalogue.record_fixity("urn:a", _NOW + timedelta(days=90))
    assert catalogue.fixity() == {"urn:a": _NOW + timedelta(days=90), "urn:b": _NOW}


def test_an_audit_that_ends_late_sets_nothing_back(catalogue: Catalogue) -> None:
    catalogue.record_fixity("urn:a", _NOW)
    catalogue.record_fixity("urn:a", _NOW - timedelta(days=1))
    assert catalogue.fixity() == {"urn:a": _NOW}
