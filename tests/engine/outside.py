"""What others made before a program runs: stacks that it refers to, and resources it names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from tests.engine.cli import Surroundings

_FILE: Final = "outside.yaml"
_ORGANIZATION: Final = "organization"
"""The only one that a backend of one's own knows."""
_ROOT: Final = "pulumi:pulumi:Stack"


def make_outside(program: Path, real: Surroundings) -> None:
    """Make what `outside.yaml` beside the program describes.

    `stacks` maps `organization/project/stack` to the stack's outputs; the program's text is
    changed to name the backend's one organization. `resources` are names and ARNs.
    """
    file = program / _FILE
    if not file.exists():
        return
    given = yaml.safe_load(file.read_text("utf-8"))
    real.cloud.outside.update(given["resources"])
    main = program / "__main__.py"
    for full_name, outputs in given["stacks"].items():
        organization, project, stack = full_name.split("/")
        text = main.read_text("utf-8")
        main.write_text(text.replace(f"{organization}/{project}/", f"{_ORGANIZATION}/{project}/"))
        _make_stack(program.parent / project, stack, outputs, real)


def _make_stack(folder: Path, stack: str, outputs: Mapping[str, Any], real: Surroundings) -> None:
    project = folder.name
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text(f"name: {project}\nruntime: python\n")
    real.pulumi("stack", "init", stack, cwd=folder)
    resource = {
        "urn": f"urn:pulumi:{stack}::{project}::{_ROOT}::{project}-{stack}",
        "type": _ROOT,
        "custom": False,
        "outputs": outputs,
    }
    state = folder / "state.json"
    state.write_text(json.dumps({"version": 3, "deployment": {"resources": [resource]}}))
    real.pulumi("stack", "import", "--stack", stack, "--file", str(state), cwd=folder)
