"""A website as one wrote it for earlier major versions of the provider."""

import json
import mimetypes
import os

import pulumi
from pulumi import FileAsset, Output, export
from pulumi_aws import cloudfront, s3

config = pulumi.Config()
contents = os.path.join(os.getcwd(), config.require("contents"))

site = s3.Bucket(
    "site",
    acl="public-read",
    website=s3.BucketWebsiteArgs(index_document="index.html", error_document="404.html"),
)
# The class with the name that it has no more.
logs = s3.BucketV2("site-logs", acl="log-delivery-write", force_destroy=True)


def crawl(directory, f):
    for entry in sorted(os.listdir(directory)):
        path = os.path.join(directory, entry)
        if os.path.isdir(path):
            crawl(path, f)
        elif os.path.isfile(path):
            f(path)


def upload(path):
    key = os.path.relpath(path, contents)
    s3.BucketObject(
        key,
        key=key,
        bucket=site.id,
        acl="public-read",
        source=FileAsset(path),
        content_type=mimetypes.guess_type(path)[0],
        opts=pulumi.ResourceOptions(parent=site),
    )


crawl(contents, upload)


def public_read(bucket_name):
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": "*",
                    "Action": ["s3:GetObject"],
                    "Resource": [f"arn:aws:s3:::{bucket_name}/*"],
                }
            ],
        }
    )


s3.BucketPolicy("site-policy", bucket=site.id, policy=site.id.apply(public_read))

cdn = cloudfront.Distribution(
    "cdn",
    enabled=True,
    origins=[
        cloudfront.DistributionOriginArgs(
            origin_id=site.arn,
            domain_name=site.website_endpoint,
            custom_origin_config=cloudfront.DistributionOriginCustomOriginConfigArgs(
                origin_protocol_policy="http-only",
                http_port=80,
                https_port=443,
                origin_ssl_protocols=["TLSv1.2"],
            ),
        )
    ],
    default_root_object="index.html",
    default_cache_behavior=cloudfront.DistributionDefaultCacheBehaviorArgs(
        target_origin_id=site.arn,
        viewer_protocol_policy="redirect-to-https",
        allowed_methods=["GET", "HEAD", "OPTIONS"],
        cached_methods=["GET", "HEAD"],
        forwarded_values={"query_string": False, "cookies": {"forward": "none"}},
        min_ttl=0,
        default_ttl=600,
        max_ttl=600,
    ),
    viewer_certificate={"cloudfront_default_certificate": True},
    restrictions={"geo_restriction": {"restriction_type": "none"}},
    logging_config={"bucket": logs.bucket_domain_name, "include_cookies": False},
    wait_for_deployment=False,
)

export("bucket", Output.concat("s3://", site.bucket))
export("website", site.website_endpoint)
export("cdn", cdn.domain_name)
