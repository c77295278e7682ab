"""The planted bugs fit the code as it is now; `make planted` sees that each is caught."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.handlers.planted.__main__ import ROOT, Bug, planted, read_bugs

BUGS = read_bugs((Path(__file__).parent / "planted" / "bugs.yaml").read_text())


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_changes_code_that_is_there_and_still_compiles(bug: Bug) -> None:
    source = (ROOT / "handlers" / bug.file).read_text()
    changed = planted(bug, source)
    assert changed != source
    compile(changed, bug.file, "exec")


def test_a_text_that_is_no_longer_there_is_told() -> None:
    bug = Bug("stale", "a.py", (("gone", "new"),))
    with pytest.raises(ValueError, match=r"a\.py 0 times: gone"):
        planted(bug, "x = 1")


def test_there_are_at_least_twenty_with_names_of_their_own() -> None:
    assert len({bug.name for bug in BUGS}) == len(BUGS) >= 20
