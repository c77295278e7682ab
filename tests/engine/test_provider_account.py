"""What exists in the stand-in's account: made, refused, changed, read and removed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Final

import grpc
import pytest

from tests.engine.cli import ROOT, Surroundings
from tests.engine.provider.cloud import Cloud
from tests.engine.provider.outputs import deployed
from tests.engine.provider.place import Place
from tests.engine.provider.shapes import MissingValueError
from tests.engine.provider.wire import Properties, bare, decoded, secret
from tests.engine.provider_client import Client, created

API: Final = "aws:apigateway/restApi:RestApi"
ATTACHMENT: Final = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
DEPLOYMENT: Final = "aws:apigateway/deployment:Deployment"
FUNCTION: Final = "aws:lambda/function:Function"
GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
INTEGRATION: Final = "aws:apigateway/integration:Integration"
MAPPING: Final = "aws:lambda/eventSourceMapping:EventSourceMapping"
METHOD: Final = "aws:apigateway/method:Method"
PARAMETER: Final = "aws:ssm/parameter:Parameter"
PLAN: Final = "aws:apigateway/usagePlan:UsagePlan"
QUEUE: Final = "aws:sqs/queue:Queue"
ROLE: Final = "aws:iam/role:Role"
STAGE: Final = "aws:apigateway/stage:Stage"
TRUST: Final = '{"Statement":[]}'
MISSING_ROLE: Final = "arn:aws:iam::123456789012:role/nobody"
MISSING_QUEUE: Final = "arn:aws:sqs:us-east-1:123456789012:nowhere"


def role(client: Client) -> Properties:
    """A role that Lambda can take."""
    return created(client, ROLE, name="role", assumeRolePolicy=TRUST)


# --- refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type_", "inputs", "named"),
    [
        (FUNCTION, {"role": MISSING_ROLE}, MISSING_ROLE),
        (FUNCTION, {"role": secret(MISSING_ROLE)}, MISSING_ROLE),
        (ATTACHMENT, {"role": "nobody"}, "nobody"),
        (ROLE, {"managedPolicyArns": ["arn:aws:iam::aws:policy/A", "mine"]}, "mine"),
        ("aws:lambda/permission:Permission", {"function": "none"}, "none"),
        (MAPPING, {"eventSourceArn": MISSING_QUEUE}, MISSING_QUEUE),
        (STAGE, {"restApi": "a1b2c3d4e5"}, "a1b2c3d4e5"),
        (STAGE, {"accessLogSettings": {"destinationArn": "arn:x"}}, "arn:x"),
        (PLAN, {"apiStages": [{"apiId": "a1b2c3d4e5"}]}, "a1b2c3d4e5"),
        (METHOD, {"requestModels": {"application/json": "Order"}}, "Order"),
        (QUEUE, {"redrivePolicy": f'{{"deadLetterTargetArn":"{MISSING_QUEUE}"}}'}, MISSING_QUEUE),
        (
            "aws:sqs/redrivePolicy:RedrivePolicy",
            {"redrivePolicy": json.dumps({"deadLetterTargetArn": MISSING_QUEUE})},
            MISSING_QUEUE,
        ),
        ("aws:dynamodb/tableReplica:TableReplica", {"globalTableArn": "arn:t"}, "arn:t"),
    ],
)
def test_what_names_nothing_that_exists_is_refused(
    client: Client, cloud: Cloud, type_: str, inputs: Properties, named: str
) -> None:
    with pytest.raises(grpc.RpcError, match=f"names {named}, which does not exist"):
        created(client, type_, **inputs)

    assert cloud.existing == {}


def test_what_others_made_exists_where_the_test_says_so(client: Client, cloud: Cloud) -> None:
    cloud.outside.add(MISSING_ROLE)

    function = created(client, FUNCTION, name="f", role=MISSING_ROLE)

    assert function["role"] == MISSING_ROLE


def test_what_aws_keeps_in_every_account_exists(client: Client) -> None:
    name = role(client)["name"]
    managed = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"

    attachment = created(client, ATTACHMENT, role=name, policyArn=managed)

    assert attachment["id"] == f"{name}/{managed}"


def test_a_method_needs_a_model_but_not_one_that_every_api_has(client: Client) -> None:
    api = created(client, API, name="api")
    root = {"restApi": api["id"], "resourceId": api["rootResourceId"]}

    method = created(
        client, METHOD, **root, httpMethod="GET", requestModels={"application/json": "Empty"}
    )

    assert method["id"] == f"agm-{api['id']}-{api['rootResourceId']}-GET"


def test_an_integration_needs_its_method_and_a_deployment_an_integration(client: Client) -> None:
    api = created(client, API, name="api")
    get = {"restApi": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}

    with pytest.raises(grpc.RpcError, match=f"needs {METHOD}"):
        created(client, INTEGRATION, **get, type="MOCK")
    created(client, METHOD, **get)
    with pytest.raises(grpc.RpcError, match=f"needs {INTEGRATION}"):
        created(client, DEPLOYMENT, restApi=api["id"])
    created(client, INTEGRATION, **get, type="MOCK")
    assert created(client, DEPLOYMENT, restApi=api["id"])["id"]


def test_an_api_with_a_document_can_be_deployed_as_it_is(client: Client) -> None:
    api = created(client, API, name="api", body="{}")

    assert created(client, DEPLOYMENT, restApi=api["id"])["id"]


def test_two_resources_of_a_name_are_refused(client: Client) -> None:
    created(client, GROUP, name="/logs")

    with pytest.raises(grpc.RpcError, match="/logs already exists"):
        created(client, GROUP, name="/logs")


def test_what_is_still_named_cannot_be_deleted(client: Client) -> None:
    dead = created(client, QUEUE, name="dead")
    policy = json.dumps({"deadLetterTargetArn": dead["arn"], "maxReceiveCount": 3})
    queue = created(client, QUEUE, name="queue", redrivePolicy=policy)

    with pytest.raises(grpc.RpcError, match="dead is in use by"):
        client.delete(QUEUE, dead)
    client.delete(QUEUE, queue)
    client.delete(QUEUE, dead)


# --- changed, read, removed ------------------------------------------------------------------


def test_an_update_keeps_what_aws_drew_and_follows_what_is_derived(client: Client) -> None:
    arn = role(client)["arn"]
    queue = created(client, QUEUE, name="queue")
    one, two = (created(client, FUNCTION, name=name, role=arn) for name in ("one", "two"))
    inputs = client.check(MAPPING, {"eventSourceArn": queue["arn"], "functionName": "one"})
    old = client.create(MAPPING, inputs)

    new = client.update(MAPPING, old, {**inputs, "functionName": "two", "batchSize": 5})

    assert (old["functionArn"], new["functionArn"]) == (one["arn"], two["arn"])
    assert (new["uuid"], new["id"], new["arn"]) == (old["uuid"], old["id"], old["arn"])
    assert new["batchSize"] == 5
    assert client.update(MAPPING, new, inputs).get("batchSize") is None


def test_an_update_of_what_is_gone_or_names_nothing_is_refused(client: Client) -> None:
    function = created(client, FUNCTION, name="f", role=role(client)["arn"])

    with pytest.raises(grpc.RpcError, match="does not exist"):
        client.update(FUNCTION, function, {"name": "f", "role": MISSING_ROLE})
    client.delete(FUNCTION, function)
    with pytest.raises(grpc.RpcError, match="f does not exist"):
        client.update(FUNCTION, function, {"name": "f"})


def test_secrets_stay_secret(client: Client) -> None:
    parameter = created(client, PARAMETER, name="p", type="String", value="plain")
    key = created(client, "aws:apigateway/apiKey:ApiKey", name="k", description=secret("d"))

    assert parameter["value"] == secret("plain")
    assert key["value"] == secret(bare(key["value"]))
    assert len(bare(key["value"])) == 40
    assert key["description"] == secret("d")


@pytest.mark.parametrize("name", ["/a/b", "b"])
def test_a_parameters_arn_has_one_slash(client: Client, name: str) -> None:
    arn = created(client, PARAMETER, name=name, type="String", value="v")["arn"]

    assert arn == f"arn:aws:ssm:us-east-1:123456789012:parameter/{name.lstrip('/')}"


def test_a_refresh_finds_what_is_there(client: Client, cloud: Cloud) -> None:
    asked = client.check(GROUP, {"name": "/logs", "retentionInDays": 7})
    group = client.create(GROUP, asked)

    same = client.read(GROUP, "/logs", group, asked)
    assert (decoded(same.properties), decoded(same.inputs)) == (group, asked)

    (resource,) = cloud.existing.values()
    resource.outputs["retentionInDays"] = 30
    drifted = client.read(GROUP, "/logs", group, asked)
    assert decoded(drifted.properties)["retentionInDays"] == 30
    assert decoded(drifted.inputs) == {**asked, "retentionInDays": 30}


def test_a_refresh_asks_nothing_of_what_aws_adds_to_a_block(client: Client) -> None:
    given = {"name": "api", "endpointConfiguration": {"types": "REGIONAL"}}
    asked = client.check(API, given)
    api = client.create(API, asked)

    assert api["endpointConfiguration"]["ipAddressType"] == "ipv4"
    assert decoded(client.read(API, api["id"], api, asked).inputs) == asked


def test_what_is_gone_is_read_as_nothing(client: Client, cloud: Cloud) -> None:
    group = created(client, GROUP, name="/logs")
    client.delete(GROUP, group)

    assert cloud.existing == {}
    assert client.read(GROUP, "/logs", group, {"name": "/logs"}).id == ""
    assert client.read(GROUP, "/logs").id == ""
    client.delete(GROUP, group)


def test_an_import_reads_inputs_and_outputs(client: Client, cloud: Cloud) -> None:
    asked = client.check(GROUP, {"name": "/logs"})
    group = client.create(GROUP, asked)
    cloud.outside.add("/others")

    found = client.read(GROUP, "/logs")
    assert (found.id, decoded(found.properties), decoded(found.inputs)) == ("/logs", group, asked)
    assert client.read(GROUP, "/others", {"name": "/others"}).id == "/others"


def test_shapes_that_name_each_other_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.engine.provider import outputs
    from tests.engine.provider.catalogue import Kind

    kind = Kind(id="{arn}", outputs={"arn": "{id}"})
    monkeypatch.setattr(outputs, "kind_of", lambda _: kind)

    with pytest.raises(MissingValueError, match="arn -> id -> arn is a circle"):
        deployed("x", {}, {}, Place(), Cloud().draw, lambda *_: None)


# --- through the real CLI --------------------------------------------------------------------


def test_explicit_providers_deploy_to_their_own_regions(real: Surroundings, tmp_path: Path) -> None:
    source = ROOT / "tests" / "programs" / "session-store"
    byte_code = shutil.ignore_patterns("__pycache__")
    program = Path(shutil.copytree(source, tmp_path / "program", ignore=byte_code))

    real.pulumi("stack", "init", "dev", cwd=program)
    real.pulumi("up", "--yes", "--stack", "dev", cwd=program)

    lookups = {key.id: key.region for key in real.cloud.existing if key.type == FUNCTION}
    assert lookups == {"lookup-us-east-1": "us-east-1", "lookup-eu-west-1": "eu-west-1"}
    real.pulumi("refresh", "--yes", "--expect-no-changes", "--stack", "dev", cwd=program)
    real.pulumi("destroy", "--yes", "--stack", "dev", cwd=program)
    assert real.cloud.existing == {}
