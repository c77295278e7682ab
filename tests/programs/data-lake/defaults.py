"""What the platform team sets on every resource, whatever the program says."""

import pulumi

TAGGABLE = (
    "aws:s3/bucket:Bucket",
    "aws:iam/role:Role",
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:kms/key:Key",
)


async def tagged(args: pulumi.ResourceTransformArgs):
    if args.type_ not in TAGGABLE:
        return None
    ours = {"Project": "lake", "Environment": pulumi.get_stack(), "ManagedBy": "pulumi"}
    tags = {**(args.props.get("tags") or {}), **ours}
    return pulumi.ResourceTransformResult(props={**args.props, "tags": tags}, opts=args.opts)


def short_logs(args: pulumi.ResourceTransformArgs):
    if args.type_ != "aws:cloudwatch/logGroup:LogGroup":
        return None
    return pulumi.ResourceTransformResult(
        props={**args.props, "retentionInDays": 7}, opts=args.opts
    )


def register() -> None:
    pulumi.runtime.register_resource_transform(tagged)
    pulumi.runtime.register_resource_transform(short_logs)
