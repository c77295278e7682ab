"""What a policy configuration says of waivers, where the gate names their file itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from payment_guardrails.waivers.settings import with_waivers

FILE = Path("/srv/waivers.yaml")


@pytest.mark.parametrize(
    ("given", "entry"),
    [
        ({}, {}),
        ({"waivers": "disabled"}, {"enforcementLevel": "disabled"}),
        ({"waivers": {"asOf": "2026-01-01", "path": "other.yaml"}}, {"asOf": "2026-01-01"}),
    ],
)
def test_the_file_is_added_to_what_is_configured(given: Any, entry: Any) -> None:
    assert with_waivers({**given, "all": "advisory"}, FILE) == {
        "all": "advisory",
        "waivers": {**entry, "path": str(FILE.resolve())},
    }


def test_without_a_file_or_a_mapping_nothing_is_added() -> None:
    assert with_waivers({"waivers": "disabled"}, None) == {"waivers": "disabled"}
    assert with_waivers(["no mapping"], FILE) == ["no mapping"]
