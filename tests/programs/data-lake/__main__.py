"""A data lake: buckets for each zone, and the role of the jobs that move data between them."""

import defaults
import pulumi
import pulumi_aws as aws

defaults.register()

stack = pulumi.get_stack()
key = aws.kms.Key("lake-key", description="the lake", enable_key_rotation=True)

zones = {
    zone: aws.s3.Bucket(zone, bucket=f"lake-{zone}-{stack}", tags={"Zone": zone})
    for zone in ("raw", "clean", "served")
}

logs = aws.cloudwatch.LogGroup(
    "jobs-logs",
    name=f"/lake/{stack}/jobs",
    retention_in_days=365,
    kms_key_id=key.arn,
)

jobs = aws.iam.Role(
    "jobs",
    name=f"lake-jobs-{stack}",
    assume_role_policy=aws.iam.get_policy_document_output(
        statements=[
            {
                "actions": ["sts:AssumeRole"],
                "principals": [{"type": "Service", "identifiers": ["glue.amazonaws.com"]}],
            }
        ]
    ).json,
)

document = aws.iam.get_policy_document_output(
    statements=[
        {
            "sid": "ReadRaw",
            "actions": ["s3:GetObject"],
            "resources": [pulumi.Output.concat(zones["raw"].arn, "/*")],
        },
        {
            "sid": "WriteClean",
            "actions": ["s3:*"],
            "resources": [zones["clean"].arn, pulumi.Output.concat(zones["clean"].arn, "/*")],
        },
        {
            "sid": "Log",
            "actions": ["logs:PutLogEvents"],
            "resources": [pulumi.Output.concat(logs.arn, ":*")],
        },
    ]
)
policy = aws.iam.RolePolicy("jobs-policy", role=jobs.name, policy=document.json)

pulumi.export("zones", {zone: bucket.bucket for zone, bucket in zones.items()})
