"""The state engine: what is deployed, as `pulumi stack export` tells it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from payment_guardrails.stack import Stack

from compliance.engines.engine import EngineError, EngineRun, Progress, Request
from compliance.engines.state.export import Export, read_export
from compliance.project import digest_of
from compliance.wording import plural

_NOTE: Final = (
    "the exported state was judged, with the values that the cloud reported at the last update "
    "or refresh; what was changed past Pulumi since then is not in it, nor what Pulumi no longer "
    "manages (kept on deletion, or made by hand)"
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
        """The stacks in the files, ordered by project and name.

        Raises :class:`EngineError` where a file cannot be read, two hold the same stack, or
        none holds a resource.
        """
        files = _files(self._place)
        exports: list[Export] = []
        for number, file in enumerate(files, 1):
            progress(f"reading {number} of {len(files)}: {file.name}")
            exports.append(read_export(file))
        stacks = _stacks(exports)
        if not stacks:
            raise EngineError(f"{self._place}: no export in it holds a resource: nothing is judged")
        sources = _sources(self._place, exports)
        return EngineRun(
            engine="state",
            project=_one_or_many(sorted({stack.project for stack in stacks}), "project"),
            stack=_one_or_many(_names(stacks), "stack"),
            digest=_digest(self._place, sources),
            note=_NOTE,
            stacks=stacks,
            notes=tuple(sorted(note for export in exports for note in _notes(export))),
            deployed=True,
            sources=sources,
        )


def _files(place: Path) -> list[Path]:
    if not place.exists():
        raise EngineError(
            f"{place}: no such file or folder; --state takes what `pulumi stack export` wrote"
        )
    if not place.is_dir():
        return [place]
    files = [path for path in place.rglob("*.json") if path.is_file()]
    if not files:
        raise EngineError(f"{place}: there is no .json file in it; put the exports there")
    return sorted(files)


def _stacks(exports: Iterable[Export]) -> tuple[Stack, ...]:
    """The stacks by project and name. Two files of one stack would hide each other's results."""
    found: dict[tuple[str, str], tuple[Stack, Path]] = {}
    for export in exports:
        if export.stack is None:
            continue
        key = (export.stack.project, export.stack.name)
        if key in found:
            raise EngineError(
                f"{export.file} and {found[key][1]} hold the same stack, {'/'.join(key)}; keep one"
            )
        found[key] = (export.stack, export.file)
    return tuple(found[key][0] for key in sorted(found))


def _names(stacks: tuple[Stack, ...]) -> list[str]:
    if len({stack.project for stack in stacks}) == 1:
        return [stack.name for stack in stacks]
    return [f"{stack.project}/{stack.name}" for stack in stacks]


def _one_or_many(names: list[str], noun: str) -> str:
    if len(names) == 1:
        return names[0]
    few = f" ({', '.join(names)})" if len(names) < 4 else ""
    return f"{plural(len(names), noun)}{few}"


def _notes(export: Export) -> tuple[str, ...]:
    if export.stack is None:
        return (*export.notes, f"{export.file.name} holds no resource: nothing of it was judged")
    return export.notes


def _sources(place: Path, exports: list[Export]) -> Mapping[str, str]:
    """`sha256:...` of each export by its path from the place; its name where that is the file."""
    base = place if place.is_dir() else place.parent
    return {each.file.relative_to(base).as_posix(): f"sha256:{each.digest}" for each in exports}


def _digest(place: Path, sources: Mapping[str, str]) -> str:
    """The digest of the one file; of a folder, that of the list which `sha256sum` prints of it."""
    return digest_of(sources) if place.is_dir() else next(iter(sources.values()))


def start(request: Request) -> Run:
    """Prepare to read `request.state`."""
    assert request.state is not None  # noqa: S101 - the command line asks for it
    return Run(request.state)
