# SPDX-License-Identifier: EUPL-1.2
"""What all suites share: material from outside the project, required in CI and reported as left out elsewhere."""

import os
from pathlib import Path

import pytest

from arhivar.settings import CHECKOUT


def _folder_from(variable: str) -> Path:
    value = os.environ.get(variable)
    if value:
        folder = Path(value)
        if not folder.is_dir():
            pytest.fail(f"{variable} names {folder}, which is not a folder")
        return folder
    if os.environ.get("CI"):
        pytest.fail(f"{variable} must be set in CI")
    pytest.skip(f"{variable} is not set")


@pytest.fixture(scope="session")
def real_scans() -> Path:
    """The folder of real scans."""
    return _folder_from("ARHIVAR_TEST_SCANS")


@pytest.fixture(scope="session")
def xsd_folder() -> Path:
    """The folder of standard XML schemas."""
    return _folder_from("ARHIVAR_TEST_XSD")


@pytest.fixture(scope="session")
def sample_binder() -> Path:
    """The sample binder, as a scanner drops it."""
    return CHECKOUT / "sample_scans" / "permits-1987"


@pytest.fixture(scope="session")
def sample_truth() -> Path:
    """What the sample binder's pages really say."""
    return CHECKOUT / "sample_scans" / "truth" / "permits-1987"
