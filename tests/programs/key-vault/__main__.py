"""Keys of the company: one for each data class, and one for the outside."""

import json

import pulumi
import pulumi_aws as aws

stack = pulumi.get_stack()
tags = {"Project": "keys", "Environment": stack, "ManagedBy": "pulumi"}
account = aws.get_caller_identity().account_id

# Certificates are made with it until the real one comes.
SIGNING_KEY = "\n".join(
    [
        "-----BEGIN EC PRIVATE KEY-----",
        "MHcCAQEEIB3q0yqT1mE8h2Zk5dVnW7xLJpRtYcUaSbGfHoKiMeNwoAoGCCqGSM49",
        "AwEHoUQDQgAE5tQwXyZ1aBcDeFgHiJkLmNoPqRsTuVwXyZ2aBcDeFgHiJkLmNoPq",
        "-----END EC PRIVATE KEY-----",
    ]
)


def owner_statement() -> dict:
    return {
        "Sid": "Owner",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }


for data_class, reader in {"internal": "reporting", "personal": "privacy"}.items():
    key = aws.kms.Key(
        data_class,
        description=f"{data_class} data",
        enable_key_rotation=True,
        policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    owner_statement(),
                    {
                        "Sid": "Readers",
                        "Effect": "Allow",
                        "Principal": "*",
                        "Action": ["kms:Decrypt", "kms:DescribeKey"],
                        "Resource": "*",
                        "Condition": {
                            "StringEquals": {
                                "kms:CallerAccount": account,
                                "kms:ViaService": "s3.eu-central-1.amazonaws.com",
                            }
                        },
                    },
                ],
            }
        ),
        tags=tags,
    )
    aws.kms.Alias(
        f"{data_class}-alias", name=f"alias/{data_class}-{stack}", target_key_id=key.key_id
    )
    pulumi.export(data_class, key.arn)

outside = aws.kms.Key("outside", description="what partners sign", tags=tags)
aws.kms.KeyPolicy(
    "outside-policy",
    key_id=outside.key_id,
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                owner_statement(),
                {
                    "Sid": "Verify",
                    "Effect": "Allow",
                    "Principal": {"AWS": ["*"]},
                    "Action": "kms:Verify",
                    "Resource": "*",
                },
            ],
        }
    ),
)
aws.kms.Alias("outside-alias", name="alias/outside", target_key_id=outside.key_id)

secret = aws.secretsmanager.Secret(
    "signing", name=f"keys/{stack}/signing", kms_key_id=outside.id, tags=tags
)
aws.secretsmanager.SecretVersion("signing-now", secret_id=secret.id, secret_string=SIGNING_KEY)
