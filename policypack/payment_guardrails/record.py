"""What the pack said in one run, for who drives the engine: every verdict, passes included.

The engine's own events say which policies passed and failed on a resource. They do not say
what was seen, nor on which resources a policy for the whole stack passed. Whoever sets the
environment variable RECORD_VARIABLE to a file's path finds both there, and can check them
against the events. The file appears whole, and only once the stack has been judged.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from payment_guardrails.data_classes import data_class
from payment_guardrails.finding import Finding, Status
from payment_guardrails.iam.grant import GrantTable
from payment_guardrails.iam.grant_table import grant_table
from payment_guardrails.iam.recorded_use import Recording
from payment_guardrails.links import Link, links
from payment_guardrails.remediation import Remediation
from payment_guardrails.resource import Location
from payment_guardrails.stack import Stack

RECORD_VARIABLE: Final = "PAYMENT_GUARDRAILS_RECORD"


@dataclass(frozen=True)
class Recorded:
    """A resource as it was judged, and what a report says of it beside the verdicts.

    `digest` is that of its inputs (see `Resource.digest`), `parent` a URN, `classification` the
    class of data that its tags declare (see :func:`data_class`).
    """

    urn: str
    type: str
    name: str
    digest: str
    parent: str | None = None
    location: Location | None = None
    links: tuple[Link, ...] = ()
    classification: str = ""

    @staticmethod
    def of(stack: Stack) -> tuple[Recorded, ...]:
        """The resources of a stack."""
        linked = links(stack)
        return tuple(
            Recorded(
                each.urn,
                each.type,
                each.name,
                each.digest,
                each.parent,
                each.location,
                linked.get(each.urn, ()),
                data_class(stack, each),
            )
            for each in stack.resources
        )

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Recorded:
        """The resource that `asdict` made JSON data of."""
        location = data["location"]
        return Recorded(
            **{
                **data,
                "location": location and Location(**location),
                "links": tuple(Link(**each) for each in data["links"]),
            }
        )


@dataclass
class Record:
    """The verdicts of one run, by rule, and what was changed before judging.

    The verdicts are those of the rules. `waived` tells which waiver counted for which of
    them, by id.
    """

    file: Path
    resources: list[Recorded] = field(default_factory=list)
    findings: dict[str, list[Finding]] = field(default_factory=lambda: defaultdict(list))
    remediations: list[Remediation] = field(default_factory=list)
    waived: dict[str, str] = field(default_factory=dict)
    grants: GrantTable = field(default_factory=GrantTable)

    def write(self, stack: Stack, recording: Recording | None) -> None:
        """Write the file with what the stack holds, under another name first.

        `recording` tells which of its grants were used.
        """
        self.resources.extend(Recorded.of(stack))
        self.grants = grant_table(stack, recording)
        temporary = self.file.with_name(f"{self.file.name}.part")
        temporary.write_text(json.dumps(self._as_json()), "utf-8")
        os.replace(temporary, self.file)  # noqa: PTH105 - the atomic one

    def _as_json(self) -> dict[str, Any]:
        return {
            "resources": [asdict(each) for each in self.resources],
            "findings": {
                rule: [asdict(finding) for finding in findings]
                for rule, findings in self.findings.items()
            },
            "remediations": [asdict(each) for each in self.remediations],
            "waived": self.waived,
            "grants": asdict(self.grants),
        }

    @staticmethod
    def read(file: Path) -> Record:
        """The record in a file that `write` made."""
        data = json.loads(file.read_text("utf-8"))
        return Record(
            file,
            [Recorded.from_json(each) for each in data["resources"]],
            {
                rule: [Finding(**{**each, "status": Status(each["status"])}) for each in findings]
                for rule, findings in data["findings"].items()
            },
            [Remediation(**each) for each in data["remediations"]],
            data["waived"],
            GrantTable.from_json(data["grants"]),
        )
