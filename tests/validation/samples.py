"""What the validators see: every format of evidence of several kinds."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from hypothesis import HealthCheck, Phase, given, settings

from compliance.evidence import Evidence
from compliance.reports import formats, write_reports
from tests.compliance.reports.evidences import evidences, plain

_ROOT: Final = Path(__file__).resolve().parents[2]
_FAILING: Final = "tests/programs/notifications"
_AS_OF: Final = "2026-11-01"
_DRAWN: Final = 8


def write_samples(folder: Path) -> list[Path]:
    """The folders with the reports, one for each evidence; what was there is removed."""
    shutil.rmtree(folder, ignore_errors=True)
    named = {
        "own": _gate(_ROOT, folder / "own"),
        "failing": _gate(_ROOT / _FAILING, folder / "failing"),
        "empty": plain(resources=(), controls=(), rules=()),
        **{f"drawn-{number:02d}": drawn for number, drawn in enumerate(_drawn())},
    }
    for name, evidence in named.items():
        write_reports(evidence, formats(), folder / name)
    return [folder / name for name in named]


def _gate(program: Path, out: Path) -> Evidence:
    """The evidence of a program, by the command that users have."""
    subprocess.run(
        [
            sys.executable, "-m", "compliance", "gate", "--quiet", "--program", str(program),
            "--as-of", _AS_OF, "--format", "json", "--out", str(out),
        ],
        cwd=_ROOT,
        check=False,  # the failing program is to fail
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return Evidence.from_json(json.loads((out / "report.json").read_text("utf-8")))


def _drawn() -> list[Evidence]:
    """The same hostile evidence in every run."""
    drawn: list[Evidence] = []

    @settings(
        max_examples=_DRAWN,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(evidences())
    def draw(evidence: Evidence) -> None:
        drawn.append(evidence)

    draw()
    return drawn
