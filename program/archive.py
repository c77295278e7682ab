"""The Lambda archive: handlers and their locked dependencies, the same bytes on every run.

`make package` runs this file. A deployment calls the same code where the archive is
missing, or was made of other sources; the offline gate references the archive and never
builds it.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
HANDLERS: Final = ROOT / "handlers"
LOCK: Final = HANDLERS / "requirements.txt"
ARCHIVE: Final = ROOT / "build" / "lambda" / "handlers.zip"

# The compliance gate sets this: a program that is only looked at must not build.
OFFLINE: Final = "PULUMI_COMPLIANCE_OFFLINE"

# Lambda's runtime on arm64: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
_PLATFORM: Final = ("--platform", "manylinux2014_aarch64", "--python-version", "3.13")
# The earliest time that a ZIP archive can hold.
_TIME: Final = (1980, 1, 1, 0, 0, 0)
_MODE: Final = 0o644 << 16
# botocore brings models of every service, fifteen times as much as all else in the archive:
# kept are those of the services whose clients `handlers/aws.py` makes.
_MODEL: Final = re.compile(r"botocore/data/(?P<service>[^/]+)/")
_SERVICES: Final = frozenset({"dynamodb", "sqs", "ssm"})
# What installers write differs from machine to machine, and nothing reads it at run time.
_LEFT_OUT: Final = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"})


class ArchiveError(Exception):
    """The archive cannot be built; the message says why and what to do."""


def archive_for_deployment() -> Path:
    """The archive's path, built first where it is missing or made of other sources.

    Raises `pulumi.RunError`, which Pulumi shows without a traceback, where it cannot be built.
    """
    if os.environ.get(OFFLINE) or _recorded() == sources_digest():
        return ARCHIVE
    try:
        return build()
    except ArchiveError as error:
        import pulumi  # noqa: PLC0415 - `make package` needs no Pulumi

        raise pulumi.RunError(str(error)) from error


def build(target: Path = ARCHIVE) -> Path:
    """Build the archive, whole or not at all, and record what it was made of beside it.

    Raises :class:`ArchiveError` where the dependencies cannot be installed.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".building-") as folder:
        dependencies = Path(folder) / "dependencies"
        _install(dependencies)
        partial = Path(folder) / target.name
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name, path in sorted((*_files(dependencies), *_handlers())):
                entry = zipfile.ZipInfo(name, _TIME)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.create_system = 3
                entry.external_attr = _MODE
                archive.writestr(entry, path.read_bytes())
        _record(target).unlink(missing_ok=True)
        partial.replace(target)
        partial.with_suffix(".sha256").write_text(f"{sources_digest()}\n")
        partial.with_suffix(".sha256").replace(_record(target))
    return target


def sources_digest() -> str:
    """SHA-256 over the handlers' code, the lock file, and the code that packs them."""
    digest = hashlib.sha256()
    packing = Path(__file__)
    for name, path in sorted((*_handlers(), (LOCK.name, LOCK), (packing.name, packing))):
        digest.update(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}\n".encode())
    return digest.hexdigest()


def _record(target: Path) -> Path:
    return target.with_suffix(".sources.sha256")


def _recorded() -> str | None:
    try:
        return _record(ARCHIVE).read_text().strip() if ARCHIVE.exists() else None
    except OSError:
        return None


def _install(target: Path) -> None:
    command = [
        sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
        "--no-input", "--no-compile", "--no-deps", "--require-hashes", "--only-binary=:all:",
        "--implementation", "cp", *_PLATFORM, "--target", str(target), "--requirement", str(LOCK),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        last = (done.stderr.strip() or "no message").splitlines()[-1]
        raise ArchiveError(
            f"the Lambda archive cannot be built: pip could not install {LOCK}: {last}"
        )


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in folder.rglob("*"):
        relative = path.relative_to(folder)
        name = relative.as_posix()
        model = _MODEL.match(name)
        if model is not None and model["service"] not in _SERVICES:
            continue
        if path.is_file() and path.name not in _LEFT_OUT and relative.parts[0] != "bin":
            yield name, path


def _handlers() -> Iterator[tuple[str, Path]]:
    for path in HANDLERS.glob("*.py"):
        yield f"handlers/{path.name}", path


if __name__ == "__main__":
    try:
        print(build().relative_to(ROOT))
    except ArchiveError as error:
        sys.exit(str(error))
