"""Which stack a preview takes, of those that a backend lists."""

from __future__ import annotations

from pathlib import Path

import pytest
from pulumi.automation import StackSummary

from compliance.engines.engine import EngineError
from compliance.engines.pulumi.workspace import choose_stack

ROOT = Path("shop")


def listed(*names: str, selected: str = "") -> list[StackSummary]:
    return [StackSummary(name=name, current=name == selected) for name in names]


@pytest.mark.parametrize(
    ("wanted", "names", "chosen"),
    [
        ("dev", ["dev", "prod"], "dev"),
        ("prod", ["dev"], None),
        ("acme/dev", ["dev"], "dev"),
        ("acme/shop/dev", ["dev"], "dev"),
        ("acme/shop/dev", ["evil/dev", "acme/dev"], "acme/dev"),
        ("acme/shop/dev", ["evil/dev"], None),
        ("dev", ["acme/dev"], "acme/dev"),
        ("dev", ["dev", "acme/dev"], "dev"),
        (None, ["dev", "prod"], "dev"),
        (None, ["prod"], None),
        (None, [], None),
    ],
)
def test_the_stack_that_was_asked_for_or_is_usual(
    wanted: str | None, names: list[str], chosen: str | None
) -> None:
    assert choose_stack(ROOT, wanted, "dev", listed(*names)) == chosen


def test_the_selected_stack_is_taken_before_the_usual_one_only() -> None:
    stacks = listed("dev", "prod", selected="prod")
    assert choose_stack(ROOT, None, "dev", stacks) == "prod"
    assert choose_stack(ROOT, "dev", "dev", stacks) == "dev"


def test_a_name_of_several_organizations_is_refused_with_their_names() -> None:
    with pytest.raises(EngineError, match=r"several stacks \(acme/dev, evil/dev\).*--stack"):
        choose_stack(ROOT, "dev", "dev", listed("evil/dev", "acme/dev"))
