"""Prints the CPU seconds that importing a module takes, and the peak KiB of this process.

python -S -P import_cost.py MODULE
"""

from __future__ import annotations

import importlib
import re
import sys
import time
from pathlib import Path


def main(module: str) -> None:
    """Import and print."""
    begun = time.process_time()
    importlib.import_module(module)
    print(time.process_time() - begun, _peak_kibibytes())


def _peak_kibibytes() -> int:
    # Linux only. `getrusage` would begin with the memory of the process that started this one.
    found = re.search(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found is not None, "the kernel tells no peak"
    return int(found[1])


if __name__ == "__main__":
    main(sys.argv[1])
