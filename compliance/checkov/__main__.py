"""`python -m compliance.checkov`: make the environment that Checkov runs in."""

from __future__ import annotations

import sys

from compliance.checkov.environment import CheckovError, install

if __name__ == "__main__":
    try:
        sys.stdout.write(f"{install()}\n")
    except CheckovError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
