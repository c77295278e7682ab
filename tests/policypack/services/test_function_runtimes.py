"""Functions: AWS supports their runtime on the day of the check."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import payment_guardrails
import pulumi_aws as aws
import pytest
from payment_guardrails import functions_runtimes
from payment_guardrails.configuration import WAIVERS, ConfigurationError, configure, dated
from payment_guardrails.finding import Status
from payment_guardrails.rules import registered
from payment_guardrails.values import UNKNOWN, Secret

from tests.policypack.services.compliant import (
    FAIL,
    NOT_APPLICABLE,
    PASS,
    UNDECIDED,
    compliant,
    message,
    verdict,
)

SUPPORTED = "lambda-function-runtime-supported"
DATA = json.loads(Path(payment_guardrails.__file__).with_name("lambda_runtimes.json").read_text())


def judged(runtime: Any, as_of: str = "2026-11-01", **inputs: Any) -> Status:
    draft = compliant().with_("process", runtime=runtime, **inputs)
    return verdict(SUPPORTED, draft, "process", asOf=as_of)


@pytest.mark.parametrize(
    ("runtime", "expected"),
    [
        ("python3.13", PASS),
        ("nodejs22.x", PASS),
        ("provided.al2023", PASS),
        ("python3.9", FAIL),
        ("nodejs", FAIL),
        (UNKNOWN, UNDECIDED),
        (3.13, UNDECIDED),
        # Newer than the data, or none at all.
        ("python9.1", UNDECIDED),
        ("Python3.13", UNDECIDED),
    ],
)
def test_the_runtime_is_supported(runtime: Any, expected: Status) -> None:
    assert judged(runtime) is expected


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [("2025-12-14", PASS), ("2025-12-15", FAIL), ("2025-12-16", FAIL)],
)
def test_support_ends_on_the_day_of_the_deprecation(as_of: str, expected: Status) -> None:
    assert judged("python3.9", as_of) is expected


@pytest.mark.parametrize(
    ("package", "expected"),
    [("Image", NOT_APPLICABLE), ("Zip", FAIL), (None, FAIL), (UNKNOWN, UNDECIDED)],
)
@pytest.mark.parametrize("runtime", [None, ""])
def test_a_container_image_brings_its_own_runtime(
    runtime: Any, package: Any, expected: Status
) -> None:
    assert judged(runtime, packageType=package) is expected


@pytest.mark.parametrize("package", ["Image", UNKNOWN])
def test_a_runtime_that_is_given_counts_whatever_the_package(package: Any) -> None:
    assert judged("python3.9", packageType=package) is FAIL
    assert judged("python3.13", packageType=package) is PASS


def test_messages_name_the_runtime_and_the_dates() -> None:
    old = compliant().with_("process", runtime="python3.9")
    assert "python3.9" in message(SUPPORTED, old, "process")
    assert "2025-12-15" in message(SUPPORTED, old, "process")
    new = compliant().with_("process", runtime="python9.1")
    assert DATA["date"] in message(SUPPORTED, new, "process")
    secret = compliant().with_("process", runtime=Secret("python3.9"))
    assert "python3.9" not in message(SUPPORTED, secret, "process")


@pytest.mark.parametrize(("day", "expected"), [(14, PASS), (15, FAIL)])
def test_without_a_day_it_is_today(
    monkeypatch: pytest.MonkeyPatch, day: int, expected: Status
) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Clock:
            assert tz is UTC
            return cls(2025, 12, day, tzinfo=UTC)

    monkeypatch.setattr(functions_runtimes, "datetime", Clock)
    assert judged("python3.9", "") is expected


def test_the_data_has_a_source_a_date_and_every_runtime_that_the_provider_names() -> None:
    assert DATA["source"].startswith("cfn-lint ")
    assert all(source.startswith("https://") for source in DATA["other_sources"].values())
    assert date.fromisoformat(DATA["date"])
    assert all(date.fromisoformat(day) for day in DATA["deprecated"].values())
    # Two that ran in container images only.
    named = {str(runtime.value) for runtime in aws.lambda_.Runtime} - {"dotnet5.0", "dotnet7"}
    assert named <= set(DATA["deprecated"])
    assert all(re.fullmatch(r"[a-z]+[\w.-]*", name) for name in DATA["deprecated"])


@pytest.mark.parametrize(
    "given",
    [
        None,
        {},
        {SUPPORTED: "mandatory"},
        {SUPPORTED: {"enforcementLevel": "mandatory"}},
        {SUPPORTED: {"asOf": "2020-01-01"}},
    ],
)
def test_the_day_of_the_check_goes_through_the_configuration(given: Any) -> None:
    rules = registered()
    configured = configure(rules, dated(rules, given, date(2025, 12, 14)))
    assert configured[SUPPORTED].settings == {"asOf": "2025-12-14"}
    assert configured[SUPPORTED].level == "mandatory"
    assert configured["lambda-function-memory"] == configure(rules)["lambda-function-memory"]


@pytest.mark.parametrize(
    ("given", "entry"),
    [
        (None, {}),
        ({WAIVERS: "disabled"}, {"enforcementLevel": "disabled"}),
        ({WAIVERS: {"path": "w.yaml", "asOf": "2020-01-01"}}, {"path": "w.yaml"}),
    ],
)
def test_the_day_of_the_check_is_that_of_the_waivers_too(given: Any, entry: Any) -> None:
    assert dated({}, given, date(2025, 12, 14)) == {WAIVERS: {**entry, "asOf": "2025-12-14"}}


def test_levels_stay_when_the_day_is_set() -> None:
    rules = registered()
    given = {"all": "advisory", SUPPORTED: "disabled"}
    configured = configure(rules, dated(rules, given, date(2025, 12, 14)))
    assert configured[SUPPORTED].level == "disabled"
    assert configured["sqs-queue-fifo"].level == "advisory"
    assert given == {"all": "advisory", SUPPORTED: "disabled"}


@pytest.mark.parametrize("given", [[], "mandatory", {SUPPORTED: 7}])
def test_what_is_no_configuration_is_still_refused(given: Any) -> None:
    rules = registered()
    with pytest.raises(ConfigurationError):
        configure(rules, dated(rules, given, date(2025, 12, 14)))


def test_an_empty_day_is_the_default_which_the_cli_hands_over_too() -> None:
    rules = registered()
    assert configure(rules, {SUPPORTED: rules[SUPPORTED].defaults}) == configure(rules)
    assert re.fullmatch(rules[SUPPORTED].options["asOf"]["pattern"], "")


@pytest.mark.parametrize("day", ["yesterday", "2026-02-31", "20260131", "2026-1-31", 20260131])
def test_a_day_that_is_none_is_refused(day: Any) -> None:
    with pytest.raises(ConfigurationError, match="asOf"):
        configure(registered(), {SUPPORTED: {"asOf": day}})
