"""Reading the JSON files that a user names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compliance.commands.usage import UsageError

if TYPE_CHECKING:
    from compliance.evidence import Evidence


def read_json(file: Path) -> Any:
    """The data in a file; raises :class:`UsageError` with the line where it is no JSON."""
    try:
        return json.loads(file.read_text("utf-8"))
    except json.JSONDecodeError as error:
        raise UsageError(f"{file}:{error.lineno}: malformed JSON: {error.msg}") from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{file}: cannot be read as JSON: {error}") from error


def read_report(file: Path) -> Evidence:
    """The evidence in a report.json that may come from anywhere; raises :class:`UsageError`."""
    data = read_json(file)

    import jsonschema

    from compliance.evidence import Evidence

    schema = read_json(Path(__file__).parents[1].joinpath("report.schema.json"))
    error = jsonschema.exceptions.best_match(
        jsonschema.Draft202012Validator(schema).iter_errors(data)
    )
    if error is not None:
        raise UsageError(f"{file}: is no valid report: {error.json_path}: {error.message[:300]}")
    return Evidence.from_json(data)
