"""Where the program seems to run: account, region and partition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ACCOUNT: Final = "123456789012"
"""The account id that the gate gives: the one AWS's documentation uses for examples."""

DEFAULT_REGION: Final = "us-east-1"

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html lists the partitions.
_PARTITIONS: Final = (
    ("cn-", "aws-cn", "amazonaws.com.cn"),
    ("us-gov-", "aws-us-gov", "amazonaws.com"),
    ("us-isob-", "aws-iso-b", "sc2s.sgov.gov"),
    ("us-iso-", "aws-iso", "c2s.ic.gov"),
    ("eusc-", "aws-eusc", "amazonaws.eu"),
)


@dataclass(frozen=True)
class Surroundings:
    """The account and region that a resource, or a call, belongs to."""

    region: str
    account: str = ACCOUNT

    @property
    def partition(self) -> str:
        """The ARN partition of the region."""
        return self._partition()[0]

    @property
    def dns_suffix(self) -> str:
        """The domain under which the partition's services answer."""
        return self._partition()[1]

    def _partition(self) -> tuple[str, str]:
        for prefix, partition, suffix in _PARTITIONS:
            if self.region.startswith(prefix):
                return partition, suffix
        return "aws", "amazonaws.com"
