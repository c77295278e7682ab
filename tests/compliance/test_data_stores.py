"""What resources keep, by type: the data file names types that pulumi-aws has."""

from __future__ import annotations

from pathlib import Path

import yaml
from payment_guardrails.aws_types import aws_type

from compliance import data_stores
from compliance.data_stores import stored_by


def test_every_type_in_the_data_file_is_one_of_pulumi_aws() -> None:
    file = Path(data_stores.__file__).with_suffix(".yaml")
    types = yaml.safe_load(file.read_text("utf-8"))
    assert [each for each in types if aws_type(each) is None] == []
    assert list(types) == sorted(types)


def test_what_keeps_data_says_which_and_all_else_says_nothing() -> None:
    assert stored_by("aws:dynamodb/table:Table") == "items"
    assert stored_by("aws:sqs/queue:Queue") == "messages"
    assert stored_by("aws:iam/role:Role") == ""
    assert stored_by("") == ""
