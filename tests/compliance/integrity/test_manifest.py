"""The manifest: by the specification, by its schema, and by those who read it elsewhere."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from google.protobuf import json_format
from in_toto_attestation.v1.statement import Statement  # type: ignore[import-untyped]
from in_toto_attestation.v1.statement_pb2 import (  # type: ignore[import-untyped]
    Statement as StatementMessage,
)

from tests.compliance.integrity.report_folders import SOURCES, evidence, make, make_keys

INTEGRITY = Path(__file__).parents[3] / "compliance" / "integrity"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make(tmp_path / "report", make_keys(tmp_path)[0])


def data(folder: Path, name: str = "manifest.json") -> Any:
    return json.loads((folder / name).read_text("ascii"))


def test_it_lists_each_file_of_the_report_by_its_content(folder: Path) -> None:
    assert [(each["name"], each["digest"]) for each in data(folder)["subject"]] == [
        (name, {"sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest()})
        for name in ("report.csv", "report.json", "report.md")
    ]


def test_it_says_of_what_the_report_was_made(folder: Path) -> None:
    predicate = data(folder)["predicate"]
    found = evidence()
    configuration = '{"sqs-queue-fifo":{"level":"mandatory"}}'
    listing = "".join(f"{SOURCES[name][7:]}  {name}\n" for name in ("Pulumi.yaml", "__main__.py"))
    assert predicate["program"]["digest"]["sha256"] == hashlib.sha256(listing.encode()).hexdigest()
    assert f"sha256:{predicate['program']['digest']['sha256']}" == found.subject.program_digest
    assert {each["name"]: each["digest"]["sha256"] for each in predicate["program"]["files"]} == {
        name: digest[7:] for name, digest in SOURCES.items()
    }
    assert predicate["pack"] == {"name": "pack", "version": "1.0", "digest": {"sha256": "4" * 64}}
    assert predicate["configuration"]["digest"]["sha256"] == (
        hashlib.sha256(configuration.encode()).hexdigest()
    )
    waivers = {"name": "compliance/waivers.yaml", "digest": {"sha256": "5" * 64}}
    assert (predicate["waivers"], predicate["attestations"]) == (waivers, None)
    assert (predicate["verdict"], predicate["engine"]) == ("fail", "offline")
    assert (predicate["asOf"], predicate["evaluatedAt"]) == ("2026-01-31", "2026-01-30T10:00:00Z")


def test_it_is_a_statement_to_the_in_toto_project_and_to_its_own_schema(folder: Path) -> None:
    message = json_format.ParseDict(data(folder), StatementMessage())
    Statement.copy_from_pb(message).validate()
    assert message.type == "https://in-toto.io/Statement/v1"
    for schema, document in (("manifest", "manifest.json"), ("envelope", "manifest.dsse.json")):
        rules = json.loads((INTEGRITY / f"{schema}.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(rules)
        jsonschema.Draft202012Validator(rules).validate(data(folder, document))


def authenticated(envelope: Any) -> tuple[bytes, bytes]:
    """What a DSSE signature is of, by the protocol's definition, and the signature."""
    payload, kind = base64.b64decode(envelope["payload"]), envelope["payloadType"].encode()
    text = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
    return text, base64.b64decode(envelope["signatures"][0]["sig"])


def test_the_envelope_is_what_the_dsse_protocol_defines(folder: Path, tmp_path: Path) -> None:
    envelope = data(folder, "manifest.dsse.json")
    assert base64.b64decode(envelope["payload"]) == (folder / "manifest.json").read_bytes()
    assert envelope["payloadType"] == "application/vnd.in-toto+json"
    text, signature = authenticated(envelope)
    public: Any = load_pem_public_key((tmp_path / "signing.pub.pem").read_bytes())
    public.verify(signature, text)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_makes_the_keys_and_agrees_on_the_signature(tmp_path: Path) -> None:
    def openssl(*arguments: str) -> str:
        command = ["openssl", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout

    openssl("genpkey", "-algorithm", "ed25519", "-out", "key.pem")
    openssl("pkey", "-in", "key.pem", "-pubout", "-out", "public.pem")
    folder = make(tmp_path / "report", tmp_path / "key.pem")
    text, signature = authenticated(data(folder, "manifest.dsse.json"))
    (tmp_path / "text").write_bytes(text)
    (tmp_path / "signature").write_bytes(signature)
    said = openssl(
        "pkeyutl", "-verify", "-pubin", "-inkey", "public.pem", "-rawin", "-in", "text",
        "-sigfile", "signature",
    )  # fmt: skip
    assert "Signature Verified Successfully" in said
