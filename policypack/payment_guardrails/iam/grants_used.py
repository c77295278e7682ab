"""The rule on grants: a function may do what it was seen to do, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from payment_guardrails.finding import Finding, not_applicable, undecided
from payment_guardrails.iam.grants_compared import compare
from payment_guardrails.iam.recorded_use import Recorded
from payment_guardrails.iam.recording_file import OPTION, RULE
from payment_guardrails.iam.service_use import FUNCTION
from payment_guardrails.rule import Settings, Severity, stack_rule
from payment_guardrails.stack import Stack
from payment_guardrails.values import Reading, Unknown

_HOW_TO: Final = (
    "no recording is configured: write down which actions the functions' tests used, as "
    '{"functions": {"app.handler": {"dynamodb:GetItem": ["TABLE_VARIABLE"]}}}, and name the '
    'file in the policy configuration: {"iam-grants-are-used": {"recording": '
    '"compliance/recorded_use.json"}}'
)
_NOT_READ: Final = Reading(Unknown("was not read when the pack was configured"), OPTION)


@stack_rule(
    RULE,
    types=[FUNCTION],
    severity=Severity.MEDIUM,
    fix="""
    # Grant what the recording has, and no more:
    statement = {
        "Effect": "Allow",
        "Action": ["dynamodb:GetItem"],
        "Resource": f"arn:aws:dynamodb:{region}:{account}:table/transactions",
    }
    aws.iam.Policy("retrieve", policy=json.dumps({"Statement": [statement]}))
    """,
    options={
        OPTION: {
            "type": "string",
            "default": "",
            "description": (
                "the file with what the functions were seen to use, relative to the project's "
                "folder; nothing is compared where it is empty"
            ),
        }
    },
)
def grants_are_used(stack: Stack, settings: Settings) -> Iterator[Finding]:
    """A function's role grants what the function uses, and nothing else.

    A grant that nobody uses helps only who takes the function over; a use without a grant
    fails, and often only on the day that it is needed:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege
    What the code uses comes from a recording of its tests, which names each resource by the
    environment variable that tells the function of it. What Lambda does under the role (its
    logs, its traces, its polling of queues) follows from the stack.
    """
    recorded = settings[OPTION]
    if isinstance(recorded, Recorded):
        yield from compare(stack, recorded.functions)
        return
    for function in stack.of_types([FUNCTION]):
        if recorded:
            yield undecided(function, _NOT_READ, "it must be, to compare it with the grants")
        else:
            yield not_applicable(function, _HOW_TO)
