"""Where a provider works: its account, region and partition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.engine.provider.wire import UNKNOWN, bare

# The account of AWS's own examples.
ACCOUNT: Final = "123456789012"


@dataclass(frozen=True)
class Place:
    """What a provider resource is configured with."""

    region: str = "us-east-1"
    default_tags: Mapping[str, str] = field(default_factory=dict)

    def of(self, properties: Mapping[str, Any]) -> Place:
        """The place of one resource, which can name a region of its own."""
        own = bare(properties.get("region"))
        known = isinstance(own, str) and own not in ("", UNKNOWN)
        return Place(own, self.default_tags) if known else self

    @property
    def partition(self) -> str:
        """The partition of the region."""
        if self.region.startswith("cn-"):
            return "aws-cn"
        return "aws-us-gov" if self.region.startswith("us-gov-") else "aws"

    @property
    def dns_suffix(self) -> str:
        """The domain of the partition's endpoints."""
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"

    @property
    def values(self) -> Mapping[str, str]:
        """What a shape can name of the place."""
        return {
            "account": ACCOUNT,
            "dnsSuffix": self.dns_suffix,
            "partition": self.partition,
            "region": self.region,
        }
