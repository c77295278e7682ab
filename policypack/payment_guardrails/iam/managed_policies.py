"""The documents of AWS managed policies, as data with a source and a date."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from payment_guardrails.iam.documents import Document, document
from payment_guardrails.values import Reading

_DATA: Final = Path(__file__).with_name("managed_policies.json.gz")
# The account field of an AWS managed policy's ARN is `aws`.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html
_ARN: Final = re.compile(r"arn:[^:]+:iam::aws:policy/(?P<name>.+)")


def managed_name(arn: str) -> str | None:
    """The path and name of an AWS managed policy's ARN; None for any other ARN."""
    match = _ARN.fullmatch(arn.strip())
    return match["name"] if match else None


@cache
def managed_document(name: str) -> Document | None:
    """The document of an AWS managed policy; None where the data does not have it.

    `name` includes the path (`service-role/AWSLambdaBasicExecutionRole`).
    """
    found = _data()["policies"].get(name)
    return None if found is None else document(Reading(found, name))


@cache
def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = json.loads(gzip.decompress(_DATA.read_bytes()))
    return data


def data_date() -> str:
    """The day of the newest document in the data (YYYY-MM-DD)."""
    date: str = _data()["newest_version"]
    return date
