"""`python -m brant`: the command line, as the console script runs it."""

import sys

from brant.cli.main import run

if __name__ == "__main__":
    sys.exit(run())
