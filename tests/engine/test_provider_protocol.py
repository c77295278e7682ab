"""How the stand-in provider answers the engine: through its gRPC door, as the real one does."""

from __future__ import annotations

import json
from typing import Any, Final

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.provider.catalogue import catalogue
from tests.engine.provider.cloud import Cloud, Key
from tests.engine.provider.wire import DEFAULTS, UNKNOWN, Properties, bare, is_unknown, secret
from tests.engine.provider_client import Client, clients, created

FUNCTION: Final = "aws:lambda/function:Function"
GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
POLICY: Final = "aws:iam/policy:Policy"
QUEUE: Final = "aws:sqs/queue:Queue"
ROLE: Final = "aws:iam/role:Role"
TRUST: Final = '{"Statement":[]}'


# --- preview ---------------------------------------------------------------------------------


@pytest.mark.parametrize("type_", catalogue())
def test_a_preview_leaves_what_is_computed_unknown(client: Client, type_: str) -> None:
    computed = {name for name in catalogue()[type_].outputs if "." not in name}

    outputs = client.preview(type_, {"region": "eu-west-1", "tags": {"a": "b"}})

    assert {name for name in computed if bare(outputs[name]) != UNKNOWN} == set()
    assert (outputs["region"], outputs["tags"]) == ("eu-west-1", {"a": "b"})


def test_a_preview_keeps_inputs_known_unknown_and_secret(client: Client) -> None:
    given = {"name": "q", "policy": UNKNOWN, "redrivePolicy": secret("{}"), "delaySeconds": 5}

    outputs = client.preview(QUEUE, given)

    assert {name: outputs[name] for name in given} == given
    assert outputs["sqsManagedSseEnabled"] == UNKNOWN


def test_a_preview_leaves_what_is_computed_inside_a_block_unknown(client: Client) -> None:
    outputs = client.preview(FUNCTION, {"name": "f", "loggingConfig": {"logFormat": "JSON"}})

    assert outputs["loggingConfig"] == {"logFormat": "JSON", "logGroup": UNKNOWN}


def test_the_preview_of_a_change_keeps_what_was_computed(client: Client) -> None:
    old = created(client, QUEUE, name="q")

    outputs = client.update(QUEUE, old, {**old, "delaySeconds": UNKNOWN}, preview=True)

    assert (outputs["arn"], outputs["delaySeconds"]) == (old["arn"], UNKNOWN)
    assert bare(client.read(QUEUE, old["id"], old).properties["delaySeconds"]) == 0


# --- check -----------------------------------------------------------------------------------

LEAVES: Final = st.one_of(
    st.text(max_size=3), st.just(UNKNOWN), st.text(max_size=3).map(secret), st.booleans()
)
DOCUMENTS: Final = st.dictionaries(
    st.text("ABC", min_size=1),
    st.recursive(
        LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("ab"), inner)
    ),
    max_size=3,
)


@given(documents=st.lists(DOCUMENTS, min_size=1, max_size=20))
def test_a_document_given_as_an_object_becomes_its_text(documents: list[Any]) -> None:
    with clients(Cloud()) as (client,):
        for document in documents:
            found = client.check(POLICY, {"name": "p", "policy": document})["policy"]

            if is_unknown(document):
                assert found == UNKNOWN
                continue
            assert json.loads(bare(found)) == bare(document)
            assert (found != bare(found)) == (document != bare(document))


@pytest.mark.parametrize(
    ("type_", "property_"),
    [
        (POLICY, "policy"),
        (ROLE, "assumeRolePolicy"),
        ("aws:iam/rolePolicy:RolePolicy", "policy"),
        ("aws:s3/bucketPolicy:BucketPolicy", "policy"),
        ("aws:sqs/queuePolicy:QueuePolicy", "policy"),
        ("aws:sns/topicPolicy:TopicPolicy", "policy"),
    ],
)
def test_documents_are_written_as_go_writes_them(
    client: Client, type_: str, property_: str
) -> None:
    document = {"Version": "2012-10-17", "Id": "<é&>", "Statement": [{"b": 1, "a": True}]}

    found = client.check(type_, {property_: document})

    assert found[property_] == (
        r'{"Id":"\u003cé\u0026\u003e","Statement":[{"a":true,"b":1}],"Version":"2012-10-17"}'
    )


def test_a_document_given_as_text_is_left_as_it_is(client: Client) -> None:
    assert client.check(POLICY, {"policy": "{ }"})["policy"] == "{ }"


@pytest.mark.parametrize(
    ("type_", "defaults"),
    [
        (
            QUEUE,
            {
                "contentBasedDeduplication": False,
                "delaySeconds": 0,
                "fifoQueue": False,
                "maxMessageSize": 262144,
                "messageRetentionSeconds": 345600,
                "receiveWaitTimeSeconds": 0,
                "visibilityTimeoutSeconds": 30,
            },
        ),
        (
            FUNCTION,
            {
                "memorySize": 128,
                "packageType": "Zip",
                "publish": False,
                "reservedConcurrentExecutions": -1,
                "skipDestroy": False,
                "timeout": 3,
            },
        ),
        (ROLE, {"forceDetachPolicies": False, "maxSessionDuration": 3600, "path": "/"}),
        (GROUP, {"retentionInDays": 0, "skipDestroy": False}),
        ("aws:dynamodb/table:Table", {"billingMode": "PROVISIONED", "tableClass": "STANDARD"}),
        ("aws:apigateway/restApi:RestApi", {"putRestApiMode": "overwrite"}),
    ],
)
def test_defaults_are_filled_in_as_inputs(client: Client, type_: str, defaults: Properties) -> None:
    found = client.check(type_, {"name": "x"})

    marks = ("name", "region", "tagsAll", DEFAULTS)
    assert {name: value for name, value in found.items() if name not in marks} == defaults
    assert found[DEFAULTS] == sorted(defaults)
    own = dict.fromkeys(defaults, UNKNOWN)
    kept = client.check(type_, {"name": "x", **own})
    assert {name: kept[name] for name in own} == own
    assert kept[DEFAULTS] == []


@pytest.mark.parametrize(
    ("type_", "given", "property_", "form"),
    [
        (QUEUE, {}, "name", "thing-{}"),
        (QUEUE, {"fifoQueue": True}, "name", "thing-{}.fifo"),
        ("aws:sns/topic:Topic", {"fifoTopic": True}, "name", "thing-{}.fifo"),
        ("aws:s3/bucket:Bucket", {}, "bucket", "thing-{}"),
        ("aws:kms/alias:Alias", {}, "name", "alias/thing-{}"),
        ("aws:lambda/permission:Permission", {}, "statementId", "thing-{}"),
        ("aws:cloudwatch/eventTarget:EventTarget", {}, "targetId", "thing-{}"),
        ("aws:apigateway/model:Model", {}, "name", "thing-{}"),
    ],
)
def test_an_unnamed_resource_is_named(
    client: Client, type_: str, given: Properties, property_: str, form: str
) -> None:
    first = client.check(type_, given)

    head, tail = form.split("{}")
    digits = first[property_].removeprefix(head).removesuffix(tail)
    assert first[property_] == f"{head}{digits}{tail}"
    assert len(digits) == 7
    assert set(digits) <= set("0123456789abcdef")
    assert property_ in first[DEFAULTS]
    assert client.check(type_, given, first, seed=b"2")[property_] == first[property_]
    assert client.check(type_, given, seed=b"2")[property_] != first[property_]
    assert client.check(type_, {**given, property_: "own"})[property_] == "own"


def test_a_prefix_makes_a_name_that_only_creation_knows(client: Client) -> None:
    checked = client.check(QUEUE, {"namePrefix": "clicks-"})
    assert "name" not in checked
    assert client.preview(QUEUE, checked)["name"] == UNKNOWN

    queue = client.create(QUEUE, checked)

    assert queue["name"].startswith("clicks-")
    assert len(queue["name"]) == len("clicks-") + 26
    assert queue["arn"].endswith(f":{queue['name']}")
    assert client.update(QUEUE, queue, {**checked, "delaySeconds": 1})["name"] == queue["name"]


def test_region_and_all_tags_are_inputs(client: Client) -> None:
    client.configure("eu-west-1", {"team": "a", "stage": "dev"})

    found = client.check(QUEUE, {"tags": {"team": "b"}})

    assert (found["region"], found["tags"]) == ("eu-west-1", {"team": "b"})
    assert found["tagsAll"] == {"team": "b", "stage": "dev"}
    assert client.check(QUEUE, {"tags": {"team": UNKNOWN}})["tagsAll"] == UNKNOWN
    assert client.check(QUEUE, {"region": "us-west-2"})["region"] == "us-west-2"
    assert "region" not in client.check(ROLE, {})


# --- diff ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type_", "old", "new", "replaces", "first"),
    [
        (QUEUE, {"name": "q", "delaySeconds": 0}, {"name": "q", "delaySeconds": 1}, [], False),
        (QUEUE, {"name": "q", "fifoQueue": False}, {"name": "q"}, ["fifoQueue"], True),
        (QUEUE, {"name": "q"}, {"name": "r"}, ["name"], False),
        (QUEUE, {"region": "a"}, {"region": "b"}, ["region"], True),
        (FUNCTION, {"name": "f"}, {"name": "g"}, ["name"], False),
        ("aws:dynamodb/table:Table", {"hashKey": "a"}, {"hashKey": "b"}, ["hashKey"], True),
        ("aws:dynamodb/table:Table", {"attributes": []}, {"attributes": [1]}, [], False),
        ("aws:apigateway/restApi:RestApi", {"name": "a"}, {"name": "b"}, [], False),
        ("aws:apigateway/deployment:Deployment", {"triggers": {"a": "1"}}, {}, ["triggers"], False),
        ("aws:apigateway/method:Method", {"httpMethod": "A"}, {}, ["httpMethod"], False),
        ("aws:iam/rolePolicyAttachment:RolePolicyAttachment", {"role": "a"}, {}, ["role"], True),
    ],
)
def test_a_change_updates_or_replaces(
    client: Client, type_: str, old: Properties, new: Properties, replaces: list[str], first: bool
) -> None:
    found = client.diff(type_, old, new)

    assert found.changes == found.DIFF_SOME
    assert list(found.replaces) == replaces
    assert found.deleteBeforeReplace == first


def test_what_has_an_own_name_again_can_be_made_before_the_old_one_goes(client: Client) -> None:
    old = {"name": "q-1", "fifoQueue": False, DEFAULTS: ["name"]}

    found = client.diff(QUEUE, old, {**old, "fifoQueue": True})

    assert list(found.replaces) == ["fifoQueue"]
    assert not found.deleteBeforeReplace


def test_the_same_inputs_are_no_change(client: Client) -> None:
    found = client.diff(QUEUE, {"policy": secret("a"), DEFAULTS: ["b"]}, {"policy": "a"})

    assert found.changes == found.DIFF_NONE


# --- provider resources ----------------------------------------------------------------------


def test_provider_resources_are_told_apart_by_connection(cloud: Cloud) -> None:
    with clients(cloud, 2) as (east, west):
        east.configure("us-east-1")
        west.configure("us-west-2", {"side": "west"})

        first, second = (created(each, QUEUE, name="q") for each in (east, west))
        role = created(west, ROLE, name="r", assumeRolePolicy=TRUST)

        assert first["url"] == "https://sqs.us-east-1.amazonaws.com/123456789012/q"
        assert second["url"] == "https://sqs.us-west-2.amazonaws.com/123456789012/q"
        assert (first["tagsAll"], second["tagsAll"]) == ({}, {"side": "west"})
        assert set(cloud.existing) == {
            Key(QUEUE, first["id"], "us-east-1"),
            Key(QUEUE, second["id"], "us-west-2"),
            Key(ROLE, role["id"], ""),
        }


def test_partitions_have_their_own_arns_and_domains(client: Client) -> None:
    client.configure("cn-north-1")

    queue = created(client, QUEUE, name="q")

    assert queue["arn"] == "arn:aws-cn:sqs:cn-north-1:123456789012:q"
    assert queue["url"] == "https://sqs.cn-north-1.amazonaws.com.cn/123456789012/q"


def test_a_type_that_is_not_known_gets_an_id(client: Client) -> None:
    type_ = "aws:kinesis/stream:Stream"

    one, other = created(client, type_, shardCount=1), created(client, type_, shardCount=1)

    assert one["id"] != other["id"]
    with pytest.raises(grpc.RpcError, match="not known to this stand-in"):
        client.invoke("aws:ec2/getEip:getEip", {})
