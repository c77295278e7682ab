"""Evidence for the page: a small shop with everything in it, and the same many times over."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from payment_guardrails.remediation import Remediation

from compliance.evidence import (
    AttestationEntry,
    AttestationFileEntry,
    ControlResult,
    Evidence,
    Grant,
    Link,
    Location,
    Pack,
    ResourceEntry,
    Result,
    RuleCard,
    Subject,
    WaiverEntry,
    WaiverFileEntry,
    summarize,
)

_TYPES: Final = {
    "api": "aws:apigateway/restApi:RestApi",
    "stage": "aws:apigateway/stage:Stage",
    "integration": "aws:apigateway/integration:Integration",
    "function": "aws:lambda/function:Function",
    "mapping": "aws:lambda/eventSourceMapping:EventSourceMapping",
    "role": "aws:iam/role:Role",
    "policy": "aws:iam/policy:Policy",
    "attachment": "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "queue": "aws:sqs/queue:Queue",
    "table": "aws:dynamodb/table:Table",
    "log": "aws:cloudwatch/logGroup:LogGroup",
    "key": "aws:kms/key:Key",
    "pool": "aws:ec2/vpc:Vpc",
}
_SHA: Final = f"sha256:{'0' * 64}"


def urn(kind: str, name: str) -> str:
    """The URN of a resource of the shop."""
    return f"urn:pulumi:dev::shop::{_TYPES[kind]}::{name}"


def result(rule: str, resource: str | None, status: str, message: str, **changed: object) -> Result:
    """A result with a stable id, mandatory and of high severity unless said otherwise."""
    digest = hashlib.sha256(f"{rule}{resource}{message}".encode()).hexdigest()[:12]
    base = Result(
        f"{rule}:{digest}", rule, "mandatory", resource, status, "high", message, "", "fix()", None
    )
    return replace(base, **changed)  # type: ignore[arg-type]


def _entry(
    kind: str,
    name: str,
    links: Iterable[tuple[str, str]] = (),
    *,
    line: int = 0,
    stores: str = "",
    classification: str = "",
    tested: bool = True,
) -> ResourceEntry:
    return ResourceEntry(
        urn(kind, name),
        _TYPES[kind],
        name,
        _SHA,
        tested,
        location=Location("__main__.py", line) if line else None,
        links=tuple(Link(property_, target) for property_, target in links),
        stores=stores,
        classification=classification,
    )


ORDERS, REFUNDS = urn("table", "orders"), urn("queue", "refunds")
DEAD, PAY, REPORT = urn("queue", "refunds-dead"), urn("function", "pay"), urn("function", "report")
PAY_ROLE, REPORT_ROLE = urn("role", "pay"), urn("role", "report")

RESOURCES: Final = (
    _entry("api", "shop", line=10),
    _entry("stage", "live", [("restApi", urn("api", "shop"))], line=14),
    _entry("integration", "pay", [("restApi", urn("api", "shop")), ("uri", PAY)], line=18),
    _entry(
        "function",
        "pay",
        [("role", PAY_ROLE), ("environment.variables.ORDERS", ORDERS), ("environment.x", REFUNDS)],
        line=22,
    ),
    _entry("role", "pay", line=20),
    _entry("policy", "pay", [("policy", ORDERS), ("policy", REFUNDS)], line=21),
    _entry("attachment", "pay", [("role", PAY_ROLE), ("policyArn", urn("policy", "pay"))]),
    _entry("function", "report", [("role", REPORT_ROLE)], line=30),
    _entry("role", "report", line=29),
    _entry("log", "report", [("kmsKeyId", urn("key", "logs"))], stores="log events", line=31),
    _entry("key", "logs", line=5),
    _entry("queue", "refunds", [("redrivePolicy", DEAD)], stores="messages", line=40),
    _entry("queue", "refunds-dead", stores="messages", classification="payment", line=39),
    _entry("mapping", "refunds", [("eventSourceArn", REFUNDS), ("functionName", REPORT)]),
    _entry("table", "orders", stores="items", classification="payment", line=44),
    _entry("pool", "island", tested=False, line=50),
)  # fmt: skip

WAIVER: Final = WaiverEntry(
    "w-1", "expiring", "it expires in 9 days", (), "table-encrypted", None, ORDERS,
    "the key is made in May", "platform@shop.example", "2026-03-10", "SHOP-7", 3,
)  # fmt: skip
_WAIVED: Final = {
    "id": "w-1", "owner": "platform@shop.example", "expires": "2026-03-10",
    "reason": "the key is made in May", "ticket": "SHOP-7",
}  # fmt: skip

RESULTS: Final = (
    result(
        "queue-encrypted", REFUNDS, "fail", "sqsManagedSseEnabled is false",
        property_path="sqsManagedSseEnabled", severity="critical",
        fix='aws.sqs.Queue("refunds", sqs_managed_sse_enabled=True)',
    ),
    result("queue-encrypted", DEAD, "pass", "sqsManagedSseEnabled is true"),
    result("queue-dead-letter", REFUNDS, "pass", "what fails goes to refunds-dead"),
    result("queue-dead-letter", DEAD, "not_applicable", "it is a dead-letter queue"),
    result("table-encrypted", ORDERS, "waived", "no key of its own", waiver=_WAIVED),
    result("policy-narrow", urn("policy", "pay"), "pass", "every action is named"),
    result("policy-narrow", REPORT_ROLE, "undecided", "its policy is not known", level="advisory"),
    result("stage-logs", urn("stage", "live"), "pass", "accesses are logged"),
    result("function-runtime", PAY, "pass", "python3.13 is supported", severity="low"),
    result("function-runtime", REPORT, "pass", "python3.13 is supported", severity="low"),
)  # fmt: skip

CARDS: Final = (
    RuleCard("function-runtime", "A function's runtime is supported", "Nobody patches it else."),
    RuleCard("policy-narrow", "A policy names what it allows", "See `Action`."),
    RuleCard("queue-dead-letter", "What a queue cannot deliver is kept", "Else it is lost."),
    RuleCard(
        "queue-encrypted",
        "A queue encrypts its messages",
        "Who steals a disk reads it: https://docs.aws.amazon.com/sqs/. Set `sqsManagedSseEnabled`.",
    ),
    RuleCard("stage-logs", "A stage logs who calls it", "Without it nobody knows."),
    RuleCard("table-backup", "A table can be restored", "Data is lost by mistakes too."),
    RuleCard("table-encrypted", "A table has a key of its own", "So that access can be withdrawn."),
)


def _control(
    framework: str, id_: str, title: str, kind: str, status: str, *rules: str, note: str = ""
) -> ControlResult:
    found = [each for each in RESULTS if each.rule in rules and each.status != "not_applicable"]
    return ControlResult(
        framework, "v1", id_, title, kind, status, "A", rules,
        tuple(sorted({each.resource or "" for each in found})), note,
        "Records of the review." if kind == "manual" else "",
    )  # fmt: skip


CONTROLS: Final = (
    _control("PCI DSS", "3.5.1", "Stored card numbers are unreadable", "partial", "not_satisfied",
             "queue-encrypted", "table-encrypted", note="Copies elsewhere are not tested."),
    _control("PCI DSS", "3.6.1", "Keys are protected", "automated", "waived", "table-encrypted"),
    _control("PCI DSS", "7.2.1", "Access is what a job needs", "partial", "undecided",
             "policy-narrow", note="People's access is not tested."),
    _control("PCI DSS", "7.2.4", "Access is reviewed", "manual", "manual"),
    _control("PCI DSS", "10.2.1", "Accesses are logged", "automated", "satisfied", "stage-logs"),
    _control("SOC 2", "A1.2", "Data can be restored", "automated", "not_tested", "table-backup"),
    _control("SOC 2", "CC1.1", "There is a code of conduct", "manual", "manual"),
)  # fmt: skip

GRANTS: Final = (
    Grant(PAY, PAY_ROLE, urn("policy", "pay"), "dynamodb:PutItem", "arn:orders", (ORDERS,),
               ("Write",), conditional=False, use="recorded"),
    Grant(PAY, PAY_ROLE, urn("policy", "pay"), "dynamodb:GetItem", "arn:orders", (ORDERS,),
               ("Read",), conditional=True, use="unused"),
    Grant(PAY, PAY_ROLE, urn("policy", "pay"), "sqs:SendMessage", "arn:refunds", (REFUNDS,),
               ("Write",), conditional=False, use="recorded"),
    Grant(REPORT, REPORT_ROLE, "arn:aws:iam::aws:policy/Poll", "sqs:ReceiveMessage",
               "arn:refunds", (REFUNDS,), ("Read",), conditional=False, use="aws"),
    Grant(REPORT, REPORT_ROLE, "arn:aws:iam::aws:policy/Poll", "logs:PutLogEvents",
               "arn:aws:logs:*", (), ("Write",), conditional=False, use="not_recorded"),
)  # fmt: skip

ATTESTATIONS: Final = (
    AttestationEntry(
        "PCI DSS", "7.2.4", "valid", "", "Reviewed by the access board.", "ciso@shop.example",
        "2026-01-15", "2026-07-15", "evidence/review.pdf", _SHA, 1,
    ),
    AttestationEntry(
        "SOC 2", "CC1.1", "expired", "it expired 30 days ago", "Everybody signed it.",
        "people@shop.example", "2025-01-01", "2026-01-30", "", "", 9,
    ),
)  # fmt: skip


def shop() -> Evidence:
    """A small shop: a finding of each kind, a waiver, statements, grants, and gaps."""
    return Evidence(
        Subject(
            "shop", "dev", "offline", _SHA, "2026-03-01", "2026-03-01T00:00:00Z",
            "the program ran without a cloud account", ("the account id is not known offline",),
        ),
        Pack("payment-guardrails", "1", _SHA, {"tags-present": {"level": "disabled"}}),
        summarize(RESOURCES, RESULTS, CONTROLS),
        RESOURCES,
        RESULTS,
        CONTROLS,
        CARDS,
        (Remediation("stage-logs", urn("stage", "live"), "xrayTracingEnabled", "false", "true"),),
        waiver_file=WaiverFileEntry("compliance/waivers.yaml", _SHA),
        waivers=(WAIVER,),
        grants=GRANTS,
        grants_incomplete=(REPORT,),
        attestation_file=AttestationFileEntry("compliance/attestations.yaml", _SHA),
        attestations=ATTESTATIONS,
    )  # fmt: skip


def empty() -> Evidence:
    """Evidence of nothing at all."""
    whole = shop()
    return Evidence(
        whole.subject, whole.pack, summarize((), (), ()), (), (), (), (),
    )  # fmt: skip


def many(evidence: Evidence, resources: int) -> Evidence:
    """Copies of a stack side by side, until there are this many resources or a few more."""
    copies = -(-resources // len(evidence.resources))

    def renamed(text: str, number: int) -> str:
        return f"{text}-{number}"

    entries = tuple(
        replace(
            entry,
            urn=renamed(entry.urn, number),
            name=renamed(entry.name, number),
            links=tuple(replace(link, target=renamed(link.target, number)) for link in entry.links),
        )
        for number in range(copies)
        for entry in evidence.resources
    )
    found = tuple(
        replace(
            each,
            id=renamed(each.id, number),
            resource=None if each.resource is None else renamed(each.resource, number),
        )
        for number in range(copies)
        for each in evidence.results
        if each.resource is not None or number == 0
    )
    controls = tuple(
        replace(
            control,
            resources=tuple(
                sorted(
                    renamed(each, number) for each in control.resources for number in range(copies)
                )
            ),
        )
        for control in evidence.controls
    )
    return replace(
        evidence,
        summary=summarize(entries, found, controls),
        resources=entries,
        results=found,
        controls=controls,
        grants=tuple(
            replace(
                grant,
                principal=renamed(grant.principal, number),
                role=renamed(grant.role, number),
                targets=tuple(renamed(target, number) for target in grant.targets),
            )
            for number in range(copies)
            for grant in evidence.grants
        ),
        grants_incomplete=tuple(
            renamed(each, number) for number in range(copies) for each in evidence.grants_incomplete
        ),
    )
