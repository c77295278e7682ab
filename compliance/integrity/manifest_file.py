"""Reading a manifest.json that may come from anywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from compliance.integrity.manifest import PREDICATE_TYPE, Manifest
from compliance.integrity.names import OF_THE_SEAL, is_file_name, shown
from compliance.integrity.strict_json import JsonError, parse, parse_valid

_SCHEMA: Final = Path(__file__).with_name("manifest.schema.json")


class ManifestError(Exception):
    """A file is no manifest that anything can be held against; the message says why."""


def read_manifest(content: bytes) -> Manifest:
    """The manifest that a file holds.

    It lists plain names of files, each once: no path, so that nothing outside the folder is
    ever read. Raises :class:`ManifestError`.
    """
    try:
        _check_type(parse(content))
        manifest = Manifest.from_json(parse_valid(content, _SCHEMA))
    except JsonError as error:
        raise ManifestError(str(error)) from None
    for name, times in Counter(file.name for file in manifest.files).items():
        if not is_file_name(name) or name in OF_THE_SEAL:
            raise ManifestError(
                f"lists {shown(name)!r}, which is no name of a report in its folder"
            )
        if times > 1:
            raise ManifestError(f"lists {shown(name)!r} {times} times")
    _check_sources(file.name for file in manifest.claims.sources)
    return manifest


def _check_sources(names: Iterable[str]) -> None:
    for name in names:
        try:
            name.encode("utf-8")
        except UnicodeEncodeError:
            raise ManifestError(f"lists the source {shown(name)!r}, which is no name") from None


def _check_type(statement: Any) -> None:
    kind = statement.get("predicateType") if isinstance(statement, Mapping) else None
    if kind == PREDICATE_TYPE:
        return
    family = PREDICATE_TYPE.rpartition(":")[0]
    if isinstance(kind, str) and kind.startswith(f"{family}:"):
        raise ManifestError(
            f"is of another version ({shown(kind)}) than this one can check; "
            "verify it with the version of `compliance` that wrote it"
        )
    raise ManifestError("is not the manifest of a compliance report")
