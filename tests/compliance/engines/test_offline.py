"""The offline engine, through its own door: programs in, stacks or one clear message out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from payment_guardrails.resource import Location, Resource
from payment_guardrails.values import Asset, Secret, Unknown

from compliance.engines.engine import EngineError, EngineRun
from tests.offline import evaluate

IDIOMS = """
import json, os, sys
import pulumi, pulumi_aws as aws

print("talkative" * 10)
config = pulumi.Config()
pulumi.runtime.register_stack_transform(
    lambda args: pulumi.ResourceTransformResult(
        {**args.props, "tags": {"transformed": "yes"}}, args.opts)
    if args.type_ == "aws:sns/topic:Topic" else None)
queue = aws.sqs.Queue("jobs", fifo_queue=True)
role = aws.iam.Role("role", assume_role_policy={
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                   "Principal": {"Service": "lambda.amazonaws.com"}}]})
aws.iam.RolePolicy("applied", role=role, policy=queue.arn.apply(
    lambda arn: json.dumps({"Statement": [{"Action": "sqs:*", "Resource": arn}]})))
aws.iam.RolePolicy("all", role=role.id, policy=pulumi.Output.all(arn=queue.arn).apply(
    lambda args: json.dumps({"Statement": [{"Resource": args["arn"]}]})))
aws.iam.RolePolicy("dumped", role=role.name, policy=pulumi.Output.json_dumps(
    {"Statement": [{"Resource": pulumi.Output.concat(queue.arn, "-x")}]}))
document = aws.iam.get_policy_document_output(statements=[
    {"actions": ["sqs:SendMessage"], "resources": [queue.arn]}])
aws.iam.Policy("document", policy=document.json)
key = aws.kms.Key("key")
aws.iam.Policy("underivable", policy=key.arn.apply(lambda arn: json.dumps({"Resource": arn})))

class Part(pulumi.ComponentResource):
    def __init__(self, name, opts=None):
        super().__init__("shop:parts:Part", name, None, opts)
        aws.cloudwatch.LogGroup(f"{name}-logs", opts=pulumi.ResourceOptions(parent=self))
Part("part")

europe = aws.Provider("europe", region="eu-west-1")
aws.dynamodb.Table("table", opts=pulumi.ResourceOptions(provider=europe))
aws.sns.Topic("topic", region="cn-north-1")
aws.ssm.Parameter("secret", type="String", value=pulumi.Output.secret("hunter2"))
aws.lambda_.Function("code", role=role.arn, code=pulumi.FileArchive("./not-there"))
other = pulumi.StackReference("organization/other/dev")
aws.ssm.Parameter("referenced", type="String", value=other.get_output("x"))
zones = aws.get_availability_zones(state="available")
aws.ec2.Subnet("subnet", vpc_id="vpc-1", cidr_block="10.0.0.0/24", availability_zone=zones.names[0])
vpc = aws.ec2.get_vpc_output(default=True)
aws.ec2.SecurityGroup("group", vpc_id=vpc.id)
queue.arn.apply(lambda arn: aws.sqs.Queue("inside-apply", name="inside.fifo"))
names = [aws.sqs.Queue(f"loop-{n}", name=f"loop-{n}") for n in range(3)]
assert config.get("key") == "value" and config.require_secret("hidden")
assert "AWS_ACCESS_KEY_ID" not in os.environ
try:
    import compliance
except ModuleNotFoundError:
    pass
else:
    raise AssertionError("the gate is importable")
pulumi.export("url", queue.url)
"""


def write(folder: Path, source: str, **files: str) -> Path:
    (folder / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (folder / "__main__.py").write_text(source)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return folder


def run(folder: Path, source: str, limit: float = 60, **config: str) -> EngineRun:
    return evaluate(write(folder, source), None, config, limit)


def refused(folder: Path, source: str, limit: float = 60) -> EngineError:
    with pytest.raises(EngineError) as caught:
        run(folder, source, limit)
    return caught.value


@pytest.fixture(scope="module")
def idioms(tmp_path_factory: pytest.TempPathFactory) -> EngineRun:
    folder = tmp_path_factory.mktemp("idioms")
    secure = (
        "config:\n  shop:key: value\n  aws:region: us-east-2\n  shop:hidden:\n    secure: AAA\n"
    )
    write(folder, IDIOMS, Pulumi__dev__yaml=secure)
    return evaluate(folder, None, {}, 60)


def named(run_: EngineRun, name: str) -> Resource:
    [found] = [resource for resource in run_.stacks[0].resources if resource.name == name]
    return found


ACCOUNT = "123456789012"


def test_names_and_arns_are_derived_as_aws_derives_them(idioms: EngineRun) -> None:
    queue = named(idioms, "jobs")
    name = queue.outputs["name"]
    assert name.startswith("jobs-")
    assert name.endswith(".fifo")
    assert queue.outputs["arn"] == f"arn:aws:sqs:us-east-2:{ACCOUNT}:{name}"
    assert queue.outputs["url"] == f"https://sqs.us-east-2.amazonaws.com/{ACCOUNT}/{name}"
    assert "name" not in queue.inputs
    assert named(idioms, "role").outputs["arn"].startswith(f"arn:aws:iam::{ACCOUNT}:role/role-")


@pytest.mark.parametrize("name", ["applied", "all", "dumped", "document"])
def test_documents_made_of_outputs_are_known(idioms: EngineRun, name: str) -> None:
    policy = named(idioms, name).inputs["policy"]
    arn = named(idioms, "jobs").outputs["arn"]
    statement = json.loads(policy)["Statement"][0]
    assert statement["Resource"].removesuffix("-x") == arn
    assert named(idioms, "jobs").urn in named(idioms, name).property_dependencies["policy"]


def test_what_cannot_be_derived_stays_unknown_with_its_dependency(idioms: EngineRun) -> None:
    policy = named(idioms, "underivable")
    assert isinstance(policy.inputs["policy"], Unknown)
    assert policy.property_dependencies["policy"] == (named(idioms, "key").urn,)
    assert isinstance(named(idioms, "group").inputs["vpcId"], Unknown)
    assert any("getVpc" in note for note in idioms.notes)


def line_of(text: str) -> int:
    return next(n for n, line in enumerate(IDIOMS.splitlines(), start=1) if text in line)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("jobs", 'Queue("jobs"'),
        ("applied", 'RolePolicy("applied"'),
        ("part", 'Part("part")'),
        ("part-logs", 'LogGroup(f"{name}-logs"'),
        ("loop-2", 'Queue(f"loop-'),
        ("inside-apply", 'Queue("inside-apply"'),
    ],
)
def test_every_resource_is_where_the_program_creates_it(
    idioms: EngineRun, name: str, text: str
) -> None:
    assert named(idioms, name).location == Location("__main__.py", line_of(text))


def test_what_an_installed_component_creates_is_where_the_program_asks_for_it(
    tmp_path: Path,
) -> None:
    installed = tmp_path / "venv" / "lib" / "site-packages"
    installed.mkdir(parents=True)
    (installed / "parts.py").write_text(
        "import pulumi, pulumi_aws as aws\n\n"
        "class Part(pulumi.ComponentResource):\n"
        "    def __init__(self, name):\n"
        "        super().__init__('shop:parts:Part', name)\n"
        "        aws.sqs.Queue(name, opts=pulumi.ResourceOptions(parent=self))\n"
    )
    source = f"import sys\nsys.path.append({str(installed)!r})\nimport parts\nparts.Part('part')\n"
    found = run(tmp_path, source).stacks[0].resources
    assert {each.location for each in found} == {Location("__main__.py", 4)}


def test_components_providers_and_regions_are_followed(idioms: EngineRun) -> None:
    logs = named(idioms, "part-logs")
    assert logs.urn == (
        "urn:pulumi:dev::shop::shop:parts:Part$aws:cloudwatch/logGroup:LogGroup::part-logs"
    )
    assert logs.parent == named(idioms, "part").urn
    assert not named(idioms, "part").custom
    table = named(idioms, "table")
    assert ":eu-west-1:" in table.outputs["arn"]
    assert table.provider == named(idioms, "europe").urn
    assert named(idioms, "topic").outputs["arn"].startswith("arn:aws-cn:sns:cn-north-1:")


def test_transforms_are_applied(idioms: EngineRun) -> None:
    assert named(idioms, "topic").inputs["tags"] == {"transformed": "yes"}


def test_secrets_stay_secret_and_assets_need_not_exist(idioms: EngineRun) -> None:
    assert named(idioms, "secret").inputs["value"] == Secret("hunter2")
    assert named(idioms, "code").inputs["code"] == Asset("archive", "./not-there")
    assert "hunter2" not in repr(idioms.stack)
    reference = named(idioms, "referenced").inputs["value"]
    assert isinstance(reference.value if isinstance(reference, Secret) else reference, Unknown)


def test_resources_inside_apply_and_loops_are_seen(idioms: EngineRun) -> None:
    names = {resource.name for resource in idioms.stacks[0].resources}
    assert {"inside-apply", "loop-0", "loop-1", "loop-2"} <= names


def test_what_was_assumed_is_said(idioms: EngineRun) -> None:
    notes = " ".join(idioms.notes)
    assert ACCOUNT in notes
    assert "shop:hidden" in notes
    assert idioms.printed.startswith("talkative")


def test_two_runs_agree(tmp_path: Path) -> None:
    source = "import pulumi_aws as aws\nfor n in range(20): aws.sqs.Queue(f'q{n}')\n"
    assert run(tmp_path, source).stack == run(tmp_path, source).stack


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("1 / 0", ["ZeroDivisionError", "after 0 resources"]),
        ("import nothing_like_this", ["cannot import 'nothing_like_this'"]),
        ("import sys; sys.exit(0)", ["sys.exit(0)"]),
        ("import os; os._exit(3)", ["exit status 3"]),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", ["SIGKILL"]),
        ("def f(): f()\nf()", ["RecursionError"]),
        ("x = (", ["SyntaxError"]),
        ("import pulumi; pulumi.Config().require('key')", ["shop:key", "--config key=VALUE"]),
        ("import pulumi; raise pulumi.RunError('as you like it')", ["as you like it"]),
        (
            "import pulumi_aws as aws\naws.sqs.Queue('a')\naws.sqs.Queue('a')",
            ["two resources with the same URN"],
        ),
        (
            ("import pulumi_aws as aws\naws.sqs.Queue('a')\n"
             "aws.apigateway.Deployment('d', rest_api='x', stage_name='y')"),
            ["TypeError", "after 1 resources", "installed version"],
        ),
        (
            "import pulumi_aws as aws\nprint(aws.ec2.get_vpc(default=True).tags['Name'])",
            ["only the cloud can answer", "getVpc"],
        ),
        (
            "import boto3\nboto3.client('sts', region_name='us-east-1').get_caller_identity()",
            ["NoCredentialsError", "no credentials"],
        ),
    ],
)  # fmt: skip
def test_a_program_that_fails_is_one_clear_message(
    tmp_path: Path, source: str, words: list[str]
) -> None:
    error = refused(tmp_path, source)
    for word in words:
        assert word in error.message
    assert str(tmp_path) in error.message
    assert "\n" not in error.message
    assert "host.py" not in error.output


def test_a_traceback_shows_the_programs_frames_and_not_ours(tmp_path: Path) -> None:
    for source in (
        (
            "import pulumi_aws as aws\nq = aws.sqs.Queue('q')\n"
            "aws.sns.Topic('t', name=q.arn.apply(lambda arn: arn['x']))"
        ),
        "import json\njson.loads('{')",
    ):
        output = refused(tmp_path, source).output
        assert f'{tmp_path}/__main__.py", line' in output
        assert "pulumi/runtime" not in output
        assert "asyncio" not in output


def test_a_program_that_never_ends_is_stopped(tmp_path: Path) -> None:
    error = refused(tmp_path, "import time\nprint('so far', flush=True)\ntime.sleep(60)", limit=6)
    assert "still running after 6 s" in error.message
    assert "--time-limit" in error.message
    assert "so far" in error.output


def test_a_flood_of_output_is_kept_in_bounds(tmp_path: Path) -> None:
    source = "import pulumi_aws as aws\nprint('x' * 10_000_000)\naws.sqs.Queue('q')"
    done = run(tmp_path, source)
    assert len(done.printed) <= 64 * 1024
    assert len(done.stacks[0].resources) == 1


def test_a_module_of_the_program_may_have_our_names(tmp_path: Path) -> None:
    (tmp_path / "compliance.py").write_text("mine = 'yes'\n")
    source = "import compliance, pulumi_aws as aws\naws.sqs.Queue(compliance.mine)"
    assert named(run(tmp_path, source), "yes")


def test_credentials_do_not_reach_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_PROFILE", "mine")
    source = "import os\nassert not {'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE'} & set(os.environ)"
    assert run(tmp_path, source).stacks[0].resources == ()


def test_bare_files_and_main_folders_run_where_the_cli_would(tmp_path: Path) -> None:
    inner = tmp_path / "infrastructure"
    inner.mkdir()
    source = (
        "import pathlib, pulumi_aws as aws, beside\n"
        "aws.sqs.Queue(pathlib.Path('name.txt').read_text())"
    )
    (inner / "__main__.py").write_text(source)
    (inner / "name.txt").write_text("read-here")
    (inner / "beside.py").write_text("")
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\nmain: infrastructure\n")
    for program in (tmp_path, inner, inner / "__main__.py"):
        assert named(evaluate(program, None, {}, 60), "read-here")


def test_the_digest_follows_the_sources(tmp_path: Path) -> None:
    def digest(source: str) -> Any:
        return run(tmp_path, source).digest

    one = digest("x = 1")
    assert digest("x = 1") == one
    assert digest("x = 2") != one
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "x.py").write_text("y")
    assert digest("x = 1") == one
