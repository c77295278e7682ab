"""Report folders to verify: small evidence, sealed as the gate does it, and keys to sign with."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from compliance.command_line import main
from compliance.evidence import (
    ControlResult,
    Evidence,
    Pack,
    ResourceEntry,
    Result,
    RuleCard,
    Subject,
    WaiverFileEntry,
    summarize,
)
from compliance.integrity.keys import read_signing_key
from compliance.integrity.sealing import seal
from compliance.project import digest_of
from compliance.reports import write_files
from compliance.reports.json_report import write_json

SOURCES = {"Pulumi.yaml": "sha256:" + "2" * 64, "__main__.py": "sha256:" + "1" * 64}
PAGES = (("report.csv", "control,rule\n1.1,sqs-queue-fifo\n"), ("report.md", "# Failed\n"))
URN = "urn:pulumi:dev::shop::aws:sqs/queue:Queue::jobs"


def evidence(project: str = "shop") -> Evidence:
    """What a gate could have found of one queue."""
    queue = ResourceEntry(URN, "aws:sqs/queue:Queue", "jobs", "sha256:" + "3" * 64, tested=True)
    resources = (queue,)
    results = (
        Result(
            "sqs-queue-fifo:1", "sqs-queue-fifo", "mandatory", URN, "fail", "medium",
            "is no FIFO queue", "fifoQueue", "fifo_queue=True", None,
        ),
    )  # fmt: skip
    controls = (
        ControlResult(
            "PCI DSS", "4.0.1", "1.1", "Title", "automated", "not_satisfied", "C",
            ("sqs-queue-fifo",), (URN,), "", "",
        ),
    )  # fmt: skip
    return Evidence(
        Subject(
            project,
            "dev",
            "offline",
            digest_of(SOURCES),
            "2026-01-31",
            "2026-01-30T10:00:00Z",
            "n",
            ("a",),
            sources=SOURCES,
        ),
        Pack("pack", "1.0", "sha256:" + "4" * 64, {"sqs-queue-fifo": {"level": "mandatory"}}),
        summarize(resources, results, controls),
        resources,
        results,
        controls,
        (RuleCard("sqs-queue-fifo", "Title", "Why"),),
        waiver_file=WaiverFileEntry("compliance/waivers.yaml", "sha256:" + "5" * 64),
    )


def make(folder: Path, signing: Path | None = None, found: Evidence | None = None) -> Path:
    """A report folder, written and sealed."""
    found = found or evidence()
    key = None if signing is None else read_signing_key(signing, folder)
    written = write_files([("report.json", write_json(found)), *PAGES], folder)
    seal(found, written, folder, key)
    return folder


def make_small(folder: Path, signing: Path | None = None) -> Path:
    """A report folder with a report.json alone, of a program whose sources are not known."""
    key = None if signing is None else read_signing_key(signing, folder)
    found = evidence()
    found = replace(found, subject=replace(found.subject, sources={}))
    seal(found, write_files([("report.json", write_json(found))], folder), folder, key)
    return folder


def make_keys(folder: Path, passphrase: str = "") -> tuple[Path, Path]:
    """The files of a private key and of its public one."""
    key = Ed25519PrivateKey.generate()
    private, public = folder / "signing.pem", folder / "signing.pub.pem"
    encryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    private.chmod(0o600)
    public.write_bytes(
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    return private, public


def rewrite(folder: Path, change: Any, name: str = "manifest.json") -> None:
    """Edit a JSON file as one would who knows how it is written."""
    data = json.loads((folder / name).read_text())
    change(data)
    (folder / name).write_text(json.dumps(data, indent=1) + "\n")


def verified(capsys: Any, folder: Path, *options: Any) -> tuple[int, str]:
    """The exit status of `compliance verify`, and all that it prints."""
    capsys.readouterr()
    status = main(["verify", str(folder), *map(str, options)])
    printed = capsys.readouterr()
    return status, printed.out + printed.err
