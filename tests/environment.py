# SPDX-License-Identifier: EUPL-1.2
"""The environment of processes that tests start: no setting of whoever runs the tests gets into them."""

import os


def bare_environment(*kept: str) -> dict[str, str]:
    """This process's variables without settings of Arhivar, but for those named, where they are set."""
    return {name: value for name, value in os.environ.items() if not name.startswith("ARHIVAR_") or name in kept}
