"""Prints how long a real preview takes without a pack and with ours, beside the gate offline.

A part of `make bench`; it needs the Pulumi CLI. The program is compliant and has 25, 100 or 500
resources; the provider is the tests' stand-in. `empty` is a pack that answers the engine with
nothing: what any pack in Python costs. `SDK` is a pack of as many policies as ours has rules,
declared to `pulumi_policy`, that judge nothing: what the SDK spends on handing resources to
policies. Medians of several runs, taken in turn, so that a busy machine is busy for all of them.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.engine.cli import PACK, ROOT, Surroundings, command, surroundings

_PROGRAM: Final = Path(__file__).with_name("programs") / "mixed"
_EMPTY_PACK: Final = Path(__file__).with_name("empty_pack")
_SDK_PACK: Final = Path(__file__).with_name("sdk_pack")
_SIZES: Final = (25, 100, 500)
_RUNS: Final = 5

Action = Callable[[], None]


def main() -> None:
    """Measure and print; where there is no CLI, say so."""
    if command() is None:
        print("there is no Pulumi CLI (`make engine`): previews are not measured")
        return
    heads = "".join(f" {name:>9} {'ratio':>6}" for name in ("empty", "ours", "SDK"))
    print(f"{'resources':>9} {'preview':>9}{heads} {'offline gate':>13}")
    with tempfile.TemporaryDirectory() as folder, surroundings(Path(folder)) as real:
        for resources in _SIZES:
            bare, *packs, gate = _medians(*_actions(real, resources, Path(folder)))
            ratios = "".join(f" {each:7.2f} s {each / bare:6.2f}" for each in packs)
            print(f"{resources:9} {bare:7.2f} s{ratios} {gate:11.2f} s")


def _actions(real: Surroundings, resources: int, folder: Path) -> tuple[Action, ...]:
    name = f"of{resources}"
    config = folder / f"{name}.yaml"
    config.write_text(f"config:\n  aws:region: us-east-1\n  mixed:resources: '{resources}'\n")
    real.pulumi("stack", "init", name, "--no-select", cwd=_settings(folder, name))

    def preview(*arguments: str) -> Action:
        return lambda: _preview(real, name, config, *arguments)

    def gate() -> None:
        subprocess.run(
            [
                sys.executable, "-m", "compliance", "gate", "--quiet", "--program", str(_PROGRAM),
                "--out", str(folder / "out"), "--config", f"resources={resources}",
            ],
            cwd=ROOT, check=True, capture_output=True,
        )  # fmt: skip

    return (
        preview(),
        *(preview("--policy-pack", str(pack)) for pack in (_EMPTY_PACK, PACK, _SDK_PACK)),
        gate,
    )


def _settings(folder: Path, name: str) -> Path:
    # `stack init` writes a file beside the project's.
    project = folder / f"project-{name}"
    project.mkdir()
    (project / "Pulumi.yaml").write_text((_PROGRAM / "Pulumi.yaml").read_text("utf-8"))
    return project


def _preview(real: Surroundings, stack: str, config: Path, *arguments: str) -> None:
    given = ("--stack", stack, "--config-file", str(config), *arguments)
    real.pulumi("preview", *given, cwd=_PROGRAM)


def _medians(*actions: Action) -> list[float]:
    seconds: list[list[float]] = [[] for _ in actions]
    for run in range(_RUNS + 1):
        for taken, action in zip(seconds, actions, strict=True):
            begun = time.perf_counter()
            action()
            if run:  # the first run writes byte code
                taken.append(time.perf_counter() - begun)
    return [statistics.median(each) for each in seconds]


if __name__ == "__main__":
    main()
