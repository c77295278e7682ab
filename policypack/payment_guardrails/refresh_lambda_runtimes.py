"""Writes `lambda_runtimes.json` from the data that cfn-lint ships.

Run it where cfn-lint is installed, which the development environment does without:
`uv run --with cfn-lint python refresh_lambda_runtimes.py`. cfn-lint, which AWS maintains,
takes the dates from https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html; the
date of its file is the data's date.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Final

TARGET: Final = Path(__file__).with_name("lambda_runtimes.json")
_FILE: Final = "data/AdditionalSpecs/LmbdRuntimeLifecycle.json"
# What cfn-lint does not list.
_MORE: Final = {"dotnet10": ("2028-11-14", "https://endoflife.date/aws-lambda, 2026-02-10")}


def main() -> None:
    """Write the data file, the same bytes for the same version of cfn-lint."""
    with as_file(files("cfnlint").joinpath(_FILE)) as file:
        given: dict[str, Any] = json.loads(file.read_text("utf-8"))
        modified = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    more = {name: entry for name, entry in _MORE.items() if name not in given}
    dates = {name: entry["deprecated"] for name, entry in given.items()}
    dates |= {name: day for name, (day, _) in more.items()}
    data = {
        "source": f"cfn-lint {version('cfn-lint')}, cfnlint/{_FILE}",
        "date": modified.date().isoformat(),
        "other_sources": {name: source for name, (_, source) in more.items()},
        "deprecated": dict(sorted(dates.items())),
    }
    partial = TARGET.with_suffix(".partial")
    partial.write_text(f"{json.dumps(data, indent=2)}\n", "utf-8")
    partial.replace(TARGET)


if __name__ == "__main__":
    main()
