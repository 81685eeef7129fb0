# SPDX-License-Identifier: EUPL-1.2
"""`python -m arhivar`.

A worker process imports this module anew, and has no use for the command line: it is imported where it is run.
"""

if __name__ == "__main__":
    from arhivar.cli.main import main

    main()
