"""Both opinions of our stack and of every whole program: differences are known and explained."""

from __future__ import annotations

import pytest

from compliance.checkov.agreement import themes
from tests import second_opinions
from tests.second_opinions import everything, line, unexplained
from tests.whole_programs import ROOT


@pytest.mark.usefixtures("checkov")
def test_every_difference_is_explained_and_every_explanation_is_of_one() -> None:
    compared = everything()
    assert unexplained(compared) == []
    seen = {
        (each.theme, each.pack)
        for comparison in compared.values()
        for each in comparison.met
        if each.verdict == "differ"
    }
    written = {
        (theme.name, failing)
        for theme in themes()
        for failing, reading in (("fail", theme.pack_fails), ("pass", theme.checkov_fails))
        if reading
    }
    assert written - seen == set(), "no program shows this difference"
    # Where the two never agree, something was not converted: a theme without any is no theme.
    agreed = {
        each.theme for one in compared.values() for each in one.met if each.verdict == "agree"
    }
    assert {theme.name for theme in themes()} - agreed == set()
    # What the README shows is what `make checkov` prints.
    assert line(compared) in (ROOT / "README.md").read_text("utf-8")


def test_an_unexplained_difference_is_told() -> None:
    from compliance.evidence import AgreementEntry

    entry = AgreementEntry("theme", "rule", ("CKV_AWS_1",), "urn", "fail", "pass", "differ", "")
    comparison = second_opinions.Comparison((), (), (entry,), ())
    assert unexplained({"shop": comparison}) == [
        "shop: theme: the pack says fail, Checkov pass (CKV_AWS_1) of urn"
    ]
    assert line({"shop": comparison}).endswith("1 unexplained")
