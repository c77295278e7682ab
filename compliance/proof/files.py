"""The files of a proof: written by `compliance prove`, read by `compliance gate`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from compliance.evidence import Subject
from compliance.proof.effectiveness import (
    Effectiveness,
    EffectivenessError,
    TestedChange,
    subject_of,
)
from compliance.proof.page import write_page

DATA: Final = "effectiveness.json"
PAGE: Final = "effectiveness.md"


def proof_texts(
    effectiveness: Effectiveness, tested: Iterable[TestedChange]
) -> tuple[tuple[str, str], ...]:
    """The files of a proof, by name: all of it as data, and as a page to read."""
    changes = tuple(tested)
    data: dict[str, Any] = {
        **effectiveness.as_json(),
        "tested": [_row(each) for each in changes],
    }
    return (
        (DATA, json.dumps(data, indent=1, ensure_ascii=True) + "\n"),
        (PAGE, write_page(effectiveness, changes)),
    )


def _row(tested: TestedChange) -> dict[str, Any]:
    return {
        "kind": tested.kind,
        "resource": tested.resource,
        "path": tested.path,
        "change": tested.change,
        "failed": list(tested.failed),
        "undecided": list(tested.undecided),
    }


def read_proof(
    folder: Path, subject: Subject, pack_digest: str, configuration: Any
) -> tuple[Effectiveness | None, str]:
    """The proof in a folder, where it is of the same program and rules; else why it is left out.

    Nothing, and no reason, where there is no proof.
    """
    file = folder / DATA
    if not file.is_file():
        return None, ""
    try:
        data = json.loads(file.read_text("utf-8"))
        found = Effectiveness.from_json(data)
    except (OSError, ValueError, RecursionError, EffectivenessError, AttributeError) as error:
        return None, f"{DATA} cannot be read and is left out ({error}); run `compliance prove`"
    wanted = subject_of(
        subject.project, subject.stack, subject.program_digest, pack_digest, configuration
    )
    if found.subject != wanted:
        return None, (
            f"{DATA} is of another program, stack, pack or configuration and is left out; "
            "run `compliance prove` again"
        )
    return found, ""
