"""`python -m compliance`, and the `compliance` command."""

from __future__ import annotations

import sys

from compliance.command_line import main

if __name__ == "__main__":
    sys.exit(main())
