"""Report formats: each is one module that registers a writer of Evidence.

Adding a format is one file here; the command line finds it by the registry. A format of more
than one file is a module (or a writer) for each: those beside the first say whose part they are.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from compliance.evidence import Evidence

Writer = Callable[[Evidence], str]

_WRITERS: dict[str, tuple[str, Writer]] = {}
_PARTS: dict[str, set[str]] = {}
_LOADERS: dict[str, Callable[[], None]] = {}


def report_format(
    name: str,
    file: str,
    *,
    part_of: str | None = None,
    loader: Callable[[], None] | None = None,
) -> Callable[[Writer], Writer]:
    """Register a writer of the format `name`, whose text goes to `file`.

    A part of another format is written whenever that one is, and can be asked for alone.
    `loader` loads what the writer needs and other formats do not (see :func:`load`).
    """

    def register(writer: Writer) -> Writer:
        _WRITERS[name] = (file, writer)
        if loader is not None:
            _LOADERS[name] = loader
        if part_of is not None:
            _PARTS.setdefault(part_of, set()).add(name)
        return writer

    return register


def formats() -> Mapping[str, tuple[str, Writer]]:
    """Every format by name, with its file name and its writer."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return MappingProxyType(dict(sorted(_WRITERS.items())))


def load(names: Iterable[str]) -> None:
    """Load what the named formats need, while there is nothing to write yet."""
    for name in names:
        if name in _LOADERS:
            _LOADERS[name]()


def write_reports(evidence: Evidence, names: Iterable[str], folder: Path) -> tuple[Path, ...]:
    """Write the named formats and their parts into a folder, each whole or not at all.

    Raises `OSError` where the folder cannot be made or written.
    """
    known = formats()
    wanted = dict.fromkeys(each for name in names for each in (name, *sorted(_PARTS.get(name, ()))))
    return write_files([(known[name][0], known[name][1](evidence)) for name in wanted], folder)


def write_files(texts: Iterable[tuple[str, str]], folder: Path) -> tuple[Path, ...]:
    """Write texts into files of a folder, each whole or not at all.

    Raises `OSError` where the folder cannot be made or written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(_write(folder / file, text) for file, text in texts)


def _write(path: Path, text: str) -> Path:
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        # mkstemp makes files private; reports are read by others.
        Path(partial).chmod(0o644)
        Path(partial).replace(path)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise
    return path
