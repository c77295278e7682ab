"""Programs that Hypothesis writes: any parts of a stack, in any of the ways people write them.

A program is Python text. Each value in it is known, or known once ids and ARNs are derived
(`late`), or known to nobody before deployment (`drawn`), or secret; each document is given
in one of the forms that a document takes; each resource can stand in a component, belong to
a provider of its own, have an alias, or depend on others. All of them deploy.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from hypothesis import strategies as st

_HEAD: Final = '''\
"""Written by Hypothesis."""

import json

import pulumi
import pulumi_aws as aws


class Box(pulumi.ComponentResource):
    def __init__(self, name):
        super().__init__("acme:test:Box", name)
        self.register_outputs({})


def late(value):
    return marker.arn.apply(lambda _: value)


def drawn(value):
    return key.key_id.apply(lambda _: value)


marker = aws.sns.Topic("marker", name="marker")
key = aws.kms.Key("key", description="draws what nobody knows")
elsewhere = aws.Provider(
    "elsewhere", region="eu-west-1", default_tags={"tags": {"Project": "p", "ManagedBy": "it"}}
)
box = Box("box")
'''
_TRUST: Final = {
    "narrow": {"Principal": {"Service": "lambda.amazonaws.com"}},
    "anyone": {"Principal": "*"},
    "account": {"Principal": {"AWS": "arn:aws:iam::999999999999:root"}},
}
_TAGGED: Final = frozenset(
    {"apigateway.RestApi", "apigateway.Stage", "cloudwatch.LogGroup", "dynamodb.Table"}
    | {"iam.Policy", "iam.Role", "lambda_.EventSourceMapping", "lambda_.Function"}
    | {"sqs.Queue", "ssm.Parameter"}
)
_ACTIONS: Final = (
    "sqs:SendMessage",
    "sqs:ReceiveMessage",
    ["dynamodb:GetItem", "dynamodb:PutItem"],
    ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
    "dynamodb:Get*",
    "*",
    "logs:CreateLogStream",
)


@dataclass
class Text:
    """A program being written: its lines, and the variables that later parts can use."""

    draw: Callable[[st.SearchStrategy[Any]], Any]
    lines: list[str] = field(default_factory=list)
    names: dict[str, list[str]] = field(default_factory=dict)

    def pick(self, *choices: Any) -> Any:
        """One of the choices."""
        return self.draw(st.sampled_from(choices))

    def maybe(self) -> bool:
        """Yes or no."""
        return bool(self.draw(st.booleans()))

    def name(self, kind: str) -> str:
        """The next name of a kind: `queue0`, `queue1` ..."""
        taken = self.names.setdefault(kind, [])
        taken.append(f"{kind}{len(taken)}")
        return taken[-1]

    def any_of(self, *kinds: str) -> str | None:
        """The variable of a resource written before, or None."""
        known = [name for kind in kinds for name in self.names.get(kind, ())]
        return self.pick(*known) if known else None

    def value(self, value: Any) -> str:
        """A value in one of its spellings."""
        text = repr(value)
        return str(
            self.pick(
                text, text, text, text,
                f"pulumi.Output.from_input({text})",
                f"late({text})", f"late({text})",
                f"drawn({text})",
                f"pulumi.Output.secret({text})",
            )
        )  # fmt: skip

    def create(
        self, kind: str, type_: str, *, options: str | None = None, **properties: str | None
    ) -> str:
        """Write a resource; the name of its variable. Properties that are None are left out.

        `options` are drawn where they are not given.
        """
        name = self.name(kind)
        given = [f"{key}={value}" for key, value in properties.items() if value is not None]
        options = self._options(name) if options is None else options
        given += [f"tags={tags}"] if type_ in _TAGGED and (tags := self._tags()) else []
        given += [f"opts=pulumi.ResourceOptions({options})"] if options else []
        self.lines.append(f"{name} = aws.{type_}({', '.join([repr(name), *given])})")
        return name

    def _tags(self) -> str | None:
        some = "'Project': 'p', 'Environment': 'dev'"
        found: str | None = self.pick(
            None,
            self.value({"Project": "p", "Environment": "dev"}),
            self.value({"Environment": "dev"}),
            f"{{{some}, 'ManagedBy': {self.value('us')}}}",
            f"{{{some}, 'ManagedBy': ''}}",
            f"{{{some}, 'managedBy': 'us'}}",
        )
        return found

    def _options(self, name: str) -> str:
        before = self.any_of("queue", "table", "group")
        return str(
            self.pick(
                "", "", "",
                "parent=box",
                "provider=elsewhere",
                f"aliases=[pulumi.Alias(name='old-{name}')]",
                f"depends_on=[{before}]" if before and before != name else "retain_on_delete=False",
            )
        )  # fmt: skip


def _group(text: Text) -> None:
    name = f"/aws/lambda/function{len(text.names.get('group', ()))}-x"
    text.create(
        "group",
        "cloudwatch.LogGroup",
        name=text.pick(None, repr(name), f"late({name!r})"),
        retention_in_days=text.pick(None, text.value(7), text.value(7), text.value(14)),
    )


def _table(text: Text) -> None:
    text.create(
        "table",
        "dynamodb.Table",
        hash_key="'id'",
        attributes="[{'name': 'id', 'type': 'S'}]",
        billing_mode=text.pick(None, text.value("PAY_PER_REQUEST"), text.value("PAY_PER_REQUEST")),
        read_capacity="1",
        write_capacity="1",
        point_in_time_recovery=text.pick(
            None,
            f"{{'enabled': {text.value(value=True)}}}",
            f"{{'enabled': {text.value(value=False)}}}",
            "late({'enabled': True})",
        ),
    )


def _queue(text: Text) -> None:
    fifo = text.maybe()
    target = text.any_of("queue")
    receives = text.pick(3, 10, 11)
    redrive = text.pick(
        None,
        f"pulumi.Output.json_dumps({{'deadLetterTargetArn': {target}.arn, "
        f"'maxReceiveCount': {receives}}})",
        f"{target}.arn.apply(lambda arn: json.dumps({{'deadLetterTargetArn': arn, "
        f"'maxReceiveCount': {receives}}}))",
    )
    name = f"queue-{len(text.names.get('queue', ()))}-x{'.fifo' if fifo else ''}"
    text.create(
        "queue",
        "sqs.Queue",
        name=text.pick(None, repr(name), f"late({name!r})"),
        fifo_queue="True" if fifo else None,
        content_based_deduplication=text.pick(None, text.value(value=True)) if fifo else None,
        message_retention_seconds=text.pick(None, text.value(345600), text.value(60)),
        redrive_policy=redrive if target else None,
    )


def _redrive(text: Text) -> None:
    source, target = text.any_of("queue"), text.any_of("queue")
    if source and target and source != target and source not in text.names.get("redriven", ()):
        text.names.setdefault("redriven", []).append(source)
        text.create(
            "redrive",
            "sqs.RedrivePolicy",
            queue_url=f"{source}.id",
            redrive_policy=f"pulumi.Output.json_dumps({{'deadLetterTargetArn': {target}.arn, "
            f"'maxReceiveCount': {text.pick(1, 4, 0)}}})",
        )


def _trust(text: Text) -> str:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", **text.pick(*_TRUST.values())}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return str(
        text.pick(
            repr(json.dumps(document)),
            f"json.dumps({document!r})",
            f"pulumi.Output.json_dumps({document!r})",
            f"late({json.dumps(document)!r})",
            repr(document),
        )
    )


def _statements(text: Text) -> list[tuple[str, str]]:
    """Pairs of the action, as Python text, and the resource, as Python text."""
    queue, table = text.any_of("queue"), text.any_of("table")
    resources = [
        "'*'",
        "'arn:aws:sqs:us-east-1:123456789012:intake'",
        "'arn:aws:dynamodb:us-east-1:123456789012:table/orders'",
        *([f"{queue}.arn"] * 3 if queue else []),
        *([f"{table}.arn"] * 2 if table else []),
        *([f"pulumi.Output.concat({table}.arn, '/index/*')"] if table else []),
    ]
    return [(repr(text.pick(*_ACTIONS)), text.pick(*resources)) for _ in range(text.pick(1, 1, 2))]


def _document(text: Text) -> str:
    statements = _statements(text)
    written = ", ".join(
        f"{{'Effect': 'Allow', 'Action': {action}, 'Resource': {resource}}}"
        for action, resource in statements
    )
    body = f"{{'Version': '2012-10-17', 'Statement': [{written}]}}"
    outputs = ", ".join(resource for _, resource in statements)
    numbered = ", ".join(
        f"{{'Effect': 'Allow', 'Action': {action}, 'Resource': found[{number}]}}"
        for number, (action, _) in enumerate(statements)
    )
    source = ", ".join(
        f"{{'actions': {action if action.startswith('[') else f'[{action}]'}, "
        f"'resources': [{resource}]}}"
        for action, resource in statements
    )
    return str(
        text.pick(
            f"pulumi.Output.json_dumps({body})",
            f"pulumi.Output.all({outputs}).apply(lambda found: json.dumps("
            f"{{'Version': '2012-10-17', 'Statement': [{numbered}]}}))",
            f"aws.iam.get_policy_document_output(statements=[{source}]).json",
            f"aws.iam.get_policy_document(statements=[{source}]).json",
            body,
        )
    )


def _role(text: Text) -> None:
    inline = "[{'name': 'own', 'policy': pulumi.Output.json_dumps({'Statement': []})}]"
    text.create(
        "role",
        "iam.Role",
        assume_role_policy=_trust(text),
        inline_policies=inline if text.pick(0, 0, 1) else None,
        managed_policy_arns=text.pick(
            None, None, "['arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess']"
        ),
    )


def _role_reference(text: Text, role: str) -> str:
    return str(text.pick(f"{role}.name", f"{role}.id", role))


def _role_policy(text: Text) -> None:
    role = text.any_of("role")
    if role:
        text.create(
            "policy", "iam.RolePolicy", role=_role_reference(text, role), policy=_document(text)
        )


def _attachment(text: Text) -> None:
    role = text.any_of("role")
    if role:
        arn = text.pick(
            "'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'",
            "'arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess'",
            "late('arn:aws:iam::aws:policy/AdministratorAccess')",
        )
        if text.maybe():
            arn = f"{text.create('managed', 'iam.Policy', policy=_document(text))}.arn"
        text.create(
            "attachment",
            "iam.RolePolicyAttachment",
            role=_role_reference(text, role),
            policy_arn=arn,
        )


def _function(text: Text) -> None:
    role = text.any_of("role")
    if not role:
        _role(text)
        role = text.any_of("role")
    number = len(text.names.get("function", ()))
    text.create(
        "function",
        "lambda_.Function",
        name=text.pick(None, repr(f"function{number}-x"), f"late('function{number}-x')"),
        role=f"{role}.arn",
        runtime="'python3.13'",
        handler="'app.handler'",
        code="pulumi.AssetArchive({'app.py': pulumi.StringAsset('handler = print')})",
        architectures=text.pick(None, f"[{text.value('arm64')}]", "['arm64']"),
        tracing_config=text.pick(None, f"{{'mode': {text.value('Active')}}}", "{'mode': 'Active'}"),
        reserved_concurrent_executions=text.pick(None, text.value(5), "0"),
    )


def _mapping(text: Text) -> None:
    function, queue = text.any_of("function"), text.any_of("queue")
    if function and queue:
        text.create(
            "mapping",
            "lambda_.EventSourceMapping",
            function_name=text.pick(f"{function}.name", f"{function}.arn"),
            event_source_arn=f"{queue}.arn",
            function_response_types=text.pick(
                None, "['ReportBatchItemFailures']", f"[{text.value('ReportBatchItemFailures')}]"
            ),
        )


def _permission(text: Text) -> None:
    function, topic = text.any_of("function"), "marker.arn"
    if function:
        text.create(
            "permission",
            "lambda_.Permission",
            action="'lambda:InvokeFunction'",
            function=text.pick(f"{function}.name", f"{function}.arn"),
            principal=text.pick("'sns.amazonaws.com'", "'sns.amazonaws.com'", "'*'"),
            source_arn=text.pick(None, topic, topic, "'arn:aws:sns:us-east-1:123456789012:marker'"),
        )


def _parameter(text: Text) -> None:
    text.create(
        "parameter",
        "ssm.Parameter",
        name=repr(
            text.pick("/x/mode", "/x/db-password", "/x/token")
            + str(len(text.names.get("parameter", ())))
        ),
        type=text.pick("'String'", "'SecureString'", text.value("SecureString")),
        value=text.value("plain"),
    )


def _api(text: Text) -> None:
    # An API and its parts are in one region.
    api = text.create("api", "apigateway.RestApi", options="", name=text.pick(None, "'api-x'"))
    resource = text.create(
        "resource",
        "apigateway.Resource",
        options=text.pick("", "parent=box"),
        rest_api=f"{api}.id",
        parent_id=f"{api}.root_resource_id",
        path_part="'orders'",
    )
    where = {"rest_api": f"{api}.id", "resource_id": f"{resource}.id"}
    method = text.create(
        "method",
        "apigateway.Method",
        options=text.pick("", f"parent={resource}"),
        **where,
        http_method=text.pick("'GET'", "'POST'"),
        authorization=text.value("NONE"),
        api_key_required=text.pick(None, text.value(value=True)),
    )
    integration = text.create(
        "integration", "apigateway.Integration", options="",
        **where, http_method=f"{method}.http_method", type="'MOCK'",
    )  # fmt: skip
    deployment = text.create(
        "deployment", "apigateway.Deployment", options=f"depends_on=[{integration}]",
        rest_api=f"{api}.id", triggers=f"{{'method': {method}.id}}",
    )  # fmt: skip
    text.create(
        "stage",
        "apigateway.Stage",
        options=text.pick("", f"aliases=[pulumi.Alias(name='old-{api}')]"),
        rest_api=f"{api}.id",
        deployment=f"{deployment}.id",
        stage_name="'x'",
        xray_tracing_enabled=text.pick(None, text.value(value=True), text.value(value=False)),
    )


_PARTS: Final = (
    _group, _table, _queue, _queue, _redrive, _role, _role_policy, _attachment, _function,
    _mapping, _permission, _parameter, _api,
)  # fmt: skip


@st.composite
def programs(draw: Callable[[st.SearchStrategy[Any]], Any]) -> str:
    """The text of a program."""
    text = Text(draw)
    for part in draw(st.lists(st.sampled_from(_PARTS), min_size=3, max_size=14)):
        part(text)
    return _HEAD + "\n".join(text.lines) + "\n"
