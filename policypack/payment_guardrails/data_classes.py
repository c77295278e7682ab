"""The class of data that a resource holds, as its tags declare it."""

from __future__ import annotations

import re
from typing import Final

from payment_guardrails.resource import Resource
from payment_guardrails.stack import Stack
from payment_guardrails.values import Reading

# The key as AWS's own guide writes it, in any letter case and with any separators:
# https://docs.aws.amazon.com/whitepapers/latest/data-classification/data-classification-overview.html
# https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/tags-for-data-security-risk-management-and-access-control.html
_KEYS: Final = frozenset({"dataclassification", "dataclass"})
_SEPARATORS: Final = re.compile(r"[^a-z0-9]")


def data_class(stack: Stack, resource: Resource) -> str:
    """The value of the resource's tag `DataClassification`, else of its provider's default tags.

    Empty where there is none; `[secret]` and the words for an unknown where it is such.
    """
    for tags in (resource.read("tags"), stack.provider(resource).get("defaultTags").get("tags")):
        found = _declared(tags)
        if found:
            return found
    return ""


def _declared(tags: Reading) -> str:
    if not isinstance(tags.value, dict):
        return ""
    for key, value in tags.items():
        if _SEPARATORS.sub("", key.lower().rpartition(":")[2]) in _KEYS:
            return value.text
    return ""
