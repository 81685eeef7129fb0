# SPDX-License-Identifier: EUPL-1.2
"""`python -m arhivar`."""

from arhivar.cli.main import main

if __name__ == "__main__":
    main()
