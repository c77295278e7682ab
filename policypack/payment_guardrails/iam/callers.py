"""Which condition keys tell callers apart, and which of their values name few of them.

The source is what Amazon S3 counts as public:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
Keys that it does not name are of other services, each with its source. A tag or a name of a
principal is none of them: everybody can give those in an account of their own.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Final

from payment_guardrails.iam.arns import breadth
from payment_guardrails.iam.conditions import Fixed, is_literal

# Addresses that are broader than these networks count as everybody's.
_WIDEST: Final[Mapping[int, int]] = {4: 8, 6: 32}
_ACCOUNT: Final = re.compile(r"\d{12}")
# The account and the organization of the resource itself.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resourceaccount
_OWN: Final = frozenset({"${aws:resourceaccount}", "${aws:resourceorgid}"})


def _named(value: str) -> bool:
    return is_literal(value) or value.lower() in _OWN


def _of_one_account(value: str) -> bool:
    parts = value.split(":", 5)
    if len(parts) < 6:
        return False
    return breadth(value) is None if not parts[4] else bool(_ACCOUNT.fullmatch(parts[4]))


def _begins_named(separator: str) -> Fixed:
    """An organization's paths and a role's sessions: what comes first must be named."""

    def fixed(value: str) -> bool:
        return is_literal(value.partition(separator)[0])

    return fixed


def _network(value: str) -> bool:
    try:
        network = ipaddress.ip_network(value.strip(), strict=False)
    except ValueError:
        return False
    return network.prefixlen >= _WIDEST[network.version]


NARROWING: Final[Mapping[str, Fixed]] = {
    **dict.fromkeys(
        [
            "aws:principalaccount", "aws:principalorgid", "aws:sourceaccount", "aws:sourceorgid",
            "aws:sourceowner", "aws:sourcevpc", "aws:sourcevpce",
            # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-vpceaccount
            "aws:vpceaccount", "aws:vpceorgid",
            # https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html
            "s3:dataaccesspointaccount",
            # https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-caller-account
            "kms:calleraccount",
        ],
        _named,
    ),
    **dict.fromkeys(
        [
            "aws:sourcearn", "aws:principalarn", "s3:dataaccesspointarn",
            # https://docs.aws.amazon.com/efs/latest/ug/access-control-block-public-access.html
            "elasticfilesystem:accesspointarn",
        ],
        _of_one_account,
    ),
    **dict.fromkeys(
        ["aws:principalorgpaths", "aws:sourceorgpaths", "aws:vpceorgpaths"], _begins_named("/")
    ),
    "aws:userid": _begins_named(":"),
    "aws:sourceip": _network,
}  # fmt: skip
