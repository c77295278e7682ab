"""Resources of providers whose packages nobody made for us."""

from typing import Any, Optional

import pulumi


class RandomPassword(pulumi.CustomResource):
    result: pulumi.Output[str]

    def __init__(self, name: str, length: int, opts: Optional[pulumi.ResourceOptions] = None):
        super().__init__(
            "random:index/randomPassword:RandomPassword",
            name,
            {"length": length, "special": False, "result": None},
            pulumi.ResourceOptions.merge(
                pulumi.ResourceOptions(additional_secret_outputs=["result"]), opts
            ),
        )


class DnsRecord(pulumi.CustomResource):
    hostname: pulumi.Output[str]

    def __init__(
        self, resource_name: str, opts: Optional[pulumi.ResourceOptions] = None, **props: Any
    ):
        super().__init__(
            "cloudflare:index/record:Record", resource_name, {**props, "hostname": None}, opts
        )


class Cloudflare(pulumi.ProviderResource):
    def __init__(self, name: str, api_token: pulumi.Input[str]):
        super().__init__("cloudflare", name, {"apiToken": api_token})


class Topic(pulumi.CustomResource):
    """A topic of another cloud, which has no queue, no tag and no policy of ours."""

    def __init__(self, name: str, opts: Optional[pulumi.ResourceOptions] = None):
        super().__init__(
            "gcp:pubsub/topic:Topic",
            name,
            {"name": name, "labels": {"managed-by": "pulumi"}, "retention_in_days": 30},
            opts,
        )
