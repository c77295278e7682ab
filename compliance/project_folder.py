"""Where a program's project is, and the files that a project keeps for the gate."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from payment_guardrails.waivers.place import project_above

POLICY_CONFIG: Final = Path("compliance/policy-config.json")
"""Where a project configures the rules."""


def project_folder(program: Path) -> Path:
    """The folder of a program's project: the nearest with a Pulumi.yaml, else the program's."""
    folder = program if program.is_dir() else program.parent
    return project_above(folder) or folder.resolve()


def policy_config(program: Path, given: Path | None) -> Path | None:
    """The file that configures the rules: the one given, else the project's own, else none."""
    if given is not None:
        return given
    file = project_folder(program) / POLICY_CONFIG
    # A link that leads nowhere was meant to lead somewhere: reading it says so.
    return file if file.is_symlink() or file.exists() else None


def in_repository(folder: Path) -> str:
    """A folder in the repository that holds it, with slashes; empty at its root, or in none."""
    folder = folder.resolve()
    for parent in (folder, *folder.parents):
        if (parent / ".git").exists():
            relative = folder.relative_to(parent).as_posix()
            return "" if relative == "." else relative
    return ""
