"""Waivers in a preview: what the pack makes of them, and what it tells of them at the end.

Beside its rules the pack has one policy named `waivers`. It carries the options (see
`settings`), and tells of waivers that expire, do not count or match nothing; it stops nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pulumi.runtime.proto import analyzer_pb2 as protocol

from payment_guardrails import PACK_NAME, __version__
from payment_guardrails.configuration import WAIVERS
from payment_guardrails.waivers.foreign import is_foreign
from payment_guardrails.waivers.place import chosen, previewed_project
from payment_guardrails.waivers.settings import OPTIONS, waiver_settings
from payment_guardrails.waivers.waiver import Waiver
from payment_guardrails.waivers.waiver_file import read_waivers
from payment_guardrails.waivers.waiving import Waiving, notice

_TITLE: Final = "Waivers are in force, and each of them is needed"
_REMEDY: Final = (
    "In compliance/waivers.yaml, remove the waiver, correct what it names, or give it a new date "
    "(`compliance waive` writes one)."
)


@dataclass
class PreviewedWaivers:
    """The waivers of one preview; it remembers which of them matched what."""

    waiving: Waiving | None
    told: bool
    matched: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def of(self, rule: str, finding_id: str, urn: str | None) -> Waiver | None:
        """The waiver that counts for a finding, or None."""
        if self.waiving is None:
            return None
        for waiver in self.waiving.matching(rule, finding_id, urn):
            self.matched[waiver.id].add(finding_id)
        return self.waiving.counting(rule, finding_id, urn)

    def words(self, waiver: Waiver | None, rule: str, finding_id: str, urn: str | None) -> str:
        """What is said at a finding: what waives it, or why no waiver does; else empty."""
        if self.waiving is None:
            return ""
        if waiver is not None:
            return self.waiving.words(waiver)
        return self.waiving.why_back(rule, finding_id, urn)

    def tell(self, response: protocol.AnalyzeResponse) -> None:
        """Add what somebody should know of the waivers to the verdicts on a stack."""
        notices: list[str] = []
        if self.waiving is not None and self.told:
            uses = [
                each for each in self.waiving.uses(self.matched) if not is_foreign(each.waiver.rule)
            ]
            notices = [text for each in uses if (text := notice(self.waiving, each))]
        for text in notices:
            response.diagnostics.add(
                policyName=WAIVERS,
                policyPackName=PACK_NAME,
                policyPackVersion=__version__,
                description=_TITLE,
                message=text,
                enforcementLevel=protocol.EnforcementLevel.Value("ADVISORY"),
                severity=protocol.PolicySeverity.Value("POLICY_SEVERITY_LOW"),
            )
        if not notices:
            response.not_applicable.add(policy_name=WAIVERS, reason=self._reason())

    def _reason(self) -> str:
        if self.waiving is None:
            return "the project has no file of waivers"
        number = len(self.waiving.file.waivers)
        return f"nothing to tell of the waivers in {self.waiving.shown} ({number} in it)"


def previewed_waivers(project: str, rules: Collection[str], given: Any = None) -> PreviewedWaivers:
    """The waivers of the project of this name that is previewed, as a configuration has them.

    Raises `ConfigurationError` and `WaiverFileError` where configuration or file are not valid.
    """
    settings = waiver_settings(given)
    found = chosen(previewed_project(project) if project else None, settings.path)
    if found is None:
        return PreviewedWaivers(None, settings.told)
    file, shown = found
    return PreviewedWaivers(
        Waiving(read_waivers(file, rules), shown, settings.as_of), settings.told
    )


def waivers_policy() -> protocol.PolicyInfo:
    """The policy as the engine lists it."""
    policy = protocol.PolicyInfo(
        name=WAIVERS,
        description=_TITLE,
        enforcementLevel=protocol.EnforcementLevel.Value("ADVISORY"),
        severity=protocol.PolicySeverity.Value("POLICY_SEVERITY_LOW"),
        remediation_steps=_REMEDY,
        policy_type=protocol.POLICY_TYPE_STACK,
    )
    options: Mapping[str, Any] = {name: dict(option) for name, option in OPTIONS.items()}
    policy.configSchema.properties.update(options)
    return policy
