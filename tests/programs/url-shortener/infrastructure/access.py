"""What the functions may do."""

import json

import pulumi_aws as aws


def function_role(name: str) -> aws.iam.Role:
    """A role that Lambda can take on."""
    return aws.iam.Role(
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
    )
