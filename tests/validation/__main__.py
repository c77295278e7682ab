"""`make validate`: every report format, held against the validator of its own ecosystem.

    python -m tests.validation VALIDATORS

`VALIDATORS` is the folder with the validators' environments (see the Makefile). Reports are
made of our own stack, of a program that fails, of a stack without results, and of drawn
evidence whose texts are hostile; they stay in `build/validation` to look at. Exit status 1
where a validator complains, or did not run.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from compliance.terminal import console
from tests.validation.samples import write_samples
from tests.validation.validators import VALIDATORS, Validator

ROOT: Final = Path(__file__).resolve().parents[2]
_MOST_SHOWN: Final = 20


def main() -> int:
    """Write the samples, run every validator on them, print what they say."""
    tools = Path(sys.argv[1]).resolve()
    samples = write_samples(ROOT / "build" / "validation")
    tell = console().print
    tell(f"{len(samples)} samples, in build/validation")
    failed = 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        checked = list(pool.map(lambda each: _check(each, tools, samples), VALIDATORS))
    for validator, (complaints, took) in zip(VALIDATORS, checked, strict=True):
        verdict = "FAILED" if complaints else "valid"
        tell(f"{verdict:7}{validator.formats:24}{validator.name:32}{took:5.1f} s")
        for complaint in complaints[:_MOST_SHOWN]:
            tell(f"    {complaint}")
        if len(complaints) > _MOST_SHOWN:
            tell(f"    ... and {len(complaints) - _MOST_SHOWN} more")
        failed += bool(complaints)
    tell(f"{len(VALIDATORS) - failed} passed, {failed} failed")
    return 1 if failed else 0


def _check(validator: Validator, tools: Path, samples: Sequence[Path]) -> tuple[list[str], float]:
    """The complaints of a validator, and the seconds that it took."""
    begun = time.perf_counter()
    return validator.check(tools, samples), time.perf_counter() - begun


if __name__ == "__main__":
    sys.exit(main())
