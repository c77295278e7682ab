"""The ids of the page's parts. They are stable: a link to one holds in the next report.

An id is made of letters, digits and dashes, with a short hash wherever a name had to be changed
to fit or cut, so that two names never share one.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from compliance.wording import name_of

_PLAIN: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_LONGEST: Final = 48


def resource_anchor(urn: str) -> str:
    """The id of a resource's section: its name and type to be read, its URN's hash to be sure."""
    return f"resource-{_slug(name_of(urn))}-{_hash(urn)}"


def rule_anchor(name: str) -> str:
    """The id of a rule's section: `rule-sqs-queue-dead-letter`."""
    return f"rule-{_exact(name)}"


def control_anchor(framework: str, version: str, control: str) -> str:
    """The id of a control's section: `control-pci-dss-3-5-1-` and a hash, in which dots count."""
    return f"control-{_slug(f'{framework} {control}')}-{_hash(framework, version, control)}"


def framework_anchor(name: str, version: str) -> str:
    """The id of a framework's part of the list of controls."""
    return f"framework-{_slug(name)}-{_hash(name, version)}"


def type_anchor(type_: str) -> str:
    """The id of the part of the list of resources that holds those of a type."""
    return f"type-{_slug(type_)}-{_hash(type_)}"


def finding_anchor(result_id: str) -> str:
    """The id of a finding, from the stable id of its result."""
    return f"finding-{_slug(result_id)}-{_hash(result_id)}"


def _exact(name: str) -> str:
    return name if _PLAIN.match(name) and len(name) <= _LONGEST else f"{_slug(name)}-{_hash(name)}"


def _slug(text: str) -> str:
    words = re.findall(r"[a-z0-9]+", text.lower()[: 4 * _LONGEST])
    return "-".join(words)[:_LONGEST].strip("-") or "unnamed"


def _hash(*parts: str) -> str:
    text = "\n".join(parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
