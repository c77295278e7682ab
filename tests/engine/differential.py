"""One program through the engines, and what their verdicts must have in common.

Two engines agree when they know the same. So the offline stack is judged once more with
every value unknown that the real preview did not know: those verdicts must be the real
ones, rule by rule and resource by resource.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from payment_guardrails.configuration import configure
from payment_guardrails.finding import Finding
from payment_guardrails.record import RECORD_VARIABLE, Record
from payment_guardrails.resource import Resource
from payment_guardrails.rule import by_resource, worst
from payment_guardrails.rules import registered
from payment_guardrails.stack import Stack
from payment_guardrails.values import UNKNOWN, Secret, Unknown, from_wire

from compliance.engines.engine import EngineRun
from compliance.engines.pulumi.events import confirm, read_log
from compliance.engines.state.export import read_export
from compliance.evaluation import judge
from tests.engine.cli import PACK, Surroundings
from tests.offline import evaluate

UNDECIDED: Final = "undecided"

Verdict = tuple[str, str]
"""A rule's name and a resource's URN."""
Verdicts = Mapping[Verdict, str]
Properties = Mapping[str, Any]


@dataclass(frozen=True)
class Previewed:
    """What a real preview with the pack showed: verdicts, and each resource's properties."""

    verdicts: Verdicts
    inputs: Mapping[str, Properties]
    outputs: Mapping[str, Properties]
    stopped: bool


def verdicts_of(findings: Mapping[str, tuple[Finding, ...] | list[Finding]]) -> Verdicts:
    """The worst status for each rule and resource."""
    return {
        (rule, urn or ""): worst(group).value
        for rule, found in findings.items()
        for urn, group in by_resource(found)
    }


def judged(*stacks: Stack) -> Verdicts:
    """The verdicts of every rule on stacks, with nothing configured."""
    rules = registered()
    return verdicts_of(judge(stacks, rules, configure(rules), deployed=True).findings)


def offline(program: Path, stack: str | None = None) -> Stack:
    """The program's stack as the offline engine makes it."""
    run: EngineRun = evaluate(program, stack, {}, 120)
    return run.stacks[0]


def preview(real: Surroundings, program: Path, stack: str, folder: Path) -> Previewed:
    """Preview a program, as a user does, in an existing stack.

    The engine's own account of what passed and failed must be the pack's.
    """
    log, record = folder / "events.jsonl", folder / "record.json"
    done = real.pulumi(
        "preview", "--stack", stack, "--policy-pack", str(PACK), "--event-log", str(log),
        cwd=program, check=False,
        **{RECORD_VARIABLE: str(record), "PULUMI_DEBUG_COMMANDS": "true"},
    )  # fmt: skip
    assert record.is_file(), f"the preview did not end:\n{done.stdout}\n{done.stderr}"
    recorded, events = Record.read(record), read_log(log)
    confirm(recorded, events, registered())
    assert (done.returncode != 0) == bool(events.mandatory), done.stdout + done.stderr
    shown = dict(_shown(log))
    return Previewed(
        verdicts_of(recorded.findings),
        {urn: _plain(state.get("inputs")) for urn, state in shown.items()},
        {urn: _plain(state.get("outputs")) for urn, state in shown.items()},
        done.returncode != 0,
    )


def _shown(log: Path) -> Iterator[tuple[str, Properties]]:
    for line in log.read_text("utf-8").splitlines():
        event = json.loads(line)
        for kind in ("resourcePreEvent", "resOutputsEvent"):
            new = event.get(kind, {}).get("metadata", {}).get("new")
            if new:
                yield new["urn"], new


def _plain(properties: Properties | None) -> Properties:
    return {
        name: from_wire(value)
        for name, value in (properties or {}).items()
        if not name.startswith("__")
    }


def deployed(real: Surroundings, program: Path, stack: str, folder: Path) -> Stack:
    """Deploy a program (without a pack), and read what `pulumi stack export` tells of it."""
    export = folder / "export.json"
    real.pulumi("up", "--yes", "--skip-preview", "--stack", stack, cwd=program)
    real.pulumi(
        "stack", "export", "--show-secrets", "--stack", stack, "--file", str(export), cwd=program
    )
    exported = read_export(export).stack
    assert exported is not None, "a stack that is deployed has resources"
    return exported


def masked(stack: Stack, seen: Previewed) -> Stack:
    """The stack with every value unknown that the preview did not know."""
    return replace(stack, resources=tuple(_masked(each, seen) for each in stack.resources))


def _masked(resource: Resource, seen: Previewed) -> Resource:
    inputs, outputs = seen.inputs.get(resource.urn, {}), seen.outputs.get(resource.urn, {})
    return replace(
        resource,
        inputs={name: common(value, inputs.get(name)) for name, value in resource.inputs.items()},
        outputs={
            name: value for name, value in resource.outputs.items() if _is_known(outputs.get(name))
        },
    )


def _is_known(value: Any) -> bool:
    return value is not None and not isinstance(_bare(value), Unknown)


def _bare(value: Any) -> Any:
    while isinstance(value, Secret):
        value = value.value
    return value


def common(ours: Any, theirs: Any) -> Any:
    """`ours`, with everything unknown that `theirs` does not know in the same place."""
    if isinstance(theirs, Secret) and isinstance(theirs.value, Unknown):
        return ours  # the event log masks a secret, known or not: none here is both
    theirs = _bare(theirs)
    if isinstance(theirs, Unknown):
        return UNKNOWN
    if isinstance(ours, Secret):
        return Secret(common(ours.value, theirs))
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        return {name: common(value, theirs.get(name)) for name, value in ours.items()}
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        return [common(one, other) for one, other in zip(ours, theirs, strict=True)]
    if isinstance(ours, str) and isinstance(theirs, str) and ours != theirs:
        return _common_text(ours, theirs)
    return ours


def _common_text(ours: str, theirs: str) -> Any:
    """The same of two texts: what a document of theirs lacks is what they did not know.

    A data source that is called with an unknown argument answers as if it were not given:
    the engine leaves unknowns out of what it sends to a provider.
    """
    try:
        documents = json.loads(ours), json.loads(theirs)
    except ValueError:
        return ours
    return _kept(*documents) if all(isinstance(each, dict) for each in documents) else ours


def _kept(ours: Any, theirs: Any) -> Any:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return {
            name: _kept(value, theirs[name]) if name in theirs else UNKNOWN
            for name, value in ours.items()
        }
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        return [_kept(one, other) for one, other in zip(ours, theirs, strict=True)]
    return ours if ours == theirs else UNKNOWN


def lacks(stack: Stack, seen: Previewed) -> bool:
    """True where the stack has a value unknown that the preview knew: only a cloud could tell."""
    return any(
        _lacks(value, seen.inputs.get(resource.urn, {}).get(name))
        for resource in stack.resources
        for name, value in resource.inputs.items()
    )


def _lacks(ours: Any, theirs: Any) -> bool:
    ours, theirs = _bare(ours), _bare(theirs)
    if isinstance(ours, Unknown):
        return not isinstance(theirs, Unknown)
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        return any(_lacks(value, theirs.get(name)) for name, value in ours.items())
    if isinstance(ours, list) and isinstance(theirs, list):
        return any(_lacks(one, other) for one, other in zip(ours, theirs, strict=False))
    return False


def differences(one: Verdicts, other: Verdicts) -> dict[Verdict, tuple[str | None, str | None]]:
    """Where two engines' verdicts are not the same, with both."""
    return {
        key: (one.get(key), other.get(key))
        for key in sorted({*one, *other})
        if one.get(key) != other.get(key)
    }
