"""A static site: a private bucket, and a distribution that alone may read it."""

import json
from pathlib import Path

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
stack = pulumi.get_stack()
TAGS = {"Project": "site", "Environment": stack, "ManagedBy": "pulumi"}

# Certificates of distributions are always made in this region.
virginia = aws.Provider("virginia", region="us-east-1", default_tags={"tags": TAGS})

bucket = aws.s3.Bucket("pages", tags=TAGS)
aws.s3.BucketPublicAccessBlock(
    "pages-private",
    bucket=bucket.id,
    block_public_acls=True,
    block_public_policy=True,
    ignore_public_acls=True,
    restrict_public_buckets=True,
)

pages = json.loads((Path(__file__).parent / "site.json").read_text())
for path, content in pages.items():
    aws.s3.BucketObjectv2(
        path,
        bucket=bucket.bucket,
        key=path,
        content=content,
        content_type="text/html" if path.endswith("html") else "text/plain",
        tags=TAGS,
    )

certificate = aws.acm.Certificate(
    "certificate",
    domain_name=f"{stack}.{config.require('domain')}",
    validation_method="DNS",
    opts=pulumi.ResourceOptions(provider=virginia),
)

control = aws.cloudfront.OriginAccessControl(
    "pages-access",
    name=f"pages-{stack}",
    origin_access_control_origin_type="s3",
    signing_behavior="always",
    signing_protocol="sigv4",
)
distribution = aws.cloudfront.Distribution(
    "distribution",
    enabled=True,
    default_root_object="index.html",
    aliases=[f"{stack}.{config.require('domain')}"],
    origins=[
        {
            "origin_id": "pages",
            "domain_name": bucket.bucket_regional_domain_name,
            "origin_access_control_id": control.id,
        }
    ],
    default_cache_behavior={
        "target_origin_id": "pages",
        "viewer_protocol_policy": "redirect-to-https",
        "allowed_methods": ["GET", "HEAD"],
        "cached_methods": ["GET", "HEAD"],
        "cache_policy_id": "658327ea-f89d-4fab-a63d-7e88639e58f6",
    },
    restrictions={"geo_restriction": {"restriction_type": "none"}},
    viewer_certificate={
        "acm_certificate_arn": certificate.arn,
        "ssl_support_method": "sni-only",
        "minimum_protocol_version": "TLSv1.2_2021",
    },
    tags=TAGS,
)

aws.s3.BucketPolicy(
    "pages-policy",
    bucket=bucket.bucket,
    policy=aws.iam.get_policy_document_output(
        statements=[
            aws.iam.GetPolicyDocumentStatementArgs(
                principals=[
                    aws.iam.GetPolicyDocumentStatementPrincipalArgs(
                        type="Service", identifiers=["cloudfront.amazonaws.com"]
                    )
                ],
                actions=["s3:GetObject"],
                resources=[bucket.arn.apply(lambda arn: f"{arn}/*")],
                conditions=[
                    aws.iam.GetPolicyDocumentStatementConditionArgs(
                        test="StringEquals",
                        variable="AWS:SourceArn",
                        values=[distribution.arn],
                    )
                ],
            )
        ]
    ).json,
)

pulumi.export("url", pulumi.Output.concat("https://", distribution.domain_name))
