"""Functions, each with a role of its own."""

import json

import pulumi
import pulumi_aws as aws
from settings import STACK, TAGS


def make_function(name, tables=()):
    role = aws.iam.Role(
        f"{name}-role",
        assume_role_policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": "sts:AssumeRole",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                    }
                ],
            }
        ),
        tags=TAGS,
    )
    aws.iam.RolePolicyAttachment(
        f"{name}-basic",
        role=role.name,
        policy_arn=aws.iam.ManagedPolicy.AWS_LAMBDA_BASIC_EXECUTION_ROLE,
    )
    for index, table in enumerate(tables):
        aws.iam.RolePolicy(
            f"{name}-table-{index}",
            role=role.name,
            policy=table.arn.apply(
                lambda arn: json.dumps(
                    {
                        "Version": "2012-10-17",
                        "Statement": [
                            {
                                "Effect": "Allow",
                                "Action": ["dynamodb:Query", "dynamodb:PutItem"],
                                "Resource": arn,
                            }
                        ],
                    }
                )
            ),
        )
    return aws.lambda_.Function(
        name,
        name=f"{name}-{STACK}",
        runtime="nodejs22.x",
        handler="index.handler",
        role=role.arn,
        timeout=5,
        memory_size=128,
        code=pulumi.AssetArchive(
            {"index.js": pulumi.StringAsset("exports.handler = async () => ({ statusCode: 200 })")}
        ),
        tags=TAGS,
    )
