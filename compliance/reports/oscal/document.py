"""What all OSCAL documents share: types of text, properties, metadata, and the file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from compliance.evidence import Evidence
from compliance.reports.characters import encodable, one_line
from compliance.reports.json_layout import json_text
from compliance.reports.moments import collected_at
from compliance.reports.oscal.identity import uuid_of

OSCAL_VERSION: Final = "1.2.1"
"""The newest version that compliance-trestle reads; it is what validates the documents."""

# A namespace of ours, as OSCAL asks for it on every property that it does not define itself
# (https://pages.nist.gov/OSCAL/learn/tutorials/general/extension/): a URI that only we make.
NAMESPACE: Final = f"urn:uuid:{uuid_of('namespace of properties')}"
# The properties of rules and checks that OSCAL Compass's tools (compliance-trestle, C2P) read.
COMPASS: Final = "https://oscal-compass.github.io/compliance-trestle/schemas/oscal/cd"

_NO_UUID: Final = "00000000-0000-0000-0000-000000000000"
_NOT_TOKEN: Final = re.compile(r"[^A-Za-z0-9._-]+")


def line(text: str, otherwise: str = "-") -> str:
    """A `string` or `markup-line` of OSCAL: one line that is not empty."""
    return one_line(text) or otherwise


def prose(text: str, otherwise: str = "-") -> str:
    """A `markup-multiline` of OSCAL, not empty."""
    return encodable(text).strip() or otherwise


def token(text: str) -> str:
    """A `token` of OSCAL: letters, digits, `.`, `-` and `_`, a letter or `_` first."""
    made = _NOT_TOKEN.sub("-", text).strip("-")
    return made.lower() if made[:1].isalpha() else f"_{made.lower()}"


def properties(
    values: Mapping[str, str | None], namespace: str = NAMESPACE
) -> list[dict[str, str]]:
    """Properties of those values that are not empty: OSCAL has no empty value."""
    return [
        {"name": name, "ns": namespace, "value": told}
        for name, value in values.items()
        if value and (told := one_line(value))
    ]


def listed(name: str, items: Sequence[Any]) -> dict[str, Any]:
    """A list by its name, nothing where it is empty: OSCAL has no empty list."""
    return {name: items} if items else {}


def metadata(evidence: Evidence, title: str) -> dict[str, Any]:
    """The metadata of a document about this evidence."""
    subject, pack = evidence.subject, evidence.pack
    return {
        "title": line(f"{title}: {subject.project} ({subject.stack})"),
        "last-modified": collected_at(subject),
        "version": line(pack.version),
        "oscal-version": OSCAL_VERSION,
        "props": properties(
            {
                "program-digest": subject.program_digest,
                "pack": pack.name,
                "pack-digest": pack.digest,
                "engine": subject.engine,
                "as-of": subject.as_of,
            }
        ),
        "remarks": prose(
            f"{subject.engine_note}\n\nAutomated evidence, not a statement of compliance."
        ),
    }


def document_text(model: str, body: Mapping[str, Any]) -> str:
    """The file of a document; its UUID is made from its content."""
    text = json_text({model: {"uuid": _NO_UUID, **body}}, depth=5)
    digest = hashlib.sha256(text.encode()).hexdigest()
    # The first in the text is the document's own.
    return text.replace(_NO_UUID, uuid_of("document", model, digest), 1)
