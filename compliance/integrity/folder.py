"""Reading a report folder that may come from anywhere: its own plain files, nothing else."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from io import BufferedReader
from pathlib import Path

# A link is not followed, and a pipe that nobody writes to is not waited for.
_FLAGS = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY")
)


class FolderError(Exception):
    """A file of the folder cannot be read; the message says why, without its name."""


class MissingFileError(FolderError):
    """The folder has no such file."""


def entries(folder: Path) -> tuple[str, ...]:
    """The names of all that is in a folder, sorted. Raises `OSError`."""
    return tuple(sorted(os.listdir(folder)))  # noqa: PTH208 - names are all that is needed


def digest(folder: Path, name: str) -> str:
    """The `sha256:...` of a plain file, of any size. Raises :class:`FolderError`."""
    try:
        with _open(folder / name) as file:
            return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    except OSError as error:
        raise FolderError(f"cannot be read ({error.strerror})") from None


def read(folder: Path, name: str, limit: int) -> bytes:
    """The bytes of a plain file of at most `limit` bytes. Raises :class:`FolderError`."""
    try:
        with _open(folder / name) as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise FolderError(f"cannot be read ({error.strerror})") from None
    if len(content) > limit:
        raise FolderError(f"has more than {limit} bytes, and is not read")
    return content


def _open(path: Path) -> BufferedReader:
    try:
        kind = path.lstat().st_mode
        if not stat.S_ISREG(kind):
            raise FolderError(f"is {_kind(kind)}, not a file of its own")
        handle = os.open(path, _FLAGS)
    except FileNotFoundError:
        raise MissingFileError("is missing") from None
    except OSError as error:
        # Somebody made a link of it since it was looked at.
        if error.errno == errno.ELOOP:
            raise FolderError(f"is {_kind(stat.S_IFLNK)}, not a file of its own") from None
        raise
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise FolderError("is no longer a file")
    return os.fdopen(handle, "rb")


def _kind(mode: int) -> str:
    kinds = ((stat.S_ISLNK, "a symbolic link"), (stat.S_ISDIR, "a folder"))
    return next((words for is_kind, words in kinds if is_kind(mode)), "a special file")
