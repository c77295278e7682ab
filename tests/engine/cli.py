"""The real Pulumi CLI for tests: where it is, and how a test runs it.

The CLI is the user's own `pulumi` where PATH has one, else the one that `make engine`
builds. Whichever it is, programs run through the language host beside this file and
reach the stand-in provider, so no plugin is downloaded and no cloud is asked.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from tests.engine.language_host import language_host
from tests.engine.provider.cloud import Cloud
from tests.engine.provider.server import provider

ROOT: Final = Path(__file__).resolve().parents[2]
PACK: Final = ROOT / "policypack"
_SHIMS: Final = Path(__file__).with_name("bin")
REQUIRED: Final = "PAYMENT_ENGINE_REQUIRED"
"""Set where the tests must not be skipped for want of a CLI, as in CI."""


@cache
def command() -> Path | None:
    """The CLI, or None where there is none."""
    found = shutil.which("pulumi")
    if found:
        return Path(found)
    built = subprocess.run(
        ["make", "--no-print-directory", "--silent", "engine-path"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    ).stdout.strip()  # fmt: skip
    return Path(built) if built and Path(built).is_file() else None


@dataclass(frozen=True)
class Surroundings:
    """What runs beside the CLI: the account of the stand-in provider, and the environment."""

    cloud: Cloud
    environment: Mapping[str, str]

    def pulumi(
        self, *arguments: str, cwd: Path, check: bool = True, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run the CLI as a user types it."""
        done = subprocess.run(
            [str(command()), "--non-interactive", *arguments],
            cwd=cwd,
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=300,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(f"pulumi {' '.join(arguments)}:\n{done.stdout}\n{done.stderr}")
        return done


@contextmanager
def surroundings(home: Path) -> Iterator[Surroundings]:
    """The language host, the stand-in provider, and a backend in the folder `home`."""
    cloud = Cloud()
    cli = command()
    assert cli is not None
    backend = home / "backend"
    backend.mkdir(parents=True)
    with language_host() as language_port, provider(cloud) as provider_port:
        environment = {
            **{key: value for key, value in os.environ.items() if not _is_personal(key)},
            "PATH": os.pathsep.join([str(cli.parent), str(_SHIMS), os.environ["PATH"]]),
            "PAYMENT_ENGINE_PYTHON": sys.executable,
            "PULUMI_HOME": str(home / "home"),
            "PULUMI_BACKEND_URL": backend.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "passphrase of a test",
            "PULUMI_DEBUG_LANGUAGES": f"python:{language_port}",
            "PULUMI_DEBUG_PROVIDERS": f"aws:{provider_port}",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        }
        yield Surroundings(cloud, environment)


def _is_personal(variable: str) -> bool:
    return variable.startswith(("PULUMI_", "AWS_"))
