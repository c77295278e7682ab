"""Manifests, signatures and reports that are none: each is one clear message."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from compliance.integrity.sealing import seal
from tests.compliance.integrity.report_folders import evidence, make, rewrite, verified


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data.update(extra=1), "Additional properties are not allowed"),
        (lambda data: data.update(subject=[]), "$.subject"),
        (lambda data: data["subject"][0].update(digest={"sha256": 5}), "$.subject[0].digest"),
        (lambda data: data["subject"].append(data["subject"][0]), "lists 'report.csv' 2 times"),
        (lambda data: data["subject"][0].update(name="../x"), "lists '../x', which is no name of"),
        (lambda data: data["subject"][0].update(name="/etc/passwd"), "'/etc/passwd', which is no"),
        (lambda data: data["subject"][0].update(name="a\\b"), "which is no name of a report"),
        (lambda data: data["subject"][0].update(name=".."), "lists '..', which is no name"),
        (lambda data: data["subject"][0].update(name="a\nb"), r"lists 'a\\nb', which is no name"),
        (lambda data: data["subject"][0].update(name="\ud800"), r"'\\ud800', which is no name"),
        (lambda data: data["subject"][0].update(name="manifest.json"), "which is no name of"),
        (
            lambda data: data.update(predicateType=data["predicateType"].replace("v1", "v2")),
            "is of another version (urn:payment-processing-compliance:report-manifest:v2)",
        ),
        (lambda data: data.update(predicateType=["x"]), "is not the manifest of a compliance"),
        (
            lambda data: data["predicate"]["program"]["files"][0].update(name="\udc80.py"),
            r"lists the source '\\udc80.py', which is no name",
        ),
        (lambda data: data["predicate"].pop("verdict"), "'verdict' is a required property"),
        (lambda data: data["predicate"].update(verdict=True), "$.predicate.verdict: True is not"),
    ],
)
def test_a_manifest_that_says_something_else_cannot_be_gone_by(
    folder: Path, capsys: Any, change: Any, said: str
) -> None:
    rewrite(folder, change)
    status, printed = verified(capsys, folder)
    assert status == 2
    assert printed.startswith(f"compliance: {folder / 'manifest.json'}: ")
    assert said in printed
    assert printed.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "line 1: malformed JSON"),
        (b"[]", "is not the manifest of a compliance report"),
        (b'{"name": "an app"}', "is not the manifest of a compliance report"),
        (b'{"a": 1, "a": 2}', "has the key 'a' twice in one object"),
        (b'{"a": NaN}', "NaN is no JSON"),
        (b"\xff{}", "is not UTF-8 at byte 0"),
        (b"[" * 100_000, "its values are nested too deep"),
        (b'{"a": ' + b"9" * 5000 + b"}", "has a number that is too long"),
        (b" " * (16 * 1024 * 1024 + 1), "has more than 16777216 bytes, and is not read"),
    ],
)
def test_a_malformed_manifest_is_one_clear_message(
    folder: Path, capsys: Any, content: bytes, said: str
) -> None:
    (folder / "manifest.json").write_bytes(content)
    status, printed = verified(capsys, folder)
    assert status == 2
    assert f"{folder / 'manifest.json'}: {said}" in printed
    assert "get the report again" in printed
    assert printed.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{}", "is no signature: $: 'payload' is a required property"),
        (b"{", "is no signature: line 1: malformed JSON"),
        (
            b'{"payload": "#", "payloadType": "application/vnd.in-toto+json", "signatures": '
            b'[{"keyid": "' + b"0" * 64 + b'", "sig": "AA=="}]}',
            "is no signature: it holds malformed base64",
        ),
    ],
)
def test_a_malformed_signature_is_found_without_a_key(
    signed: Path, capsys: Any, content: bytes, said: str
) -> None:
    (signed / "manifest.dsse.json").write_bytes(content)
    status, printed = verified(capsys, signed)
    assert status == 1
    assert f"SIGNATURE  manifest.dsse.json: {said}" in printed


def test_a_signature_written_in_another_way_is_found(signed: Path, capsys: Any) -> None:
    file = signed / "manifest.dsse.json"
    file.write_text(file.read_text().replace("\n", " "))
    status, printed = verified(capsys, signed)
    assert status == 1
    assert "is not written as `compliance` writes it: it was edited" in printed


def test_a_manifest_written_in_another_way_is_found(folder: Path, capsys: Any) -> None:
    file = folder / "manifest.json"
    file.write_text(file.read_text().replace("\n", " "))
    status, printed = verified(capsys, folder)
    assert status == 1
    assert "DIFFERS  manifest.json: is not written as `compliance` writes it" in printed


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data.clear(), "is no report: 'subject' is missing"),
        (lambda data: data["subject"].pop("project"), "is no report: a part of it is of another"),
        (lambda data: data.update(resources=[1]), "is no report: a part of it is of another type"),
        (lambda data: data["subject"].update(sources=[]), "is no report: a part of it is of an"),
        (lambda data: data.update(effectiveness={}), "is no report: misses or mistakes"),
        (lambda data: data["subject"].update(project=["shop"]), "report.json says: ['shop']"),
    ],
)
def test_a_report_json_that_is_none_is_found(
    tmp_path: Path, capsys: Any, change: Any, said: str
) -> None:
    folder = make(tmp_path / "report")
    rewrite(folder, change, "report.json")
    written = [folder / name for name in ("report.csv", "report.json", "report.md")]
    seal(evidence(), written, folder)
    status, printed = verified(capsys, folder)
    assert status == 1
    assert said in printed
    assert "WHOLE  shop (dev): 1 problem" in printed
