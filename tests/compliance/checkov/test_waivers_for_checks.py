"""Waivers for Checkov's checks, in the same file as those for the pack's rules."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from payment_guardrails.rules import registered
from payment_guardrails.waivers.foreign import is_foreign
from payment_guardrails.waivers.waiver_file import WaiverFileError, read_waivers
from payment_guardrails.waivers.waiving import Waiving

from compliance.evaluation import with_waiver
from compliance.evidence import Result
from compliance.waived import waiver_entries

URN = "urn:pulumi:dev::shop::aws:lambda/function:Function::pay"


def waiving(folder: Path, rule: str) -> Waiving:
    file = folder / "waivers.yaml"
    file.write_text(
        f"waivers:\n  - id: one\n    rule: {rule}\n    resource: '*'\n    reason: no network\n"
        "    owner: us\n    expires: 2026-12-01\n"
    )
    return Waiving(read_waivers(file, registered()), "waivers.yaml", date(2026, 11, 1))


def test_it_counts_and_is_listed_where_checkov_was_asked(tmp_path: Path) -> None:
    accepted = waiving(tmp_path, "CKV_AWS_117")
    result = Result("id", "CKV_AWS_117", "advisory", URN, "fail", "low", "", "", "", None)
    waived = with_waiver(result, accepted)
    assert waived.status == "waived"
    [entry] = waiver_entries(accepted, [waived], every_tool=True)
    assert (entry.status, entry.results) == ("active", ("id",))
    # Without Checkov, nobody can say whether it is needed.
    assert waiver_entries(accepted, []) == ()


@pytest.mark.parametrize("name", ["CKV_AWS_117", "CKV2_AWS_4", "CKV_ACME_1", "OUR_OWN_CHECK"])
def test_ids_of_checks_are_known_by_their_form(name: str, tmp_path: Path) -> None:
    assert is_foreign(name)
    assert waiving(tmp_path, name).file.waivers[0].rule == name


@pytest.mark.parametrize("name", ["ckv_aws_117", "sqs-queue-fifoo", "CKV", "CKV-AWS-1"])
def test_what_is_no_rule_and_no_check_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(WaiverFileError, match="there is no rule"):
        waiving(tmp_path, name)


def test_no_rule_of_the_pack_is_taken_for_a_check() -> None:
    assert not [name for name in registered() if is_foreign(name)]
