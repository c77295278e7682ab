"""The policy pack as a folder that the CLI can start, from wherever the rules are installed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

import payment_guardrails
import yaml

_ENTRY: Final = """\
import sys

sys.path.insert(0, {folder})

from payment_guardrails.analyzer import serve
from payment_guardrails.rules import registered

serve(registered())
"""


def write_pack(folder: Path) -> Path:
    """Make the pack in `folder`: it runs in this interpreter's environment, on these rules."""
    options: dict[str, Any] = {}
    if sys.prefix != sys.base_prefix:
        options = {"toolchain": "pip", "virtualenv": sys.prefix}
    runtime = {"name": "python", "options": options} if options else "python"
    settings = {"runtime": runtime, "version": payment_guardrails.__version__}
    folder.mkdir()
    (folder / "PulumiPolicy.yaml").write_text(yaml.safe_dump(settings), "utf-8")
    package = Path(payment_guardrails.__file__).resolve().parent
    entry = _ENTRY.format(folder=json.dumps(str(package.parent)))
    (folder / "__main__.py").write_text(entry, "utf-8")
    return folder
