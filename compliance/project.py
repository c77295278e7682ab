"""The user's Pulumi project: where its program is, and with which configuration it runs."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from compliance.settings_file import ProjectError, as_text, read_mapping

_PROJECT_FILES: Final = ("Pulumi.yaml", "Pulumi.yml")
_SOURCES: Final = (".py", ".json", ".yaml", ".yml", ".toml", ".txt")
_NOT_SOURCES: Final = frozenset({"build", "node_modules", "venv", "__pycache__"})
_DEFAULT_STACK: Final = "dev"
SECRET_PLACEHOLDER: Final = "secret-value-not-available-to-the-gate"  # noqa: S105 - says it is none


@dataclass(frozen=True)
class Project:
    """A program and what it runs with.

    `file` is its Pulumi.yaml and `stack_file` the stack's configuration, None where there
    is none. `root` is the project's folder, `directory` the working directory of the program,
    `main` what is run (a folder with a `__main__.py`, or a file). `config` has full keys
    (`aws:region`) and text values; `secret_keys` are those that are secret,
    `undecryptable` those whose value only the stack's passphrase would give. `environments`
    are those of Pulumi ESC that the stack opens, which only its service can. `sources` are the
    program's files: `sha256:...` of each by its path from `root`.
    """

    name: str
    stack: str
    file: Path | None
    stack_file: Path | None
    root: Path
    directory: Path
    main: Path
    interpreter: Path
    config: Mapping[str, str]
    secret_keys: frozenset[str]
    undecryptable: tuple[str, ...]
    environments: tuple[str, ...]
    sources: Mapping[str, str]

    @property
    def digest(self) -> str:
        """`sha256:...` over the names and contents of the sources."""
        return digest_of(self.sources)

    @property
    def unread(self) -> tuple[str, ...]:
        """What of the configuration only the stack's own backend could give, as notes."""
        notes = []
        if self.undecryptable:
            notes.append(
                "encrypted configuration is not decrypted; a placeholder stands for: "
                f"{', '.join(self.undecryptable)}"
            )
        if self.environments:
            notes.append(
                f"environments are not opened: {', '.join(self.environments)}; "
                "the values that they give are missing"
            )
        return tuple(notes)

    def full_key(self, key: str) -> str:
        """A configuration key with its namespace, which is the project's where it has none."""
        return _full_key(self.name, key)


def read_project(
    program: Path, stack: str | None, overrides: Mapping[str, str], *, in_backend: bool = False
) -> Project:
    """Read the project in folder `program` (or a bare `__main__.py`, or its folder).

    `stack` defaults to the only one that has a file, or `dev`. `overrides` are
    configuration values; a key without a namespace belongs to the project. With `in_backend`
    a backend says which stacks there are, and one without a file is none the less.

    Raises :class:`ProjectError` where there is no program, a file is malformed, or the
    stack is none of the project's.
    """
    if not program.exists():
        raise ProjectError(f"{program}: no such file or folder; name the program with --program")
    folder = program if program.is_dir() else program.parent
    file = _project_file(program, folder)
    settings = read_mapping(file) if file else {}
    name = str(settings.get("name") or folder.resolve().name)
    _check_runtime(file, settings)
    directory, main = _entry(file, folder, program, settings.get("main"))
    stacks = _stack_files(folder, settings)
    chosen = _choose_stack(folder, stacks, stack, in_backend=in_backend)
    config, encrypted = _config(name, settings, stacks.get(chosen))
    config.update({_full_key(name, key): value for key, value in overrides.items()})
    encrypted -= {_full_key(name, key) for key in overrides}
    return Project(
        name=name,
        stack=chosen,
        file=file,
        stack_file=stacks.get(chosen),
        root=folder.resolve(),
        directory=directory.resolve(),
        main=main.resolve(),
        interpreter=_interpreter(folder, settings),
        config=dict(sorted(config.items())),
        secret_keys=frozenset(encrypted),
        undecryptable=tuple(sorted(encrypted)),
        environments=_environments(stacks.get(chosen)),
        sources=_listed(folder, file, main, stacks.get(chosen)),
    )


def _project_file(program: Path, folder: Path) -> Path | None:
    if program.is_file() and program.suffix != ".py":
        if program.name not in _PROJECT_FILES:
            raise ProjectError(
                f"{program}: not a Pulumi program; name a folder with a Pulumi.yaml "
                "or a __main__.py"
            )
        return program
    found = next((folder / name for name in _PROJECT_FILES if (folder / name).is_file()), None)
    # A single file is run by itself, unless it is the entry point of the project around it.
    return found if program.is_dir() or program.name == "__main__.py" else None


def _check_runtime(file: Path | None, settings: Mapping[str, Any]) -> None:
    if file is None:
        return
    runtime = settings.get("runtime")
    name = runtime.get("name") if isinstance(runtime, Mapping) else runtime
    if name is None:
        raise ProjectError(f"{file}: has no runtime; add `runtime: python`")
    if name != "python":
        raise ProjectError(f"{file}: runtime is {name}; the gate evaluates Python programs only")


def _entry(file: Path | None, folder: Path, program: Path, main: Any) -> tuple[Path, Path]:
    """The program's working directory and what is run there."""
    if program.is_file() and program.suffix == ".py" and file is None:
        return folder, program
    if main is None:
        entry = folder
    elif isinstance(main, str):
        entry = folder / main
    else:
        raise ProjectError(f"{file}: main must name a folder or a file")
    if entry.is_file():
        return entry.parent, entry
    if (entry / "__main__.py").is_file():
        return entry, entry
    where = f"{file} names" if main else f"{folder} has"
    raise ProjectError(
        f"{where} no program: {entry / '__main__.py'} does not exist; "
        "name the program's folder with --program"
    )


def _stack_files(folder: Path, settings: Mapping[str, Any]) -> dict[str, Path]:
    given = settings.get("stackConfigDir") or (
        settings["config"] if isinstance(settings.get("config"), str) else None
    )
    directory = folder / given if isinstance(given, str) else folder
    found: dict[str, Path] = {}
    for suffix in (".yml", ".yaml"):
        for file in sorted(directory.glob(f"Pulumi.*{suffix}")):
            found[file.name.removeprefix("Pulumi.").removesuffix(suffix)] = file
    return found


def _choose_stack(
    folder: Path, stacks: Mapping[str, Path], stack: str | None, *, in_backend: bool
) -> str:
    if stack is None:
        if len(stacks) == 1:
            return next(iter(stacks))
        if not stacks or _DEFAULT_STACK in stacks or in_backend:
            return _DEFAULT_STACK
        raise ProjectError(
            f"{folder} has several stacks ({', '.join(sorted(stacks))}); choose one with --stack"
        )
    # `organization/project/stack` names the same stack to the CLI.
    short = stack.rpartition("/")[2]
    if not short:
        raise ProjectError("--stack is empty")
    if stacks and short not in stacks and not in_backend:
        raise ProjectError(
            f"{folder} has no stack {short!r}; it has {', '.join(sorted(stacks))} "
            f"(a stack is a file Pulumi.{short}.yaml beside Pulumi.yaml)"
        )
    return short


def _full_key(project: str, key: str) -> str:
    return key if ":" in key else f"{project}:{key}"


def _config(
    project: str, settings: Mapping[str, Any], stack_file: Path | None
) -> tuple[dict[str, str], set[str]]:
    config: dict[str, str] = {}
    encrypted: set[str] = set()
    defaults = settings.get("config") or {}
    if isinstance(defaults, Mapping):
        for key, entry in defaults.items():
            value = _default(entry)
            if value is not None:
                config[_full_key(project, str(key))] = as_text(value)
    given = read_mapping(stack_file).get("config") or {} if stack_file else {}
    if not isinstance(given, Mapping):
        raise ProjectError(f"{stack_file}: config must be a mapping of keys to values")
    for key, value in given.items():
        full = _full_key(project, str(key))
        if isinstance(value, Mapping) and set(value) == {"secure"}:
            encrypted.add(full)
            config[full] = SECRET_PLACEHOLDER
        else:
            config[full] = as_text(value)
    return config, encrypted


def _environments(stack_file: Path | None) -> tuple[str, ...]:
    # https://www.pulumi.com/docs/esc/integrations/infrastructure/pulumi-iac/
    given = read_mapping(stack_file).get("environment") if stack_file else None
    if isinstance(given, Mapping):
        return ("the one written in the stack's file",)
    return tuple(str(each) for each in given) if isinstance(given, list) else ()


def _default(entry: Any) -> Any:
    if isinstance(entry, Mapping):
        return entry.get("value", entry.get("default"))
    return entry


def _interpreter(folder: Path, settings: Mapping[str, Any]) -> Path:
    """The project's own virtual environment where it names one that exists, else ours."""
    runtime = settings.get("runtime")
    options = runtime.get("options") if isinstance(runtime, Mapping) else None
    name = options.get("virtualenv") if isinstance(options, Mapping) else None
    if isinstance(name, str):
        for candidate in ("bin/python", "Scripts/python.exe"):
            python = folder / name / candidate
            if python.is_file():
                return python.absolute()
    return Path(sys.executable)


def _listed(
    folder: Path, file: Path | None, main: Path, stack_file: Path | None
) -> Mapping[str, str]:
    """The program's sources, ordered: `sha256:...` of each by its path from the folder."""
    root = folder if file else (main if main.is_dir() else main.parent)
    files = set(_sources(root)) if file or main.is_dir() else {main}
    files.update(extra for extra in (file, stack_file) if extra)
    named = sorted((path.relative_to(folder).as_posix(), path) for path in files)
    return {name: f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}" for name, path in named}


def digest_of(files: Mapping[str, str]) -> str:
    """`sha256:...` of the list that `sha256sum` prints of the files (digest by name)."""
    lines = (f"{digest.removeprefix('sha256:')}  {name}\n" for name, digest in files.items())
    return f"sha256:{hashlib.sha256(''.join(lines).encode()).hexdigest()}"


def _sources(folder: Path) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith(".") or entry.name in _NOT_SOURCES or entry.is_symlink():
            continue
        if entry.is_dir():
            if not (entry / "pyvenv.cfg").exists() and entry.suffix != ".egg-info":
                yield from _sources(entry)
        elif entry.suffix in _SOURCES:
            yield entry
