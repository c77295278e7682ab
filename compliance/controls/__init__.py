"""Frameworks and their controls: data files, their model, and the status of each control.

A framework is one YAML file in this folder, or in a folder of a team's own (see
`framework_file`). Rules know nothing of controls: the map is here alone.
"""

from __future__ import annotations

from compliance.controls.framework import Control, Framework
from compliance.controls.framework_file import ControlsError
from compliance.controls.frameworks import FOLDER, load_frameworks
from compliance.controls.judging import judge_controls

__all__ = [
    "FOLDER",
    "Control",
    "ControlsError",
    "Framework",
    "judge_controls",
    "load_frameworks",
]
