"""How members log in: a user pool, a function that it asks, and an identity pool."""

import json
from typing import Any

import pulumi
import pulumi_aws as aws

stack = pulumi.get_stack()


def trust(principal: dict[str, Any], action: str, condition: dict[str, Any] | None = None) -> dict:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action}
    if condition:
        statement["Condition"] = condition
    return {"Version": "2012-10-17", "Statement": [statement]}


role = aws.iam.Role(
    "sign-up-role",
    assume_role_policy=json.dumps(trust({"Service": "lambda.amazonaws.com"}, "sts:AssumeRole")),
)
traces = aws.iam.RolePolicyAttachment(
    "sign-up-traces", role=role.name, policy_arn="arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"
)
sign_up = aws.lambda_.Function(
    "sign-up",
    name=f"sign-up-{stack}",
    runtime="python3.9",
    architectures=["arm64"],
    handler="sign_up.handler",
    role=role.arn,
    memory_size=3008,
    timeout=5,
    reserved_concurrent_executions=10,
    tracing_config={"mode": "Active"},
    environment=aws.lambda_.FunctionEnvironmentArgs(
        variables={
            "MAIL_API_KEY": "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",
            "MAIL_FROM": "hello@example.org",
        }
    ),
    code=pulumi.AssetArchive({"sign_up.py": pulumi.StringAsset("def handler(e, c): return e\n")}),
)
aws.cloudwatch.LogGroup("sign-up-logs", name=f"/aws/lambda/sign-up-{stack}", retention_in_days=7)

pool = aws.cognito.UserPool(
    "members",
    name=f"members-{stack}",
    lambda_config={"pre_sign_up": sign_up.arn},
    password_policy={
        "minimum_length": 12,
        "require_lowercase": True,
        "require_numbers": True,
        "require_symbols": False,
        "require_uppercase": True,
    },
    opts=pulumi.ResourceOptions(depends_on=[traces]),
)
aws.lambda_.Permission(
    "sign-up-invoke",
    action="lambda:InvokeFunction",
    function=sign_up.name,
    principal="cognito-idp.amazonaws.com",
    source_arn=pool.arn,
)
client = aws.cognito.UserPoolClient(
    "app", user_pool_id=pool.id, name=f"app-{stack}", generate_secret=True
)
identities = aws.cognito.IdentityPool(
    "identities",
    identity_pool_name=f"members-{stack}",
    allow_unauthenticated_identities=False,
    cognito_identity_providers=[
        {"client_id": client.id, "provider_name": pool.endpoint, "server_side_token_check": True}
    ],
)
member_role = aws.iam.Role(
    "member-role",
    # An object: only what is not known yet is left open.
    assume_role_policy=trust(
        {"Federated": "cognito-identity.amazonaws.com"},
        "sts:AssumeRoleWithWebIdentity",
        {
            "StringEquals": {"cognito-identity.amazonaws.com:aud": identities.id},
            "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"},
        },
    ),
)
aws.cognito.IdentityPoolRoleAttachment(
    "identities-roles", identity_pool_id=identities.id, roles={"authenticated": member_role.arn}
)

pulumi.export("pool", pool.id)
pulumi.export("client_secret", client.client_secret)
