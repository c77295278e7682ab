"""The state engine: what is deployed, as `pulumi stack export` tells it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from compliance.engines.engine import EngineError, EngineRun, Progress, Request
from compliance.engines.state.export import Export, read_export
from compliance.wording import plural

_NOTE: Final = (
    "the exported state was judged, with the ids and ARNs that the cloud gave; a change that was "
    "made past Pulumi since the last refresh is not in it"
)


class Run:
    """The exports to be read. `result` reads them all."""

    def __init__(self, place: Path) -> None:
        self._place = place

    @property
    def folder(self) -> Path:
        """The folder that the exports are in."""
        return self._place if self._place.is_dir() else self._place.parent

    def stop(self) -> None:
        """Nothing runs beside the gate."""

    def result(self, progress: Progress) -> EngineRun:
        """The stacks in the files.

        Raises :class:`EngineError` where a file cannot be read or two hold the same stack.
        """
        files = _files(self._place)
        exports: list[Export] = []
        empty: list[str] = []
        for number, file in enumerate(files, 1):
            progress(f"reading {number} of {len(files)}: {file.name}")
            export = read_export(file)
            if export is None:
                empty.append(f"{file.name} holds no resource: nothing of it was judged")
            else:
                exports.append(export)
        if not exports:
            raise EngineError(f"{self._place}: no export in it holds a resource")
        _check_distinct(exports)
        projects = sorted({export.stack.project for export in exports})
        names = sorted({export.stack.name for export in exports})
        return EngineRun(
            engine="state",
            project=_one_or_many(projects, "project"),
            stack=_one_or_many(names, "stack") if len(exports) == 1 else _stacks(exports, names),
            digest=_digest(self._place, exports),
            note=_NOTE,
            stacks=tuple(export.stack for export in exports),
            notes=(*empty, *(note for export in exports for note in export.notes)),
            deployed=True,
        )


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    if not place.is_dir():
        raise EngineError(
            f"{place}: no such file or folder; --state takes what `pulumi stack export` wrote"
        )
    files = sorted(path for path in place.rglob("*.json") if path.is_file())
    if not files:
        raise EngineError(f"{place}: there is no .json file in it; put the exports there")
    return files


def _check_distinct(exports: Iterable[Export]) -> None:
    seen: dict[tuple[str, str], Path] = {}
    for export in exports:
        key = (export.stack.project, export.stack.name)
        if key in seen:
            raise EngineError(
                f"{export.file} and {seen[key]} hold the same stack, {key[0]}/{key[1]}; keep one"
            )
        seen[key] = export.file


def _one_or_many(names: list[str], noun: str) -> str:
    return names[0] if len(names) == 1 else plural(len(names), noun)


def _stacks(exports: list[Export], names: list[str]) -> str:
    return (
        f"{plural(len(exports), 'stack')} ({', '.join(names)})"
        if len(names) < 4
        else (plural(len(exports), "stack"))
    )


def _digest(place: Path, exports: Iterable[Export]) -> str:
    root = place if place.is_dir() else place.parent
    digest = hashlib.sha256()
    for export in exports:
        digest.update(f"{export.digest}  {export.file.relative_to(root).as_posix()}\n".encode())
    return f"sha256:{digest.hexdigest()}"


def start(request: Request) -> Run:
    """Prepare to read `request.state`."""
    assert request.state is not None  # noqa: S101 - the command line asks for it
    return Run(request.state)
