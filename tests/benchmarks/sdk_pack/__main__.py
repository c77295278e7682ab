"""As many policies as our pack has rules, declared to the SDK: what `make bench` compares with.

Each only says that it does not apply, so that what is measured is what the SDK spends on
handing a resource to a policy.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "policypack"))

from payment_guardrails.rules import registered
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyPack,
    ResourceValidationPolicy,
    StackValidationPolicy,
)


def _not_applicable(args: object, _: object) -> None:
    args.not_applicable("it measures")  # type: ignore[attr-defined]


def _policies() -> list[Policy]:
    return [
        (ResourceValidationPolicy if rule.resource_check else StackValidationPolicy)(
            name=name,
            description=rule.title,
            enforcement_level=EnforcementLevel.MANDATORY,
            validate=_not_applicable,
        )
        for name, rule in registered().items()
    ]


PolicyPack(name="one-sdk-policy-per-rule", policies=_policies())
