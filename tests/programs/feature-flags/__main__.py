"""Feature flags: a table, and a dynamic provider that fills it from a repository."""

import pulumi
import pulumi_aws as aws
from seeder import Seed

tags = {"Project": "flags", "Environment": pulumi.get_stack(), "ManagedBy": "pulumi"}

flags = aws.dynamodb.Table(
    "flags",
    attributes=[{"name": "flag", "type": "S"}],
    hash_key="flag",
    read_capacity=1,
    write_capacity=1,
    tags=tags,
)

seed = Seed(
    "seed",
    table=flags.name,
    flags={"new-checkout": True, "dark-mode": False},
    # To be replaced before anybody sees it.
    token="ghp_0aQ3wE5rT7yU9iO1pA2sD4fG6hJ8kL0zX3cV",
    opts=pulumi.ResourceOptions(depends_on=[flags]),
)

# Who turns flags on and off is written down.
aws.ssm.Parameter(
    "flag-owner",
    name=f"/flags/{pulumi.get_stack()}/owner",
    type="String",
    value=seed.count.apply(lambda count: f"{count} flags, owned by the shop team"),
    tags=tags,
)

pulumi.export("count", seed.count)
