"""A table in one cloud, names in another, and a password made by a third."""

import pulumi
import pulumi_aws as aws
from others import Cloudflare, DnsRecord, RandomPassword, Topic

stack = pulumi.get_stack()
tags = {"Project": "several", "Environment": stack, "ManagedBy": "pulumi"}

password = RandomPassword("database-password", length=24)
table = aws.dynamodb.Table(
    "places",
    billing_mode="PAY_PER_REQUEST",
    hash_key="place",
    attributes=[{"name": "place", "type": "S"}],
    point_in_time_recovery={"enabled": True},
    tags=tags,
)
aws.ssm.Parameter(
    "stored-password",
    name=f"/several/{stack}/database-password",
    type=aws.ssm.ParameterType.STRING,
    value=password.result,
    tags=tags,
)
site = aws.s3.Bucket("site", tags={"Project": "several"})

names = Cloudflare("names", api_token=pulumi.Config().get_secret("cloudflareToken") or "none")
record = DnsRecord(
    "www",
    zone_id="f2ea6707005a4da1af1b431202e96ac5",
    name="www",
    type="CNAME",
    value=site.bucket_regional_domain_name,
    opts=pulumi.ResourceOptions(provider=names),
)
Topic("clicks")

pulumi.export("hostname", record.hostname)
pulumi.export("password", password.result)
