"""The validators: each runs a tool of the format's own ecosystem on the files of all samples."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_ROOT: Final = Path(__file__).resolve().parents[2]
_HERE: Final = Path(__file__).resolve().parent
# What Microsoft's validator asks for beyond the standard, which we cannot or need not give.
_SARIF_ACCEPTED: Final[Mapping[str, str]] = {
    "SARIF2005": "an address of the tool: it is not published anywhere",
}


_OSCAL_MODELS: Final = (
    ("assessment-results", "assessment-results"),
    ("component-definition", "component-definitions"),
)


@dataclass(frozen=True)
class Validator:
    """A tool; `check` takes the folder of all tools and the samples and gives complaints."""

    name: str
    formats: str
    check: Callable[[Path, Sequence[Path]], list[str]]


def _json_schema(tools: Path, samples: Sequence[Path]) -> list[str]:
    """By another implementation of JSON Schema than the one that the command line uses."""
    schema = _ROOT / "compliance" / "report.schema.json"
    return _ajv(tools, schema, _files(samples, "report.json"))


def _ajv(tools: Path, schema: Path, files: Sequence[str]) -> list[str]:
    ajv = tools / "node_modules" / "ajv-cli" / "dist" / "index.js"
    options = ["--spec=draft2020", "--strict=false", "-c", "ajv-formats", "--errors=text"]
    data = [part for file in files for part in ("-d", file)]
    command = ["node", str(ajv), "validate", *options, "-s", str(schema), *data]
    return _complaints(_run(command, folder=tools))


def _sarif(tools: Path, samples: Sequence[Path]) -> list[str]:
    """Against OASIS' schema, the rules of the standard, and those of GitHub's code scanning."""
    files = [*_files(samples, "report.sarif"), *_files(samples, "code-scanning.sarif")]
    multitool = tools / "node_modules" / "@microsoft" / f"sarif-multitool-{sys.platform}"
    # Ajv reads JSON by the ending of a file's name.
    copies = [shutil.copy(file, f"{file}.json") for file in files]
    complaints = _ajv(tools, multitool / "sarif-2.1.0.json", copies)
    output = samples[0].parent / "sarif-validation.sarif"
    done = _run(
        [
            str(multitool / "Sarif.Multitool"), "validate", *files, "--rule-kind", "Sarif;Gh",
            "--level", "Error;Warning", "--output", str(output), "--log", "ForceOverwrite",
        ],
        # It comes with no data on languages, and needs none.
        {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
    )  # fmt: skip
    if done.returncode:
        return complaints + _complaints(done)
    log = json.loads(output.read_text("utf-8-sig"))
    remarks = [(run, found) for run in log["runs"] for found in run.get("results", ())]
    # It says nothing of a file that it cannot read; of every other it has the accepted remark.
    read = {_file(found).removeprefix("file://") for _, found in remarks}
    return [
        *complaints,
        *(f"{file}: could not be read" for file in files if file not in read),
        *(
            f"{_file(found)}: {found['ruleId']}: {_message(run, found)}"
            for run, found in remarks
            if found["ruleId"] not in _SARIF_ACCEPTED
        ),
    ]


def _junit(tools: Path, samples: Sequence[Path]) -> list[str]:
    schema = _HERE / "schemas" / "junit-10.xsd"
    command = [str(tools / "venv" / "bin" / "xmlschema-validate"), "--schema", str(schema)]
    return _complaints(_run([*command, *_files(samples, "junit.xml")]))


def _oscal(tools: Path, samples: Sequence[Path]) -> list[str]:
    """compliance-trestle reads models from a workspace of its own layout."""
    trestle = str(tools / "venv" / "bin" / "trestle")
    workspace = samples[0].parent / "trestle"
    workspace.mkdir()
    complaints = _complaints(_run([trestle, "init", "--local"], folder=workspace))
    for sample in samples:
        for model, models in _OSCAL_MODELS:
            folder = workspace / models / sample.name
            folder.mkdir(parents=True)
            shutil.copy(sample / f"oscal-{model}.json", folder / f"{model}.json")
    done = _run([trestle, "validate", "--all"], folder=workspace)
    if done.returncode == 0 and done.stdout.count("VALID: ") != 2 * len(samples):
        return [*complaints, "not every model was validated"]
    return complaints + _complaints(done)


def _html(tools: Path, samples: Sequence[Path]) -> list[str]:
    jar = tools / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
    command = ["java", "-jar", str(jar), "--errors-only"]
    return _complaints(_run([*command, *_files(samples, "report.html")]))


def _csv(tools: Path, samples: Sequence[Path]) -> list[str]:
    command = [str(tools / "venv" / "bin" / "csvclean"), "--length-mismatch", "-z", "100000"]
    return [
        f"{file}: {complaint}"
        for file in _files(samples, "report.csv")
        for complaint in _run([*command, file]).stderr.splitlines()
    ]


VALIDATORS: Final = (
    Validator("Ajv, our schema", "json", _json_schema),
    Validator("SARIF Multitool (Microsoft)", "sarif, code-scanning", _sarif),
    Validator("Jenkins' schema, xmlschema", "junit", _junit),
    Validator("compliance-trestle", "oscal", _oscal),
    Validator("Nu Html Checker (W3C)", "html", _html),
    Validator("csvclean (csvkit)", "csv", _csv),
)


def _files(samples: Sequence[Path], name: str) -> list[str]:
    return [str(sample / name) for sample in samples]


def _run(
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    *,
    folder: Path = _ROOT,
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )


def _complaints(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What a tool prints where it ends with another status than 0; nothing where all is well."""
    if done.returncode == 0:
        return []
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return lines or [f"{done.args[0]} ended with status {done.returncode}"]


def _file(found: Mapping[str, Any]) -> str:
    return str(found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])


def _message(run: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """A message is a text, or one of its rule's with arguments."""
    message = found["message"]
    if "text" in message:
        return str(message["text"])
    rule: Mapping[str, Any] = next(
        (each for each in run["tool"]["driver"].get("rules", ()) if each["id"] == found["ruleId"]),
        {},
    )
    text = rule.get("messageStrings", {}).get(message.get("id"), {}).get("text", "")
    return f"{text} {message.get('arguments', [])}"
