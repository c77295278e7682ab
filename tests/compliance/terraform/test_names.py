"""The names in `aws_names.json`: what Checkov reads of AWS is found under them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, Final

import pytest
from payment_guardrails.refresh_sources import Members, classes_in

from compliance.terraform.names import Member, snake_case, terraform_type
from compliance.terraform.provider_sources import Given, inputs_of, objects_of

DATA: Final = Path(__file__).parents[3] / "compliance" / "terraform" / "aws_names.json"
INSPECTED: Final = Path(__file__).parents[3] / "compliance" / "checkov" / "inspected.json"
ABSENT: Final = json.loads(Path(__file__).with_name("absent.json").read_text("utf-8"))

Tree = dict[str, Any]


@cache
def checks() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(INSPECTED.read_text("utf-8"))["checks"]
    return found


@cache
def tokens() -> Mapping[str, list[str]]:
    """The Pulumi types of each Terraform type that a check reads."""
    read = {name for check in checks().values() for name in check["types"]}
    types: dict[str, list[str]] = {}
    for token, (name, _) in json.loads(DATA.read_text("utf-8"))["types"].items():
        if name in read:
            types.setdefault(name, []).append(token)
    return types


@cache
def trees() -> Mapping[str, Tree]:
    """The Terraform names that each of these Pulumi types can give, as a tree."""
    wanted = {token: name for name, found in tokens().items() for token in found}
    trees: dict[str, Tree] = {}
    for token, members in _classes(set(wanted)):
        type_ = terraform_type(token)
        assert type_ is not None
        module = token.split(":")[1].split("/")[0]
        branch = trees.setdefault(wanted[token], {})
        _grow(branch, list(inputs_of(members)), type_.members, objects_of(module), ())
    return trees


def _classes(wanted: set[str]) -> Iterator[tuple[str, Members]]:
    package = Path(str(distribution("pulumi-aws").locate_file("pulumi_aws")))
    for file in package.glob("*/*.py"):
        if file.name.startswith("_") or file.name == "outputs.py":
            continue
        source = file.read_text("utf-8")
        if wanted & set(re.findall(r'type_token\("(aws:[^"]+)"\)', source)):
            yield from ((t, m) for t, m in classes_in(source) if t in wanted)


def _grow(
    tree: Tree,
    inputs: list[Given],
    names: Mapping[str, Member],
    objects: Mapping[str, list[Given]],
    seen: tuple[str, ...],
) -> None:
    for given in inputs:
        member = names.get(given.name) or Member(snake_case(given.name))
        below = tree.setdefault(member.name, {})
        if given.inside and given.inside not in seen:
            inside = objects.get(given.inside, [])
            _grow(below, inside, member.members, objects, (*seen, given.inside))


def _steps(path: str) -> list[str]:
    return [each for each in re.split(r"[/.\[\]]+", path) if re.fullmatch(r"[a-z]\w*", each)]


def _reaches(tree: Tree, steps: list[str]) -> bool:
    for step in steps:
        if step not in tree:
            return False
        tree = tree[step]
        if not tree:
            return True
    return True


def _anywhere(tree: Tree, name: str) -> bool:
    return name in tree or any(_anywhere(below, name) for below in tree.values())


def unreachable() -> list[str]:
    missing = set()
    for check in checks().values():
        for path in check["attributes"]:
            steps = _steps(path)
            found = [trees()[name] for name in check["types"] if name in trees()]
            single = len(steps) == 1
            if found and not any(
                _reaches(each, steps) or (single and _anywhere(each, steps[0])) for each in found
            ):
                missing.add(f"{'|'.join(check['types'])}: {path}")
    return sorted(missing)


def test_every_type_that_a_check_reads_is_known() -> None:
    read = {name for check in checks().values() for name in check["types"]}
    assert read - set(tokens()) == set(ABSENT["types"]) & read
    assert len(tokens()) > 100


def test_every_attribute_that_a_check_reads_can_be_reached() -> None:
    assert [each for each in unreachable() if each not in ABSENT["attributes"]] == []


@pytest.mark.parametrize(
    ("type_", "path", "names"),
    [
        ("dynamodb/table:Table", "pointInTimeRecovery", "point_in_time_recovery[]"),
        ("dynamodb/table:Table", "attributes", "attribute[]"),
        ("sqs/queue:Queue", "kmsMasterKeyId", "kms_master_key_id"),
        ("lambda/function:Function", "vpcConfig", "vpc_config[]"),
        ("lambda/function:Function", "environment.variables", "environment[].variables"),
        ("apigateway/stage:Stage", "accessLogSettings", "access_log_settings[]"),
        (
            "apigateway/methodSettings:MethodSettings",
            "settings.loggingLevel",
            "settings[].logging_level",
        ),
        ("iam/role:Role", "assumeRolePolicy", "assume_role_policy"),
        ("iam/role:Role", "inlinePolicies", "inline_policy[]"),
        (
            "s3/bucket:Bucket",
            "lifecycleRules.noncurrentVersionTransitions",
            "lifecycle_rule[].noncurrent_version_transition[]",
        ),
        ("s3/bucketV2:BucketV2", "versionings", "versioning[]"),
        ("ec2/securityGroup:SecurityGroup", "ingress.cidrBlocks", "ingress[].cidr_blocks"),
        ("cloudwatch/logGroup:LogGroup", "retentionInDays", "retention_in_days"),
        ("kms/key:Key", "enableKeyRotation", "enable_key_rotation"),
        ("rds/instance:Instance", "storageEncrypted", "storage_encrypted"),
        (
            "ecs/taskDefinition:TaskDefinition",
            "volumes.efsVolumeConfiguration",
            "volume[].efs_volume_configuration[]",
        ),
        (
            "cloudfront/distribution:Distribution",
            "origins.customOriginConfig.originSslProtocols",
            "origin[].custom_origin_config[].origin_ssl_protocols",
        ),
        ("lb/loadBalancer:LoadBalancer", "enableHttp2", "enable_http2"),
    ],
)
def test_names_that_a_reader_can_check(type_: str, path: str, names: str) -> None:
    found = terraform_type(f"aws:{type_}")
    assert found is not None
    members, words = found.members, []
    for step in path.split("."):
        member = members.get(step) or Member(snake_case(step))
        words.append(member.name + "[]" * member.block)
        members = member.members
    assert ".".join(words) == names


def test_a_scalar_that_is_a_list_in_terraform_is_wrapped() -> None:
    found = terraform_type("aws:apigateway/restApi:RestApi")
    assert found is not None
    assert found.members["endpointConfiguration"].members["types"] == Member("types", wrapped=True)


def test_a_type_of_another_provider_has_none() -> None:
    assert terraform_type("random/index/randomId:RandomId") is None
