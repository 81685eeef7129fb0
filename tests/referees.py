# SPDX-License-Identifier: EUPL-1.2
"""Other people's programs that judge what ours make."""

from pathlib import Path

import ocfl


def judge_ocfl_root(root: Path) -> list[str]:
    """Everything that ocfl-py has to say against a storage root and its objects, warnings included."""
    referee = ocfl.StorageRoot(root=str(root))
    valid = referee.validate(log_warnings=True)
    said = [message for _, message in referee.errors]
    if referee.log is not None and str(referee.log):
        said.append(str(referee.log))
    if not valid or referee.num_objects != referee.good_objects:
        said.append(f"valid={valid}, {referee.good_objects} good of {referee.num_objects} objects")
    return said
